-- The quick start runs these clients beside its own; as a workspace of its own this folder is checked.

id = "chain"
listen = { address = "127.0.0.1:@PORT@", tls = { cert = "@CERT@", key = "@KEY@" } }
admin = "127.0.0.1:@ADMIN_PORT@"
public_url = "https://localhost:@PORT@"
store = "sqlite"

grants = {
  exact_nl = grant {
    system = "exact_online", region = "nl", clients = { "noord" },
    base_url = "@EXACT_URL@", ca_file = "@CA_FILE@", allow_loopback = true,
  },
}
