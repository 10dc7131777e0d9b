---@meta _

--- What a flow is run with: the job, and the roles that its parameters name. Reads run when they are called and are
--- journalled; a run that comes back after a stop is given the same answers. Writes only describe; `job:send` sends.
---@class Job
---@field key string the record's key at its source
---@field source string name of the connection it came from
---@field client string
---@field instance string
---@field flow string
---@field settings table the instance's settings as they were when the job began
---@field event table { topic, body } of a webhook, { record } of a row that a poll found
---@field attempt integer 1, and one more after each replay
---@field decision string|false "theirs" or "ours": what a person said by `jobs settle` of the case that asked for it with `decide`
---@field backfill boolean whether a back-fill made it: then nothing may reach the client's customers
---@field kv JobStore
local Job = {}

--- A small store of the instance: what was written in one job is read in later ones. Reads are journalled.
---@class JobStore
local kv = {}

--- Ends the run: there is nothing to do.
---@param reason? string stands in the record's story
---
--- ```lua
--- local outcome = require("spec").flow(function(job) job:skip "status 5" end, { key = "118" })
--- assert(outcome.skipped == "status 5")
--- ```
function Job:skip(reason) end

--- Ends the run: a person has to decide. Records with one cause become one case.
---@param sentence string what is wrong, for the controller
---@param options? { cause?: string, concern?: string, fix?: string, code?: string, decide?: boolean } concern: finance, warehouse or
--- operator; decide: the case is about whose version counts, and `jobs settle` may say so (`--keep-theirs`, `--take-ours`): the job then
--- runs again with `job.decision`
---
--- ```lua
--- local outcome = require("spec").flow(function(job)
---   job:refuse("Order 118 has no VAT code for 21 %.", { cause = "vat_code:21", concern = "finance" })
--- end, { key = "118" })
--- assert(outcome.cause == "vat_code:21")
--- ```
function Job:refuse(sentence, options) end

--- Says when the record came into being, where the run is about to make something of it. One that is older than the instance's
--- start makes nothing, however late it is seen or changed: the run ends as skipped. Not so in a back-fill or for a record that a
--- person asked for, and not in shadow, where nothing is written.
---@param instant string or a date
---
--- ```lua
--- local function run(job) job:dated "2025-12-31T22:59:59Z" end
--- assert(require("spec").flow(run, { key = "118", start = "2026-01-01T00:00:00Z" }).skipped)
--- assert(not require("spec").flow(run, { key = "118" }).skipped)
--- ```
function Job:dated(instant) end

--- Whether writes go out. In shadow they do not: what is only kept for a write of later must then not be kept.
---@return boolean
---
--- ```lua
--- local function run(job) return job:is_live() and "kept" or "shown" end
--- assert(require("spec").flow(run, { key = "118" }).result == "kept")
--- assert(require("spec").flow(run, { key = "118", shadow = true }).result == "shown")
--- ```
function Job:is_live() end

--- When what was asked last was answered. The only time a job knows: a replay gives the same.
---@return string instant
---
--- ```lua
--- local outcome = require("spec").flow(function(job) return job:now() end, { key = "118" })
--- assert(outcome.result == "2026-01-05T08:00:00Z")
--- ```
function Job:now() end

--- What this record got before under an effect's name, from any job.
---@param effect string
---@param options? { role?: string, connection?: string, entity?: string }
---@return { id: string, number: string?, version: string? }? sent
---
--- ```lua
--- local outcome = require("spec").flow(function(job) return job:sent("invoice").id end, { key = "118", sent = { invoice = { id = "i-1" } } })
--- assert(outcome.result == "i-1")
--- ```
function Job:sent(effect, options) end

--- For a record that is to have no such write any more: what it got before, as `job:sent`. When that is nothing, no job that
--- still holds this state of the record, or an older one, sends the write any more (it is superseded); a newer state may. A job
--- that is sending it right now is waited for.
---@param effect string
---@param options { version: any, role?: string, connection?: string } version: the state that needs no write
---@return { id: string, number: string?, version: string? }? sent
---
--- ```lua
--- local function run(job)
---   local invoice = job:withhold("invoice", { version = "2026-01-05T08:00:00Z" })
---   if not invoice then return job:skip "cancelled before anything was made" end
---   return invoice.id
--- end
--- local spec = require "spec"
--- assert(spec.flow(run, { key = "118" }).skipped)
--- assert(spec.flow(run, { key = "118", sent = { invoice = { id = "i-1" } } }).result == "i-1")
--- ```
function Job:withhold(effect, options) end

