---@meta xml

--- XML, strict both ways: well-formed or refused, no document type, so no entities beyond XML's own five. An element is a table
--- `{ name = "Order", attributes = { id = "1" }, "text", { name = "Line", … } }`: its items are texts and elements in order.
--- White space that only indents is left out.
---@class xml
local xml = {}

--- The root element of a document.
---@param text string UTF-8, UTF-16 or what its declaration says
---@param options? { keep_space?: boolean } keep white space between elements
---@return table? element
---@return table? err `invalid_argument`, with line and column
---
--- ```lua
--- local xml = require "xml"
--- local order = xml.parse '<Order id="118"><Line>Mug &amp; tea</Line></Order>'
--- assert(order.attributes.id == "118" and order[1][1] == "Mug & tea")
--- assert(not xml.parse "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")
--- ```
function xml.parse(text, options) end

--- A document of an element. Attributes come in byte order; names and characters that XML can't carry are refused.
---@param element table
---@param options? { declaration?: boolean } `<?xml …?>` before it, true when left out
---@return string
---
--- ```lua
--- local text = require("xml").encode({ name = "Order", attributes = { id = 118 }, { name = "Note", "a < b" } }, { declaration = false })
--- assert(text == '<Order id="118"><Note>a &lt; b</Note></Order>')
--- ```
function xml.encode(element, options) end

--- The first child element of a name.
---@param element table
---@param name string
---@return table? element
---
--- ```lua
--- local xml = require "xml"
--- assert(xml.child(xml.parse "<a><b>1</b><b>2</b></a>", "b")[1] == "1")
--- ```
function xml.child(element, name) end

--- All child elements of a name.
---@param element table
---@param name string
---@return table[] elements
---
--- ```lua
--- local xml = require "xml"
--- assert(#xml.children(xml.parse "<a><b/><c/><b/></a>", "b") == 2)
--- ```
function xml.children(element, name) end

--- All text in an element, in order.
---@param element table
---@return string
---
--- ```lua
--- local xml = require "xml"
--- assert(xml.text(xml.parse "<a>one <b>two</b></a>") == "one two")
--- ```
function xml.text(element) end

return xml
