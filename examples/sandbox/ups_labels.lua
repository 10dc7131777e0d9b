-- Label images of the simulated UPS: small, and valid in their format.

local host = require "host"

local labels = { SHIPPING = { GIF = true, ZPL = true, EPL = true, SPL = true }, RECOVERY = { GIF = true, ZPL = true, EPL = true, SPL = true, PDF = true } }

-- One white pixel (GIF89a): the number stands in a comment block.
local function gif(number)
  return "GIF89a\1\0\1\0\128\0\0\255\255\255\0\0\0!\254" .. string.char(#number) .. number .. "\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
end

local function zpl(number, to) return ("^XA^CI28^FO50,50^A0N,40^FD%s^FS^FO50,120^BY3^BCN,160,Y,N,N^FD%s^FS^XZ\n"):format(to, number) end

local function epl(number, to) return ('\nN\nA50,50,0,4,1,1,N,"%s"\nB50,120,0,1,3,3,160,B,"%s"\nP1\n'):format(to:gsub('"', "'"), number) end

-- A page of 4 by 6 inches with a cross-reference table that fits.
local function pdf(number)
  local text = ("BT /F1 14 Tf 20 400 Td (%s) Tj ET"):format(number)
  local objects = {
    "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    ("<</Length %d>>\nstream\n%s\nendstream"):format(#text, text), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  }
  local out, places = "%PDF-1.4\n", {}
  for index, object in ipairs(objects) do
    places[index] = #out
    out = out .. ("%d 0 obj\n%s\nendobj\n"):format(index, object)
  end
  local table_at = #out
  out = out .. ("xref\n0 %d\n0000000000 65535 f \n"):format(#objects + 1)
  for _, place in ipairs(places) do out = out .. ("%010d 00000 n \n"):format(place) end
  return out .. ("trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"):format(#objects + 1, table_at)
end

local MAKERS = { GIF = gif, ZPL = zpl, EPL = epl, SPL = zpl, PDF = pdf }

-- The bytes of a parcel's label, in base64.
function labels.image(format, number, to) return host.crypto.base64(MAKERS[format](number, to)) end

return labels
