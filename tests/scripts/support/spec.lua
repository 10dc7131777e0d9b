-- A spec is a table of named functions; this runs those of the files given and says what failed.
--
--     lua5.4 tests/scripts/support/spec.lua tests/scripts/sandbox/exact_oauth_spec.lua …

local root = arg[0]:match "^(.*)/tests/scripts/support/spec.lua$" or "."
local function path(folder) return root .. "/" .. folder .. "/?.lua;" end
package.path = path "tests/scripts/support" .. path "examples/sandbox" .. path "stdlib"

local ran, failed = 0, 0
for _, file in ipairs(arg) do
  local names, cases = {}, assert(loadfile(file))(root)
  for name in pairs(cases) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    ran = ran + 1
    local ok, why = xpcall(cases[name], function(raised)
      if type(raised) == "table" then raised = ("%s: %s"):format(tostring(raised.code), tostring(raised.message)) end
      return debug.traceback(raised)
    end)
    if not ok then
      failed = failed + 1
      io.stderr:write(("FAILED %s: %s\n%s\n"):format(file:match "[^/]+$", name, why))
    end
  end
end
print(("%d cases, %d failed"):format(ran, failed))
os.exit(failed == 0 and 0 or 1)
