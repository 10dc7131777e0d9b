-- Webhooks of the simulated Packhouse (FACTS.md, section 6).

local answers, callback, host = require "packhouse.answers", require "callback", require "host"

local TRIES, AGAIN_SECONDS = 5, 60

local Hooks = {}
Hooks.__index = Hooks

function Hooks.new(config, credentials, switches, site)
  return setmetatable({
    config = config, credentials = credentials, switches = switches, site = site, list = {}, made = 0, events = 0,
    counts = { accepted = 0, failed = 0, lost = 0, duplicated = 0 },
  }, Hooks)
end

function Hooks:create(request)
  local body, why = answers.body(request)
  if not body then return why end
  if body.topic ~= "dispatch.created" then return answers.error(422, "invalid", "topic is missing or not valid.") end
  local fault = callback.fault(tostring(body.url))
  if fault then return answers.error(422, "invalid", "url " .. fault .. ".") end
  for _, hook in ipairs(self.list) do
    if hook.topic == body.topic and hook.url == body.url then return answers.error(409, "exists", "This webhook exists already.") end
  end
  self.made = self.made + 1
  local hook = { id = "hook_" .. self.made, topic = body.topic, url = body.url, active = body.active ~= false }
  self.list[#self.list + 1] = hook
  return answers.json(201, hook)
end

function Hooks:webhooks(request, rest)
  if rest == "" and request.method == "POST" then return self:create(request) end
  if rest == "" and request.method == "GET" then
    local items = host.json.array {}
    for index, hook in ipairs(self.list) do items[index] = hook end
    return answers.json(200, { items = items, next_cursor = host.json.null })
  end
  for index, hook in ipairs(self.list) do
    if hook.id == rest and request.method == "DELETE" then
      table.remove(self.list, index)
      return { status = 204, headers = {}, body = "" }
    end
  end
  return answers.missing()
end

function Hooks:deliver(hook, body, try)
  local timestamp = tostring(host.now())
  local signature = host.crypto.hex(host.crypto.hmac_sha256(self.credentials.webhook_secret, timestamp .. "." .. body))
  local status = callback.post(self.config, hook.url, {
    ["content-type"] = "application/json", ["Packhouse-Timestamp"] = timestamp, ["Packhouse-Signature"] = "sha256=" .. signature,
  }, body)
  if status and status >= 200 and status <= 299 then
    self.counts.accepted = self.counts.accepted + 1
    return
  end
  self.counts.failed = self.counts.failed + 1
  if try < TRIES then host.timers.after(AGAIN_SECONDS, function() self:deliver(hook, body, try + 1) end) end
end

function Hooks:event(topic, data)
  self.events = self.events + 1
  local body = host.json.encode { id = "evt_" .. self.events, topic = topic, site = self.site, data = data }
  for _, hook in ipairs(self.list) do
    if hook.active and hook.topic == topic then
      if host.chance(self.switches.lost_percent) then
        self.counts.lost = self.counts.lost + 1
      else
        host.timers.after(0, function() self:deliver(hook, body, 1) end)
        if host.chance(self.switches.duplicate_percent) then
          self.counts.duplicated = self.counts.duplicated + 1
          host.timers.after(1, function() self:deliver(hook, body, 1) end)
        end
      end
    end
  end
end

function Hooks:report()
  local hooks = host.json.array {}
  for index, hook in ipairs(self.list) do hooks[index] = hook end
  return { hooks = hooks, events = self.events, counts = self.counts }
end

return Hooks
