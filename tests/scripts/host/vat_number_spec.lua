-- VAT numbers in one spelling, and whether they have their country's form.

local vat_number = require "vat_number"

local TYPED = {
  { "NL8044.95.208 b01", "NL", "NL804495208B01" }, { "804495208B01", "NL", "NL804495208B01" }, { "be 0123.456.789", "BE", "BE0123456789" },
  { "GR123456789", "GR", "EL123456789" }, { "123456789", "GR", "EL123456789" }, { "ATU12345678", "AT", "ATU12345678" },
  { "XX123456789", "FR", "FRXX123456789" }, { "FRXX123456789", "FR", "FRXX123456789" }, { "DE 123456789", "NL", "DE123456789" },
  { "CHE-123.456.789 MWST", "CH", "CHE123456789" }, { "SE556677889901", "SE", "SE556677889901" }, { "1234567T", "IE", "IE1234567T" },
}

return {
  ["BC16: what people type comes to one spelling that has its country's form"] = function()
    for _, case in ipairs(TYPED) do
      local plain = vat_number.plain(case[1], case[2])
      assert(plain == case[3], ("'%s' in %s came to %s"):format(case[1], case[2], tostring(plain)))
      assert(vat_number.is_formed(plain), plain)
    end
  end,
  ["BC16: what is none is named"] = function()
    for _, number in ipairs { "NL804495208B1", "DE12345678", "ZZ1", "NLNA", "1" } do
      local formed, why = vat_number.is_formed(number)
      assert(not formed and why:find(number, 1, true), number)
    end
  end,
  ["BC16: an empty field is no number, and a wrong one says why"] = function()
    assert(vat_number.among({ { name = "VAT", value = "" } }, { "VAT" }, "NL") == nil)
    local number, why = vat_number.among({ { name = "vat NUMBER", value = "none" } }, { "VAT number" }, "NL")
    assert(number == nil and why:find "NONE", why)
  end,
}
