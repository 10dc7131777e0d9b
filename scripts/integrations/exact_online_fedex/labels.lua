-- Which deliveries and orders get a label of FedEx, and when: by the sweep, many together, or as Exact Online's webhooks come.

local carrier, reading = require "carrier", require "shared.labels.reading"

-- Notifications count where that is set (XF7); else the sweep finds the same deliveries, hourly or at the end of the day (XF8).
local function waits_for_sweep(job)
  local message = not job.settings.webhooks and reading.message(job)
  return message and message.Content ~= nil
end

return require "shared.labels.entering"(carrier.of, waits_for_sweep)
