-- What `ping` reads, in the order of the names. `fix` says what to do when it is refused, by status or by how it failed.

return {
  ["ping.1_orders"] = {
    GET = "/v1/orders", query = { limit = "1" },
    fix = {
      auth = "the key is not valid: ml-connector secret set {client} {connection} api_key",
      ["401"] = "the key is not valid: ml-connector secret set {client} {connection} api_key",
      ["403"] = "the key may not read orders: give it that right, or make another key",
      ["404"] = "{host} has no /v1/orders: is `base_url` in clients/{client}/client.lua the right one?",
    },
  },
}
