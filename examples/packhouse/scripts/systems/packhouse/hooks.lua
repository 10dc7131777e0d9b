-- Webhook registrations (section 6).

return {
  ["webhooks.list"] = { GET = "/v1/sites/{site}/webhooks", gives = "Hook", id = "id", pages = { rows = { "items" } } },
  -- The same topic and address a second time is refused, so repeating does no harm.
  ["webhooks.create"] = {
    POST = "/v1/sites/{site}/webhooks", takes = "Hook", gives = "Hook", id = "id", create = true,
    effect = { kind = "D", may_repeat = true }, rejects = { 409 },
  },
  ["webhooks.delete"] = { DELETE = "/v1/sites/{site}/webhooks/{id}", effect = { kind = "D", may_repeat = true } },
}
