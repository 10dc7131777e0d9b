-- What UPS's statuses mean: by type and number together, by the number alone, then by the type. Codes that nobody knows are what their type is
-- (fact sheet, section 5).

local statuses = require "shared.tracking.statuses"

local codes = {}

local MEANS = {
  M = "label", I = "in_transit", X = "exception", D = "delivered", DO = "in_transit", DD = "in_transit", W = "in_transit", U = "information",
  MV = "information", NA = "information",
  ["003"] = "label", ["005"] = "in_transit", ["011"] = "delivered", ["012"] = "in_transit", ["013"] = "exception", ["014"] = "in_transit", ["017"] = "held",
  ["021"] = "out_for_delivery", ["022"] = "exception", ["023"] = "exception", ["024"] = "exception", ["034"] = "returning", ["038"] = "collected",
  ["046"] = "exception", ["059"] = "exception", ["064"] = "refused",
  -- Handed back to whoever sent it.
  D034 = "returned",
}

codes.VOIDED = "MV"

-- The three digits of a status, wherever they stand: which field bears them differs.
function codes.number(...)
  for _, each in ipairs { ... } do
    if type(each) == "string" and each:find "^%d%d%d$" then return each end
  end
end

function codes.status(job, kind, number)
  local own = job.settings.status_codes
  for _, key in ipairs { kind .. (number or ""), number or kind, kind } do
    if own[key] ~= nil or MEANS[key] then return statuses.of(job, MEANS, key) end
  end
  return statuses.INFORMATION
end

return codes
