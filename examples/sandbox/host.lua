-- What the simulations need of the runtime's service profile, in one place.

local clock, crypto, decimal, http = require "clock", require "crypto", require "decimal", require "http"
local json, log, random, timers = require "json", require "log", require "random", require "timers"

local host = { json = json, clock = clock, http = http, timers = timers, log = log, random = random, crypto = crypto }

-- Unix time of the (possibly scaled) clock, in whole seconds and in milliseconds.
function host.now() return clock.now_ms() // 1000 end
function host.now_ms() return clock.now_ms() end

-- A JSON number with exactly these digits.
function host.number(text) return decimal(text) end

function host.uuid() return crypto.uuid() end

-- True in `percent` of a hundred calls.
function host.chance(percent) return percent > 0 and random.int(1, 100) <= percent end

function host.pick(list) return list[random.int(1, #list)] end

-- Letters that are safe in headers and URLs, for made-up tokens.
function host.token(bytes) return (crypto.hex(random.bytes(bytes))) end

return host
