#!/usr/bin/env bash
# A day of the simulated warehouse: parcels, several parcels an order, insured and free labels, voids and new labels, returns, split orders,
# things shipped by hand. What labels cost stands in the ledger to the cent, once, with lost answers on the way; what was shipped is
# delivered.
#   tests/system/dispatch_parcels_test.sh PROGRAM [KILLS] [SWITCHES] [ORDERS]
# KILLS: so often the runtime is killed while it works. SWITCHES: JSON of what ShipStation's sheet calls not verified. A busy day, by hand:
# dispatch_parcels_test.sh PROGRAM 10 "" 1000.
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/dispatch.sh"
kills=${2:-0} switches=${3:-} orders=${4:-24} begins=2026-03-02T07:00:00Z

set_up_dispatch
secrets noord station shipstation username password
go_live_dispatch
# A division's own limits, raised with the day: they stay limits, and none is broken.
control exact_online switches -X POST -d "{\"minute_limit\": 300, \"day_limit\": $((orders * 20 + 5000))}" >/dev/null
control exact_online seed -X POST -d "{\"orders\": $orders}" >/dev/null
[ -z "$switches" ] || control shipstation switches -X POST -d "$switches" >/dev/null
# XS3: the registrations bear a secret in their address; without it nothing is taken.
notified() { [ "$(control shipstation state | jq '[.hooks.hooks // .hooks.list // .hooks | .. | objects | select(.event? // .Event? // .HookType?)] | length')" -ge 3 ]; }
until_ok 60 notified || fail "no webhooks at ShipStation: $(control shipstation state | jq -c .hooks) $(tail -n 3 "$work/serve.log")"
pointer='{"resource_url":"https://ssapi6.shipstation.com/shipments?batchId=1","resource_type":"SHIP_NOTIFY"}'
for path in noord/station noord/station/wrong; do
  [ "$(curl -sS -o /dev/null -w '%{http_code}' --cacert "$ca" -X POST -H 'Content-Type: application/json' -d "$pointer" "https://localhost:$port/hooks/$path")" = 401 ] ||
    fail "XS3: a notification without the secret was taken"
done
control shipstation faults -X POST -d '[{"match":{"method":"POST","path":"/orders/createorder"},"kind":"lost_answer","count":2}]' >/dev/null
there() { [ "$(control shipstation state | jq '.counts.orders')" = "$orders" ]; }
until_ok $((240 + orders)) there || { run jobs --state parked | head -n 8; fail "$(control shipstation state | jq .counts.orders) of $orders orders: $(status)"; }

control exact_online faults -X POST -d '[{"match":{"method":"POST","path":"/GeneralJournalEntries"},"kind":"lost_answer","count":'$((3 + kills / 2))'},{"match":{"method":"POST","path":"/GoodsDeliveries"},"kind":"lost_answer","count":'$((2 + kills / 2))'},{"match":{"path":"/generaljournalentry"},"kind":"503","count":3}]' >/dev/null
control shipstation faults -X POST -d '[{"match":{"path":"/shipments"},"kind":"503","count":2}]' >/dev/null
control shipstation seed -X POST \
  -d '{"work": {"over": '$((180 + orders * 30))', "kinds": ["parcel", "voided_later", "insured", "relabelled", "parcels", "free", "voided_later", "returned", "by_hand", "split"]}}' >/dev/null
kill_loop "$kills"
worked() { [ "$(control shipstation state | jq '.counts.to_come')" = 0 ]; }
until_ok $((120 + orders)) worked || fail "the warehouse is still at it"

cents() { jq "[$1 | tonumber * 100 | round] | add // 0"; }
spent() { control shipstation state | jq '((.counts.cost + .counts.insurance) * 100 | round)'; }
accrued() { booked | cents '.journal_entries[].lines[] | select(.account == "1600" or .account == "1610") | .amount'; }
in_books() { [ $(($(spent) + $(accrued))) = 0 ] && settled; }
# A void is of another day than its label, and says so.
differences() { jq -c '[.. | objects | select(.class? != null and .class != "skipped" and ((.reason // "") | contains("the document says so") | not))]' "$1"; }
# Sums can agree by chance while a void and a new label are still on their way: label by label is what counts (C9).
agreed() {
  mend_after_kills noord books "$([ "$kills" = 0 ] || echo all)"
  in_books || return 1
  local from to
  from=$(booked | jq -r '[.journal_entries[].lines[].date] | min') to=$(date -u -d "$(booked | jq -r '[.journal_entries[].lines[].date] | max') + 1 day" +%F)
  run reconcile noord dispatch --from "$from" --to "$to" --json >"$work/agreed" || true
  [ "$(differences "$work/agreed")" = "[]" ]
}
until_ok $((400 + orders)) agreed || {
  run jobs --state parked | head -n 8
  fail "XS4: labels cost $(spent) cents, the ledger owes $(accrued): $(status)"
}
books=$(booked) depot=$(control shipstation state)
echo "$(jq '.counts.shipments' <<<"$depot") labels of $(spent) cents, $(jq '.counts.voided' <<<"$depot") voided; $(jq '.journal_entries | length' <<<"$books") entries, $(jq '.deliveries | length' <<<"$books") deliveries"
[ "$(jq '[.doubled[] | length] | add' <<<"$books")" = 0 ] || fail "doubled: $(jq -c .doubled <<<"$books")"
[ "$(jq '[.journal_entries[] | select((.sum | tonumber) != 0)] | length' <<<"$books")" = 0 ] || fail "an entry does not balance"
# XS8: what was voided and booked before is turned, entry by entry.
[ "$(jq '.counts.voided' <<<"$depot")" -gt 0 ] || fail "nothing was voided"
# XS7, XS11: every label that stands and carries goods is told on a delivery.
jq -r '.shipments[] | select(.voided or .is_return | not) | .tracking' <<<"$depot" | while read -r tracking; do
  jq -e --arg tracking "$tracking" 'any(.deliveries[]; .remarks // "" | contains($tracking))' <<<"$books" >/dev/null ||
    fail "XS7: $tracking is on no delivery"
done
[ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs --state parked | head; fail "something is parked"; }
# C3: a label's story is found by its tracking number.
run show noord "$(jq -r '[.shipments[] | select(.voided)][0].tracking' <<<"$depot")" >"$work/show" || fail "C3: nothing is found by a tracking number"
grep -q "cost" "$work/show" || fail "C3: $(cat "$work/show")"

# XS3: what notifications point to was read, and handed on.
run jobs list --state done --limit 100000 --json >"$work/jobs"
followed=$(jq '[.. | objects | select(.flow? == "notices" and (.reason // "") == "")] | length' "$work/jobs")
[ "$followed" -gt 0 ] || { jq -c '[.. | objects | select(.flow? == "notices")] | .[0:2]' "$work/jobs"; fail "XS3: no notification was followed"; }
echo "$followed notifications followed; $(control exact_online events | jq .total) calls of Exact Online for $orders orders"

# C9: both sides agree, label by label; what cost nothing is listed.
from=$(booked | jq -r '[.journal_entries[].lines[].date] | min') to=$(date -u -d "$(booked | jq -r '[.journal_entries[].lines[].date] | max') + 1 day" +%F)
run reconcile noord dispatch --from "$from" --to "$to" --json >"$work/reconcile" || true
[ "$(differences "$work/reconcile")" = "[]" ] || fail "C9: $(differences "$work/reconcile")"

# XS9: a period that is closed parks the cost and nothing else; once it is open, what waited is booked, and ShipStation is not asked again.
control exact_online switches -X POST -d "{\"closed_until\": \"$(date -u -d "$to + 60 days" +%F)\"}" >/dev/null
one=$(jq -r '[.orders[] | select(.status == "awaiting_shipment")][0].number // empty' <<<"$depot")
if [ -z "$one" ]; then
  one=$(control exact_online seed -X POST -d '{"orders": 1}' | jq -r '.orders[0].number')
  new() { [ "$(control shipstation "state?number=$one" | jq '.orders | length')" = 1 ]; }
  until_ok 120 new || fail "order $one did not go out"
fi
# An order whose answer was lost is known once it was asked for.
until_ok 120 settled || fail "order $one is not done: $(status)"
before=$(booked | jq '.journal_entries | length')
control shipstation seed -X POST -d "{\"ship\": [{\"order\": \"$one\", \"cost\": \"7.77\"}]}" >/dev/null
parked() { [ "$(run status --json | jq '.clients[0].parked')" = 1 ]; }
until_ok 120 parked || fail "XS9: the cost was not parked: $(status)"
run jobs --state parked | grep -q "that period is not open" || { run jobs --state parked; fail "XS9: not for its period"; }
control exact_online switches -X POST -d '{"closed_until": false}' >/dev/null
asked=$(control shipstation events | jq '.total // .count // (.calls | length)')
run jobs release "$(run jobs --json --state parked | jq -r '[.. | .case? // empty | tostring] | unique | .[0]')" >/dev/null
released() { [ "$(booked | jq '.journal_entries | length')" = $((before + 1)) ] && settled; }
until_ok 120 released || { run jobs --state parked; fail "XS9: the released cost was not booked: $(status)"; }
[ "$(booked | jq '[.doubled[] | length] | add')" = 0 ] || fail "XS9: doubled"
kept_the_rules
run audit verify
