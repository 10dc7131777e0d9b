-- What specs expect of values; what is not so is told at the line that expected it.

local expect = {}

function expect.equal(found, wanted, what)
  if found ~= wanted then error(("%s: expected %s, found %s"):format(what or "value", tostring(wanted), tostring(found)), 2) end
end

function expect.contains(text, part)
  if not (type(text) == "string" and text:find(part, 1, true)) then error(("expected '%s' in: %s"):format(part, tostring(text)), 2) end
end

return expect
