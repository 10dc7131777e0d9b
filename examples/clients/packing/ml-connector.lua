-- A wholesaler whose orders are in Acumatica and whose parcels leave by ShipStation; Acumatica lets us in by OAuth.

id = "sample-packing"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.harbor.example"
store = "sqlite"
