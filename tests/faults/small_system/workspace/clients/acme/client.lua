zone = "Europe/Amsterdam"

connections = {
  source = connection "small" { base_url = "@small_URL@", ca_file = "@CA_FILE@", allow_loopback = true },
  target = connection "small" { base_url = "@small_URL@", ca_file = "@CA_FILE@", allow_loopback = true },
}

instances = {
  relay = use "relay" { bind = { source = "source", target = "target" }, settings = { kind = "@KIND@" } },
}
