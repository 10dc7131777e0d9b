---@meta csv

--- Tables as CSV (RFC 4180): quoted where needed, first row names the columns.
---@class csv
local csv = {}

--- The rows of a CSV text. Two columns of one name, a row that is too long or too short, and text that is not UTF-8 are refused.
---@param text string
---@param options? { separator?: string, header?: boolean } "," and true when left out; without header each row is a list
---@return table[]? rows tables by column name
---@return table? err `invalid_argument`, with the row
---
--- ```lua
--- local rows = require("csv").parse("sku;account\nA-1;8000\n", { separator = ";" })
--- assert(rows[1].sku == "A-1" and rows[1].account == "8000")
--- ```
function csv.parse(text, options) end

--- CSV of tables or records: a row of names, then one row each.
---@param rows table[]
---@param options { columns: string[], separator?: string }
---@return string
---
--- ```lua
--- local decimal = require "decimal"
--- local text = require("csv").encode({ { sku = "A,1", price = decimal "1.50" } }, { columns = { "sku", "price" } })
--- assert(text == 'sku,price\r\n"A,1",1.50\r\n')
--- ```
function csv.encode(rows, options) end

return csv
