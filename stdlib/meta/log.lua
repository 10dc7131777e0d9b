---@meta log

--- Lines of the process's log. Of the service profile; a job writes into the record's story with `job:note`.
---@class log
local log = {}

--- For who debugs the script.
---@param text string
---@param fields? table
---
--- ```lua
--- local log = require "log"
--- log.debug("orders seeded", { count = 3 })
--- ```
function log.debug(text, fields) end

--- What happens.
---@param text string
---@param fields? table
---
--- ```lua
--- local log = require "log"
--- log.info("orders seeded", { count = 3 })
--- ```
function log.info(text, fields) end

--- What may need a person.
---@param text string
---@param fields? table
---
--- ```lua
--- local log = require "log"
--- log.warn("orders seeded", { count = 3 })
--- ```
function log.warn(text, fields) end

--- What went wrong.
---@param text string
---@param fields? table
---
--- ```lua
--- local log = require "log"
--- log.error("orders seeded", { count = 3 })
--- ```
function log.error(text, fields) end

return log
