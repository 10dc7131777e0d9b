-- Webhook subscriptions V3. They are visible only to the client that made them; shop + scope + destination is unique.

local HOOKS = "/stores/{store_hash}/v3/hooks"
local UNWRAP = { "data", "" }   -- the prose pages of the documentation show answers without the wrapper

return {
  ["hooks.list"] = {
    GET = HOOKS, gives = "Hook", find = { param = "destination" },
    pages = { rows = { "data" }, param = "page", size_param = "limit", size = 50, first = 1 },
  },
  ["hooks.get"] = { GET = HOOKS .. "/{id}", gives = "Hook", unwrap = UNWRAP, id = "id" },
  ["hooks.create"] = {
    POST = HOOKS, takes = "Hook", gives = "Hook", unwrap = UNWRAP, id = "id",
    -- Shop, scope and destination are unique: a second one is refused with 409, so repeating does no harm.
    effect = { kind = "D", may_repeat = true }, create = true, rejects = { 409 },
  },
  ["hooks.update"] = {
    PUT = HOOKS .. "/{id}", takes = "Hook", gives = "Hook", unwrap = UNWRAP, id = "id",
    effect = { kind = "A", key = "id", read = "hooks.get" },
  },
  -- Who is mailed when a hook goes wrong, all hooks of the client, and the domains that are blocked, with seconds left.
  ["hooks.admin"] = { GET = HOOKS .. "/admin", gives = "HookAdmin", unwrap = UNWRAP },
  ["hooks.delete"] = { DELETE = HOOKS .. "/{id}", effect = { kind = "D", may_repeat = true } },
}
