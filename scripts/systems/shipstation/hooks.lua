-- Webhook subscriptions. Deliveries are neither signed nor do they carry a header of ours, and only point to a list
-- (fact sheet, section 4): the address that is registered ends in a secret, and what comes is a hint that is followed.

return {
  ["webhooks.list"] = { GET = "/webhooks", pages = { rows = { "webhooks" } }, gives = "Hook", id = "WebHookID" },
  -- Answers `id` or `WebHookID`; there is no update call, and nothing says that a second one is refused.
  ["webhooks.subscribe"] = { POST = "/webhooks/subscribe", takes = "Subscription", effect = { kind = "D" } },
  ["webhooks.delete"] = { DELETE = "/webhooks/{id}", effect = { kind = "D", may_repeat = true } },
}
