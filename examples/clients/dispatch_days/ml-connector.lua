-- A wholesaler whose orders are in Exact Online and whose parcels leave by ShipStation.

id = "sample-dispatch-days"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.zuid.example"
store = "sqlite"

grants = { exact_nl = grant { system = "exact_online", region = "nl", clients = { "zuid" } } }
