-- Settings that say what becomes of an order in the books. Added to those of customers.

return function(settings)
  local own = {
    document = {
      "text", default = "sales_invoice", one_of = { "sales_invoice", "sales_entry", "sales_order" },
      doc = "What an order becomes: sales_invoice, sales_entry (books without items) or sales_order (stock is kept in Exact Online).",
    },
    warehouse = { "text", doc = "Code of the warehouse that sales orders are delivered from, by which warehouse and label flows tell theirs. Unset: Exact's." },
    journal = { "text", default = "70", doc = "Code of the sales journal." },
    statuses = {
      "list", default = { 2, 3, 8, 9, 10, 11 },
      doc = "Status ids of BigCommerce that make a document. 0 Incomplete, 5 Cancelled and 6 Declined never do; 4 and 14 always do.",
    },
    accounting_date = {
      "text", default = "order", one_of = { "order", "shipped" },
      doc = "The date a document is booked on: order (placed) or shipped; placed while nothing is shipped.",
    },
    closed_period = {
      "text", default = "park", one_of = { "park", "next" },
      doc = "When the period of that date is not open: park asks a person, next books on the next open day and notes the true date.",
    },
    ends_as = {
      "text", default = "open", one_of = { "open", "processed" },
      doc = "How an invoice ends: open (as Exact Online makes it, changeable) or processed (numbered, frozen). Not as a draft: its API makes none.",
      -- Status is read-only; a posted invoice has 20, open, and no field of PrintedSalesInvoices makes it 10 (fact sheet, sections 5 and 6).
      impossible = { draft = "Exact Online's API makes invoices that are open, which can be changed as a draft can; take open" },
    },
    processing = {
      "text", default = "at_once", one_of = { "at_once", "nightly" },
      doc = "When invoices are processed: at_once, or nightly as a batch at 02:30.",
    },
    layout = { "text", doc = "Name of the layout that processed invoices are made with. Unset: the division's own." },
    cancelled = {
      "text", default = "withdraw", one_of = { "withdraw", "credit", "ask" },
      doc = "A document whose order is cancelled, declined or archived: withdraw (deleted while open, else credited), credit or ask.",
    },
    credit_quantities = {
      "text", default = "negative", one_of = { "negative", "positive" },
      doc = "Sign of the quantities of credit invoices in this installation: negative or positive.",
    },
    refund_vat = {
      "text", default = "mix", doc = "VAT of a refund that is an amount and no lines: mix (that of the order) or a VAT code.",
    },
    refund_item = { "text", doc = "Code of the item for refunds of an amount. Unset: the items of the order's lines." },

    vat_codes = {
      "table", default = {},
      doc = "Tax rate in percent to VAT code, for example { ['21'] = '4' }. Without it, vat_rules and the next one: the item's own.",
    },
    vat_codes_inclusive = { "table", default = {}, doc = "The same for stores whose prices include tax: codes of the inclusive kind." },
    vat_rules = {
      "list", default = {},
      doc = "Rows for what the rate alone does not tell: { country, rate, class, vat_number, channel, part, sku, category, brand, code,"
        .. " inclusive, without_tax }.",
    },
    vat_number_fields = {
      "list", default = { "VAT number", "VAT", "BTW-nummer", "USt-IdNr.", "Numéro de TVA" },
      doc = "Names of the shop's form fields that a VAT number is typed into; case is ignored.",
    },
    tolerance = {
      "decimal", default = "0.02",
      doc = "The most that rounding may leave over; it goes on a line of its own. In a currency without cents a hundred times as much: 2 yen.",
    },

    unknown_sku = {
      "text", default = "fallback", one_of = { "fallback", "create", "park" },
      doc = "A SKU that is no item: fallback (fallback_items, fallback_item), create the item, or park.",
    },
    fallback_item = { "text", doc = "Code of the item for products that Exact Online does not know. Unset: they are refused." },
    fallback_items = { "table", default = {}, doc = "Tax rate in percent to the code of such an item, where it depends on the rate." },
    bundle_children = {
      "text", default = "keep", one_of = { "keep", "drop" }, doc = "Parts of a bundle that cost nothing: keep them as lines, or drop them.",
    },

    shipping_item = { "text", doc = "Code of the item that shipping is invoiced on." },
    handling_item = { "text", doc = "Code of the item for handling costs." },
    wrapping_item = { "text", doc = "Code of the item for gift wrapping." },
    fee_item = { "text", doc = "Code of the item for fees." },
    discount_item = { "text", doc = "Code of the item for discounts and coupons." },
    rounding_item = { "text", doc = "Code of the item that a rounding difference is booked on." },
    gift_certificate_item = { "text", doc = "Code of the item for gift certificates, sold and redeemed." },
    revenue_account = { "text", doc = "Code of the G/L account of product lines. Unset: the item's own; sales entries need it." },
    shipping_account = { "text", doc = "Code of the G/L account of shipping lines. Unset: the item's own." },
    discount_account = { "text", doc = "Code of the G/L account of discount lines. Unset: the item's own." },
    rounding_account = { "text", doc = "Code of the G/L account of rounding lines. Unset: the item's own." },
    gift_certificate_account = { "text", doc = "Code of the G/L account that gift certificates are owed on. Unset: the item's own." },
    gift_certificate_vat_code = { "text", doc = "VAT code without tax for gift certificates. Unset: that of rate 0 in vat_codes." },
    redeemed = {
      "text", default = "payment", one_of = { "payment", "line" },
      doc = "Certificates and store credit that were paid with: payment (noted; the invoice is of the whole) or line (lowers what is due).",
    },
    bookings = {
      "list", default = {},
      doc = "Rows that choose accounts: { country, channel, part, sku, category, brand, rate, account, cost_center, cost_unit };"
        .. " the first that fits counts. category and brand are the numbers that BigCommerce gives them.",
    },
    cost_center = { "text", doc = "Code of the cost center of every line that no row of bookings decides on." },
    cost_unit = { "text", doc = "Code of the cost unit of every line that no row of bookings decides on." },

    payment_condition = { "text", doc = "Code of the payment condition of documents and new accounts." },
    payment_conditions = { "table", default = {}, doc = "The shop's payment method to the code of a payment condition." },
    description = { "text", default = "Web shop order", doc = "Opens the document's description; the order's number follows." },
  }
  for name, field in pairs(settings or {}) do own[name] = field end
  return own
end
