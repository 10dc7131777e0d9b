local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
invoice.Remarks = order.note
