---@meta files

--- Reads of what lies beside the script, such as seeds. Of the service profile.
---@class files
local files = {}

--- The text of a file.
---@param path string below the script's folder
---@return string? text
---@return table? err `denied` for a path that leaves the folder
---
--- ```lua
--- local files = require "files"
--- assert(select(2, files.read "../secret").code == "denied")
--- ```
function files.read(path) end

return files
