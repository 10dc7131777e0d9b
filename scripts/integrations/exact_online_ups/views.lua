-- Quantum View (XU4) takes over when Track Alert fails: its files say of which parcels there is news, and those are looked at. Its own times bear
-- no zone, so nothing else is taken from it. Files are asked for by dates, so that one whose answer got lost comes again.

local time, tracking = require "time", require "shared.tracking.tracking"
local list = require "lists"

local views = {}

local MOST_PAGES, OVERLAP_SECONDS, LONGEST = 50, 3600, 6 * 86400

local function stamp(instant) return (instant:gsub("%D", "")):sub(1, 14) end

local function page(ups, settings, from, to, bookmark)
  return ups.events.list { QuantumViewRequest = {
    Request = { RequestAction = "QVEvents", TransactionReference = { CustomerContext = "qv-" .. stamp(to) } }, Bookmark = bookmark,
    SubscriptionRequest = require("json").array { { Name = settings.quantum_view, DateTimeRange = { BeginDateTime = stamp(from), EndDateTime = stamp(to) } } },
  } }
end

local function numbers_of(answer, seen, out)
  for _, subscription in ipairs(list(answer.QuantumViewEvents and answer.QuantumViewEvents.SubscriptionEvents)) do
    for _, file in ipairs(list(subscription.SubscriptionFile)) do
      for _, kind in ipairs { "Origin", "Exception", "Delivery", "Generic" } do
        for _, entry in ipairs(list(file[kind])) do
          local number = entry.TrackingNumber
          if number and not seen[number] then out[#out + 1], seen[number] = number, true end
        end
      end
    end
  end
end

local function fault(answer)
  local response = answer.Response
  if not response or response.ResponseStatusCode == "1" then return nil end
  local first = list(response.Error)[1]
  return first and ("%s %s"):format(first.ErrorCode or "", first.ErrorDescription or "") or response.ResponseStatusDescription or "no reason"
end

function views.round(job, ups)
  if not job.settings.quantum_view then return job:skip "quantum_view is not set" end
  if job.settings.alerts ~= "none" and not job.kv.get "alerts failed" then return job:skip "Track Alert tells of parcels" end
  local now = job:now()
  local from = job.kv.get "viewed to" or time.add(now, -86400)
  if tonumber(tostring(time.seconds_between(from, now))) > LONGEST then from = time.add(now, -LONGEST) end
  local seen, out, bookmark = {}, {}, nil
  for _ = 1, MOST_PAGES do
    local answer, why = try(page, ups, job.settings, time.add(from, -OVERLAP_SECONDS), now, bookmark)
    if not answer then
      if why.retryable then error(why, 0) end
      return job:skip("Quantum View is not to be had: " .. tostring(why.cause or why.message))
    end
    local said = fault(answer)
    if said then return job:skip("Quantum View says: " .. said) end
    numbers_of(answer, seen, out)
    bookmark = answer.Bookmark
    if not bookmark then break end
  end
  local count = 0
  for _, number in ipairs(out) do
    if tracking.get(job, number) then
      job:emit("look", number, {})
      count = count + 1
    end
  end
  job.kv.set("viewed to", now)
  return { news_of = count }
end

return views
