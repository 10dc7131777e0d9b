-- What a person does to accounts of the simulated Exact Online, for `seed`:
-- {"make_accounts": [{"Name": …, "Email": …, "VATNumber": …}]}, {"change_accounts": [{"Email": …, "set": {"Phone": …}}]},
-- {"change": [{"path": "vat/VATCodes", "code": "5", "set": {"IsBlocked": false}}]}, {"unblock_account": email}, {"delete_account": email}.

local entities, money = require "exact_fields", require "money"

local people = {}

local PATH = "crm/Accounts"

local function by_email(books, division, email)
  for row in books:each(division, PATH) do
    if row.Email and row.Email:lower() == email:lower() then return row end
  end
end

-- Amounts are typed as text and kept as the books keep them.
local function typed(path, name, value)
  local field = entities[path].fields[name]
  if field and field.type == "decimal" and type(value) == "string" then return money.parse(value) end
  return value
end

-- Gives how much was done.
function people.act(books, division, world, body)
  local done = 0
  for _, wanted in ipairs(body.make_accounts or {}) do
    local row = { Code = tostring(books:number(division, "account", 1)), Blocked = false, Status = "C" }
    for name, value in pairs(wanted) do row[name] = value end
    books:insert(division, PATH, "ID", row)
    world.changed(PATH, row.ID, "Create")
    done = done + 1
  end
  for _, wanted in ipairs(body.change_accounts or {}) do
    local row = by_email(books, division, wanted.Email)
    for name, value in pairs(row and wanted.set or {}) do row[name] = value end
    if row then
      world.changed(PATH, row.ID, "Update")
      done = done + 1
    end
  end
  for _, wanted in ipairs(body.change or {}) do
    local row = books:find(division, wanted.path, "Code", wanted.code)
    for name, value in pairs(row and wanted.set or {}) do row[name] = typed(wanted.path, name, value) end
    if row then books:touched(division, wanted.path, row[books:table_of(division, wanted.path).key]) end
    done = done + (row and 1 or 0)
  end
  local unblocked = body.unblock_account and by_email(books, division, body.unblock_account)
  if unblocked then unblocked.Blocked, done = false, done + 1 end
  local gone = body.delete_account and by_email(books, division, body.delete_account)
  if gone then
    books:delete(division, PATH, gone.ID)
    world.changed(PATH, gone.ID, "Delete")
    done = done + 1
  end
  return done
end

return people
