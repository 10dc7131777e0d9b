-- Documents of the simulated FedEx: small files of the kind that was asked for, each naming its parcel, in base64 or behind a link
-- that lives for a day (apis/fedex.md section 4).

local host = require "host"

local LINK_LIFE = 86400

local label = { PATH = "/document/v2/document/retrieve/" }

-- A page of one line. Offsets in the table of contents are counted, so that readers open it.
local function pdf(text)
  local stream = ("BT /F1 24 Tf 40 380 Td (%s) Tj ET"):format(text)
  local objects = {
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 288 432] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    ("<< /Length %d >>\nstream\n%s\nendstream"):format(#stream, stream),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  }
  local parts, offsets, at = { "%PDF-1.4\n" }, {}, 9
  for number, object in ipairs(objects) do
    offsets[number] = ("%010d 00000 n \n"):format(at)
    parts[#parts + 1] = ("%d 0 obj\n%s\nendobj\n"):format(number, object)
    at = at + #parts[#parts]
  end
  parts[#parts + 1] = ("xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"):format(
    #objects + 1, table.concat(offsets), #objects + 1, at)
  return table.concat(parts)
end

-- CRC-32 of ISO 3309, as PNG uses it.
local function crc32(text)
  local crc = 0xffffffff
  for index = 1, #text do
    crc = crc ~ text:byte(index)
    for _ = 1, 8 do crc = crc & 1 == 1 and crc >> 1 ~ 0xedb88320 or crc >> 1 end
  end
  return crc ~ 0xffffffff
end

local function chunk(kind, data) return string.pack(">I4", #data) .. kind .. data .. string.pack(">I4", crc32(kind .. data)) end

-- One white point, with the text as a comment.
local function png(text)
  local point = "\x78\x01\x01\x02\x00\xfd\xff\x00\xff\x01\x01\x01\x00"   -- zlib, stored: filter 0, grey 255, Adler-32
  return "\137PNG\r\n\26\n" .. chunk("IHDR", string.pack(">I4I4", 1, 1) .. "\8\0\0\0\0") .. chunk("tEXt", "Comment\0" .. text)
    .. chunk("IDAT", point) .. chunk("IEND", "")
end

local MAKERS = {
  PDF = pdf, PNG = png,
  ZPLII = function(text) return ("^XA\n^FO40,40^A0N,40,40^FD%s^FS\n^XZ\n"):format(text) end,
  EPL2 = function(text) return ('\nN\nA40,40,0,4,1,1,N,"%s"\nP1\n'):format(text) end,
}

function label.known(kind) return MAKERS[kind] ~= nil end

local links = {}

-- A document as an answer bears it; `text` is of letters, digits and blanks.
function label.document(content, kind, text, as_link, base)
  local bytes = MAKERS[kind](text)
  local out = {
    contentType = content, docType = kind, copiesToPrint = 1, encodedLabel = host.json.null, url = host.json.null,
  }
  if as_link then
    local id = host.token(12)
    links[id] = { bytes = bytes, ends = host.now() + LINK_LIFE }
    out.url = base .. label.PATH .. id
  else
    out.encodedLabel = host.crypto.base64(bytes)
  end
  return out
end

-- What a link gives: the file, or nil when it is over or was never made.
function label.follow(path)
  local link = links[path:sub(#label.PATH + 1)]
  if link and host.now() < link.ends then
    return { status = 200, headers = { ["content-type"] = "application/octet-stream" }, body = link.bytes }
  end
end

return label
