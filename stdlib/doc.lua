--- Documentation out of LuaCATS blocks: what the reference is made of, and what a REPL shows of a function.

local doc = {}

-- "name? type text" and "type name text": the type may hold blanks inside brackets, and after `fun(…):`.
local CLOSING = { ["("] = ")", ["{"] = "}", ["["] = "]", ["<"] = ">" }

local function take_type(text)
  local depth, at = {}, 1
  while at <= #text do
    local char = text:sub(at, at)
    if CLOSING[char] then
      depth[#depth + 1] = CLOSING[char]
    elseif char == depth[#depth] then
      depth[#depth] = nil
    elseif char == '"' then
      at = text:find('"', at + 1, true) or #text
    elseif char == " " and #depth == 0 then
      -- The result of a function type: fun(): string
      if text:sub(at - 1, at - 1) ~= ":" then break end
    end
    at = at + 1
  end
  return text:sub(1, at - 1), text:sub(at + 1)
end

local function read_param(text)
  local name, optional, rest = text:match "^([%w_%.]+)(%??)%s+(.*)$"
  if not name then return { name = text, type = "any", text = "" } end
  local kind, about = take_type(rest)
  return { name = name, optional = optional == "?", type = kind, text = about }
end

local function read_return(text)
  local kind, rest = take_type(text)
  local name, about = rest:match "^([%a_][%w_]*)%s*(.*)$"
  return { type = kind, name = name, text = about or rest }
end

local function read_field(text)
  local name, optional, rest = text:match "^([%w_%[%]]+)(%??)%s+(.*)$"
  local kind, about = take_type(rest or "any")
  return { name = name or text, optional = optional == "?", type = kind, text = about }
end

-- One block of `---` lines.
local function read_block(lines)
  local block = { text = {}, params = {}, returns = {}, fields = {}, example = nil }
  local last, fence
  for _, line in ipairs(lines) do
    local annotation, rest = line:match "^@(%w+)%s*(.*)$"
    local said = line:gsub("^ ", "", 1)
    if fence then
      if said == "```" then fence = nil else fence[#fence + 1] = said end
    elseif said == "```lua" then
      fence = {}
      block.example = fence
    elseif annotation then
      last = nil
      if annotation == "param" then
        last = read_param(rest)
        if last.name ~= "self" then block.params[#block.params + 1] = last end
      elseif annotation == "return" then
        last = read_return(rest)
        block.returns[#block.returns + 1] = last
      elseif annotation == "field" then
        last = read_field(rest)
        block.fields[#block.fields + 1] = last
      else
        block[annotation] = rest
      end
    elseif last and said:find "%S" then
      last.text = last.text .. " " .. said:match "^%s*(.-)%s*$"
    elseif last then
      last = nil
    else
      block.text[#block.text + 1] = said
    end
  end
  while block.text[#block.text] == "" do block.text[#block.text] = nil end
  block.text = table.concat(block.text, "\n")
  block.summary = block.text:match "^(.-[%.:])%s" or block.text
  block.example = block.example and table.concat(block.example, "\n")
  return block
end

-- Functions that a block stands before: name as written, arguments.
local function function_of(code)
  local name, arguments = code:match "^function ([%w_%.:]+)%((.-)%)"
  if name then return name, arguments end
  if code:find "^return function%(" then return "", code:match "^return function%((.-)%)" end
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do lines[#lines + 1] = line end
  return lines
end

--- What the blocks of one Lua file say. A function without a block is not part of it.
---@param text string the file
---@param name string module name, for files that return one function
---@return { name: string, text: string, classes: table[], values: table[], functions: table[] } page
---
--- ```lua
--- local page = require("doc").parse("--- Greets.\n---@param name string\n---@return string\nfunction hello.say(name) end\n", "hello")
--- assert(page.functions[1].name == "hello.say" and page.functions[1].params[1].type == "string")
--- assert(page.functions[1].summary == "Greets.")
--- ```
function doc.parse(text, name)
  local page = { name = name, text = nil, classes = {}, values = {}, functions = {} }
  local collected, owners, begins = nil, {}, 0
  for number, line in ipairs(lines_of(text)) do
    local said = line:match "^%-%-%-(.*)$"
    if said then
      if not collected then collected, begins = {}, number end
      collected[#collected + 1] = said
    elseif collected then
      local block = read_block(collected)
      collected = nil
      local full, arguments = function_of(line)
      local variable = line:match "^local ([%w_]+) = {}" or line:match "^([%w_]+) = {}$"
      local value = line:match "^([%w_]+) = nil$"
      if full then
        local owner, separator, last = full:match "^(.+)([%.:])([%w_]+)$"
        local shown = full
        if full == "" then shown = name end
        if owner then shown = (owners[owner] or owner) .. separator .. last end
        block.name, block.line, block.signature = shown, begins, ("%s(%s)"):format(shown, arguments)
        page.functions[#page.functions + 1] = block
      elseif block.class then
        local class = block.class:match "^[%w_%.]+"
        if variable and class:find "%.module$" then owners[variable] = class:gsub("%.module$", "") end
        if variable and class:find "^ambient%." then owners[variable] = class:gsub("^ambient%.", "") end
        if not page.text then
          page.text = block.text
          block.text = ""
        end
        block.name = class
        page.classes[#page.classes + 1] = block
      elseif value then
        block.name = value
        page.values[#page.values + 1] = block
      elseif not page.text and block.text ~= "" and not block.meta then
        page.text = block.text
      end
    end
  end
  page.text = page.text or ""
  return page
end

local function cell(text) return (text:gsub("|", "\\|"):gsub("\n", " ")) end

local function entry(out, block)
  out[#out + 1] = ("## `%s`\n"):format(block.signature)
  out[#out + 1] = block.text .. "\n"
  if #block.params + #block.returns > 0 then
    out[#out + 1] = "| | type | |\n|---|---|---|"
    for _, param in ipairs(block.params) do
      out[#out + 1] = ("| `%s`%s | `%s` | %s |"):format(param.name, param.optional and " (optional)" or "", cell(param.type), cell(param.text))
    end
    for _, result in ipairs(block.returns) do
      out[#out + 1] = ("| returns%s | `%s` | %s |"):format(result.name and " `" .. result.name .. "`" or "", cell(result.type), cell(result.text))
    end
    out[#out + 1] = ""
  end
  if block.example then out[#out + 1] = "```lua\n" .. block.example .. "\n```\n" end
end

--- The page of a module as Markdown.
---@param page table as `parse` gives it
---@return string markdown
---
--- ```lua
--- local doc = require "doc"
--- local text = doc.page(doc.parse("--- Greets.\nfunction hello.say() end\n", "hello"))
--- assert(text:find("## `hello.say()`", 1, true))
--- ```
function doc.page(page)
  local out = { ("# %s\n"):format(page.name), page.text ~= "" and page.text .. "\n" or nil }
  for _, class in ipairs(page.classes) do
    if class.text ~= "" or #class.fields > 0 then
      if class.name ~= page.name and class.name ~= page.name .. ".module" then out[#out + 1] = ("## %s\n"):format(class.name) end
      if class.text ~= "" then out[#out + 1] = class.text .. "\n" end
      for _, field in ipairs(class.fields) do
        out[#out + 1] = ("- `%s`: `%s`%s"):format(field.name, field.type, field.text ~= "" and ", " .. field.text or "")
      end
      if #class.fields > 0 then out[#out + 1] = "" end
    end
  end
  for _, value in ipairs(page.values) do
    out[#out + 1] = ("## `%s`\n"):format(value.name)
    out[#out + 1] = value.text .. "\n"
  end
  for _, block in ipairs(page.functions) do entry(out, block) end
  return (table.concat(out, "\n"):gsub("\n+$", "\n"))
end

return doc
