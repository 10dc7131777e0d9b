-- A group with books in two installations of Exact Online: each region is an app, a grant and a person of its own.

id = "sample-two-regions"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.nordwind.example"
store = "sqlite"

grants = {
  exact_nl = grant { system = "exact_online", region = "nl", clients = { "nordwind" } },
  exact_uk = grant { system = "exact_online", region = "uk", clients = { "nordwind" } },
}
