---@meta process

--- The end of the process. Of the service profile.
---@class process
local process = {}

--- Ends the process.
---@param code? integer 0 when left out
---@param why? string for the log
---
--- ```lua
--- local process = require "process"
--- process.exit(0, "example over")
--- ```
function process.exit(code, why) end

return process
