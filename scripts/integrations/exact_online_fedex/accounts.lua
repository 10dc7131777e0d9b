-- Whose shipment it is (XF2): the FedEx account of the Exact division, and what its bill says as department.

local text = require "text"

local accounts = {}

local DEPARTMENT_LONGEST, ACCOUNT_LONGEST = 30, 9

-- The account of a division, or of its connection.
function accounts.of(job, division, connection, told)
  local settings = job.settings
  local number = settings.accounts[tostring(division or "")] or settings.accounts[connection or ""] or settings.account
  number = number and (tostring(number):gsub("%D", ""))
  if not number or number == "" or #number > ACCOUNT_LONGEST then
    job:refuse(("%s: there is no FedEx account for division %s."):format(told, tostring(division or connection)), {
      cause = "account " .. tostring(division or connection), concern = "operator",
      fix = "Add the division to the setting accounts (at most 9 digits), then release this case.",
    })
  end
  return number
end

-- nil where none is told. What does not fit is refused: half a cost centre is another one.
function accounts.department(job, consignment)
  local settings = job.settings
  if settings.department_from == "none" then return nil end
  local code = consignment[settings.department_from == "project" and "project" or "cost_centre"]
  local department = code and settings.departments[code] or code or settings.default_department
  if not department then return nil end
  department = tostring(department)
  if text.length(department) > DEPARTMENT_LONGEST then
    local said = "%s: department '%s' has %d characters, FedEx takes %d."
    job:refuse(said:format(consignment.reference, department, text.length(department), DEPARTMENT_LONGEST), {
      cause = "department " .. department, concern = "finance", fix = "Give it a shorter name in the setting departments, then release this case.",
    })
  end
  return department
end

return accounts
