-- A group with two companies in the Netherlands and one in the United States. Exact Online has an installation for each region: an app, a grant
-- and a person of its own.

id = "sample-two-accounts"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.oost.example"
store = "sqlite"

grants = {
  exact_nl = grant { system = "exact_online", region = "nl", clients = { "oost" } },
  exact_us = grant { system = "exact_online", region = "us", clients = { "oost" } },
}
