-- stdlib and ambient names, run inside the host (tests/unit/bindings/lua_spec_test.cc).

local decimal, json, odata, record = require "decimal", require "json", require "odata", require "record"

local function equal(found, wanted)
  if found ~= wanted then error(("expected %s, found %s"):format(tostring(wanted), tostring(found)), 2) end
end

local function refused(part, run, ...)
  local ok, err = pcall(run, ...)
  if ok then error("expected an error with '" .. part .. "'", 2) end
  if not tostring(err):find(part, 1, true) then error(("expected '%s' in '%s'"):format(part, tostring(err)), 2) end
end

return {
  ["odata doubles quotes and writes literals by type"] = function()
    equal(odata.text "O'Neill", "'O''Neill'")
    equal(odata.literal("abc", "guid"), "guid'abc'")
    equal(odata.literal("2026-01-05T00:00:00Z", "instant"), "datetime'2026-01-05T00:00:00'")
    equal(odata.literal(5, "integer"), "5")
    equal(odata.equals("Code", { "A", "B'C" })["$filter"], "Code eq 'A' or Code eq 'B''C'")
  end,

  ["look_up and upsert say their kind"] = function()
    local effect = look_up { "invoices.list", by = "YourRef", quiet = "3m" }
    equal(effect.kind .. effect.look_up .. effect.by .. effect.quiet, "Cinvoices.listYourRef3m")
    equal(upsert { key = "id" }.kind, "A")
    refused("unknown field 'bye'", look_up, { "x", bye = "Y" })
  end,

  ["definitions refuse what they do not know"] = function()
    refused("unknown field 'operatons'", system, { name = "x", base_url = "u", operatons = {} })
    refused("'run' must be a function", flow, { on = {} })
    refused("expected text, integer", schema, { journal = { "string" } })
    refused("'key' is missing", webhook, "shop", { "a" }, {})
  end,

  ["schema gives types and defaults"] = function()
    local fields = schema { journal = { "text", default = "70", doc = "Journal" } }
    equal(json.encode(fields), '{"journal":{"default":"70","doc":"Journal","type":"text"}}')
  end,

  ["try gives what was returned, or nil and the error"] = function()
    local a, b = try(function(x) return x, 2 end, 1)
    equal(a + b, 3)
    local none, err = try(error, "no")
    equal(none, nil)
    equal(err.code .. " " .. err.message .. " " .. tostring(err), "script_error no no")
    local _, own = try(error, { code = "mine" })
    equal(own.code, "mine")
  end,

  ["has tells null, absent and present apart"] = function()
    local seen = json.record '{"a":null,"b":0}'
    equal(has(seen.a), false)
    equal(has(seen, "a"), true)
    equal(has(seen, "c"), false)
    equal(has(seen.b), true)
    equal(has(null), false)
  end,

  ["records can be changed without changing what was received"] = function()
    local seen = json.record '{"b":{"x":1},"a":[{"n":1},{"n":2}],"m":"1.50"}'
    seen.c, seen.b.x, seen.a[2].n, seen.m = decimal "2.0", 5, 7, nil
    equal(json.encode(seen), '{"b":{"x":5},"a":[{"n":1},{"n":7}],"m":null,"c":2.0}')
    equal(#seen.a, 2)
    local order = ""
    for key in pairs(seen) do order = order .. key end
    equal(order, "bac")
    refused("can't be changed", function() seen.a[3] = {} end)
  end,

  ["record describes fields in words"] = function()
    local described = record({ date = { wire = "iso_midnight" } }, { ID = "guid read", Day = "date must", Lines = "list:Line" })
    equal(described.fields.ID.writable, false)
    equal(described.fields.Day.wire, "iso_midnight")
    equal(described.fields.Lines.of, "Line")
  end,

  ["what a mapping can't record is refused at once"] = function()
    local order, invoice = mapping { name = "i", from = "a.b", to = "c.d" }
    refused("pairs can't walk a path", function() return pairs(order.lines) end)
    refused("a target has :each, :one", function() invoice:chek {} end)
    refused(":each goes over a list", function() invoice.Lines:each("product", 5) end)
  end,
}
