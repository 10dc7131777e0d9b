-- Values of the simulated Acumatica: what a record keeps (texts, units of money.lua, integers, booleans, milliseconds, dates as
-- text) as JSON, and back. Every field is an object with "value"; system fields stand bare (sheet, section 4.1).

local calendar, fields, host, money, wire = require "calendar", require "acumatica_fields", require "host", require "money", require "wire"

local values = {}

local GUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

function values.is_guid(text) return type(text) == "string" and text:find(GUID) ~= nil end

local function offset_text(minutes)
  local size = math.abs(minutes)
  return ("%s%02d:%02d"):format(minutes < 0 and "-" or "+", size // 60, size % 60)
end

-- "2026-01-05T00:00:00.123-08:00" of milliseconds.
function values.instant(ms, zone)
  local wall = ms + zone * 60000
  return ("%s.%03d%s"):format(calendar.iso(wall // 1000), wall % 1000, offset_text(zone))
end

-- Milliseconds of a text, read in the server's zone where it has no offset; nil when it is none.
function values.parse_instant(text, zone)
  if type(text) ~= "string" then return nil end
  local seconds = calendar.parse_iso(text)
  if not seconds then return nil end
  local fraction = text:match "%d%d:%d%d:%d%d%.(%d+)" or ""
  local ms = seconds * 1000 + math.tointeger((fraction .. "000"):sub(1, 3))
  if not text:find "T.*[Z+-]" then ms = ms - zone * 60000 end
  return ms
end

-- The date that an instant falls on where the server is.
function values.date_of(ms, zone) return calendar.date((ms + zone * 60000) // 1000) end

local shown = {
  text = function(value) return value end, guid = function(value) return value end, int = function(value) return value end,
  flag = function(value) return value end,
  decimal = function(value) return host.number(money.text(value, 4)) end,
  datetime = function(value, switches) return values.instant(value, switches.zone_minutes) end,
  date = function(value, switches) return value .. "T00:00:00" .. offset_text(switches.zone_minutes) end,
}

local function unset(switches, out, name)
  if switches.unset_as == "empty" then out[name] = {}
  elseif switches.unset_as == "null" then out[name] = { value = host.json.null } end
end

-- Which fields of a level are wanted: `want` is { select = tree or nil, expand = tree, custom = list }.
local function level(tree, name) return type(tree) == "table" and type(tree[name]) == "table" and tree[name] or nil end

-- Ids of details live in one session only (sheet, section 4.3).
local function line_id(row, session)
  row.ids = row.ids or {}
  row.ids[session] = row.ids[session] or host.uuid()
  return row.ids[session]
end

-- The row of a list that a written one means by its id, or nil.
function values.row_of(rows, id, session)
  for index, row in ipairs(rows) do
    if row.ids and row.ids[session] == id then return row, index end
  end
end

function values.show(list, record, want, context, inside)
  local out = { id = inside and line_id(record, context.session) or record.id, rowNumber = record.rowNumber or 1, note = { value = record.note
    or "" }, custom = {} }
  for _, name in ipairs(list[1]) do
    local field = fields.known(list, name, context.version)
    local selected = not want.select or want.select[name] ~= nil
    if field and field.part then
      if want.expand[name] then
        local inner = { select = level(want.select, name), expand = want.expand[name], custom = {} }
        local part = fields.parts[field.part]
        if field.kind == "record" then
          out[name] = values.show(part, record[name] or {}, inner, context, true)
        else
          local rows = host.json.array {}
          for index, row in ipairs(record[name] or {}) do
            row.rowNumber = index
            rows[index] = values.show(part, row, inner, context, true)
          end
          out[name] = rows
        end
      end
    elseif field and selected then
      local value = record[name]
      if value == nil then unset(context.switches, out, name) else out[name] = { value = shown[field.kind](value, context.switches) } end
    end
  end
  for _, path in ipairs(want.custom or {}) do
    local view, attribute = path:match "^(%w+)%.(%w+)$"
    if view then
      out.custom[view] = out.custom[view] or {}
      local value = (record.attributes or {})[path]
      out.custom[view][attribute] = { type = "CustomStringField", value = value }
    end
  end
  return out
end

local function wrong(what) return nil, what end

local read = {
  text = function(value)
    if type(value) ~= "string" then return wrong "a text" end
    return value
  end,
  flag = function(value)
    if type(value) ~= "boolean" then return wrong "true or false" end
    return value
  end,
  int = function(value)
    local whole = type(value) ~= "string" and tostring(value):match "^(%-?%d+)%.?0*$"
    if not whole then return wrong "a whole number" end
    return math.tointeger(whole)
  end,
  decimal = function(value)
    local units = type(value) ~= "string" and type(value) ~= "boolean" and money.parse(value)
    if not units then return wrong "a number" end
    return units
  end,
  guid = function(value)
    if not values.is_guid(value) then return wrong "a guid" end
    return value
  end,
  datetime = function(value, zone)
    local ms = values.parse_instant(value, zone)
    if not ms then return wrong "a date with time" end
    return ms
  end,
  -- A date that comes with an offset is an instant, and moves to the day that it is at the server.
  date = function(value, zone)
    local ms = values.parse_instant(value, zone)
    if not ms then return wrong "a date" end
    return values.date_of(ms, zone)
  end,
}

-- A written body as { field = value }; details as lists of the same with `id`, `delete` and `given`. nil and a sentence for what
-- can't be read. `null` empties a field. Unknown names are told to context.unknown.
function values.read(list, body, context, path)
  path = path or ""
  local out = { given = {}, id = type(body.id) == "string" and body.id or nil, delete = body.delete == true, attributes = {} }
  for name, given in pairs(body) do
    local field = fields.known(list, name, context.version)
    if name == "id" or name == "rowNumber" or name == "delete" then
      if name == "id" and not values.is_guid(given) then return nil, path .. "id: expected a guid" end
    elseif type(given) ~= "table" then
      return nil, ("%s%s: Error converting value %s to an object with \"value\"."):format(path, tostring(name), tostring(given))
    elseif name == "custom" then
      for view, attributes in pairs(given) do
        for attribute, held in pairs(type(attributes) == "table" and attributes or {}) do
          if type(held) == "table" then out.attributes[view .. "." .. attribute] = held.value end
        end
      end
    elseif name == "note" then
      out.note = given.value
    elseif not field then
      context.unknown(path .. name)
    elseif field.kind == "record" then
      local inner, why = values.read(fields.parts[field.part], given, context, path .. name .. "/")
      if not inner then return nil, why end
      out[name], out.given[name] = inner, true
    elseif field.kind == "list" then
      local rows = {}
      if next(given) ~= nil and given[1] == nil then return nil, path .. name .. ": expected a list" end
      for index, row in ipairs(given) do
        local inner, why = values.read(fields.parts[field.part], row, context, ("%s%s[%d]/"):format(path, name, index - 1))
        if not inner then return nil, why end
        rows[index] = inner
      end
      out[name], out.given[name] = rows, true
    elseif wire.is_null(given.value) then
      if next(given) ~= nil then out.given[name] = true end
    else
      local value, expected = read[field.kind](given.value, context.switches.zone_minutes)
      if value == nil then return nil, ("%s%s: expected %s, not %s"):format(path, name, expected, tostring(given.value)) end
      out[name], out.given[name] = value, not field.ro
    end
  end
  return out
end

return values
