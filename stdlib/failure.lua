--- Errors as tables: a script asks for `code`, a person reads `message`, and what a failed thing was about stands beside.
--- Functions of stdlib return `nil, err` for what the world got wrong, and raise for what the script got wrong.

local failure = {}

local META = {
  __tostring = function(self) return self.message end,
  __metatable = "failure",
}

--- A failure to return as second value, or to raise with `error`.
---@param code string one word to branch on, such as "not_found" or "invalid_argument"
---@param message string a sentence for a person
---@param about? table more fields of the failure, such as `field` and `limit`; `retryable` (false) and `cause` are known to the engine
---@return table err with `code`, `message`, `retryable` and the fields of `about`; its text is the message
---
--- ```lua
--- local failure = require "failure"
--- local err = failure.new("too_long", "The street has 40 characters, 35 fit.", { field = "street", limit = 35 })
--- assert(err.code == "too_long" and err.limit == 35 and not err.retryable)
--- assert(tostring(err) == "The street has 40 characters, 35 fit.")
--- ```
function failure.new(code, message, about)
  local err = { code = code, message = message, retryable = false }
  for key, value in pairs(about or {}) do err[key] = value end
  return setmetatable(err, META)
end

--- Raises a misuse when options have a key that is not known; names it and those that are. For own functions with options.
---@param what string the function's name, for the message
---@param options table? nil is an empty table
---@param known string[] keys that may be there
---@return table options
---
--- ```lua
--- local failure = require "failure"
--- local ok, why = pcall(failure.options, "print_label", { copys = 2 }, { "copies", "printer" })
--- assert(not ok and why:find("print_label: unknown option 'copys'; known are copies, printer", 1, true))
--- ```
function failure.options(what, options, known)
  if options == nil then return {} end
  if type(options) ~= "table" then error(what .. ": expected a table of options", 3) end
  local allowed = {}
  for index, key in ipairs(known) do allowed[key] = index end
  for key in pairs(options) do
    if not allowed[key] then
      error(("%s: unknown option '%s'; known are %s"):format(what, tostring(key), table.concat(known, ", ")), 3)
    end
  end
  return options
end

return failure
