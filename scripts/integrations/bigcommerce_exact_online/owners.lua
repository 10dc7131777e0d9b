-- Owner per field (BC11): changes of a field go from its owner to the other side; the other way only what is empty is
-- filled. As no field has two owners, no change can go round in circles.

local owners = {}

local SHOP, BOOKS = "shop", "books"
-- The address is one thing: half of a new one beside half of an old one is neither.
local ADDRESS = { "AddressLine1", "AddressLine2", "Postcode", "City", "Country" }
local IS_ADDRESS = {}
for _, field in ipairs(ADDRESS) do IS_ADDRESS[field] = true end

local function owner_of(settings, field)
  if IS_ADDRESS[field] then field = "Address" end
  return settings.owners[field] or BOOKS
end

local function text(value)
  if value == nil then return "" end
  return (tostring(value):match "^%s*(.-)%s*$")
end

local function same(a, b) return text(a) == text(b) end
local function is_empty(value) return text(value) == "" end

-- Fields that the other side fills when they are empty, and overwrites when it owns them.
local FIELDS = { "Name", "Email", "Phone", "Language", "VATNumber", "PaymentConditionSales" }

-- What an account of the books gets from the shop's `wanted`; nil when nothing differs. With `only_empty` nothing that
-- stands there is overwritten, whoever owns it.
function owners.for_books(settings, wanted, account, only_empty)
  local changes
  local function change(field, value)
    changes = changes or {}
    changes[field] = value
  end
  for _, field in ipairs(FIELDS) do
    local value = wanted[field]
    local owned = owner_of(settings, field) == SHOP and not only_empty
    if not is_empty(value) and not same(value, account[field]) and (owned or is_empty(account[field])) then change(field, value) end
  end
  local differs, blank = false, true
  for _, field in ipairs(ADDRESS) do
    differs = differs or not same(wanted[field], account[field])
    if field ~= "Country" then blank = blank and is_empty(account[field]) end
  end
  local has_place = not is_empty(wanted.AddressLine1) and not is_empty(wanted.City)
  if has_place and differs and (blank or owner_of(settings, "AddressLine1") == SHOP and not only_empty) then
    for _, field in ipairs(ADDRESS) do change(field, wanted[field] or null) end
  end
  return changes
end

-- The account's fields that go to the shop, as they stand after a change.
function owners.merged(account, changes)
  local out = {}
  for _, field in ipairs { "Name", "Email", "Phone" } do out[field] = changes[field] or account[field] end
  return out
end

-- Field of the customer in the shop to the account's field whose owner decides.
local OF_CUSTOMER = { email = "Email", phone = "Phone", company = "Name" }

-- What a customer of the shop gets from the books' `wanted`; nil when nothing differs.
function owners.for_shop(settings, wanted, customer)
  local changes
  for field, of_account in pairs(OF_CUSTOMER) do
    local value, there = wanted[field], customer[field]
    local owned = owner_of(settings, of_account) == BOOKS
    -- A private person has no company; the account's name is then the person's.
    local applies = field ~= "company" or not is_empty(there)
    if applies and not is_empty(value) and not same(value, there) and (owned or is_empty(there)) then
      changes = changes or {}
      changes[field] = value
    end
  end
  return changes
end

return owners
