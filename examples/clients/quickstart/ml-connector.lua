-- Workspace of the quick start. examples/quickstart.sh copies it and fills in what stands between @ signs, from the line
-- that `ml-connector sandbox` prints: addresses on loopback, the sandbox's certificate authority, a certificate for us.

id = "quickstart"
listen = { address = "127.0.0.1:@PORT@", tls = { cert = "@CERT@", key = "@KEY@" } }
admin = "127.0.0.1:@ADMIN_PORT@"
public_url = "https://localhost:@PORT@"
store = "sqlite"

grants = {
  exact_nl = grant {
    system = "exact_online", region = "nl", clients = { "acme" },
    base_url = "@EXACT_URL@", ca_file = "@CA_FILE@", allow_loopback = true,
  },
}
