---@meta _

--- Names that every script knows without `require`. They are read-only.

--- What a remote's API is, as data: hosts, grants, limits, webhooks, operations. A system's `init.lua` returns it.
---@param definition { name: string, base_url: string|table, operations: table, auth?: table, limits?: table, errors?: table, values?: table, webhooks?: table, types?: table, headers?: table, transports?: table[], concern?: string, test?: table }
---concern: whom it concerns when a write here fails (finance, warehouse, operator); transports: what differs by the scheme of a connection's base_url, a list of { scheme, when?, headers?, operations }, for devices that
---are met by other ways than https
---@return table definition
---
--- ```lua
--- local books = system {
---   name = "books", base_url = "https://books.example.com",
---   operations = { ["invoices.list"] = { GET = "/invoices", pages = "odata", gives = "Invoice" } },
--- }
--- assert(books.operations["invoices.list"].pages.next == "d.__next")
--- ```
function system(definition) end

--- The effect of a create that the remote does not de-duplicate: after a lost answer it is looked for by a reference of ours
--- before it is sent again. Where no list has a filter for the reference, `asks` says what the look-up is given instead: `path`,
--- `query`, `headers` and `body`, whose texts may hold {reference}, {body.<path>} of the write and {setting} of the connection (with a
--- ? before the } a field is left out when there is none). Then `found` or `field` tells a record from an empty answer; in their
--- paths * is each of a list. `absent = "person"` says that finding nothing proves nothing: it is looked for again at growing distances
--- for the time of `within`, never sent again, and then a person decides.
---@param effect { [1]: string, by: string|string[], field?: string, quiet?: string, first?: boolean, absent?: "proof"|"person", within?: string, asks?: table, found?: string, id?: string, number?: string, parts?: string, gone?: { field: string, values: string[] }, fetch?: { [1]: string, asks: table } }
---the read; where our reference stands in what is sent
---("Lines.0.Notes"), or several such places; the field of its rows that holds it, when that is another; how long a new record may stay
---unseen ("1m"); false: not looked for before the first send; whether finding nothing proves that nothing was made, and how long it is
---looked for if not ("1h"); how the read is asked; the text that only a record has; where a record bears its id and number, when not as
---in the answer to the write; the list in what is sent that has as many rows as the record; rows that are no records any more; the read
---that gives the record itself, once exactly one is found
---@return table effect
---
--- ```lua
--- assert(look_up { "invoices.list", by = "YourRef", quiet = "3m" }.kind == "C")
--- local label = look_up {
---   "parcels.seen", by = "Reference", asks = { path = { reference = "{reference}" } }, found = "parcel.0.number", absent = "person", within = "1h",
--- }
--- assert(label.look_up == "parcels.seen" and label.absent == "person")
--- ```
function look_up(effect) end

--- The effect of a write that can be repeated: the same key writes the same record.
---@param effect { key: string, read?: string, ask?: string, field?: string, done?: table<string, string>, updatable?: { field: string, values: string[] }, replace?: string, quiet?: string }
---the field of the key; the operation that reads it back; the field that a list is asked by when it can't be by the key; what the record
---calls the key when otherwise; values of the record that prove that an action happened; states in which the record still takes updates:
---one in another state is not sent again after a lost answer; "whole": what is left out is emptied
---@return table effect
---
--- ```lua
--- assert(upsert { key = "orderKey", read = "orders.get" }.kind == "A")
--- ```
function upsert(effect) end

--- The settings that a client may give an instance: name to type, default, doc and mandatory. `impossible` says of a value that
--- people look for, but that can't be done, why not: `check` tells that to who writes it.
---@param fields table<string, { [1]: "text"|"integer"|"decimal"|"boolean"|"list"|"table", default?: any, doc?: string, mandatory?: boolean, one_of?: any[], impossible?: table<string, string> }>
---@return table schema
---
--- ```lua
--- local fields = schema { journal = { "text", default = "70", doc = "Code of the sales journal." } }
--- assert(fields.journal.type == "text" and fields.journal.default == "70")
--- ```
function schema(fields) end

--- An integration: roles, settings, look-ups, flows and mappings. An integration's `init.lua` returns it.
---@param definition { roles: table<string, string|table>, flows: table<string, table>, settings?: table, lookups?: table, mappings?: string[], reconcile?: table[] }
---roles: a system's name, or { "printer", optional = true }: a client may leave it unbound, and flows then get nil in its place
---@return table definition
---
--- ```lua
--- local bridge = integration {
---   roles = { shop = "shop", books = "books" },
---   flows = { orders = flow { on = { schedule "23:30" }, run = function(job) return job:skip "nothing to do" end } },
--- }
--- assert(bridge.roles.shop == "shop")
--- ```
function integration(definition) end

