-- The connector of Exact Online and its simulation against what the reference says of each entity (facts/exact_online.md): its
-- methods, its fields, which are mandatory and which are only read.

local root = ...
local flow = require "flow"
require "service"

-- Methods that Exact has and the connector leaves out, each for a reason.
local LEFT_OUT = {
  ["financial/GLAccounts"] = "PUD: the accountant's", ["financial/Journals"] = "PUD: the accountant's", ["vat/VATCodes"] = "PUD: the accountant's",
  ["cashflow/PaymentConditions"] = "P: the accountant's", ["webhooks/WebhookSubscriptions"] = "U: refused since 2017; deleted and made anew",
  ["inventory/Warehouses"] = "PUD: set up by people", ["inventory/ItemWarehouses"] = "PUD: set up by people",
  ["logistics/SalesItemPrices"] = "PUD: set up by people", ["sales/SalesChannels"] = "PUD: set up by people",
  ["salesorder/GoodsDeliveryLines"] = "P: lines can't be posted alone",
  ["purchaseorder/PurchaseOrders"] = "PUD: buying is no part", ["purchaseorder/PurchaseOrderLines"] = "PUD: buying is no part",
}
-- The same for the simulation, which has what connectors use.
local NOT_SIMULATED = {
  ["inventory/Warehouses"] = "PUD", ["inventory/ItemWarehouses"] = "PUD", ["logistics/SalesItemPrices"] = "PUD", ["sales/SalesChannels"] = "PUD",
  ["purchaseorder/PurchaseOrders"] = "PUD", ["purchaseorder/PurchaseOrderLines"] = "PUD",
}
-- Called mandatory, and not: an account defaults from the item's (section 6), a contact needs one of its two names, and a line
-- inside its document need not name it.
local NOT_MANDATORY = {
  ["salesinvoice/SalesInvoiceLines"] = "GLAccount", ["crm/Contacts"] = "FirstName LastName", ["salesorder/SalesOrderLines"] = "OrderID",
  ["salesorder/SalesOrderOrderChargeLines"] = "OrderID", ["salesinvoice/SalesInvoiceOrderChargeLines"] = "InvoiceID",
}

local LETTERS = { GET = "G", POST = "P", PUT = "U", DELETE = "D" }

-- "IncotermCode/Address/Version" is short for three names, "GLRevenue/GLCosts" for two: a name is what one of the readings gives.
local function readings(head, name)
  local prefix = head and head:match "^(.*%l)%u%l*$"
  return prefix and { name, prefix .. name } or { name }
end

local function each_field(cell, found)
  local read = false
  -- What stands in parentheses explains, and so does what follows the fields of an entity that is only posted.
  local text = cell:gsub("%b()", ""):gsub("; max .*$", ""):gsub("; type becomes.*$", ""):gsub("returns.*$", ""):gsub(" or ", ", ")
    :gsub("; address fields are .*$", ""):gsub("%. POST of .*$", ""):gsub("%. %*%*Not.*$", ""):gsub("; general has.*$", "")
    :gsub("%. system/Divisions.*$", "")
  for piece in text:gmatch "[^,;]+" do
    local words = piece:match "^%s*(.-)%s*$"
    local after = words:match "^read:?%s+(.*)$"
    if after then read, words = true, after end
    local bold = words:find("**", 1, true) ~= nil
    local name = words:gsub("%*%*", ""):match "^([%u][%w_/*%-]*)"
    if name and not name:find("*", 1, true) then
      local first, last = name:match "^%a+(%d)%-(%d)$"
      if first then
        for number = math.tointeger(first), math.tointeger(last) do
          found({ name:match "^(%a+)" .. number }, { read = read, bold = bold })
        end
      else
        local head
        for part in name:gmatch "[^/]+" do
          found(readings(head, part), { read = read, bold = bold })
          head = head or part
        end
      end
    end
  end
end

