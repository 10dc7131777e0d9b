-- Facts of the simulated store that nobody changes: the store itself, its clock, order statuses, customer groups, tax classes and
-- channels (apis/bigcommerce.md, sections 4 and 7).

local answers, host, shapes = require "shop_answers", require "host", require "shop_shapes"

local facts = {}

local function store(account)
  return {
    id = account.store_hash, store_id = 1001, name = "Acme", domain = "acme.example.org", secure_url = "https://acme.example.org",
    status = "live", plan_name = "Plus", plan_level = "Plus", language = "nl", default_channel_id = 1, weight_units = "KGS",
    dimension_units = "Centimeters", currency = "EUR", country_code = "NL", decimal_places = 2, is_price_entered_with_tax = false,
    timezone = { name = "Europe/Amsterdam", raw_offset = 3600, dst_offset = 7200 },
  }
end

local function statuses()
  local out = host.json.array {}
  for id = 0, 14 do
    out[#out + 1] = {
      id = id, name = shapes.STATUS[id], system_label = shapes.STATUS[id], custom_label = "Own: " .. shapes.STATUS[id], order = id,
      system_description = "",
    }
  end
  return out
end

local GROUPS = {
  { id = 1, name = "Retail", is_default = true }, { id = 2, name = "Wholesale", is_default = false },
}

local TAX_CLASSES = {
  { id = 1, name = "Default Tax Class", created_at = "2025-01-01T00:00:00+00:00", updated_at = "2025-01-01T00:00:00+00:00" },
  { id = 2, name = "Reduced", created_at = "2025-01-01T00:00:00+00:00", updated_at = "2025-01-01T00:00:00+00:00" },
}

local CHANNELS = {
  {
    id = 1, name = "Acme", type = "storefront", platform = "bigcommerce", status = "active", external_id = "", is_enabled = true,
    is_visible = true, is_listable_from_ui = true, date_created = "2025-01-01T00:00:00Z", date_modified = "2025-01-01T00:00:00Z",
  },
}

local function with_id(rows, id)
  for _, row in ipairs(rows) do
    if row.id == math.tointeger(id) then return row end
  end
end

local function array(rows) return host.json.array(table.move(rows, 1, #rows, 1, {})) end

-- Nil when the path is none of these.
function facts.v2(account, request, path)
  local group = path:match "^customer_groups/(%d+)$"
  local known = path == "store" or path == "time" or path == "order_statuses" or path == "customer_groups" or path == "tax_classes" or group
  if not known then return nil end
  if request.method ~= "GET" then return answers.v2_error(405, "The method is not allowed.") end
  if path == "store" then return answers.json(200, store(account)) end
  if path == "time" then return answers.json(200, { time = host.now() }) end
  if path == "order_statuses" then return answers.json(200, statuses()) end
  if path == "customer_groups" then return answers.json(200, array(GROUPS)) end
  if path == "tax_classes" then return answers.json(200, array(TAX_CLASSES)) end
  local found = with_id(GROUPS, group)
  return found and answers.json(200, found) or answers.v2_error(404, "The requested resource was not found.")
end

function facts.v3(request, path, page)
  local id = path:match "^channels/(%d+)$"
  if path ~= "channels" and not id then return nil end
  if request.method ~= "GET" then return answers.v3_error(405, "Method not allowed") end
  if not id then return page(CHANNELS, { limit = "250" }) end
  local found = with_id(CHANNELS, id)
  return found and answers.json(200, { data = found, meta = {} }) or answers.v3_error(404, "Not found")
end

return facts
