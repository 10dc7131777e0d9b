#!/usr/bin/env bash
# C1, XU3: `ping` of UPS tells apart what people get wrong, and says where it is mended: no secret, wrong keys or those of the other environment,
# a product that the app lacks (answered with the very words for wrong keys), an account number that is none, an account that is blocked for the
# app, tokens that are used up. Nothing is bought.
#   tests/system/ping_ups_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/ping.sh"

set_up_ping ups ups
write_client Europe/Amsterdam 'region = "production", account = "A1B2C3"'
keys="client id or secret are wrong, or belong to the other environment (localhost)"

# Keys.
ping_says 1 "secret client_id of acme/ups is not set" "ml-connector secret set acme ups client_id"
value .systems.ups.credentials.client_id | run secret set acme ups client_id >/dev/null
ping_says 1 "secret client_secret of acme/ups is not set" "ml-connector secret set acme ups client_secret"
echo of-another-app | run secret set acme ups client_secret >/dev/null
ping_says 1 "Invalid Authentication Information" "$keys" "correct \`region\` in clients/acme/client.lua" "secret set acme ups client_id"
never_says "add the product"
secrets acme ups ups client_secret
ping_says 0 "4 checks passed"
never_says "goes without"

# Products: the same words, and another mistake.
for product in tracking:Tracking shipping:Shipping; do
  switch "{\"missing_products\": [\"${product%%:*}\"]}"
  ping_says 1 "Invalid Authentication Information" "add the product \"${product#*:}\" to the app" "developer portal"
  never_says "are wrong"
done
switch '{"missing_products": ["track_alert", "quantum_view"]}'
ping_says 0 "2 checks passed" "goes without Track Alert, Quantum View" "to have it: add the product \"Track Alert\" to the app"   # which an app may do without
switch '{"missing_products": []}'

# The account.
sed -i 's/account = "A1B2C3"/account = "A1B2"/' "$client"
control ups seed -X POST -d '{"forget_tokens": true}' >/dev/null   # the account is asked about with a token
ping_says 1 "x-merchant-id" "account numbers of six letters and digits" "correct \`account\` in clients/acme/client.lua"
sed -i 's/account = "A1B2"/account = "A1B2C3"/' "$client"
switch '{"blocked_merchant": true}'
ping_says 1 "Blocked Merchant" "UPS blocks this app for the account" "ask UPS's developer support"
switch '{"blocked_merchant": false}'
ping_says 0 "4 checks passed"
never_says "goes without"

# Tokens are used up by whoever else uses the keys.
control ups seed -X POST -d '{"forget_tokens": true}' >/dev/null
switch '{"token_requests_a_day": 1}'
ping_says 1 "too many tokens were asked for today" "give this connection an app of its own"

# Nothing came of all this.
[ "$(control ups state | jq '.counts.shipments + .counts.voided')" = 0 ] || fail "something was bought: $(control ups state | jq -c .counts)"
[ "$(control ups state | jq '.alerts.counts.subscribed')" = 0 ] || fail "something is subscribed to: $(control ups state | jq -c .alerts.counts)"
violations=$(control ups events | jq -c '.violation_counts | del(.wrong_client, .token_budget)')
[ "$violations" = '{}' ] || fail "violations: $violations"
echo "ping of ups: what is set up wrong is told apart"
