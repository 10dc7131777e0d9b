local order, invoice = layer "invoice"

invoice.Lines.gift.Notes = "wrapped"
