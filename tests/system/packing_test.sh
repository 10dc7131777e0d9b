#!/usr/bin/env bash
# Orders (or shipments) of the simulated Acumatica are packed in the simulated ShipStation, and come back as packages on confirmed
# shipments, as the sample workspaces packing (OAuth) and two_depots (session) have it: by notifications of both sides, with lost answers,
# and with the three kinds of too much that Acumatica knows.
#   tests/system/packing_test.sh PROGRAM SAMPLE
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/packing.sh"
sample=${2:-packing} instance=packing orders=8
[ "$sample" = packing ] || instance=depots

set_up_packing 60
go_live_packing
# AS7: push notifications as a person sets them up there, with their static header.
for entity in SalesOrder Shipment; do
  erp seed "{\"push\": {\"url\": \"https://localhost:$port/hooks/harbor/erp\", \"header\": \"X-Push-Secret\", \"value\": \"$(cat "$work/push_secret")\", \"entity\": \"$entity\"}}" >/dev/null
done
pushed='{"Inserted":[{"OrderType":"SO","OrderNbr":"000001"}],"Deleted":[],"Query":"SalesOrders","CompanyId":"Company","Id":"1","TimeStamp":1,"AdditionalInfo":{}}'
[ "$(curl -sS -o /dev/null -w '%{http_code}' --cacert "$ca" -X POST -H 'Content-Type: application/json' -d "$pushed" "https://localhost:$port/hooks/harbor/erp")" = 401 ] ||
  fail "AS7: a push without the secret was taken"

# AS9: requests are delayed above half of what the licence allows, some are declined, and answers get lost.
erp switches '{"requests_a_minute": 120}' >/dev/null
erp faults '[
  {"match": {"method": "PUT", "path": "/Shipment"}, "kind": "lost_answer", "count": 2},
  {"match": {"method": "POST", "path": "/ConfirmShipment"}, "kind": "lost_answer", "count": 1},
  {"match": {"method": "GET", "path": "/SalesOrder"}, "kind": "429", "count": 2}]' >/dev/null
station faults '[{"match":{"method":"POST","path":"/orders/createorder"},"kind":"lost_answer","count":2},{"match":{"path":"/shipments"},"kind":"503","count":1}]' >/dev/null
taken=$(erp seed "{\"orders\": $orders, \"kinds\": [\"plain\", \"two_warehouses\", \"own_address\", \"several_lines\"]}" | jq -c '.orders')
parts=$((orders + orders / 4))
if [ "$sample" = two_depots ]; then
  erp seed "{\"ship\": $taken}" >/dev/null
  erp seed "{\"ship\": $(jq -c '[.[1, 5] | {order: ., warehouse: "EAST"}]' <<<"$taken")}" >/dev/null
fi
there() { [ "$(station .counts.orders)" = "$parts" ]; }
until_ok 240 there || { run jobs --state parked; fail "$(station .counts.orders) of $parts orders: $(status)"; }
until_ok 60 settled || fail "still at it: $(status)"
[ "$(station '.doubled_numbers | length')" = 0 ] || fail "AS3: an order was made twice: $(station -c .doubled_numbers)"
if [ "$sample" = packing ]; then
  keys=$(jq -r '.[] | split("/")[1]' <<<"$taken")
  for key in $keys; do [ "$(station --arg key "$key" '[.orders[] | select(.key == $key)] | length')" = 1 ] || fail "AS3: no order with the key $key"; done
  # AS6: an edit before the label crosses once, an edit after it is a case.
  first=$(head -n 1 <<<"$keys")
  erp seed "{\"edit\": [{\"order\": \"$first\", \"quantity\": {\"MUG-1\": 5}}]}" >/dev/null
  edited() { station --arg key "$first" -e '[.orders[] | select(.key == $key) | .lines[].quantity] == [5]'; }
  until_ok 60 edited || fail "AS3: the edit did not cross: $(status)"
else
  [ "$(station '[.orders[] | select(.key | startswith("H-S"))] | length')" = "$parts" ] || fail "AS14: $(station -c '[.orders[].key]')"
fi

