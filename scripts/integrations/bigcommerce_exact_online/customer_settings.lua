-- Settings that say how customers of the shop and accounts of the books belong together. Added to those of documents.

return function(settings)
  local own = {
    customers = {
      "text", default = "all", one_of = { "all", "buyers" },
      doc = "Which customers of the shop get an account: all, or only buyers, with their first order.",
    },
    match = {
      "list", default = { "key", "vat_number", "email" },
      doc = "How a customer's account is found, in this order: the shop's own key, the VAT number, the e-mail address.",
    },
    customer_key = {
      "text", default = "SearchCode", one_of = { "SearchCode", "none" },
      doc = "Field of the account that keeps the shop's key (connection and customer id, as shop_nl-4711); none: nowhere. It is never the code.",
    },
    vat_number_fields = {
      "list", default = { "VAT number", "VAT", "BTW-nummer", "USt-IdNr.", "Numéro de TVA" },
      doc = "Names of the shop's form fields that a VAT number is typed into; case is ignored.",
    },
    invalid_vat_number = {
      "text", default = "leave_out", one_of = { "leave_out", "park" },
      doc = "What is done about a number that has not the form of its country: leave_out notes it, park asks a person.",
    },
    new_accounts = {
      "text", default = "create", one_of = { "create", "park" },
      doc = "A customer whom the books do not know: create makes an account, park leaves that to a person.",
    },
    prospects = {
      "text", default = "park", one_of = { "raise", "park" },
      doc = "A buyer whose account is a prospect or suspect: raise makes it a customer, park asks a person.",
    },
    collective_accounts = {
      "table", default = {},
      doc = "Country to the code of one account for many buyers, as { NL = '10001', otherwise = '10099' }. Empty: each has an own one.",
    },
    collective_for = {
      "text", default = "guests", one_of = { "guests", "consumers", "all" },
      doc = "Whom collective_accounts are for: guests, everybody without a VAT number, or all.",
    },
    contacts = {
      "text", default = "companies", one_of = { "companies", "always", "never" },
      doc = "Whether the person becomes a contact of the account.",
    },
    languages = {
      "table", default = { nl = "NL", en = "EN", de = "DE", fr = "FR", es = "ES" },
      doc = "The shop's locale, or its first two letters, to the language of Exact Online. What is not here is left to Exact.",
    },
    owners = {
      "table",
      default = {
        Name = "shop", Email = "shop", Phone = "shop", Address = "shop", Language = "books", VATNumber = "books",
        PaymentConditionSales = "books",
      },
      doc = "Field of the account to the side whose changes count: shop or books. The other side only fills what is empty.",
    },
    accounts_to_shop = {
      "text", default = "linked", one_of = { "linked", "all", "off" },
      doc = "Changes of accounts that go to the shop: of those with a customer there, of all with an e-mail address, or none.",
    },
    customer_group = { "integer", doc = "Customer group of customers that are made in the shop from accounts." },
  }
  for name, field in pairs(settings) do own[name] = field end
  return own
end
