#!/usr/bin/env bash
# C14: the sample workspace two_regions against two simulated shops and two installations of Exact Online. Both shops number their
# orders alike; each order must stand once, in the books that the route names, and no call may bring an id of one division to the
# other (the simulation answers those 403 or 404, and counts them).
#   tests/system/two_regions_test.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
orders=${ORDERS:-12}
work=$(mktemp -d "${TMPDIR:-/tmp}/two-regions-XXXXXX")
export XDG_CONFIG_HOME=$work/config
pids=()
end() {
  code=$?
  trap - EXIT
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  if [ $code = 0 ]; then rm -rf "$work"; else echo "logs are kept in $work" >&2; fi
  exit $code
}
trap end EXIT
fail() { echo "two_regions: $*" >&2; exit 1; }
until_ok() { local left=$1; shift; until "$@" >/dev/null 2>&1; do [ $((left -= 1)) -ge 0 ] || return 1; read -rt 1 <> <(:) || true; done; }
free_port() { local port; for port in $(shuf -i 30000-39999 -n 50); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }; done; return 1; }

"$program" sandbox --only bigcommerce,bigcommerce_2,exact_online,exact_online_uk --state "$work/sandbox" --scale 60 >"$work/sandbox.json" 2>"$work/sandbox.log" &
pids+=($!)
until_ok 30 test -s "$work/sandbox.json" || fail "no sandbox: $(tail -n 3 "$work/sandbox.log")"
value() { jq -er "$1" "$work/sandbox.json"; }
control() { local system=$1 what=$2; shift 2; curl -sS --fail-with-body --cacert "$(value .ca)" "$@" "$(value ".systems.$system.url")/_sandbox/$system/$what"; }

# The sample as it stands, with the simulations' addresses written in.
workspace=$work/workspace
cp -r "$source/examples/clients/two_regions" "$workspace"
port=$(free_port) admin_port=$(free_port) ca=$(value .ca)
local_to() { printf 'base_url = "%s", ca_file = "%s", allow_loopback = true' "$(value ".systems.$1.url")" "$ca"; }
sed -i \
  -e "s|listen = .*|listen = { address = \"127.0.0.1:$port\", tls = { cert = \"$(value .certificate.cert)\", key = \"$(value .certificate.key)\" } }|" \
  -e "s|admin = .*|admin = \"127.0.0.1:$admin_port\"|; s|public_url = .*|public_url = \"https://localhost:$port\"|" \
  -e "s|region = \"nl\"|region = \"nl\", $(local_to exact_online)|; s|region = \"uk\"|region = \"uk\", $(local_to exact_online_uk)|" "$workspace/ml-connector.lua"
sed -i \
  -e "s|store_hash = \"abc123\"|store_hash = \"abc123\", $(local_to bigcommerce)|; s|store_hash = \"def456\"|store_hash = \"def456\", $(local_to bigcommerce_2)|" \
  -e "s|grant = \"exact_nl\"|grant = \"exact_nl\", $(local_to exact_online)|; s|grant = \"exact_uk\"|grant = \"exact_uk\", $(local_to exact_online_uk)|" "$workspace/clients/nordwind/client.lua"
mkdir -p -m 700 "$XDG_CONFIG_HOME/ml-connector"
(umask 277 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$XDG_CONFIG_HOME/ml-connector/sample-two-regions.key")
run() { "$program" "$@" --workspace "$workspace"; }
run check
"$program" serve --workspace "$workspace" --clock "$(value .clock)" 2>"$work/serve.log" &
pids+=($!)
until_ok 30 curl -sSf --cacert "$ca" "https://localhost:$port/readyz" || fail "serve did not start: $(tail -n 3 "$work/serve.log")"

for pair in shop_nl:bigcommerce shop_uk:bigcommerce_2; do
  for key in access_token client_id client_secret; do value ".systems.${pair#*:}.credentials.$key" | run secret set nordwind "${pair%:*}" $key >/dev/null; done
done
for pair in books_nl:exact_online books_uk:exact_online_uk; do
  connection=${pair%:*} system=${pair#*:}
  for key in client_id client_secret webhook_secret; do value ".systems.$system.credentials.$key" | run secret set nordwind "$connection" $key >/dev/null; done
  run authorize nordwind "$connection" --json >"$work/authorize.json" & waiting=$!
  until_ok 20 test -s "$work/authorize.json" || fail "no link for $connection"
  browser=(curl -sS --cacert "$ca" -c "$work/cookies-$connection" -b "$work/cookies-$connection")
  consent=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$(jq -er .url "$work/authorize.json")")
  callback=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$consent&user=jan")
  "${browser[@]}" "$callback" >/dev/null
  wait $waiting || fail "no grant for $connection"
  rm "$work/authorize.json"
done
run ping nordwind
run live nordwind shops >/dev/null

for system in bigcommerce bigcommerce_2; do
  active() { [ "$(control "$1" state | jq '[.hooks[] | select(.is_active)] | length')" -ge 9 ]; }
  until_ok 60 active $system || fail "BC1: $system has $(control $system state | jq -c '[.hooks[].scope]')"
  control $system seed -X POST -d "{\"orders\": $orders, \"kinds\": [\"registered\", \"guest\", \"coupon\"]}" >/dev/null
done
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
echo "two_regions: $orders orders in each of two shops and two regions, none crossed"
