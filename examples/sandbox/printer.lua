-- A simulated label printer: IPP at /ipp/print (RFC 8011) and beside it a print service by webhook at /hook (JSON, the document as
-- base64 text) and /hook/document (the document alone). What came out stands in `state`.

local Journal = require "journal"
local crypto, host, ipp, wire = require "crypto", require "host", require "printer_ipp", require "wire"

local PRINT_JOB, GET_JOBS, GET_PRINTER = 0x0002, 0x000a, 0x000b
local OK, BAD_REQUEST, NOT_FOUND, FORMAT, OPERATION, NOT_ACCEPTING = 0x0000, 0x0400, 0x0406, 0x040a, 0x0501, 0x0506
local PENDING, COMPLETED = 3, 9
local IDLE, STOPPED = 3, 5

local function switches()
  return {
    accepting = true,          -- false: no job is taken
    out_of_paper = false,      -- jobs are taken and wait; they come out when there is paper again
    formats = host.json.array { "application/zpl", "application/pdf", "image/png", "application/octet-stream" },
    lose_answers = 0,          -- of the next prints: printed, and the connection ends without an answer
    forgets = false,           -- printed jobs are not listed
    keys = true,               -- the service knows a key again; a print service without it prints twice
  }
end

local Printer = {}
Printer.__index = Printer

function Printer:print(job)
  job.id, job.at_ms = #self.jobs + 1, host.now_ms()
  job.state = self.switches.out_of_paper and PENDING or COMPLETED
  self.jobs[job.id] = job
  return job
end

-- Paper is back.
function Printer:go_on()
  if self.switches.out_of_paper then return end
  for _, job in ipairs(self.jobs) do job.state = COMPLETED end
end

-- The document was taken; the answer gets lost where a switch says so.
function Printer:answer(response)
  if self.switches.lose_answers > 0 then
    self.switches.lose_answers = self.switches.lose_answers - 1
    response.cut = "before"
  end
  return response
end

local function head(message)
  return {
    ipp.groups.operation, { "attributes-charset", ipp.tags.charset, "utf-8" }, { "attributes-natural-language", ipp.tags.language, "en" },
    message and { "status-message", ipp.tags.text, message } or nil,
  }
end

local function packed(status, request, groups)
  return { status = 200, headers = { ["content-type"] = "application/ipp" }, body = ipp.write(status, request, groups) }
end

local function refused(message, status, words) return packed(status, message.request, { head(words) }) end

local function job_group(job, reasons)
  return {
    ipp.groups.job, { "job-id", ipp.tags.integer, job.id }, { "job-name", ipp.tags.name, job.name }, { "job-state", ipp.tags.enum, job.state },
    { "job-state-reasons", ipp.tags.keyword, reasons or "none" },
  }
end

function Printer:takes(format)
  for _, each in ipairs(self.switches.formats) do
    if each == format then return true end
  end
  return false
end

function Printer:print_job(message)
  local given = message.attributes
  local format = (given["document-format"] or { "application/octet-stream" })[1]
  if not self.switches.accepting then return refused(message, NOT_ACCEPTING, "the printer is being serviced") end
  if not self:takes(format) then return refused(message, FORMAT, "no " .. format) end
  if message.document == "" then return refused(message, BAD_REQUEST, "no document") end
  local job = self:print {
    by = "ipp", name = (given["job-name"] or { "untitled" })[1], format = format, copies = (given.copies or { 1 })[1],
    user = (given["requesting-user-name"] or { "anonymous" })[1], document = message.document,
  }
  return self:answer(packed(OK, message.request, { head(), job_group(job, self.switches.out_of_paper and "printer-stopped" or nil) }))
end

