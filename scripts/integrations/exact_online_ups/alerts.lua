-- Track Alert (XU4): UPS is asked to tell of parcels, in groups of at most 100, for 14 days each; the groups are asked anew before those are over.
-- What UPS did not take, or cannot be asked for, is looked at instead, and Quantum View says where there is news.
--
--     alert:<number>   { since, state = "wanted" | "told" | "refused", carrier }

local time, tracking = require "time", require "shared.tracking.tracking"
local carrier, list = require "carrier", require "lists"

local alerts = {}

local MOST_NUMBERS, AT_ONCE = 100, 1000
local RENEW_SECONDS = 12 * 86400   -- of 14 days, with a day to spare for what goes wrong
local LIFE_SECONDS = 14 * 86400
local REGISTERED, PORTAL = "registered", "portal"

local function place(number) return "alert:" .. number end

local function seconds(from, to) return math.tointeger(tonumber(tostring(time.seconds_between(from, to)))) or 0 end

-- A parcel is to be told of; the next round asks for it.
function alerts.want(job, number, connection)
  if job.settings.alerts == "none" then return end
  job.kv.set(place(number), { state = "wanted", carrier = connection, since = job:now() })
end

local function each(job)
  local after, page, at
  return function()
    while true do
      if page and at < #page then
        at = at + 1
        after = page[at].key
        if page[at].value then return page[at].key:sub(#"alert:" + 1), page[at].value end
      elseif page and #page < AT_ONCE then
        return nil
      else
        page, at = job.kv.list("alert:", { after = after, limit = AT_ONCE }), 0
        if #page == 0 then return nil end
      end
    end
  end
end

-- Numbers that UPS tells of now, as a set.
function alerts.told(job)
  local out, now = {}, job:now()
  for number, row in each(job) do out[number] = row.state == "told" and seconds(row.since, now) < LIFE_SECONDS or nil end
  return out
end

-- Groups of numbers that are to be asked for, by connection.
local function due(job)
  local groups, open, now = {}, {}, job:now()
  for number, row in each(job) do
    local parcel = tracking.get(job, number)
    local over = not parcel or parcel.state and parcel.state.closed
    if over then
      job.kv.set(place(number), nil)
    elseif row.state == "wanted" or row.state == "told" and seconds(row.since, now) >= RENEW_SECONDS then
      local name = row.carrier or ""
      if not open[name] or #open[name].numbers == MOST_NUMBERS then
        open[name] = { carrier = row.carrier, numbers = {} }
        groups[#groups + 1] = open[name]
      end
      local numbers = open[name].numbers
      numbers[#numbers + 1] = number
    end
  end
  return groups
end

local function body_of(job, numbers)
  local settings = job.settings
  local body = { locale = "en_US", countryCode = settings.alert_country or settings.sender.country, trackingNumberList = require("json").array(numbers) }
  if settings.alerts == REGISTERED then
    -- The credential is the secret of the connection that pushes are held against; the runtime puts it in.
    body.destination = { url = settings.alert_url, credentialType = "Bearer", credential = "@@secret:alert_credential@@" }
  end
  return body
end

local function texts(given)
  local out = {}
  for index, number in ipairs(list(given)) do out[index] = tostring(number) end
  return out
end

local function set(job, numbers, state, connection)
  for _, number in ipairs(numbers or {}) do job.kv.set(place(number), { state = state, since = job:now(), carrier = connection }) end
end

local function ask(job, ups, group, index)
  local at = group.carrier and ups:at(group.carrier) or ups
  local write = job.settings.alerts == PORTAL and at.portal_alerts.subscribe(body_of(job, group.numbers), carrier.call_id(job, "alerts " .. index))
    or at.alerts.subscribe(body_of(job, group.numbers), carrier.call_id(job, "alerts " .. index))
  local sent, why = try(job.send, job, "alerts " .. index, write, { version = job:now(), entity = "alerts " .. group.numbers[1] })
  if not sent then
    if why.code ~= "rejected" and why.code ~= "denied" then error(why, 0) end
    job:note(("UPS tells nothing of %d parcels, which are looked at instead: %s"):format(#group.numbers, why.cause or why.message))
    job.kv.set("alerts failed", { at = job:now(), why = why.cause or why.message })
    set(job, group.numbers, "refused", group.carrier)
    return 0
  end
  if sent.state == "shadow" then return 0 end
  local result = sent.record or {}
  set(job, list(result.validTrackingNumbers), "told", group.carrier)
  set(job, list(result.invalidTrackingNumbers), "refused", group.carrier)
  if #list(result.invalidTrackingNumbers) > 0 then
    job:note(("UPS did not take %s"):format(table.concat(texts(result.invalidTrackingNumbers), ", ")))
  end
  job.kv.set("alerts failed", nil)
  -- UPS keeps no history: what happened before is read once.
  for _, number in ipairs(list(result.validTrackingNumbers)) do job:emit("look", number, {}) end
  return #list(result.validTrackingNumbers)
end

-- The round of every quarter of an hour, and after each purchase.
function alerts.round(job, ups)
  local settings = job.settings
  if settings.alerts == "none" then return job:skip "alerts is none: parcels are looked at" end
  if settings.alerts == REGISTERED and not settings.alert_url then
    return job:refuse("Nothing says where UPS is to tell of parcels.", {
      cause = "alert_url", concern = "operator", fix = "Set alert_url to the address of this connection's webhooks, or alerts to portal or none.",
    })
  end
  local asked = 0
  for index, group in ipairs(due(job)) do asked = asked + ask(job, ups, group, index) end
  return { asked = asked }
end

return alerts
