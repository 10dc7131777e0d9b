-- As much of the host's `text` as specs in plain Lua need: small letters of Latin with its marks.

local text = {}

function text.lower(given)
  local out = {}
  for _, code in utf8.codes(given) do
    if code >= 0x41 and code <= 0x5A or code >= 0xC0 and code <= 0xDE and code ~= 0xD7 then code = code + 0x20 end
    if code >= 0x100 and code <= 0x137 and code % 2 == 0 then code = code + 1 end
    if code >= 0x139 and code <= 0x148 and code % 2 == 1 then code = code + 1 end
    out[#out + 1] = utf8.char(code)
  end
  return table.concat(out)
end

function text.trim(given) return given:match "^%s*(.-)%s*$" end
function text.collapse(given) return text.trim((given:gsub("%s+", " "))) end
function text.length(given) return utf8.len(given) end
function text.cut(given, count) return given:sub(1, (utf8.offset(given, count + 1) or #given + 1) - 1) end
function text.compose(given) return given end

function text.characters(given)
  local out = {}
  for _, code in utf8.codes(given) do out[#out + 1] = utf8.char(code) end
  return out
end

-- Letters that specs write; what has no plain form is an error as the host's is.
local PLAIN = {
  ["Ł"] = "L", ["ł"] = "l", ["ó"] = "o", ["ö"] = "o", ["ü"] = "u", ["ä"] = "a", ["é"] = "e", ["ź"] = "z", ["ß"] = "ss", ["Ø"] = "O", ["ø"] = "o", ["Ą"] = "A",
  ["ą"] = "a", ["ë"] = "e", ["Ü"] = "U",
}

function text.ascii(given)
  local out = {}
  for _, code in utf8.codes(given) do
    local char = utf8.char(code)
    if code >= 128 and not PLAIN[char] then
      return nil, { code = "unsupported", message = ("the character '%s' has no form in plain letters"):format(char), character = char }
    end
    out[#out + 1] = PLAIN[char] or char
  end
  return table.concat(out)
end

return text
