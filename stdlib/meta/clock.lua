---@meta clock

--- The (possibly scaled) time. Of the service profile; a job asks `job:now()`.
---@class clock
local clock = {}

--- Seconds since 1970.
---@return integer
---
--- ```lua
--- local clock = require "clock"
--- assert(clock.now() > 1700000000)
--- ```
function clock.now() end

--- Milliseconds since 1970.
---@return integer
---
--- ```lua
--- local clock = require "clock"
--- assert(clock.now_ms() // 1000 >= clock.now() - 1)
--- ```
function clock.now_ms() end

--- How many seconds pass in a real one.
---@return number
---
--- ```lua
--- local clock = require "clock"
--- assert(clock.scale() > 0)
--- ```
function clock.scale() end

--- Time jumps ahead, here and for processes of this sandbox that start later. What waits goes on waiting.
---@param seconds integer
---@return boolean? done
---@return table? err `denied` where there is no clock to set
---
--- ```lua
--- local clock = require "clock"
--- local done, err = clock.advance(3600)
--- assert(done or err.code == "denied")
--- ```
function clock.advance(seconds) end

return clock
