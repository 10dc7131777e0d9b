local spec, mappings = require "spec", require "mappings"

local ITEM, ACCOUNT = "62437e23-a074-4e6e-8a5e-27f346ce1a85", "0e640bc2-0181-46d2-b0bb-15f0ff634c00"

local function order_to(country)
  return {
    id = 1, date_created = "2026-01-05T10:00:00Z", default_currency_code = "EUR", shipping_cost_ex_tax = "5.00",
    billing_address = { country_iso2 = "NL" }, shipping_addresses = { { country_iso2 = country } },
    products = { { id = 7, sku = "MUG-1", name = "Mug", quantity = 12, price_ex_tax = "20.00" } },
  }
end

local function invoice_of(country)
  return mappings.run("invoice", order_to(country), {
    given = { account = ACCOUNT, address = null }, lookups = { items = { ["MUG-1"] = ITEM, SHIPPING = ITEM } },
  })
end

spec.case("goods to {country} are turnover of {center}", {
  { country = "NL", center = "NL" }, { country = "BE", center = "NL" }, { country = "PL", center = "EXPORT" },
}, function(case)
  for _, line in ipairs(invoice_of(case.country).SalesInvoiceLines) do
    spec.expect(line.CostCenter):equals(case.center)
    spec.expect(line.CostUnit):equals "B2B"
  end
end)

spec.it("refuses a country that belongs to no region", function()
  spec.expect(function() invoice_of "JP" end):raises "regions"
end)
