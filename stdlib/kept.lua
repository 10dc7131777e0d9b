-- What stands behind `job.kv.list` in a job, in specs and in the REPL alike: how it is asked, and which keys answer.

local kept = {}

local MOST = 1000
local KNOWN = { after = true, limit = true }

local function misuse(level, text, ...) error(("job.kv.list: " .. text):format(...), level + 1) end

-- The key behind which the part begins ("" = the first) and how many it may have. Raises what the script got wrong.
function kept.asked(prefix, options, level)
  level = (level or 1) + 1
  if type(prefix) ~= "string" then misuse(level, "the prefix is a text (\"\" for all keys), not a %s", type(prefix)) end
  if options == nil then return "", MOST end
  if type(options) ~= "table" then misuse(level, "expected a table of options after the prefix, such as { after = key, limit = 100 }") end
  for name in pairs(options) do
    if not KNOWN[name] then misuse(level, "unknown option '%s'; known are after, limit", tostring(name)) end
  end
  local after, limit = options.after, options.limit
  if after ~= nil and type(after) ~= "string" then misuse(level, "after is the last key of the part before, not a %s", type(after)) end
  if limit ~= nil and (math.type(limit) ~= "integer" or limit < 1 or limit > MOST) then
    misuse(level, "limit is a whole number from 1 to %d, not %s", MOST, tostring(limit))
  end
  return after or "", limit or MOST
end

-- The part of a table of kept values, as the host gives it.
function kept.part(values, prefix, options)
  local after, limit = kept.asked(prefix, options, 3)
  local keys = {}
  for key, value in pairs(values) do
    if value ~= nil and key:sub(1, #prefix) == prefix and key > after then keys[#keys + 1] = key end
  end
  table.sort(keys)
  local out = {}
  for index = 1, math.min(#keys, limit) do out[index] = { key = keys[index], value = values[keys[index]] } end
  return out
end

return kept
