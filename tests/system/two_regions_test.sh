#!/usr/bin/env bash
# C14: the sample workspace two_regions against two simulated shops and two installations of Exact Online. Both shops number their
# orders alike; each order must stand once, in the books that the route names, and no call may bring an id of one division to the
# other (the simulation answers those 403 or 404, and counts them).
#   tests/system/two_regions_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
orders=${ORDERS:-12}

start_sandbox bigcommerce,bigcommerce_2,exact_online,exact_online_uk 60

# The sample as it stands, with the simulations' addresses written in.
cp -r "$source/examples/clients/two_regions" "$workspace"
local_to() { printf 'base_url = "%s", ca_file = "%s", allow_loopback = true' "$(value ".systems.$1.url")" "$ca"; }
sed -i \
  -e "s|listen = .*|listen = { address = \"127.0.0.1:$port\", tls = { cert = \"$(value .certificate.cert)\", key = \"$(value .certificate.key)\" } }|" \
  -e "s|admin = .*|admin = \"127.0.0.1:$admin_port\"|; s|public_url = .*|public_url = \"https://localhost:$port\"|" \
  -e "s|region = \"nl\"|region = \"nl\", $(local_to exact_online)|; s|region = \"uk\"|region = \"uk\", $(local_to exact_online_uk)|" "$workspace/ml-connector.lua"
sed -i \
  -e "s|store_hash = \"abc123\"|store_hash = \"abc123\", $(local_to bigcommerce)|; s|store_hash = \"def456\"|store_hash = \"def456\", $(local_to bigcommerce_2)|" \
  -e "s|grant = \"exact_nl\"|grant = \"exact_nl\", $(local_to exact_online)|; s|grant = \"exact_uk\"|grant = \"exact_uk\", $(local_to exact_online_uk)|" "$workspace/clients/nordwind/client.lua"
make_key sample-two-regions
run check
start_serve
secrets nordwind shop_nl bigcommerce access_token client_id client_secret
secrets nordwind shop_uk bigcommerce_2 access_token client_id client_secret
secrets nordwind books_nl exact_online client_id client_secret webhook_secret
secrets nordwind books_uk exact_online_uk client_id client_secret webhook_secret
agree nordwind books_nl
agree nordwind books_uk
run ping nordwind
run live nordwind shops >/dev/null

active() { [ "$(control "$1" state | jq '[.hooks[] | select(.is_active)] | length')" -ge 10 ]; }
for system in bigcommerce bigcommerce_2; do
  until_ok 60 active $system || fail "BC1: $system has $(control $system state | jq -c '[.hooks[].scope]')"
  control $system seed -X POST -d "{\"orders\": $orders, \"kinds\": [\"registered\", \"guest\", \"coupon\"]}" >/dev/null
done
# BC1: BigCommerce gives a hook up after two days of failures; the runtime revives it within the hour.
hook=$(control bigcommerce state | jq '.hooks[0].id')
curl -sS --fail-with-body --cacert "$ca" -X PUT -H "X-Auth-Token: $(value .systems.bigcommerce.credentials.access_token)" -H 'Content-Type: application/json' \
  -d '{"is_active": false}' "$(value .systems.bigcommerce.url)/stores/abc123/v3/hooks/$hook" >/dev/null
active bigcommerce && fail "the hook is still active"
invoices() { control "$1" state | jq ".divisions[\"$2\"].invoices | length"; }
all_there() { [ "$(invoices exact_online 123456)" = "$orders" ] && [ "$(invoices exact_online_uk 345678)" = "$orders" ]; }
until_ok 120 all_there || { run jobs --state parked; fail "invoices: $(invoices exact_online 123456) and $(invoices exact_online_uk 345678) of $orders each"; }

same() { control "$1" state | jq -r ".divisions[\"$2\"].invoices[].your_ref" | sort; }
[ "$(same exact_online 123456 | grep -cv '^shop_nl-')" = 0 ] || fail "foreign orders in the Dutch books"
[ "$(same exact_online_uk 345678 | grep -cv '^shop_uk-')" = 0 ] || fail "foreign orders in the British books"
[ "$(same exact_online 123456 | sed 's/^shop_nl-//')" = "$(same exact_online_uk 345678 | sed 's/^shop_uk-//')" ] || fail "the shops do not number alike: this proves nothing"
for system in exact_online exact_online_uk; do
  events=$(control $system events)
  [ "$(jq '.violations | length' <<<"$events")" = 0 ] || fail "$system: $(jq -c .violation_counts <<<"$events")"
  wrong=$(jq '[.counts | to_entries[] | select(.key | test(" (403|404)$")) | .value] | add // 0' <<<"$events")
  [ "$wrong" = 0 ] || fail "$system answered $wrong calls with 403 or 404: $(jq -c '[.calls[] | select(.status == 403 or .status == 404)][0:3]' <<<"$events")"
done

# A number alone could be either shop's.
first=$(control bigcommerce state | jq '.orders[0].id')
run sync nordwind shops orders --record "$first" 2>"$work/which" && fail "a number of two shops was taken for one of them"
grep -q "shop_nl:$first" "$work/which" || fail "it did not say how to name the shop: $(cat "$work/which")"
run sync nordwind shops orders --record "shop_uk:$first" >/dev/null

# A back-fill goes through both shops (C10) and makes nothing twice.
run backfill nordwind shops orders --dry-run | tee "$work/dry"
grep -q "$((2 * orders)) records found" "$work/dry" || fail "the dry run found another number"
run backfill nordwind shops orders --json >"$work/backfill" || { run jobs --state parked; fail "the back-fill parked something"; }
[ "$(jq .done "$work/backfill")" = $((2 * orders)) ] || fail "back-fill: $(cat "$work/backfill")"
all_there || fail "the back-fill doubled invoices"
# Both shops against both books (C9, C14).
from=$(control bigcommerce state | jq -r '[.orders[].created[:10]] | min') to=$(date -u -d "$(control bigcommerce_2 state | jq -r '[.orders[].created[:10]] | max') + 1 day" +%F)
run reconcile nordwind shops --from "$from" --to "$to" --json >"$work/reconcile" || fail "reconcile: $(cat "$work/reconcile")"
[ "$(jq '[.. | .left_count? // empty] | add' "$work/reconcile")" -ge $((2 * orders)) ] || fail "reconcile saw one shop only: $(cat "$work/reconcile")"
until_ok 100 active bigcommerce || fail "BC1: the hook was not revived"
echo "two_regions: $orders orders in each of two shops and two regions, none crossed"
