-- A wholesaler: customers with VAT numbers, cost centres by region, invoices on account.

id = "sample-wholesale"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.vandijk.example"
store = "sqlite"

grants = { exact_nl = grant { system = "exact_online", region = "nl", clients = { "vandijk" } } }
