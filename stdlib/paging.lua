--- How a list operation hands out its pages: each function gives the data that stands in an operation's `pages`.
---
--- Paths are dotted ("data.items", "meta.cursor"); "" is the answer itself. `rows` may be a list of paths: the first that
--- gives a list counts.

local paging = {}

local function expect_text(value, what)
  if type(value) ~= "string" or value == "" then error(what .. ": expected a text", 3) end
  return value
end

local function only(options, known, what)
  if type(options) ~= "table" then error(what .. ": expected a table of options", 3) end
  local allowed = {}
  for index, key in ipairs(known) do allowed[key] = index end
  for key in pairs(options) do
    if not allowed[key] then
      error(("%s: unknown option '%s'; known are %s"):format(what, tostring(key), table.concat(known, ", ")), 3)
    end
  end
end

local function rows_of(rows)
  if rows == nil then return { "" } end
  return type(rows) == "table" and rows or { rows }
end

local function size_of(options, what)
  if options.size ~= nil and (math.type(options.size) ~= "integer" or options.size < 1) then error(what .. ": 'size' is rows of a full page, from 1", 3) end
  return options.size
end

--- Pages that name the link of the next one in the body.
---@param options { next: string, rows?: string|string[] } `next`: path of the link
---@return table pages
---
--- ```lua
--- local pages = require("paging").link { rows = "data", next = "links.next" }
--- assert(pages.next == "links.next" and pages.rows[1] == "data")
--- ```
function paging.link(options)
  only(options, { "rows", "next" }, "paging.link")
  return { rows = rows_of(options.rows), next = expect_text(options.next, "paging.link: next") }
end

--- Pages of OData: version 2 and 3 (`d.results`, `d.__next`, the default) or 4 (`value`, `@odata.nextLink`).
---@param version? integer 2, 3 or 4; 2 when left out
---@return table pages
---
--- ```lua
--- local paging = require "paging"
--- assert(paging.odata().next == "d.__next")
--- assert(paging.odata(4).next == "@odata.nextLink")
--- ```
function paging.odata(version)
  if version == 4 then return { rows = { "value" }, next = "@odata.nextLink" } end
  if version ~= nil and version ~= 2 and version ~= 3 then error("paging.odata: expected version 2, 3 or 4", 2) end
  return { rows = { "d.results", "d" }, next = "d.__next" }
end

--- Pages by a cursor that each answer gives and the next request repeats.
---@param options { cursor: string, param: string, rows?: string|string[] } `cursor`: its path; `param`: name in the query
---@return table pages
---
--- ```lua
--- local pages = require("paging").cursor { rows = "items", cursor = "meta.next", param = "after" }
--- assert(pages.cursor == "meta.next" and pages.cursor_param == "after")
--- ```
function paging.cursor(options)
  only(options, { "rows", "cursor", "param" }, "paging.cursor")
  return {
    rows = rows_of(options.rows), cursor = expect_text(options.cursor, "paging.cursor: cursor"),
    cursor_param = expect_text(options.param, "paging.cursor: param"),
  }
end

--- Pages by their number. A page that is not full is the last; where the answer tells the last number, `last` saves a call.
---@param options { param: string, size_param?: string, size?: integer, first?: integer, last?: string, rows?: string|string[] }
--- `size`: rows of a full page; `first`: number of the first page, 1 when left out; `last`: path of the last number
---@return table pages
---
--- ```lua
--- local pages = require("paging").numbers { param = "page", size_param = "limit", size = 250 }
--- assert(pages.param == "page" and pages.size == 250 and pages.first == 1)
--- ```
function paging.numbers(options)
  only(options, { "rows", "param", "size_param", "size", "first", "last" }, "paging.numbers")
  return {
    rows = rows_of(options.rows), param = expect_text(options.param, "paging.numbers: param"), size_param = options.size_param,
    size = size_of(options, "paging.numbers"), first = options.first or 1, last = options.last,
  }
end

--- Pages by the number of rows to skip.
---@param options { param: string, size_param?: string, size?: integer, rows?: string|string[] } `size`: rows of a full page
---@return table pages
---
--- ```lua
--- local pages = require("paging").offset { param = "$skip", size_param = "$top", size = 100 }
--- assert(pages.offset == "$skip" and pages.size_param == "$top")
--- ```
function paging.offset(options)
  only(options, { "rows", "param", "size_param", "size" }, "paging.offset")
  return {
    rows = rows_of(options.rows), offset = expect_text(options.param, "paging.offset: param"), size_param = options.size_param,
    size = size_of(options, "paging.offset"),
  }
end

return paging
