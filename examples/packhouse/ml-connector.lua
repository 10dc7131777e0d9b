-- Settings of this workspace. Secrets never stand here: ml-connector secret set CLIENT CONNECTION KEY
id = "packhouse-example"

listen = { address = "127.0.0.1:8080" }
proxies = { "127.0.0.1" }
public_url = "https://hooks.example.com"
admin = "127.0.0.1:8081"
store = "sqlite"