local function entities()
  local out = {}
  for line in io.lines(root .. "/tests/scripts/systems/facts/exact_online.md") do
    local paths, key, methods, cell = line:match "^| ([^|]+) | ([^|]+) | ([^|]+) | ([^|]+) |$"
    if paths and paths:find "/" and not paths:find "^entity" then
      for path in paths:gsub("%b()", ""):gmatch "[%a]+/[%a]+" do
        out[#out + 1] = { path = path, key = key:match "^%a+", methods = methods:match "[GPUD]+", cell = cell }
      end
    end
  end
  assert(#out > 45, "the facts are not read")
  return out
end

local function left_out(list, path, letter) return list[path] ~= nil and list[path]:match("^[GPUD]+"):find(letter, 1, true) ~= nil end

-- By entity: the methods that operations use, and the types that they give or take.
local function offered(connector)
  local out = {}
  for name, operation in pairs(connector.operations) do
    for method, letter in pairs(LETTERS) do
      local path = operation[method] and operation[method]:gsub("^/api/v1/{division}/", ""):gsub("^/api/v1/", ""):gsub("%(guid'{id}'%)$", "")
      if path and not name:find "^ping" then
        out[path] = out[path] or { methods = "", types = {} }
        out[path].methods = out[path].methods .. letter
        if operation.takes or operation.gives then out[path].types[operation.takes or operation.gives] = true end
      end
    end
  end
  return out
end

local function one_of(names, known)
  for _, name in ipairs(names) do
    if known[name] then return known[name], name end
  end
end

local function troubles_of(entity, what, fields, flags)
  local out = {}
  each_field(entity.cell, function(names, is)
    local field, name = one_of(names, fields)
    local says = ("%s: %s.%s "):format(what, entity.path, names[1])
    if not field then
      out[#out + 1] = says .. "is missing"
    else
      local exempt = (NOT_MANDATORY[entity.path] or ""):find(name, 1, true)
      if is.bold and not exempt and not flags.must(field) and entity.methods:find "P" then out[#out + 1] = says .. "is not mandatory" end
      if not is.read and entity.methods:find "[PU]" and not flags.writable(field) then out[#out + 1] = says .. "can't be written" end
      if is.read and flags.writable(field) then out[#out + 1] = says .. "is only read" end
    end
  end)
  return out
end

local function none(list) assert(#list == 0, "\n" .. table.concat(list, "\n")) end

return {
  ["every method of an entity of the reference has its operation, or a reason why not"] = function()
    local connector = offered(flow.load(root, "scripts/systems/exact_online"))
    local missing = {}
    for _, entity in ipairs(entities()) do
      for letter in entity.methods:gmatch "." do
        local there = connector[entity.path] and connector[entity.path].methods:find(letter, 1, true)
        if not there and not left_out(LEFT_OUT, entity.path, letter) then missing[#missing + 1] = entity.path .. " " .. letter end
        if there and left_out(LEFT_OUT, entity.path, letter) then missing[#missing + 1] = entity.path .. " " .. letter .. " is offered" end
      end
      local methods = connector[entity.path] and connector[entity.path].methods or ""
      for letter in methods:gmatch "." do
        if not entity.methods:find(letter, 1, true) then missing[#missing + 1] = entity.path .. " has no " .. letter end
      end
    end
    none(missing)
  end,
  ["every field of the reference stands in the connector's type as it is"] = function()
    local system = flow.load(root, "scripts/systems/exact_online")
    local connector, troubles = offered(system), {}
    for _, entity in ipairs(entities()) do
      for name in pairs(connector[entity.path].types) do
        local found = troubles_of(entity, name, system.types[name].fields, {
          must = function(field) return field.mandatory end, writable = function(field) return field.writable end,
        })
        table.move(found, 1, #found, #troubles + 1, troubles)
      end
    end
    none(troubles)
  end,
  ["every field and method of the reference is in the simulation"] = function()
    local simulated, troubles = require "exact_fields", {}
    for _, entity in ipairs(entities()) do
      local known = simulated[entity.path]
      if entity.path ~= "current/Me" then
        assert(known, "not simulated: " .. entity.path)
        for letter in entity.methods:gmatch "." do
          if not known.methods:find(letter, 1, true) and not left_out(NOT_SIMULATED, entity.path, letter) then
            troubles[#troubles + 1] = entity.path .. " " .. letter .. " is not simulated"
          end
        end
        if known.key ~= entity.key then troubles[#troubles + 1] = entity.path .. ": its key is " .. entity.key end
        local found = troubles_of(entity, "simulation", known.fields, {
          must = function(field) return field.must end, writable = function(field) return not field.read end,
        })
        table.move(found, 1, #found, #troubles + 1, troubles)
      end
    end
    none(troubles)
  end,
}
