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

return text
