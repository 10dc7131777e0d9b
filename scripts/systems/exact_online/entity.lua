-- The operations that every entity under a division offers, from one short description:
--
--     entity "crm/Accounts" { name = "accounts", type = "Account", id = "ID", select = "ID,Code,Name", writes = { … } }
--
-- gives accounts.list, accounts.get and whichever of accounts.create, .update, .delete `writes` describes; a document that
-- names its `lines` also gets .whole.

local PAGES = { rows = { "d.results", "d" }, next = "d.__next" }
-- What is asked of one list at the same time goes out as one filter: conditions joined by "or", so many as a URL holds.
local ANY_OF = { param = "$filter", join = " or ", max = 20 }
local FIND = { param = "$filter", format = "odata" }
local UNWRAP = { "d.results.0", "d" }

local function operations_of(path, entity)
  local collection = "/api/v1/{division}/" .. path
  local single = collection .. "(guid'{id}')"
  local writes, out = entity.writes or {}, {}
  local listed = entity.id and { list = entity.name .. ".list", find = entity.id .. " eq guid'{id}'", field = entity.id }
  local function add(verb, operation)
    operation.unwrap, operation.id, operation.number = UNWRAP, entity.id, entity.number
    out[entity.name .. "." .. verb] = operation
  end

  -- Exact refuses lists without $select on many endpoints, so it is always sent (section 4).
  out[entity.name .. ".list"] = {
    GET = collection, pages = PAGES, find = FIND, any_of = ANY_OF, gives = entity.type, query = { ["$select"] = entity.select },
  }
  if not entity.list_only then
    add("get", { GET = single, gives = entity.type, listed = listed, query = { ["$select"] = entity.select } })
  end
  -- A document with its lines in one call; expanded lines come as { results = { … } } (section 4).
  if entity.lines then
    add("whole", {
      GET = single, gives = entity.type, listed = listed, query = { ["$select"] = entity.select .. "," .. entity.lines, ["$expand"] = entity.lines },
    })
  end
  if writes.create then
    add("create", {
      POST = collection, takes = entity.type, gives = entity.type, create = true, effect = writes.create,
      confirm = writes.confirm, deadline = "25s",
    })
  end
  if writes.update then
    add("update", {
      PUT = single, takes = entity.type, effect = { kind = "A", key = "id", read = entity.name .. ".get" }, deadline = "25s",
    })
  end
  if writes.delete then
    -- Deleting what is gone answers 404, which is the state that was wanted: repeating does no harm.
    add("delete", { DELETE = single, effect = { kind = "D", may_repeat = true }, deadline = "25s" })
  end
  return out
end

return function(path)
  return function(entity) return operations_of(path, entity) end
end
