-- BigCommerce -> Exact Online between the two simulated systems: their flows' roles, and what people have in both.

local Books, Remote, Stage, flow = require "books_stage", require "remote", require "stage", require "flow"

local PLAN = { integration = "bigcommerce_exact_online", simulations = { exact = "exact_online", store = "bigcommerce" } }

local Bridge = Stage.kind(Books)

function Bridge.start(root, settings)
  local self = Books.begin(Bridge, root, PLAN, settings)
  self:connect("shop", Remote.new(flow.load(root, "scripts/systems/bigcommerce"), self.store.url, function()
    return { ["x-auth-token"] = self.store.credentials.access_token }
  end, { store_hash = self.store.credentials.store_hash }))
  self:switch("store", { quota = 100000 })
  return self
end

-- Accounts of the division, by e-mail address in small letters.
function Bridge:accounts()
  local out, count = {}, 0
  for _, account in ipairs(self:control("exact", "state?accounts=1").divisions["123456"].accounts) do
    count = count + 1
    out[(account.Email or account.Code):lower()] = account
  end
  return out, count
end

-- Customers of the shop, by e-mail address in small letters.
function Bridge:customers()
  local out, state = {}, self:control("store", "state?customers=1")
  for _, customer in ipairs(state.customers) do out[customer.email:lower()] = customer end
  return out, state.customer_mails
end

function Bridge:row_of(definition, key)
  local of_shop = definition.from:match "^shop%.(.+)$"
  if not of_shop then return Books.row_of(self, definition, key) end
  return self.shop:call(of_shop, { [self.shop.system.operations[of_shop].find.param] = key })[1]
end

function Bridge:send(write)
  local remote, operation = self:remote_of(write)
  local record = remote:call(write.operation, table.unpack(write.arguments))
  return { id = record and record[operation.id] or write.arguments[1], state = "settled", record = record }
end

-- A run of a flow for one record; `more`: source (the connection that it came from), event, decision, attempt, start, shadow, books_alone.
function Bridge:run(name, key, more)
  more = more or {}
  return self:play(name, key, more, {
    source = more.source or "shop", roles = more.books_alone and { "books" } or { "shop", "books" },
    send = function(_, write) return self:send(write) end,
  })
end

return Bridge
