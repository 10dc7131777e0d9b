-- Webhooks of the simulated Exact Online, after apis/exact-online.md section 3: subscriptions proved by an empty POST,
-- notifications with a HashCode, some minutes late, with a few tries. How real ones retry is not known.

local answers, calendar, callback, host, values =
  require "exact_answers", require "calendar", require "callback", require "host", require "exact_values"

local TRIES, RETRY_SECONDS = 4, 60

local TOPICS = {}
for topic in ([[SalesOrders SalesInvoices GoodsDeliveries SalesEntries PurchaseEntries PurchaseOrders GeneralJournalEntries
  BankEntries CashEntries Items Quotations Subscriptions Accounts Contacts Documents StockPositions BankAccounts
  FinancialTransactions CostTransactions TimeTransactions]]):gmatch "%a+" do
  TOPICS[topic] = true
end

local Hooks = {}
Hooks.__index = Hooks

-- `app` is the OAuth app: its client id, webhook secret and redirect URI.
function Hooks.new(config, app, books, switches)
  return setmetatable({
    config = config, app = app, books = books, switches = switches,
    counts = { sent = 0, accepted = 0, failed = 0, lost = 0, duplicated = 0, given_up = 0 },
  }, Hooks)
end

local function refuse(text) return answers.error(500, "Invalid: " .. text) end

function Hooks:subscribe(world, row, entity)
  if not TOPICS[row.Topic] then return refuse("Topic " .. row.Topic) end
  if row.IsInstant and row.Topic ~= "GoodsDeliveries" then return refuse "IsInstant is not allowed for this topic" end
  local fault = callback.fault(row.CallbackURL, self.switches.port_443)
  if fault then return refuse("Callback URL " .. fault) end
  if self.switches.callback_same_domain and self.app.redirect_uri
    and callback.domain(row.CallbackURL) ~= callback.domain(self.app.redirect_uri) then
    return refuse "Callback URL must be on the domain of the app's redirect URI"
  end
  if self.books:find(world.division, "webhooks/WebhookSubscriptions", "Topic", row.Topic) then
    return answers.error(500, "Already exists: Topic " .. row.Topic)
  end
  local status, why = callback.post(self.config, row.CallbackURL, {}, "")
  if not status or status < 200 or status > 299 then
    return refuse(("Post to callback URL endpoint returns %s"):format(status or why))
  end
  row.ClientID, row.Division = self.app.client_id, world.division
  self.books:insert(world.division, "webhooks/WebhookSubscriptions", entity.key, row)
  return answers.json(201, { d = values.render(entity, "webhooks/WebhookSubscriptions", row, world.base) })
end

local function escape(text) return (host.json.encode(text)) end

-- The body in Exact's own order: Content first, HashCode last, no blanks.
function Hooks:body(division, topic, path, key, action, base)
  local content = ('{"Topic":%s,"ClientId":%s,"Division":%d,"Action":"%s","Key":"%s","ExactOnlineEndpoint":%s,"EventCreatedOn":"%s"}')
    :format(escape(topic), escape(self.app.client_id), division, action, key,
      escape(("%s/%s(guid'%s')"):format(base, path, key)), calendar.iso(host.now()) .. ".07")
  local hash = host.crypto.hex(host.crypto.hmac_sha256(self.app.webhook_secret, content)):upper()
  return '{"Content":' .. content .. ',"HashCode":"' .. hash .. '"}'
end

function Hooks:deliver(subscription, body, try)
  if not self.books:get(subscription.Division, "webhooks/WebhookSubscriptions", subscription.ID) then return end
  self.counts.sent = self.counts.sent + 1
  local status = callback.post(self.config, subscription.CallbackURL, { ["content-type"] = "application/json" }, body)
  if status and status >= 200 and status <= 299 then
    self.counts.accepted = self.counts.accepted + 1
  elseif try < TRIES then
    self.counts.failed = self.counts.failed + 1
    host.timers.after(RETRY_SECONDS * try, function() self:deliver(subscription, body, try + 1) end)
  else
    self.counts.given_up = self.counts.given_up + 1
  end
end

-- A record changed: tells the subscription of its topic, if there is one.
function Hooks:changed(division, topic, path, key, action, base)
  local subscription = topic and self.books:find(division, "webhooks/WebhookSubscriptions", "Topic", topic)
  if not subscription then return end
  if host.chance(self.switches.lost_percent) then
    self.counts.lost = self.counts.lost + 1
    return
  end
  local body = self:body(division, topic, path, key, action, base)
  local copies = host.chance(self.switches.duplicate_percent) and 2 or 1
  self.counts.duplicated = self.counts.duplicated + copies - 1
  for copy = 1, copies do
    host.timers.after(self.switches.notify_seconds * copy, function() self:deliver(subscription, body, 1) end)
  end
end

return Hooks
