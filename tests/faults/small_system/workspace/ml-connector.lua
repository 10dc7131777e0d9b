id = "crash-points"
listen = { address = "127.0.0.1:@PORT@", tls = { cert = "@CERT@", key = "@KEY@" } }
admin = "127.0.0.1:@ADMIN_PORT@"
public_url = "https://localhost:@PORT@"
store = "sqlite"
