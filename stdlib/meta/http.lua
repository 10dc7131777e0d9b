---@meta http

--- Servers on loopback and requests to them. Of the service profile: simulated systems have it, jobs do not — they call a
--- remote by the operations of its system.
---@class http
local http = {}

--- Serves until the process ends. The handler may wait.
---@param options { handler: function, listen?: string, tls?: { cert: string, key: string }, max_body?: integer } listen: "127.0.0.1:0" when left out; cert and key as PEM text; max_body in bytes, 16 MiB. The handler gets { method, path, raw_path, query, raw_query, headers, body, peer } and gives { status, headers, body, delay, cut }: a header may be a list; seconds before the answer; "before" or "after" to cut the connection there
---@return { url: string, port: integer } server
---
--- ```lua
--- local http = require "http"
--- local server = http.serve { handler = function(request) return { status = 200, body = request.query.name } end }
--- local answer = http.request { url = server.url .. "/hello?name=Ada" }
--- assert(answer.status == 200 and answer.body == "Ada")
--- ```
function http.serve(options) end

--- Sends one request and waits for its answer.
---@param options { url: string, method?: string, headers?: table<string, string>, body?: string, ca?: string, timeout?: number|string } ca: file of the certificate authority; timeout: 30 seconds when left out
---@return { status: integer, headers: table<string, string>, body: string }? answer
---@return table? err
---
--- ```lua
--- local http = require "http"
--- local none, err = http.request { url = "http://127.0.0.1:1/", timeout = 5 }
--- assert(none == nil and err.code == "unavailable")
--- ```
function http.request(options) end

--- The fields of a query or of a form.
---@param text string
---@return table<string, string>? fields
---@return table? err
---
--- ```lua
--- local http = require "http"
--- assert(http.parse_query("a=1&b=x%20y").b == "x y")
--- ```
function http.parse_query(text) end

return http
