-- Deliveries of the simulated BigCommerce, after apis/bigcommerce.md section 3: signed by Standard Webhooks with the bytes
-- of the client secret, repeated on the documented schedule, held back when a domain answers badly; and, as switches say,
-- lost, doubled and out of order.

local callback, host = require "callback", require "host"

local RETRY_SECONDS = { 60, 180, 300, 600, 900, 1800, 3600, 7200, 21600, 50400, 86400 }
local SCORE_WINDOW_MS, SCORE_LEAST, SCORE_PERCENT, BLOCK_MS = 120 * 1000, 100, 90, 180 * 1000

local Deliveries = {}
Deliveries.__index = Deliveries

function Deliveries.new(config, account, hooks, switches)
  return setmetatable({
    config = config, account = account, hooks = hooks, switches = switches, domains = {}, next_event = 0, waiting = 0,
    counts = {
      events = 0, sent = 0, accepted = 0, failed = 0, lost = 0, duplicated = 0, reordered = 0, blocked = 0, given_up = 0,
    },
    statuses = {},
  }, Deliveries)
end

-- Counts a try towards the domain's score and blocks it when the score is bad.
function Deliveries:score(domain, accepted)
  local score = self.domains[domain]
  if not score or host.now_ms() - score.began > SCORE_WINDOW_MS then
    score = { began = host.now_ms(), tries = 0, accepted = 0, blocked_until = score and score.blocked_until or 0 }
    self.domains[domain] = score
  end
  score.tries = score.tries + 1
  if accepted then score.accepted = score.accepted + 1 end
  if score.tries >= SCORE_LEAST and score.accepted * 100 < score.tries * SCORE_PERCENT then
    score.blocked_until = host.now_ms() + BLOCK_MS
  end
end

function Deliveries:is_blocked(domain)
  local score = self.domains[domain]
  return score ~= nil and host.now_ms() < score.blocked_until
end

function Deliveries:signed(delivery)
  local timestamp = tostring(self.switches.retries_signed_anew and host.now() or delivery.first_sent)
  local text = delivery.id .. "." .. timestamp .. "." .. delivery.body
  local signature = host.crypto.base64(host.crypto.hmac_sha256(self.account.client_secret, text))
  local headers = {
    ["content-type"] = "application/json", ["webhook-id"] = delivery.id, ["webhook-timestamp"] = timestamp,
    ["webhook-signature"] = "v1," .. signature,
  }
  for name, value in pairs(delivery.headers) do headers[name] = value end
  return headers
end

function Deliveries:retry(delivery)
  local wait = RETRY_SECONDS[delivery.try]
  local hook = self.hooks:find(delivery.hook)
  if not hook or not hook.is_active then return end
  if not wait then
    self.counts.given_up = self.counts.given_up + 1
    hook.is_active = false
    return
  end
  self:later(wait, delivery)
end

function Deliveries:later(seconds, delivery)
  self.waiting = self.waiting + 1
  host.timers.after(seconds, function()
    self.waiting = self.waiting - 1
    self:try(delivery)
  end)
end

function Deliveries:try(delivery)
  delivery.try = delivery.try + 1
  delivery.first_sent = delivery.first_sent or host.now()
  local domain = callback.domain(delivery.destination)
  if self:is_blocked(domain) then
    self.counts.blocked = self.counts.blocked + 1
    return self:retry(delivery)
  end
  self.counts.sent = self.counts.sent + 1
  local status, why = callback.post(self.config, delivery.destination, self:signed(delivery), delivery.body)
  local accepted = status ~= nil and status >= 200 and status <= 299
  local key = status and tostring(status) or "none"
  self.statuses[key] = (self.statuses[key] or 0) + 1
  if not status then host.log.info("delivery failed", { id = delivery.id, why = why }) end
  self:score(domain, accepted)
  if accepted then
    self.counts.accepted = self.counts.accepted + 1
  else
    self.counts.failed = self.counts.failed + 1
    self:retry(delivery)
  end
end

-- An event for every hook that listens: `data` is the payload's data.
function Deliveries:event(scope, data)
  for _, hook in ipairs(self.hooks:listening(scope)) do
    self.next_event = self.next_event + 1
    self.counts.events = self.counts.events + 1
    local now = host.now()
    local body = host.json.encode {
      scope = scope, store_id = "1001", data = data, created_at = now, producer = "stores/" .. self.account.store_hash,
      hash = host.crypto.hex(host.crypto.sha1(scope .. data.id .. self.next_event)),
    }
    local delivery = {
      id = ("msg_%s_%d"):format(self.account.store_hash, self.next_event), hook = hook.id, destination = hook.destination,
      headers = hook.headers, body = body, try = 0,
    }
    local delay = self.switches.delay_seconds
    if host.chance(self.switches.reordered_percent) then
      delay = delay + self.switches.reordered_seconds
      self.counts.reordered = self.counts.reordered + 1
    end
    if host.chance(self.switches.lost_percent) then
      self.counts.lost = self.counts.lost + 1
    else
      self:later(delay, delivery)
      if host.chance(self.switches.duplicate_percent) then
        self.counts.duplicated = self.counts.duplicated + 1
        local copy = {}
        for name, value in pairs(delivery) do copy[name] = value end
        self:later(delay + 1, copy)
      end
    end
  end
end

function Deliveries:report()
  local blocked = host.json.array {}
  for domain in pairs(self.domains) do
    if self:is_blocked(domain) then blocked[#blocked + 1] = domain end
  end
  return { counts = self.counts, statuses = self.statuses, waiting = self.waiting, blocked_domains = blocked }
end

return Deliveries
