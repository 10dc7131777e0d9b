-- What a carrier's code means: its own table, and over it the client's.

local statuses = {}

-- Changes nothing, but somebody has seen the parcel.
statuses.INFORMATION = "information"

local KNOWN = { information = true }
for word in ("label collected in_transit out_for_delivery held delivered exception refused returning returned lost"):gmatch "[%w_]+" do KNOWN[word] = true end

-- The status of a code; one that nobody knows is information.
function statuses.of(job, codes, code)
  local own = job.settings.status_codes[tostring(code)]
  if own ~= nil and not KNOWN[own] then
    job:refuse(("status_codes says that %s is '%s', which is no status."):format(tostring(code), tostring(own)), {
      cause = "status_codes " .. tostring(code), concern = "operator", fix = "Use one of those that `ml-connector settings` tells. Then release this case.",
    })
  end
  return own or codes[tostring(code)] or statuses.INFORMATION
end

return statuses
