-- What `ping` reads, in the order of the names. Each says what to do when it is refused, so that a token, a store hash and each
-- missing scope are told apart; the shop itself does not say which scope is missing (fact sheet, section 1).

local AGAIN = "; where that account can't be changed, make a new one and set its access_token and client_secret "
  .. "(ml-connector secret set {client} {connection} KEY)"

local function scope(name, id) return { ["403"] = ("give the API account the scope %s (%s)"):format(name, id) .. AGAIN } end

local STORE = "the store hash and the token do not belong together: `store_hash` in clients/{client}/client.lua is {store_hash}; it must be "
  .. "what stands after /stores/ in the API path of the API account, whose token is set by: ml-connector secret set {client} {connection} access_token"

return {
  -- Which of the two a wrong store hash is answered with is not documented.
  ["ping.1_store"] = {
    GET = "/stores/{store_hash}/v2/store",
    fix = { ["401"] = STORE, auth = STORE, ["404"] = STORE, ["403"] = scope("Information & settings, read-only", "store_v2_information_read_only")["403"] },
  },
  ["ping.2_orders"] = {
    GET = "/stores/{store_hash}/v2/orders", query = { limit = "1" }, fix = scope("Orders, read-only", "store_v2_orders_read_only"),
  },
  ["ping.3_customers"] = {
    GET = "/stores/{store_hash}/v3/customers", query = { limit = "1" }, fix = scope("Customers, read-only", "store_v2_customers_read_only"),
  },
  ["ping.4_hooks"] = { GET = "/stores/{store_hash}/v3/hooks", query = { limit = "1" } },
}
