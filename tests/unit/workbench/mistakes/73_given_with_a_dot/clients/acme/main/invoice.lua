local order, invoice = layer "invoice"

invoice.Customer = given.account
