#!/usr/bin/env bash
# C1, XF2, XF3: `ping` of FedEx tells apart what people get wrong, and says where it is mended: no secret, wrong keys or those of the other environment,
# a project without the Ship API and one without Track, an account that FedEx does not know, one that is not linked to the project, and
# an address that FedEx holds for too many token calls. A 403 of an API never leads to a token call; nothing is bought.
#   tests/system/ping_fedex_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/ping.sh"

set_up_ping fedex fedex
of_account() { write_client Europe/Amsterdam "region = \"production\", ${1:+account = \"$1\"}"; }
of_account
tokens() { control fedex state | jq '.oauth.issued + .oauth.refused + .oauth.throttled'; }

# Keys.
ping_says 1 "secret client_id of acme/fedex is not set" "ml-connector secret set acme fedex client_id"
value .systems.fedex.credentials.client_id | run secret set acme fedex client_id >/dev/null
echo of-the-test-tab | run secret set acme fedex client_secret >/dev/null
ping_says 1 "client credentials were not valid" "belong to the other environment (localhost)" "My Projects" "correct \`region\` in clients/acme/client.lua"
secrets acme fedex fedex client_secret
ping_says 0 "2 checks passed"

# APIs of the project.
before=$(tokens)
for api in ship:Ship track:Track; do
  switch "{\"missing_apis\": [\"${api%%:*}\"]}"
  ping_says 1 "403" "the project has no ${api#*:} API" "developer portal"
  never_says "are wrong"
done
switch '{"missing_apis": []}'
[ $(($(tokens) - before)) -le 2 ] || fail "XF3: a 403 of an API led to a token call: $(control fedex state | jq -c .oauth)"

# The account.
of_account "$(value .systems.fedex.credentials.account_number)"
ping_says 0 "2 checks passed"
of_account 999999999
ping_says 1 "valid account number" "FedEx knows no account 999999999: correct \`account\` in clients/acme/client.lua"
foreign=$(value .systems.fedex.credentials.foreign_account_number)
of_account "$foreign"
ping_says 1 "not authorized for shipping" "account $foreign is not linked to the project" "Shipping Accounts"
of_account
ping_says 0 "2 checks passed"

# Somebody else behind the same address asks for tokens all the time.
asked() { [ "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$ca" -d grant_type=client_credentials "$(value .systems.fedex.url)/oauth/token")" = 403 ]; }
for _ in $(seq 200); do ! asked || break; done
asked || fail "the address is not held"
control fedex seed -X POST -d '{"revoke": true}' >/dev/null   # and ours is worth nothing any more
ping_says 1 "FedEx holds this address for ten minutes" "leave it alone until then"
never_says "are wrong"
held=$(control fedex state | jq '.oauth.throttled')
ping_says 1 "holds this address"
[ "$(control fedex state | jq '.oauth.throttled')" = "$held" ] || fail "XF3: it asks on while the address is held"

[ "$(control fedex state | jq '.counts.shipments')" = 0 ] || fail "something was bought"
violations=$(control fedex events | jq -c '.violation_counts | del(.wrong_client, .token_burst, .token_while_held)')
[ "$violations" = '{}' ] || fail "violations: $violations"
echo "ping of fedex: what is set up wrong is told apart"