--- A flow: what starts it, and the function that is run with the job and the roles it names as parameters.
---@param definition { run: function, on?: table[], max_failures?: integer, main?: boolean, reprints?: boolean }
---main: `sync --record` without a flow means this one; reprints: its events are documents that were printed, which `reprint` gives again with `copy` = 2, 3 …
---@return table definition
---
--- ```lua
--- assert(#flow { run = function() end }.on == 0)
--- ```
function flow(definition) end

--- A trigger: webhooks of a role with these topics.
---@param role string
---@param topics string[]
---@param options { key: string } path of the record's key in the body
---@return table trigger
---
--- ```lua
--- assert(webhook("shop", { "store/order/created" }, { key = "data.id" }).key == "data.id")
--- ```
function webhook(role, topics, options) end

--- A trigger: records of a list that changed since the last time.
---@param operation string "shop.orders.list"
---@param options { key: string, since?: string, every?: string, overlap?: string, first?: string } fields of the rows, "15m", "10m"; the first look
--- takes what changed since the instance's start, with first = "all" all there is
---@return table trigger
---
--- ```lua
--- assert(poll("shop.orders.list", { key = "id", since = "date_modified", every = "15m" }).poll == "shop.orders.list")
--- ```
function poll(operation, options) end

--- A trigger: a time of day in the instance's zone, or a time between two rounds.
---@param at string "23:30" or "15m"
---@return table trigger
---
--- ```lua
--- assert(schedule("23:30").schedule == "23:30")
--- ```
function schedule(at) end

--- Calls a function; an error that it raises comes back as second value. For reads that may fail in a job.
---@param run function
---@param ... any its arguments
---@return any result nil when it raised
---@return any err
---
--- ```lua
--- local none, err = try(function() error({ code = "not_found", message = "no such order" }, 0) end)
--- assert(none == nil and err.code == "not_found")
--- ```
function try(run, ...) end

--- Whether a value is there: neither nil nor null. With a field's name: whether the record has the field at all, be it null.
---@param value any
---@param field? string
---@return boolean
---
--- ```lua
--- local order = require("json").record '{"note":null}'
--- assert(not has(order.note) and has(order, "note") and not has(order, "total"))
--- ```
function has(value, field) end

--- null, for writing: the field is sent as JSON's null. What is read as null is nil.
---@type userdata
null = nil

--- Begins a mapping: gives its source record and its target. What is assigned from then on are its rows.
---@param options { name: string, from: string, to: string } "system.record" on both sides
---@return mapping.Path source
---@return mapping.Target target
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- invoice.YourRef = order.id
--- ```
function mapping(options) end

--- Begins a client's layer over a mapping: only what differs.
---@param name string the mapping's name
---@return mapping.Path source
---@return mapping.Target target
---
--- ```lua
--- local order, invoice = layer "invoice"
--- invoice.Remarks = order.staff_notes
--- invoice.SalesInvoiceLines.shipping = remove
--- ```
function layer(name) end

--- One field in Lua: gets the record (or a part of it, or a group's row), the line and `ctx`, whose `ctx.refuse("…")` refuses
--- the record with a sentence.
---@param source mapping.Path
---@param run fun(record: table, line: table, ctx: { refuse: fun(sentence: string) }): any
---@return mapping.Path value
---
--- ```lua
--- local order, invoice = layer "invoice"
--- invoice.Remarks = with(order, function(o) if has(o.staff_notes) then return "Note: " .. o.staff_notes end end)
--- ```
function with(source, run) end

--- A value that the flow gives to `job:map` beside the record.
---@param name string
---@return mapping.Path
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- invoice.OrderedBy = given "account"
--- ```
function given(name) end

--- The instance's settings as values of a mapping: `setting.journal`.
---@type table<string, mapping.Path>
setting = nil

--- In a mapping the job's `key` and `source` as values; in a flow the job is its first parameter.
---@type table<string, mapping.Path>
job = nil

--- In a layer: takes a field or a group of the base away.
---@type userdata
remove = nil

--- Totals of a mapping's target, for `:check`.
---@class ambient.totals
totals = {}

--- The totals that the types of both records declare (`totals` in a system's types): the lines must come to what the source
--- says.
---@param source mapping.Path the mapping's source record
---@param options? { which?: "net"|"gross", within?: string, says?: string } the first that both declare; "0"; what is compared
---@return table check for `:check`
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "bigcommerce.order", to = "exact_online.SalesInvoice" }
--- invoice:check(totals.of(order, { within = "0.02" }))
--- ```
function totals.of(source, options) end

--- The sum of an expression over a list of the target.
---@param list string
---@param of fun(line: table<string, mapping.Path>): mapping.Path
---@return mapping.Path
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- local lines = totals.sum("SalesInvoiceLines", function(line) return line.Quantity * line.NetPrice end)
--- invoice:check { expect = lines, equals = order.total_ex_tax, within = "0.02" }
--- ```
function totals.sum(list, of) end

--- A field of the target itself.
---@param name string
---@return mapping.Path
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- invoice:check { expect = totals.field "AmountFC", equals = order.total }
--- ```
function totals.field(name) end
