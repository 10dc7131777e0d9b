#!/usr/bin/env bash
# A busy day of two divisions: several parcels, a delivery emptied after its label, a carrier that is down for two hours, and the runtime killed while it works.
# At its end each delivery has its label once, numbers agree, both systems are compared, and every exception is a case with a sentence.
#   tests/system/fedex_busy_test.sh PROGRAM [KILLS] [DELIVERIES]      (a thousand by hand)
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/fedex.sh"
kills=${2:-6} deliveries=${3:-40}

begins="2026-03-03T08:00:00+01:00"
set_up_fedex 240
go_live_fedex
control exact_online switches -X POST -d '{"minute_limit": 3000, "day_limit": 100000}' >/dev/null
pack exact_online 123456 $((deliveries / 2))
sweep labels deliveries
some() { [ "$(fedex | jq '.counts.shipments')" -ge $((deliveries / 8)) ]; }
until_ok $((60 + deliveries)) some || { run jobs --state parked; fail "nothing is bought: $(status)"; }

# Two hours without FedEx's Ship: nobody is asked, nothing is bought twice. Answers are lost when it goes and when it comes back.
down='[{"match": {"path": "/ship/v1/"}, "kind": "503", "count": 1000000}]'
control fedex faults -X POST -d '[{"match": {"method": "POST", "path": "/ship/v1/shipments"}, "kind": "lost_answer", "count": 2}]' >/dev/null
pack exact_online 123456 $((deliveries / 8)) '{"remarks": "2x 4.5kg 40x30x20; 1.2kg"}'
sweep labels deliveries
control fedex faults -X DELETE >/dev/null
control fedex faults -X POST -d "$down" >/dev/null
pack exact_online 123456 $((deliveries / 8)) '{"remarks": "2x 4.5kg 40x30x20; 1.2kg"}'
pack exact_online 234567 $((deliveries / 4))
sweep labels deliveries
until=$((SECONDS + 30))
for ((kill = 0; kill < kills; kill++)); do
  read -rt 4 <> <(:) || true
  kill -9 "${pids[-1]}"
  wait "${pids[-1]}" 2>/dev/null || true
  unset 'pids[-1]'
  start_serve
done
while [ $SECONDS -lt $until ]; do read -rt 1 <> <(:) || true; done
control fedex faults -X DELETE >/dev/null
look_there
control fedex faults -X POST -d '[{"match": {"method": "POST", "path": "/ship/v1/shipments"}, "kind": "lost_answer", "count": 1}]' >/dev/null

# Somebody empties a delivery that has its label, and one goes elsewhere.
labelled() { booked exact_online 123456 | jq -c '[.deliveries[] | select(.tracking)] | .[0:2]'; }
two() { [ "$(labelled | jq length)" = 2 ]; }
until_ok 60 two || fail "no label is told: $(status)"
control exact_online seed -X POST -d "{\"packed\": [{\"id\": $(labelled | jq '.[0].id'), \"quantity\": {\"STOCK-1\": \"0\", \"STOCK-2\": \"0\"}}]}" >/dev/null

numbers_agree() { [ "$( (told exact_online 123456; told exact_online 234567) | sort)" = "$(stand)" ]; }
done_all() { look_there; [ "$(fedex | jq '[.shipments[] | select(.cancelled | not)] | length')" = "$deliveries" ] && numbers_agree && settled; }
until_ok $((240 + deliveries)) done_all || {
  run jobs --state parked | head -n 20
  fail "$(fedex | jq -c .counts), doubled $(fedex | jq -c .doubled): $(status)"
}
[ "$(fedex | jq '.counts.cancelled')" -ge 1 ] || fail "XF5: no answer was lost: $(fedex | jq -c .counts)"
[ "$(fedex | jq '.doubled | length')" = 0 ] || fail "XF5: bought twice: $(fedex | jq -c .doubled)"
sweep labels deliveries
asked() { run jobs --state parked | grep -q "was emptied"; }
until_ok 60 asked || { run jobs; fail "L6: nobody was asked: $(status)"; }

# Scans of all kinds.
control fedex seed -X POST -d '{"journey": "any"}' >/dev/null
sweep labels track
looked() { settled && [ "$(booked exact_online 123456 | jq '.documents | length')" -gt 0 ]; }
until_ok $((120 + deliveries)) looked || fail "XF4: $(status)"
# C9: labels and deliveries, statuses and FedEx's.
sweep labels compare
until_ok $((60 + deliveries)) settled || fail "C9: $(status)"
run jobs --state parked --limit 1000 --json >"$work/parked"
run jobs --state parked | tail -n 20
differences=$(jq '[.. | objects | select(.flow? == "difference")] | length' "$work/parked")
[ "$differences" = 0 ] || fail "C9: $differences differences"
# Both divisions' numbers against their deliveries, by the command.
run reconcile oost labels --from 2026-03-01 --to 2026-03-31 | tee "$work/reconciled" || true
! grep -q "to the cent" "$work/reconciled" || fail "C9: there are no cents in it"
run reconcile oost labels --from 2026-03-01 --to 2026-03-31 --json >"$work/reconciled.json" || true
[ "$(jq .unexplained "$work/reconciled.json")" = 0 ] && [ "$(jq '.comparisons[0].right_count' "$work/reconciled.json")" = "$(stand | wc -l)" ] ||
  fail "C9: $(jq -c '.comparisons, .differences' "$work/reconciled.json")"
# Every exception is a case with a sentence, and no other.
other=$(jq -r '[.. | objects | select(.reason? and .flow?) | .reason | select(test("emptied|came back|on its way back|refused|lost|scan|after it was delivered") | not)] | unique | join("; ")' "$work/parked")
[ -z "$other" ] || fail "cases of another kind: $other"
[ "$(run status --json | jq '.clients[0].dead')" = 0 ] || fail "dead jobs: $(status)"
kept_the_rules
run audit verify
shipments=$(fedex | jq '.counts.shipments') calls=$(control exact_online events | jq '.total // .count // ([.counts[]] | add)')
dearest exact_online
echo "fedex_busy: $deliveries deliveries, $shipments shipments, $(fedex | jq -c .counts), $calls calls of Exact Online"
