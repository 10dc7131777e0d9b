#!/usr/bin/env bash
# C1: `ping` tells apart what people get wrong when they set a connection up, and says what to do: for the shop a secret that is not
# set, a wrong token, a wrong store hash, missing scopes, a clock that is off; for the books no agreement, a wrong division, a missing
# scope, a wrong region.
#   tests/system/ping_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"

start_sandbox bigcommerce,exact_online,exact_online_uk 1
cp -r "$source/examples/clients/quickstart" "$workspace"
books=$(value .systems.exact_online.url)
sed -i -e "s|@STORE_HASH@|abc123|; s|@SHOP_URL@|$(value .systems.bigcommerce.url)|; s|@EXACT_URL@|$books|; s|@CA_FILE@|$ca|; s|@PORT@|$port|" \
  -e "s|@ADMIN_PORT@|$admin_port|; s|@CERT@|$(value .certificate.cert)|; s|@KEY@|$(value .certificate.key)|" \
  "$workspace/ml-connector.lua" "$workspace/clients/acme/client.lua"
make_key quickstart
client=$workspace/clients/acme/client.lua

ping_says() { # connection, expected exit code, words that must be said …
  local connection=$1 code=$2 got=0; shift 2
  run ping acme "$connection" >"$work/said" 2>&1 || got=$?
  [ $got = "$code" ] || fail "ping $connection ended with $got, not $code: $(cat "$work/said")"
  for words in "$@"; do grep -qF -- "$words" "$work/said" || fail "ping $connection does not say '$words': $(cat "$work/said")"; done
}

# The shop.
ping_says shop 1 "access_token" "ml-connector secret set acme shop access_token"
secrets acme shop bigcommerce access_token
ping_says shop 0 "4 checks passed" "WEBHOOKS: client_secret is not set" "ml-connector secret set acme shop client_secret"
secrets acme shop bigcommerce client_secret
ping_says shop 0 "4 checks passed"
! grep -q WEBHOOKS "$work/said" || fail "client_secret is there: $(cat "$work/said")"
echo made-up | run secret set acme shop access_token >/dev/null
ping_says shop 1 "401" "the store hash and the token do not belong together" "access_token"
secrets acme shop bigcommerce access_token
sed -i 's/store_hash = "abc123"/store_hash = "zzz999"/' "$client"
ping_says shop 1 "401" "is zzz999"
control bigcommerce switches -X POST -d '{"unknown_store": 404}' >/dev/null
ping_says shop 1 "404" "is zzz999"
sed -i 's/store_hash = "zzz999"/store_hash = "abc123"/' "$client"
for scope in information:"Information & settings, read-only" orders:"Orders, read-only" customers:"Customers, read-only"; do
  control bigcommerce switches -X POST -d "{\"missing_scopes\": [\"store_v2_${scope%%:*}_read_only\"]}" >/dev/null
  ping_says shop 1 "403" "give the API account the scope ${scope#*:}"
done
control bigcommerce switches -X POST -d '{"missing_scopes": []}' >/dev/null

# The books.
secrets acme books exact_online client_id client_secret webhook_secret
ping_says books 1 "ml-connector authorize acme books"
start_serve
agree acme books
kill "${pids[-1]}" && wait "${pids[-1]}" || true
unset 'pids[-1]'
ping_says books 0 "7 checks passed" "grant good for"
sed -i 's/division = 123456/division = 999999/' "$client"
ping_says books 1 "403" "does not reach division 999999" "correct \`division\`"
sed -i 's/division = 999999/division = 123456/' "$client"
for scope in "Financial generalledgers" "Crm accounts" "Logistics items" "Sales invoices" "Organization administration"; do
  control exact_online switches -X POST -d "{\"missing_scopes\": [\"$scope\"]}" >/dev/null
  ping_says books 1 "Cannot read '$scope' scope" "add the scope \"$scope\" to the app in Exact's App Center"
done
control exact_online switches -X POST -d '{"missing_scopes": []}' >/dev/null
ping_says books 0 "7 checks passed"
sed -i "s|$books|$(value .systems.exact_online_uk.url)|" "$workspace/ml-connector.lua" "$client"
ping_says books 1 "another region"

# The clock: the simulated systems' runs an hour ahead.
control bigcommerce clock -X POST -d '{"advance": 3600}' >/dev/null
ping_says shop 0 "CLOCK: this machine is"
grep -qE "is (3599|3600) s off" "$work/said" || fail "$(cat "$work/said")"
echo "ping: what is set up wrong is told apart"
