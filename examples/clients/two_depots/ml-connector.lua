-- A wholesaler whose orders are in Acumatica and whose parcels leave by ShipStation; two depots pack; Acumatica lets us in by user and password.

id = "sample-two-depots"
listen = { address = "127.0.0.1:8443" }
admin = "127.0.0.1:8081"
public_url = "https://hooks.harbor.example"
store = "sqlite"