function Printer:get_jobs(message)
  local which = (message.attributes["which-jobs"] or { "not-completed" })[1]
  local groups = { head() }
  for _, job in ipairs(self.jobs) do
    local completed = job.state == COMPLETED
    if job.by == "ipp" and completed == (which == "completed") and not (completed and self.switches.forgets) then
      groups[#groups + 1] = job_group(job)
    end
  end
  return packed(OK, message.request, groups)
end

function Printer:get_printer(message)
  return packed(OK, message.request, { head(), {
    ipp.groups.printer, { "printer-name", ipp.tags.name, "station" },
    { "printer-state", ipp.tags.enum, self.switches.out_of_paper and STOPPED or IDLE },
    { "printer-state-reasons", ipp.tags.keyword, self.switches.out_of_paper and "media-empty" or "none" },
    { "printer-is-accepting-jobs", ipp.tags.boolean, self.switches.accepting },
    { "document-format-supported", ipp.tags.media_type, self.switches.formats },
  } })
end

local OPERATIONS = { [PRINT_JOB] = Printer.print_job, [GET_JOBS] = Printer.get_jobs, [GET_PRINTER] = Printer.get_printer }
local NEEDED = { "attributes-charset", "attributes-natural-language", "printer-uri" }

function Printer:ipp(request)
  if request.method ~= "POST" or request.headers["content-type"] ~= "application/ipp" then
    return { status = 400, headers = {}, body = "IPP is posted as application/ipp" }
  end
  local ok, message = pcall(ipp.read, request.body)
  if not ok then return { status = 400, headers = {}, body = tostring(message) } end
  for _, name in ipairs(NEEDED) do
    if not message.attributes[name] then
      self.journal:violation("attribute_missing", name)
      return refused(message, BAD_REQUEST, name .. " is missing")
    end
  end
  if not message.attributes["printer-uri"][1]:find "^ipps?://[^/]+/ipp/print$" then return refused(message, NOT_FOUND, "no such printer") end
  local operation = OPERATIONS[message.operation]
  if not operation then return refused(message, OPERATION, "not known here") end
  return operation(self, message)
end

local function json(status, value)
  return { status = status, headers = { ["content-type"] = "application/json" }, body = host.json.encode(value) }
end

function Printer:hook(request, alone)
  if request.method ~= "POST" then return json(405, { message = "documents are posted" }) end
  if request.headers.authorization ~= "Bearer " .. self.key then return json(401, { message = "the key is wrong" }) end
  if not self.switches.accepting then return json(503, { message = "no printer is connected" }) end
  local key = request.headers["idempotency-key"]
  local known = key and self.switches.keys and self.keys[key]
  if known then return json(200, { id = known, state = "printed before" }) end
  local job = { by = "hook", copies = 1, format = request.headers["content-type"], document = request.body, name = "document" }
  if not alone then
    local body = wire.json(request)
    if not body or not body.content or not body.name then return json(422, { message = "name and content are needed" }) end
    local bytes = crypto.unbase64(body.content)
    if not bytes then return json(422, { message = "content is no base64 text" }) end
    job = { by = "hook", copies = body.copies or 1, format = body.type, document = bytes, name = body.name }
  end
  self:print(job)
  if key then self.keys[key] = job.id end
  return self:answer(json(201, { id = job.id, state = "printed" }))
end

function Printer:handle(request)
  self:go_on()
  if request.path == "/ipp/print" then return self:ipp(request) end
  if request.path == "/hook" then return self:hook(request, false) end
  if request.path == "/hook/document" then return self:hook(request, true) end
  return json(404, { message = "nothing prints here" })
end

function Printer:state()
  self:go_on()
  local rows, out = host.json.array {}, 0
  for index, job in ipairs(self.jobs) do
    rows[index] = {
      id = job.id, by = job.by, name = job.name, format = job.format, copies = job.copies, user = job.user, bytes = #job.document,
      sha256 = crypto.hex(crypto.sha256(job.document)), printed = job.state == COMPLETED,
    }
    if job.state == COMPLETED then out = out + 1 end
  end
  return { jobs = rows, printed = out }
end

local FAULTS = { ["429"] = "too many", ["500"] = "it broke", ["503"] = "it is busy" }

return function(config)
  local self = setmetatable({ jobs = {}, keys = {}, switches = switches(), journal = Journal.new(), key = host.token(16) }, Printer)
  return {
    name = config.name or "printer", journal = self.journal, switches = self.switches, credentials = { api_key = self.key },
    handle = function(request) return self:handle(request) end,
    fault = function(kind) return json(math.tointeger(kind), { message = FAULTS[kind] }) end,
    seed = function() return { jobs = #self.jobs } end,
    state = function() return self:state() end,
  }
end