--- Sends a write, once: what was settled before is answered from the books, an older version is superseded.
---@param effect string name of the effect; with the record and the version it is the effect's key
---@param write table what an operation that writes gives: `books.invoices.create(body)`
---@param options? { version?: any, entity?: any, optional_number?: boolean, looked?: string } updates need a version; looked: the
--- list by which the flow has just looked for the record by the field that a create is looked up by, and found none
---@return { id: string, number: string?, record: table?, state: string, earlier: boolean? } answer earlier: what was sent are the
--- bytes of another job, or of an attempt before this one
---
--- ```lua
--- local spec = require "spec"
--- local books = spec.remote({}, { "invoices.create" })
--- local outcome = spec.flow(function(job, to)
---   return job:send("invoice", to.invoices.create { YourRef = job.key }, { version = "2026-01-05T08:00:00Z" }).id
--- end, { key = "118" }, books)
--- assert(outcome.result == "id-of-invoice" and outcome.sent[1].arguments[1].YourRef == "118")
--- ```
function Job:send(effect, write, options) end

--- The target record that a mapping makes of a source record. Look-ups are fetched first; what does not fit is refused with
--- file and line.
---@param mapping string
---@param record table
---@param given? table values for `given "name"`
---@return table target
---
--- ```lua
--- local outcome = require("spec").flow(function(job) return job:map("invoice", { id = 118 }).YourRef end, {
---   key = "118", map = { invoice = function(order) return { YourRef = order.id } end },
--- })
--- assert(outcome.result == 118)
--- ```
function Job:map(mapping, record, given) end

--- Answers of a look-up of the integration: of one key, or of a list of keys as a table.
---@param name string
---@param key any a key, or a list of them: asked for in batches
---@param options? { anew?: boolean } anew: asked for now, whatever is remembered
---@return any value nil when the remote does not know the key
---
--- ```lua
--- local outcome = require("spec").flow(function(job) return job:look_up("items", "A-1") end, {
---   key = "118", lookups = { items = { ["A-1"] = "guid-1" } },
--- })
--- assert(outcome.result == "guid-1")
--- ```
function Job:look_up(name, key, options) end

--- Makes a job of another flow.
---@param flow string
---@param key any
---@param payload? table its event
---@param options? { name?: string, value?: string, delay?: string|integer, connection?: string } a cursor's name and value, which moves with it;
--- delay: "30s", "5m", "1h" or seconds: the job begins no sooner; connection: whose record it is, where that is not the job's own
---
--- ```lua
--- local outcome = require("spec").flow(function(job) job:emit("returns", 7, { order = job.key }) end, { key = "118" })
--- assert(outcome.emitted[1].key == "7")
--- ```
function Job:emit(flow, key, payload, options) end

--- A line in the record's story.
---@param text string
---@param fields? table kept with it; `number` is one that the record bears elsewhere, a tracking number for example: `show` finds it by that too
---
--- ```lua
--- local outcome = require("spec").flow(function(job) job:note("two parcels", { count = 2 }) end, { key = "118" })
--- assert(outcome.notes[1].fields.count == 2)
--- ```
function Job:note(text, fields) end

--- What a function returned the first time this job came here.
---@param name string once in a job
---@param run fun(): any
---@return any value
---
--- ```lua
--- local outcome = require("spec").flow(function(job)
---   return job:step("number", function() return 1 end) + job:step("number", function() return 2 end)
--- end, { key = "118" })
--- assert(outcome.result == 2)
--- ```
function Job:step(name, run) end

--- What was kept under a key.
---@param key string
---@return any value
---
--- ```lua
--- local outcome = require("spec").flow(function(job) return job.kv.get "parcel" end, { key = "118", kv = { parcel = "1Z" } })
--- assert(outcome.result == "1Z")
--- ```
function kv.get(key) end

--- Keeps a value under a key.
---@param key string
---@param value any what JSON can say; nil forgets it
---
--- ```lua
--- local outcome = require("spec").flow(function(job) job.kv.set("parcel", "1Z") end, { key = "118" })
--- assert(outcome.kv.parcel == "1Z")
--- ```
function kv.set(key, value) end

--- What was kept under the keys that begin with a text, in the order of the keys' bytes. More than `limit` of them are read part by part:
--- `after` is the last key of the part before, and a part of fewer than `limit` is the last one.
---@param prefix string "" for all keys of the instance
---@param options? { after?: string, limit?: integer } limit: at most 1000, which is also what is meant without it
---@return { key: string, value: any }[] part
---
--- ```lua
--- local outcome = require("spec").flow(function(job)
---   job.kv.set("parcel:1Z3", "delivered")
---   local open = {}
---   for _, parcel in ipairs(job.kv.list("parcel:", { limit = 2 })) do open[#open + 1] = parcel.key .. " " .. parcel.value end
---   return table.concat(open, ", ")
--- end, { key = "118", kv = { ["parcel:1Z2"] = "collected", ["parcel:1Z1"] = "label", ["last"] = 7 } })
--- assert(outcome.result == "parcel:1Z1 label, parcel:1Z2 collected")
--- ```
function kv.list(prefix, options) end
