---@meta random

--- Random values from `--seed`, in the order of the calls. Of the service profile.
---@class random
local random = {}

--- So many random bytes.
---@param count integer up to 1 MiB
---@return string
---
--- ```lua
--- local random = require "random"
--- assert(#random.bytes(16) == 16)
--- ```
function random.bytes(count) end

--- A whole number from an interval, both ends included.
---@param low integer
---@param high integer
---@return integer
---
--- ```lua
--- local random = require "random"
--- local drawn = random.int(1, 6)
--- assert(drawn >= 1 and drawn <= 6)
--- ```
function random.int(low, high) end

return random
