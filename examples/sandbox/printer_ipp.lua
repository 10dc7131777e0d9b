-- Messages of the Internet Printing Protocol as bytes: RFC 8010, section 3. Nothing here is shared with the connector.

local ipp = {}

local VALUES_FROM, END = 0x10, 0x03

ipp.groups = { operation = 0x01, job = 0x02, printer = 0x04 }
ipp.tags = {
  integer = 0x21, boolean = 0x22, enum = 0x23, text = 0x41, name = 0x42, keyword = 0x44, uri = 0x45, charset = 0x47, language = 0x48,
  media_type = 0x49,
}

local function number_at(bytes, at, count)
  local value = 0
  for index = at, at + count - 1 do
    local byte = bytes:byte(index)
    if not byte then error("cut short", 0) end
    value = value << 8 | byte
  end
  return value
end

-- { operation, request, attributes = { name = { value, … } } of all groups, document }
function ipp.read(bytes)
  local message = { version = number_at(bytes, 1, 2), operation = number_at(bytes, 3, 2), request = number_at(bytes, 5, 4), attributes = {} }
  local at, last = 9, nil
  while true do
    local tag = number_at(bytes, at, 1)
    at = at + 1
    if tag == END then break end
    if tag >= VALUES_FROM then
      local name_length = number_at(bytes, at, 2)
      local name = bytes:sub(at + 2, at + 1 + name_length)
      at = at + 2 + name_length
      local length = number_at(bytes, at, 2)
      local value = bytes:sub(at + 2, at + 1 + length)
      if #value < length then error("a value is cut short", 0) end
      at = at + 2 + length
      if tag == ipp.tags.integer or tag == ipp.tags.enum then value = number_at(value, 1, 4) end
      if name ~= "" then last, message.attributes[name] = name, {} end
      local values = message.attributes[last]
      values[#values + 1] = value
    end
  end
  message.document = bytes:sub(at)
  return message
end

local function short(value) return string.char(value >> 8 & 255, value & 255) end
local function long(value) return short(value >> 16 & 0xffff) .. short(value & 0xffff) end

local function value_bytes(tag, value)
  if tag == ipp.tags.integer or tag == ipp.tags.enum then return long(value) end
  if tag == ipp.tags.boolean then return value and "\1" or "\0" end
  return value
end

-- groups: { { tag, { name, tag, value or { values } }, … }, … }
function ipp.write(status, request, groups)
  local out = { "\1\1", short(status), long(request) }
  for _, group in ipairs(groups) do
    out[#out + 1] = string.char(group[1])
    for index = 2, #group do
      local name, tag, values = group[index][1], group[index][2], group[index][3]
      if type(values) ~= "table" then values = { values } end
      for position, value in ipairs(values) do
        local bytes, shown = value_bytes(tag, value), position == 1 and name or ""
        out[#out + 1] = string.char(tag) .. short(#shown) .. shown .. short(#bytes) .. bytes
      end
    end
  end
  out[#out + 1] = string.char(END)
  return table.concat(out)
end

return ipp
