-- The list of awkward data (tests/test_data.txt) is whole, and each test that it names is there.

local root = ...

local tests = {}

local ITEMS = {
  "names and addresses beyond ASCII", "4 lines of 60 characters with the house number last", "phone without country code", "quantities with decimals",
  "case of 12", "zero-price lines", "negative lines", "100-line orders", "JPY", "KWD", "tax-inclusive and tax-exclusive stores", "mixed VAT",
  "OSS rate that the division lacks", "invalid VAT number", "one-cent rounding", "multi-currency", "several parcels", "partial shipments with back order",
  "combined and split orders", "label with cost 0", "bought and voided inside one poll gap", "DST nights", "23:30 Pacific on the last of a month",
  "leap day", "order numbers that are prefixes of each other", "two shops with the same order number into one division", "ids above 2^53",
  "null, missing and unknown fields", "empty arrays", "204 answers", "gift certificate sold and redeemed", "refund by amount without tax",
  "SKU missing, deleted, bundle child", "closed period", "blocked and prospect account", "cost centre required and forbidden",
  "draft deleted by a person", "invoice processed between two events", "delivery with a tracking number typed in", "return-to-sender after delivered",
  "printer down", "300 orders with one bad VAT code", "start in the past of half the orders",
}
local INTEGRATIONS = {
  "bigcommerce_exact_online", "exact_online_shipstation", "acumatica_shipstation", "exact_online_ups", "exact_online_fedex",
}

local function rows()
  local out = {}
  for line in io.lines(root .. "/tests/test_data.txt") do
    if line ~= "" and line:sub(1, 1) ~= "#" then
      local item, integration, where = line:match "^(.-) | ([%w_]+) | (.+)$"
      assert(item, "not 'item | integration | where': " .. line)
      out[#out + 1] = { item = item, integration = integration, where = where, line = line }
    end
  end
  return out
end

local function index(list)
  local out = {}
  for _, each in ipairs(list) do out[each] = true end
  return out
end

local function text_of(path)
  local file <close> = assert(io.open(root .. "/" .. path))
  return file:read "a"
end

local loaded = {}

-- Whether a file has a test of that name: a spec is asked for its cases, anything else has to say it in a line.
local function has_test(path, name)
  if not path:find "_spec%.lua$" then return text_of(path):find(name, 1, true) ~= nil end
  if not loaded[path] then loaded[path] = assert(loadfile(root .. "/" .. path))(root) end
  if loaded[path][name] then return true end
  local before, after = name:match "^(.-)%%s(.*)$"   -- one for each of several
  for each in pairs(before and loaded[path] or {}) do
    if #each > #before + #after and each:sub(1, #before) == before and each:sub(-#after) == after then return true end
  end
  return false
end

tests["each item of the list has a line for each integration, and none is of anything else"] = function()
  local items, integrations, seen = index(ITEMS), index(INTEGRATIONS), {}
  for _, row in ipairs(rows()) do
    assert(items[row.item], "no item of the list: " .. row.line)
    assert(integrations[row.integration], "no integration: " .. row.line)
    seen[row.item .. "\n" .. row.integration] = true
  end
  for _, item in ipairs(ITEMS) do
    for _, integration in ipairs(INTEGRATIONS) do assert(seen[item .. "\n" .. integration], ("nothing says '%s' of %s"):format(item, integration)) end
  end
end

tests["each test that the list names is there, and what does not apply says why"] = function()
  local proved = {}
  for _, row in ipairs(rows()) do
    local why = row.where:match "^does not apply: (.+)$"
    if why then
      assert(#why > 9, "says no reason: " .. row.line)
    else
      local path, name = row.where:match "^(%S+): (.+)$"
      assert(path and has_test(path, name), "there is no such test: " .. row.line)
      proved[row.item] = true
    end
  end
  for _, item in ipairs(ITEMS) do assert(proved[item], "nothing proves " .. item) end
end

tests["a test that is not there is missed"] = function()
  assert(has_test("tests/scripts/integrations/parcels_spec.lua", "XS8 bought and voided inside one poll gap makes nothing"))
  assert(not has_test("tests/scripts/integrations/parcels_spec.lua", "XS8 bought and voided inside one poll gap"))
  assert(not has_test("tests/system/bad_vat_code_test.sh", "C15: 301 orders"))
end

return tests
