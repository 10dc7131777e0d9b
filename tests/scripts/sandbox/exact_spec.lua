-- The simulated Exact Online keeps the rules of apis/exact-online.md.

local root = ...
local service = require "service"

local CALLBACK = "https://localhost:9/callback"

local Exact = {}
Exact.__index = Exact

local function start()
  local system = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "exact_online" } }.systems.exact_online
  local self = setmetatable({ url = system.url, credentials = system.credentials, division = system.credentials.division }, Exact)
  return self
end

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

function Exact:code(user)
  local answer = service.call("GET", ("%s/api/oauth2/auth?client_id=%s&redirect_uri=%s&response_type=code&state=s1&user=%s"):format(
    self.url, self.credentials.client_id, escape(CALLBACK), user or "jan"))
  assert(answer.status == 302, answer.body)
  assert(answer.headers.location:find "&state=s1$")
  return (answer.headers.location:match "code=([^&]+)")
end

function Exact:token(form)
  local fields = { client_id = self.credentials.client_id, client_secret = self.credentials.client_secret }
  for name, value in pairs(form) do fields[name] = value end
  local parts = {}
  for name, value in pairs(fields) do parts[#parts + 1] = name .. "=" .. (value:find "%%" and value or escape(value)) end
  return service.call("POST", self.url .. "/api/oauth2/token", {
    body = table.concat(parts, "&"), headers = { ["content-type"] = "application/x-www-form-urlencoded" },
  })
end

function Exact:grant()
  local answer = self:token { grant_type = "authorization_code", code = self:code(), redirect_uri = CALLBACK }
  assert(answer.status == 200, answer.body)
  self.access, self.refresh = answer.json.access_token, answer.json.refresh_token
  return self
end

function Exact:renew(token) return self:token { grant_type = "refresh_token", refresh_token = token or self.refresh } end

function Exact:call(method, path, body, query)
  return service.call(method, ("%s/api/v1/%d/%s%s"):format(self.url, self.division, path, query and "?" .. query or ""), {
    json = body, headers = { authorization = "Bearer " .. (self.access or "none") },
  })
end

function Exact:control(method, what, body)
  return service.call(method, self.url .. "/_sandbox/exact_online/" .. what, { json = body }).json
end

function Exact:first(path, filter, select)
  local answer = self:call("GET", path, nil, "$select=" .. select .. "&$filter=" .. escape(filter))
  assert(answer.status == 200, answer.body)
  return answer.json.d.results[1]
end

function Exact:invoice_body(reference)
  local account = self:call("POST", "crm/Accounts", { Name = "Łukasz & Zn", Status = "C", Email = reference .. "@example.org" })
  assert(account.status == 201, account.body)
  local item = self:first("logistics/Items", "Code eq 'MUG-1'", "ID,Code")
  local number = require "decimal"
  return {
    Journal = "70", OrderedBy = account.json.d.ID, YourRef = reference, OrderDate = "2026-01-05T00:00:00",
    SalesInvoiceLines = { { Item = item.ID, Quantity = 2, NetPrice = number "20.00", VATCode = "4", Notes = reference .. "/1" } },
  }
end

function Exact:invoice(reference)
  local answer = self:call("POST", "salesinvoice/SalesInvoices", self:invoice_body(reference))
  assert(answer.status == 201, answer.body)
  return answer.json.d
end

local function message(answer) return answer.json.error.message.value end

return {
  ["a code works once and for three minutes"] = function()
    local exact = start()
    local code = exact:code()
    local form = { grant_type = "authorization_code", code = code, redirect_uri = CALLBACK }
    assert(exact:token(form).status == 200)
    local again = exact:token(form)
    assert(again.status == 400 and again.json.error == "invalid_grant")
    local late = exact:code()
    service.pass(181)
    assert(exact:token { grant_type = "authorization_code", code = late, redirect_uri = CALLBACK }.status == 400)
  end,
  ["a token may be renewed at 570 s and not a second sooner"] = function()
    local exact = start():grant()
    service.pass(569)
    local early = exact:renew()
    assert(early.status == 400 and early.json.error == "access_denied" and early.headers.Reason:find "TooEarly")
    assert(exact:control("GET", "events").violation_counts.token_too_early == 1)
    service.pass(1)
    assert(exact:renew().status == 200)
  end,
  ["an old refresh token revokes the chain"] = function()
    local exact = start():grant()
    service.pass(570)
    local fresh = exact:renew().json
    local reused = exact:renew()
    assert(reused.status == 401 and reused.json.error == "unauthorized_client")
    service.pass(570)
    assert(exact:renew(fresh.refresh_token).json.error == "invalid_grant")
  end,
  ["an access token ends after 600 s"] = function()
    local exact = start():grant()
    service.pass(599)
    assert(exact:call("GET", "financial/Journals", nil, "$select=Code").status == 200)
    service.pass(1)
    assert(exact:call("GET", "financial/Journals", nil, "$select=Code").status == 401)
  end,
  ["the sixty-first call of a minute is answered 429 without daily headers"] = function()
    local exact = start():grant()
    for _ = 1, 60 do assert(exact:call("GET", "financial/Journals", nil, "$select=Code").status == 200) end
    local over = exact:call("GET", "financial/Journals", nil, "$select=Code")
    assert(over.status == 429 and over.body == "" and over.headers["X-RateLimit-Minutely-Remaining"] == "0")
    assert(over.headers["X-RateLimit-Remaining"] == nil)
    assert(exact:control("GET", "events").violation_counts.minute_limit == 1)
    service.pass(60)
    assert(exact:call("GET", "financial/Journals", nil, "$select=Code").status == 200)
  end,
  ["the eleventh error of an hour blocks the key"] = function()
    local exact = start():grant()
    for _ = 1, 10 do assert(exact:call("GET", "crm/Accounts", nil, "$select=Nothing").status == 400) end
    assert(exact:call("GET", "financial/Journals", nil, "$select=Code").status == 200)
    exact:call("GET", "crm/Accounts", nil, "$select=Nothing")
    assert(exact:call("GET", "financial/Journals", nil, "$select=Code").status == 429)
  end,
  ["lists come sixty a page with a link to the rest"] = function()
    local exact = start():grant()
    exact:control("POST", "seed", { accounts = 100 })
    local path, rows, pages = "crm/Accounts", 0, 0
    local answer = exact:call("GET", path, nil, "$select=ID,Email&$filter=" .. escape "Status eq 'C'")
    while true do
      pages, rows = pages + 1, rows + #answer.json.d.results
      if not answer.json.d.__next then break end
      answer = service.call("GET", answer.json.d.__next, { headers = { authorization = "Bearer " .. exact.access } })
      assert(answer.status == 200, answer.body)
    end
    assert(pages == 2 and rows == 102, pages .. " pages, " .. rows .. " rows")
  end,
  ["lists need $select, accounts a filter, and filters known fields"] = function()
    local exact = start():grant()
    assert(message(exact:call("GET", "logistics/Items", nil, "")):find "add a $select or a $top=1")
    assert(message(exact:call("GET", "crm/Accounts", nil, "$select=ID")):find "mandatory filtering")
    local unknown = exact:call("GET", "crm/Accounts", nil, "$select=ID&$filter=" .. escape "Website eq 'x'")
    assert(unknown.status == 400 and message(unknown):find "not supported")
    assert(exact:call("GET", "crm/Accounts", nil, "$select=ID&$filter=" .. escape "Email eq 'x").status == 400)
  end,
  ["without Accept the answer is Atom"] = function()
    local exact = start():grant()
    local answer = service.call("GET", exact.url .. "/api/v1/123456/financial/Journals?$select=Code",
      { headers = { authorization = "Bearer " .. exact.access, accept = "*/*" } })
    assert(answer.headers["content-type"]:find "atom" and answer.body:find "<feed")
  end,
  ["account codes are padded to 18 and dates are /Date()/"] = function()
    local exact = start():grant()
    local account = exact:first("crm/Accounts", "Email eq 'an.smit@example.org'", "Code,Email,Country")
    assert(#account.Code == 18 and account.Code:find "^%s+1$" and account.Country == "NL ")
    local invoice = exact:invoice "ref-1"
    assert(invoice.OrderDate == "/Date(1767571200000)/")
  end,
  ["an invoice adds up with its VAT and is found by YourRef"] = function()
    local exact = start():grant()
    exact:invoice "shop-118"
    local found = exact:first("salesinvoice/SalesInvoices", "YourRef eq 'shop-118'", "InvoiceID,AmountFC,VATAmountFC,Status")
    assert(tostring(found.AmountFC) == "48.4" and tostring(found.VATAmountFC) == "8.4" and found.Status == 20)
    local state = exact:control("GET", "state?your_ref=shop-118").divisions["123456"]
    assert(state.invoices[1].amount == "48.40" and state.invoices[1].line_list[1].notes == "shop-118/1")
    assert(#state.doubled_invoices == 0)
  end,
  ["what business forbids is a 500 with the error block"] = function()
    local exact = start():grant()
    local cases = {
      { function(body) body.Journal = nil end, "Mandatory: Journal" }, { function(body) body.Journal = "90" end, "Invalid journal 90" },
      { function(body) body.OrderedBy = "11111111-2222-3333-4444-555555555555" end, "Invalid reference: Ordered by" },
      { function(body) body.SalesInvoiceLines[1].VATCode = "5" end, "Blocked: VAT code 5" },
      { function(body) body.Currency = "XXX" end, "Invalid currency" },
      { function(body) body.SalesInvoiceLines[1].CostCenter = "MARS" end, "Invalid cost center" },
    }
    for index, case in ipairs(cases) do
      local body = exact:invoice_body("case" .. index)
      case[1](body)
      local answer = exact:call("POST", "salesinvoice/SalesInvoices", body)
      assert(answer.status == 500 and message(answer):find(case[2], 1, true), answer.body)
    end
  end,
  ["unknown, read-only and ill-typed fields are 400"] = function()
    local exact = start():grant()
    for index, change in ipairs { { "Foo", "x" }, { "Status", 50 }, { "OrderDate", "2026-01-05" }, { "YourRef", 118 } } do
      local body = exact:invoice_body("bad" .. index)
      body[change[1]] = change[2]
      assert(exact:call("POST", "salesinvoice/SalesInvoices", body).status == 400, change[1])
    end
  end,
  ["a processed invoice is frozen"] = function()
    local exact = start():grant()
    local invoice = exact:invoice "shop-7"
    local path = ("salesinvoice/SalesInvoices(guid'%s')"):format(invoice.InvoiceID)
    assert(exact:call("PUT", path, { Description = "before" }).status == 204)
    assert(exact:call("POST", "salesinvoice/PrintedSalesInvoices", { InvoiceID = invoice.InvoiceID }).status == 201)
    local after = exact:call("PUT", path, { Description = "after" })
    assert(after.status == 500 and message(after):find "processed")
    assert(exact:call("DELETE", path).status == 500)
  end,
  ["a changed line changes the invoice's total"] = function()
    local exact = start():grant()
    local invoice = exact:invoice "shop-8"
    local line = exact:first("salesinvoice/SalesInvoiceLines", ("InvoiceID eq guid'%s'"):format(invoice.InvoiceID), "ID,Notes")
    assert(exact:call("PUT", ("salesinvoice/SalesInvoiceLines(guid'%s')"):format(line.ID), { Quantity = 3 }).status == 204)
    local state = exact:control("GET", "state?your_ref=shop-8").divisions["123456"].invoices[1]
    assert(state.net == "60.00" and state.amount == "72.60")
  end,
  ["an address posted twice keeps its ID"] = function()
    local exact = start():grant()
    local account = exact:first("crm/Accounts", "Email eq 'an.smit@example.org'", "ID")
    local body = { Account = account.ID, Type = 4, AddressLine1 = "Dam 2", City = "Amsterdam", Country = "NL" }
    local one, two = exact:call("POST", "crm/Addresses", body), exact:call("POST", "crm/Addresses", body)
    assert(one.status == 201 and one.json.d.ID == two.json.d.ID)
  end,
  ["a subscription is proved by an empty POST and its events carry the HashCode"] = function()
    local exact = start():grant()
    local seen = {}
    service.callbacks["https://localhost:9/hooks"] = function(request)
      seen[#seen + 1] = request.body
      return { status = 200 }
    end
    local created = exact:call("POST", "webhooks/WebhookSubscriptions",
      { Topic = "SalesInvoices", CallbackURL = "https://localhost:9/hooks/x" })
    assert(created.status == 201 and seen[1] == "", created.body)
    local refused = exact:call("POST", "webhooks/WebhookSubscriptions", { Topic = "Items", CallbackURL = "https://localhost:8/none" })
    assert(refused.status == 500 and message(refused):find "Post to callback URL")
    exact:invoice "shop-9"
    service.pass(5)
    local content, hash = seen[2]:match '^{"Content":(.*),"HashCode":"(%x+)"}$'
    local digest = require "digest"
    assert(hash == digest.hex(digest.hmac_sha256(exact.credentials.webhook_secret, content)):upper())
  end,
  ["a division or scope that is not ours is 403"] = function()
    local exact = start():grant()
    exact.division = 999999
    assert(exact:call("GET", "financial/Journals", nil, "$select=Code").status == 403)
    exact.division = 123456
    exact:control("POST", "switches", { missing_scopes = { "Financial generalledgers" } })
    assert(message(exact:call("GET", "financial/Journals", nil, "$select=Code")):find "Scope Violated")
  end,
  ["a lost answer applies, a cut does not, a late landing applies later"] = function()
    local exact = start():grant()
    local function invoices() return exact:control("GET", "state").divisions["123456"].counts.invoices end
    for index, case in ipairs { { "lost_answer", 1, 1 }, { "cut", 0, 0 }, { "late_landing", 0, 1 } } do
      local body, before = exact:invoice_body("fault" .. index), invoices()
      exact:control("POST", "faults", { match = { method = "POST", path = "/salesinvoice" }, kind = case[1], count = 1, delay = 20 })
      assert(exact:call("POST", "salesinvoice/SalesInvoices", body).cut == "before")
      assert(invoices() - before == case[2], case[1])
      service.pass(21)
      assert(invoices() - before == case[3], case[1])
    end
  end,
}
