#!/usr/bin/env bash
# XU4, C1: an app that lacks Track Alert and Quantum View, which UPS refuses with the very words for wrong keys (401): `ping` tells both apart and passes, labels are
# bought, parcels are looked at instead, and tokens are not asked for again and again.
#   tests/system/missing_products_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/parcels.sh"
deliveries=3

set_up_parcels 60
change_client 's/references = /quantum_view = "OUTBOUND", references = /' 'quantum_view = "OUTBOUND"'
control ups switches -X POST -d '{"missing_products": ["track_alert", "quantum_view"]}' >/dev/null
go_live_parcels >"$work/ping"
cat "$work/ping"
for product in "Track Alert" "Quantum View"; do
  grep -q "zuid/ups .*goes without.*$product" "$work/ping" || fail "XU4: ping does not tell that $product is missing"
done
run ping zuid >"$work/ping" || fail "C1: ping fails for what an app may do without: $(cat "$work/ping")"

pack_all $(take $deliveries)
labelled() { [ "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length')" = $deliveries ]; }
until_ok 120 labelled || { run jobs --state parked; fail "no labels: $(status)"; }
control ups seed -X POST -d '{"travel": "all", "ends": "delivered", "over": 600}' >/dev/null
arrived() { [ "$(booked | jq '[.deliveries[] | select((.remarks // "") | test("Delivered 20"))] | length')" = $deliveries ] && settled; }
until_ok 180 arrived || { run jobs; fail "XU4: parcels are not looked at: $(control ups state | jq -c .counts) $(status)"; }
# A label is bought as before: the connection is not held for what its app lacks.
pack_all $(take 1)
deliveries=$((deliveries + 1))
until_ok 120 labelled || { run jobs --state parked; fail "XU4: held: $(status)"; }
tokens=$(control ups events | jq '[.kinds | to_entries[] | select(.key | test("oauth")) | .value] | add')
[ "$tokens" -le 20 ] || fail "XU3: $tokens tokens were asked for"
[ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs --state parked; fail "something is parked"; }
kept_the_rules
run audit verify
echo "missing_products: $deliveries labels, $tokens tokens, $(control ups state | jq -c .counts)"
