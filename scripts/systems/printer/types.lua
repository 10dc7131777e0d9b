local record = require "record"

local function printer(fields) return record({}, fields) end

return {
  -- name: what the file or the print job is called; type: application/zpl, application/pdf, image/png; content: base64 text, as
  -- carriers give it; copies: 1 to 99, one when it is left out.
  Document = printer { name = "text must", type = "text must", content = "text must", copies = "integer" },
  -- id: the file's name, or the printer's number of the job; files: of a folder, those that were placed.
  Printed = printer { id = "text read", state = "text read", files = "list:text read" },
}
