-- A British shop whose sales orders become UPS parcels: another region, two warehouses, exports with customs data.

id = "sample-parcels-uk"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.thames.example"
store = "sqlite"

grants = { exact_uk = grant { system = "exact_online", region = "uk", clients = { "thames" } } }