if [ "$sample" = two_depots ]; then
  # AS9, AS2: all seats of the licence are taken by others for a while; nothing is lost, and one session is all that we ever hold.
  stop_serve
  [ "$(erp .sessions.open)" = 0 ] || fail "AS2: a session was left behind: $(erp -c .sessions)"
  seat() { value .systems.acumatica.credentials | jq -c '{name, password, tenant}' |
    curl -sSf --cacert "$ca" -c "$work/seat-$1" -H 'Content-Type: application/json' -d @- "$(value .systems.acumatica.url)/entity/auth/login"; }
  leave() { curl -sSf --cacert "$ca" -b "$work/seat-$1" -X POST -H 'Content-Length: 0' "$(value .systems.acumatica.url)/entity/auth/logout"; }
  seat 1; seat 2
  start_serve
fi
station seed "{\"ship\": $(station -c '[.orders[].number]')}" >/dev/null
if [ "$sample" = two_depots ]; then
  refused() { [ "$(control acumatica events | jq '.violation_counts.login_limit // 0')" -ge 1 ]; }
  until_ok 60 refused || fail "AS9: it did not ask for a seat"
  leave 1; leave 2
fi
# AS5: every shipment is confirmed, every order shipped, each parcel a package, once.
confirmed() { [ "$(erp '.counts.shipments_by_status.Confirmed // 0')" = "$parts" ]; }
until_ok 300 confirmed || { run jobs --state parked; fail "AS5: $(erp -c .counts) $(status)"; }
until_ok 60 settled || fail "still at it: $(status)"
[ "$(erp .counts.by_status.Completed)" = "$orders" ] || fail "AS5: $(erp -c .counts.by_status)"
[ "$(erp -c '[.doubled_trackings, (.shipments | map(.packages | length) | unique), .counts.shipments, .counts.invoices]')" = "[[],[1],$parts,0]" ] ||
  fail "AS13, AS8: $(erp -c '[.doubled_trackings, .counts, [.shipments[].packages]]')"
[ "$(station -c '[.shipments[] | select(.voided | not) | .tracking] | sort')" = "$(erp -c '[.shipments[].packages[].tracking] | sort')" ] || fail "AS5: other numbers"
[ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs --state parked; fail "something is parked"; }
if [ "$sample" = packing ]; then
  # AS6: what is edited while its label is not heard of yet is not sent over what has gone out.
  station switches '{"lost_percent": 100}' >/dev/null
  late=$(erp seed '{"orders": 1, "kinds": ["plain"]}' | jq -r '.orders[0] | split("/")[1]')
  out() { [ "$(station '.counts.orders')" = $((parts + 1)) ]; }
  until_ok 60 out || fail "order $late did not go out: $(status)"
  station seed "{\"ship\": [\"$late\"]}" >/dev/null
  erp seed "{\"edit\": [{\"order\": \"$late\", \"address\": \"9 Late St\"}]}" >/dev/null
  is_case() { run jobs --state parked | grep -q "Order $late has gone out already"; }
  until_ok 60 is_case || fail "AS6: a late edit is no case: $(status)"
  run jobs settle "$(run jobs list --state parked --json | jq -r '[.. | objects | select(.flow? == "orders") | .id // .job] | .[0]')" --keep-theirs
  shipped() { [ "$(erp '.counts.shipments_by_status.Confirmed // 0')" = $((parts + 1)) ] && settled; }
  until_ok 120 shipped || fail "AS7: the poll did not find the label: $(status)"
  [ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs --state parked; fail "something is parked"; }
  run show harbor "$(erp -r '.shipments[0].packages[0].tracking')" | tee "$work/show"
  grep -q "of order" "$work/show" || fail "C3: nothing is told by the tracking number"
else
  [ "$(erp '[.shipments[].freight] | unique | length')" = 1 ] || fail "AS13: prices of freight were written"
fi
day=$(date -u -d "@$(virtual_now)" +%F)
run reconcile harbor "$instance" --from "$(date -u -d "$day - 2 days" +%F)" --to "$(date -u -d "$day + 2 days" +%F)" || fail "C9: it does not agree"
stop_serve
if [ "$sample" = two_depots ]; then
  [ "$(erp .sessions.open)" = 0 ] && [ "$(erp .sessions.most)" -le 2 ] || fail "AS2: $(erp -c .sessions)"
fi
# A call that meets an action whose answer was lost is refused and made again.
[ "$(violations login_limit not_signed_in form_busy declined)" = '{}' ] || fail "broken rules: $(violations login_limit not_signed_in form_busy declined)"
run audit verify
