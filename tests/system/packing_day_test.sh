#!/usr/bin/env bash
# A busy day of a simulated business: orders of all kinds, edits and cancels, several parcels an order, voids and re-labels, splits, returns,
# things shipped by hand; answers get lost, limits are met, the runtime is killed. It ends with every parcel on a confirmed shipment, once,
# every exception a case with a sentence, and both sides in agreement.
#   tests/system/packing_day_test.sh PROGRAM [KILLS] [SWITCHES] [ORDERS]      (a thousand by hand)
# SWITCHES: JSON of what Acumatica's sheet calls not verified.
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/packing.sh"
sample=packing instance=packing kills=${2:-3} switches=${3:-} orders=${4:-45}

set_up_packing 60
go_live_packing
[ -z "$switches" ] || erp switches "$switches" >/dev/null
erp faults '[
  {"match": {"method": "PUT", "path": "/Shipment"}, "kind": "lost_answer", "count": '$((3 + kills / 2))'},
  {"match": {"method": "POST", "path": "/ConfirmShipment"}, "kind": "lost_answer", "count": '$((2 + kills / 3))'},
  {"match": {"method": "POST", "path": "/CorrectShipment"}, "kind": "lost_answer", "count": 1},
  {"match": {"method": "GET", "path": "/Shipment"}, "kind": "429", "count": 2},
  {"match": {"method": "GET", "path": "/SalesOrder"}, "kind": "503", "count": 2}]' >/dev/null
station faults '[{"match":{"method":"POST","path":"/orders/createorder"},"kind":"lost_answer","count":2},{"match":{"path":"/shipments"},"kind":"503","count":2}]' >/dev/null
erp seed "{\"stock\": [{\"item\": \"MUG-1\", \"quantity\": $((orders * 5))}, {\"item\": \"LOT-1\", \"quantity\": $orders}]}" >/dev/null
erp seed "{\"orders\": $orders, \"kinds\": [\"plain\", \"several_lines\", \"two_warehouses\", \"own_address\", \"free_line\", \"discount\", \"lot\", \"non_ascii\", \"drop_ship\"]}" >/dev/null
odd=$(erp seed '{"orders": 8, "kinds": ["serial", "short_stock", "transfer", "quote", "on_hold", "credit_hold", "no_address", "many_lines"]}' | jq -c '[.orders[] | split("/")[1]]')
# One order for each warehouse of what may go out; what is left on hold, is a transfer, a quote or without an address stays.
waited() { erp '[.orders[] | select(.type == "SO" and (.status | IN("Open", "Shipping", "Back Order", "Completed"))) | [.lines[] | select(.item | startswith("LAMP") | not or false) | .warehouse] | unique | length] | add'; }
expected=$(($(waited) - 1))
there() { [ "$(station '.counts.orders')" = "$expected" ]; }
until_ok $((240 + orders)) there || { run jobs --state parked; fail "AS14: $(station .counts.orders) of $expected orders: $(status)"; }
run jobs --state parked | grep -q "delivery address without street, city or country" || fail "AS3: an order without an address is no case"
edited=$(erp -r '[.orders[] | select(.lines | length == 1) | .number][0]') cancelled=$(erp -r '[.orders[] | select(.lines | length == 1) | .number][1]')
erp seed "{\"edit\": [{\"order\": \"$edited\", \"quantity\": {\"MUG-1\": 4}}], \"cancel\": [\"$cancelled\"], \"release\": [$(jq '.[4]' <<<"$odd")]}" >/dev/null
crossed() {
  station -e --arg edited "$edited" --arg cancelled "$cancelled" --arg released "$(jq -r '.[4]' <<<"$odd")" \
    '([.orders[] | select(.number == $edited) | .lines[].quantity] == [4]) and ([.orders[] | select(.number == $cancelled) | .status] == ["cancelled"]) and any(.orders[]; .number == $released)'
}
until_ok 120 crossed || fail "AS3: edit, cancel and release did not cross: $(status)"

station seed '{"work": {"over": '$((180 + orders * 16))', "kinds": ["parcel", "parcels", "relabelled", "voided_later", "by_hand", "split", "insured", "voided_later", "returned", "free"]}}' >/dev/null
kill_loop "$kills"
worked() { [ "$(station '.counts.to_come')" = 0 ]; }
until_ok $((120 + orders)) worked || fail "the warehouse is still at it"
# Every parcel that stands has its package, but for those that a case waits with.
missing() { jq -n --argjson labels "$(station '[.shipments[] | select((.voided or .is_return) | not) | .tracking] + [.fulfillments[].tracking | select(. != "")]')" \
  --argjson there "$(erp '[.shipments[] | select(.status == "Confirmed") | .packages[].tracking]')" -c '$labels - $there'; }
