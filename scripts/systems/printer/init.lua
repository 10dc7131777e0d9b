-- A printer where parcels are packed. What a connection's base_url begins with says how it is reached, and with that what is done
-- when it is not known whether a document came out:
--   folder:///srv/labels   a file appears there, for whoever watches the folder. The folder remembers what it was given: repeated.
--   ipp://host/printer     (ipps:// with TLS) the printer is asked for the job that bears the effect's mark.
--   raw://host:9100        nothing can be asked afterwards: a person looks at the printer.
--   https://host/hook      a print service, with a key that tells a repetition; where it says `repeats = "never"`, as raw.
-- `format` (ipp) is the document-format that the printer is told instead of the document's own; `user` whose job it is.

local documents = require "documents"

local folder = {
  ["documents.print"] = documents.print { kind = "B", header = "Idempotency-Key", retention = "30d", quiet = "1s" },
  ["ping.status"] = {
    GET = "/status", doc = "whether the folder can be written",
    fix = {
      ["404"] = "make the folder, or correct base_url of {connection} in client.lua",
      ["403"] = "let the user that ml-connector runs as write into the folder (with systemd: ReadWritePaths= in the unit)",
      ["507"] = "look at the disk or the network share that the folder is on",
    },
  },
}

local UNREACHED = "switch the printer on, look at its cable and address, and at allow_private (10/8, 172.16/12, 192.168/16) of {connection}"

local raw = {
  ["documents.print"] = documents.print({ kind = "D" }, { id = false }),   -- nothing comes back
  ["ping.status"] = { GET = "/status", doc = "whether it answers at its port", fix = { unavailable = UNREACHED, timeout = UNREACHED } },
}

local ipp = {
  ["documents.print"] = documents.print { kind = "C", look_up = "jobs.list", by = "mark", header = "Idempotency-Key", quiet = "10s" },
  ["jobs.list"] = { GET = "/jobs", pages = { rows = { "jobs" } }, gives = "Job", find = { format = "rows" }, id = "id" },
  ["ping.status"] = {
    GET = "/status", doc = "whether it accepts jobs, and the format",
    fix = {
      unavailable = UNREACHED, timeout = UNREACHED,
      ["409"] = "see what the printer shows (paper, ribbon, cover), or let it accept jobs again; what waits is printed then",
      ["415"] = "set `format` of {connection} to one that it takes, such as application/octet-stream for labels as they are",
      ["404"] = "correct the path of base_url: ipp://{host}/ipp/print for most printers, ipp://{host}/printers/NAME for CUPS",
      ["502"] = "correct base_url: what answers at {host} speaks no IPP",
    },
  },
}

-- A print service by webhook: JSON as it is, or the document alone; repeated with its key, or never.
local function service(effect, alone)
  local print = documents.print(effect, { id = false, alone = alone })
  print.POST = "/"
  local reached = { GET = "/", doc = "whether anything answers there; hooks take no GET, and say so in one of these ways" }
  reached.fix = { ["400"] = "none", ["405"] = "none", ["415"] = "none", ["422"] = "none" }
  return { ["documents.print"] = print, ["ping.reached"] = reached }
end
local KEYED = { kind = "B", header = "Idempotency-Key", retention = "24h", quiet = "5s" }
local NEVER = { kind = "D" }

local ipp_headers = { ["Printer-Format"] = "{format}", ["Printer-User"] = "{user}" }

return system {
  name = "printer",
  concern = "warehouse",
  base_url = {},   -- each connection has its own
  auth = {
    usual = "none",
    ways = {
      none = { kind = "none" },
      key = { kind = "header", send = { header = "Authorization", value = "Bearer {api_key}" } },
      basic = { kind = "basic" },
    },
  },
  limits = { { in_flight = 1, scope = { "connection" } } },   -- one after the other, so that labels come in their order
  errors = { message = { "message", "error.message", "error" } },
  operations = {
    ["documents.print"] = documents.print(NEVER, { id = false }),
    ["jobs.list"] = ipp["jobs.list"],
    ["ping.status"] = { GET = "/status", doc = "whether it would print" },
  },
  transports = {
    { scheme = "folder", operations = folder },
    { scheme = "raw", operations = raw },
    { scheme = "ipp", operations = ipp, headers = ipp_headers },
    { scheme = "ipps", operations = ipp, headers = ipp_headers },
    { scheme = "https", operations = service(KEYED) },
    { scheme = "https", when = { body = "document" }, operations = service(KEYED, true) },
    { scheme = "https", when = { repeats = "never" }, operations = service(NEVER) },
    { scheme = "https", when = { body = "document", repeats = "never" }, operations = service(NEVER, true) },
  },
  types = require "types",
}
