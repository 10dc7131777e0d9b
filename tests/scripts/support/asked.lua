-- How a declared look-up (`asks` of look_up) is asked for one write, as a reader of the declaration would fill it by hand.

local asked = {}

-- Texts at a path of names, positions (from 0) and "*" (each of a list; a list of one may come as the one).
function asked.texts(value, path)
  if value == nil then return {} end
  if path == "" then return type(value) == "table" and {} or { tostring(value) } end
  local step, rest = path:match "^([^.]+)%.?(.*)$"
  local position = math.tointeger(tonumber(step))
  if type(value) ~= "table" then return {} end
  if step == "*" and #value > 0 then
    local out = {}
    for _, each in ipairs(value) do table.move(asked.texts(each, rest), 1, 99, #out + 1, out) end
    return out
  end
  if (step == "*" or position == 0) and #value == 0 then return asked.texts(value, rest) end
  return asked.texts(value[position and position + 1 or step], rest)
end

local function fill(value, reference, body)
  if type(value) == "table" then
    local out = {}
    for name, each in pairs(value) do out[name] = fill(each, reference, body) end
    return (next(out) ~= nil or next(value) == nil) and out or nil
  end
  if type(value) ~= "string" then return value end
  local missing
  local text = value:gsub("{([^}]+)}", function(name)
    if name == "reference" then return reference end
    local found = asked.texts(body, name:match "^body%.(.-)%??$" or error("an unknown place " .. name))[1]
    if not found then assert(name:sub(-1) == "?", name .. " is missing") end
    missing = missing or not found
    return found or ""
  end)
  return not missing and text or nil
end

-- The reference that a body bears, by the first of the declared places that has one.
function asked.reference(effect, body)
  for _, path in ipairs(type(effect.by) == "table" and effect.by or { effect.by }) do
    local found = asked.texts(body, path)[1]
    if found then return found end
  end
end

function asked.arguments(asks, reference, body) return fill(asks, reference, body) end

-- Rows that are records with this reference.
function asked.ours(effect, reference, rows)
  local out = {}
  for _, row in ipairs(rows) do
    local bears = not effect.field
    for _, text in ipairs(effect.field and asked.texts(row, effect.field) or {}) do bears = bears or text == reference end
    local is_gone = effect.gone ~= nil
    for _, text in ipairs(effect.gone and asked.texts(row, effect.gone.field) or {}) do
      local listed = false
      for _, each in ipairs(effect.gone.values) do listed = listed or each == text end
      is_gone = is_gone and listed
    end
    if bears and not is_gone and (not effect.found or asked.texts(row, effect.found)[1]) then out[#out + 1] = row end
  end
  return out
end

return asked
