---@meta timers

--- Functions that run later, each as a coroutine of its own, on the (possibly scaled) clock. Of the service profile.
---@class timers
local timers = {}

--- Runs a function once, later.
---@param seconds number|decimal
---@param run fun()
---@return integer id
---
--- ```lua
--- local timers = require "timers"
--- local ran = false
--- timers.after(0.01, function() ran = true end)
--- timers.sleep(0.05)
--- assert(ran)
--- ```
function timers.after(seconds, run) end

--- Runs a function again and again.
---@param seconds number|decimal more than 0
---@param run fun()
---@return integer id
---
--- ```lua
--- local timers = require "timers"
--- local count = 0
--- local id = timers.every(0.005, function() count = count + 1 end)
--- while count < 2 do timers.sleep(0.005) end
--- timers.cancel(id)
--- ```
function timers.every(seconds, run) end

--- Takes a timer back.
---@param id integer
---
--- ```lua
--- local timers = require "timers"
--- timers.cancel(timers.after(60, function() error "never" end))
--- ```
function timers.cancel(id) end

--- Waits.
---@param seconds number|decimal
---
--- ```lua
--- local timers = require "timers"
--- timers.sleep(0.001)
--- ```
function timers.sleep(seconds) end

return timers
