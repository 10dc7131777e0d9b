-- A Dutch shop whose prices include VAT, selling to consumers in the EU under the one-stop shop (OSS).

id = "sample-tax-inclusive"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.boekwinkel.example"
store = "sqlite"

grants = { exact_nl = grant { system = "exact_online", region = "nl", clients = { "boekwinkel" } } }