numbers_of() { station --argjson wanted "$1" '(.orders | map({key: (.id | tostring), value: .number}) | from_entries) as $of | [(.shipments + .fulfillments)[] | select(.tracking | IN($wanted[])) | $of[.order | tostring]]'; }
only_odd() { mend_after_kills harbor erp; settled && numbers_of "$(missing)" | jq -e --argjson odd "$odd" '. - $odd == []'; }
until_ok $((240 + orders)) only_odd || { run jobs --state parked; fail "AS5: no package for $(missing): $(status)"; }

# Every exception is a case with a sentence; people mend what they name, and release them.
run jobs --state parked | tee "$work/cases"
for words in "lot or serial numbers" "insufficient quantity"; do grep -q "$words" "$work/cases" || fail "AS11: no case for $words"; done
# C9: a parcel that a case waits with is waiting, not missing.
day=$(date -u -d "@$(virtual_now)" +%F)
compared() { run reconcile harbor "$instance" --from "$(date -u -d "$day - 2 days" +%F)" --to "$(date -u -d "$day + 2 days" +%F)" "$@"; }
compared --json >"$work/waiting" || true
[ "$(jq -c '[.. | objects | select(has("class")) | .class] | unique - ["skipped"]' "$work/waiting")" = '["waiting"]' ] || { jq . "$work/waiting"; fail "C9: what is parked is not waited for"; }
base="$(value .systems.acumatica.url)/entity" jar=$work/person
value .systems.acumatica.credentials | jq -c '{name, password, tenant}' | curl -sSf --cacert "$ca" -c "$jar" -H 'Content-Type: application/json' -d @- "$base/auth/login"
serial=$(erp -r '[.shipments[] | select(any(.lines[]; .item == "SERIAL-1")) | .number][0]')
line=$(curl -sSf --cacert "$ca" -b "$jar" "$base/Default/24.200.001/Shipment/$serial?\$expand=Details" | jq -r '.Details[0].id')
curl -sSf --cacert "$ca" -b "$jar" -X PUT -H 'Content-Type: application/json' -o /dev/null \
  -d "{\"ShipmentNbr\": {\"value\": \"$serial\"}, \"Details\": [{\"id\": \"$line\", \"LotSerialNbr\": {\"value\": \"SN-1\"}}]}" "$base/Default/24.200.001/Shipment"
curl -sSf --cacert "$ca" -b "$jar" -X POST -H 'Content-Length: 0' "$base/auth/logout"
erp seed "{\"stock\": [{\"item\": \"SCARCE-1\", \"quantity\": 50}]}" >/dev/null
released() {
  for case in $(run jobs list --state parked --json | jq -r '[.. | objects | select(.flow? == "shipments") | .case | tostring] | unique | .[]'); do run jobs release "$case" >/dev/null; done
  settled && [ "$(missing)" = '[]' ]
}
until_ok 120 released || { run jobs --state parked; fail "AS11: no package for $(missing): $(status)"; }
until_ok 60 settled || fail "still at it: $(status)"

# AS13, AS15: each once, nothing of what was voided; AS8: nothing of finance.
[ "$(erp -c '[.doubled_trackings, .counts.invoices]')" = '[[],0]' ] || fail "AS13: $(erp -c '[.doubled_trackings, .counts.invoices]')"
voided=$(jq -n --argjson voided "$(station '[.shipments[] | select(.voided) | .tracking]')" --argjson there "$(erp '[.shipments[].packages[].tracking]')" -c '$voided - ($voided - $there)')
[ "$(station .counts.voided)" -gt 0 ] && [ "$voided" = '[]' ] || fail "AS15: packages of voided labels stand: $voided"
[ "$(station '.doubled_numbers | length')" = 0 ] || fail "AS3: an order was made twice: $(station -c .doubled_numbers)"
[ "$(erp '[.shipments[] | select(.status != "Confirmed")] | length')" = 0 ] || fail "AS5: not confirmed: $(erp -c '[.shipments[] | select(.status != "Confirmed")]')"
[ "$(erp --arg cancelled "$cancelled" '[.orders[] | select(.number == $cancelled) | .shipments[]] | length')" = 0 ] || fail "AS6: a cancelled order was shipped"
[ "$(erp '[.orders[] | select(.type != "SO") | .shipments[]] | length')" = 0 ] || fail "AS14: a transfer or a quote was shipped"
sold=$(erp -c '[.orders[] | select(.type == "SO" and .status == "Completed")] | length')
echo "$(station .counts.shipments) labels, $(station .counts.voided) voided, $(station .counts.fulfillments) by hand; $(erp .counts.shipments) shipments, $sold orders completed"
# AS8: what was written, whoever wrote it: shipments, their actions, and nothing else.
others=$(control acumatica 'events?last=5000' | jq -c '[(.calls // .events)[] | select(.method != "GET") | .path | select(test("/entity/auth/|/identity/|/Shipment(/[0-9]+|/ConfirmShipment|/CorrectShipment)?$") | not)] | unique')
[ "$others" = '[]' ] || fail "AS8: written besides shipments: $others"
compared || fail "C9: it does not agree"
[ "$(violations not_signed_in form_busy)" = '{}' ] || fail "broken rules: $(violations not_signed_in form_busy)"
run audit verify
