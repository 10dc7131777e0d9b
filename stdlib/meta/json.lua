---@meta json

--- JSON with exact numbers: "40.00" stays a decimal, integers up to 64 bits stay integers, null is a value of its own, an
--- empty array stays an array, equal keys in one object are refused.
---@class json
---@field null userdata what JSON's null reads as in plain tables, and how it is written; the same as the ambient `null`
local json = {}

--- Plain tables of a JSON text.
---@param text string
---@return any value nil when the text is no JSON
---@return table? err `invalid_argument`, with the place
---
--- ```lua
--- local json = require "json"
--- local value = json.decode '{"lines":[],"note":null,"price":1.50}'
--- assert(#value.lines == 0 and value.note == json.null and tostring(value.price) == "1.50")
--- ```
function json.decode(text) end

--- The lazy view that operations answer with: fields are read when they are asked for, null reads as nil, money is a decimal.
---@param text string
---@return any record a record, or a plain value when the text is no object or array
---@return table? err
---
--- ```lua
--- local record = require("json").record '{"id":9007199254740993,"note":null}'
--- assert(record.id == 9007199254740993 and record.note == nil and has(record, "note"))
--- ```
function json.record(text) end

--- JSON of a value. Keys of tables come in byte order, those of records as they came.
---@param value any no functions, no cycles
---@return string
---
--- ```lua
--- assert(require("json").encode { b = 1, a = { 1, 2 } } == '{"a":[1,2],"b":1}')
--- ```
function json.encode(value) end

--- Marks a list as an array, so that it is written as one when it is empty.
---@param list? table a new one when left out
---@return table list
---
--- ```lua
--- local json = require "json"
--- assert(json.encode { json.array(), {} } == "[[],{}]")
--- ```
function json.array(list) end

--- Whether a value is written as an array.
---@param value any
---@return boolean
---
--- ```lua
--- local json = require "json"
--- assert(json.is_array { 1 } and json.is_array(json.array()) and not json.is_array {})
--- ```
function json.is_array(value) end

return json
