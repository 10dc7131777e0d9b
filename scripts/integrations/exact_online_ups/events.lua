-- What UPS tells of a parcel, by tracking or by Track Alert, as events that scripts/shared/tracking knows.

local codes, list = require "codes", require "lists"

local events = {}

local function text(value) return type(value) == "string" and value:match "^%s*(.-)%s*$" ~= "" and value:match "^%s*(.-)%s*$" or nil end

-- "20261118", "91500" -> the instant; times lose their leading zeros.
local function instant(date, time)
  local year, month, day = tostring(date or ""):match "^(%d%d%d%d)(%d%d)(%d%d)$"
  if not year then return nil end
  local clock = tostring(time or ""):gsub("%D", "")
  clock = ("0"):rep(6 - #clock) .. clock
  local hours, minutes, seconds = clock:match "^(%d%d)(%d%d)(%d%d)$"
  if not hours then return nil end
  return ("%s-%s-%sT%s:%s:%sZ"):format(year, month, day, hours, minutes, seconds)
end

local function place(city, country)
  city, country = text(city), text(country)
  return city and country and city .. " " .. country or city or country
end

-- Activities of a tracked parcel, oldest first; and whether it was voided.
function events.of_track(job, number, package)
  local out, voided = {}, false
  local activities = list(package.activity)
  for index = #activities, 1, -1 do
    local each = activities[index]
    local status, at = each.status, instant(each.gmtDate or each.date, each.gmtTime or each.time)
    if status and status.type and at then
      local known = codes.number(status.statusCode, status.code)
      voided = voided or status.type == codes.VOIDED
      local address = each.location and each.location.address
      out[#out + 1] = {
        number = number, at = at, status = codes.status(job, status.type, known), text = text(status.description),
        code = status.type .. (known or status.code or ""),
        place = address and place(address.city, address.countryCode),
      }
    end
  end
  return out, voided
end

-- A push; nil when it says nothing of where the parcel is.
function events.of_alert(job, number, body)
  local status = body.activityStatus or {}
  local at = instant(text(body.gmtActivityDate) or text(body.localActivityDate), text(body.gmtActivityTime) or text(body.localActivityTime))
  if not text(status.type) or not at then return nil end
  local known = codes.number(status.descriptionCode, status.code)
  local where = body.activityLocation or {}
  return {
    number = number, at = at, status = codes.status(job, status.type, known), text = text(status.description),
    code = text(status.type) .. (known or text(status.code) or ""),
    place = place(where.city, where.country),
  }
end

return events
