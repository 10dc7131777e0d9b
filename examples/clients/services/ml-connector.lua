-- A studio that sells courses and appointments: books without items.

id = "sample-services"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.kade.example"
store = "sqlite"

grants = { exact_nl = grant { system = "exact_online", region = "nl", clients = { "kade" } } }
