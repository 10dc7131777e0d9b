local order, invoice = layer "invoice"

invoice.Journal = setting.jurnal
