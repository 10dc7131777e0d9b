#!/usr/bin/env bash
# A busy day of the sample workspace parcels (C9, XU2, XU5, XU7, XF8, L1, L3, L5, L6): bursts of deliveries, orders in two deliveries, several parcels, a printer
# that is serviced, UPS down for two hours, lost answers of the purchase, the runtime killed; then deliveries that are emptied, changed and sent
# elsewhere, one with a number typed in, one that can't be sent, parcels that come back. At its end each delivery has its label once and each label was
# printed once, every exception is a case with a sentence, `reconcile` is clean, no limit was broken, and the calls a shipment costs are counted.
#   tests/system/ups_busy_test.sh PROGRAM [KILLS] [DELIVERIES]
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/parcels.sh"
kills=${2:-3} deliveries=${3:-40}
morning=$((deliveries / 2)) noon=$((deliveries / 4)) outage=$((deliveries / 4 - 1)) patience=$((120 + deliveries))

begins="2026-03-03T07:00:00Z"
systems=exact_online,ups,printer
scale=$((deliveries < 400 ? 240 : 120))   # many at once take their time on few processors
set_up_parcels $scale
sed -i "s|^  ups = |  desk = connection \"printer\" { base_url = \"$(value .systems.printer.url)/hook\", auth = \"key\", ca_file = \"$ca\", allow_loopback = true },\n  ups = |; s|ups = \"ups\" }|ups = \"ups\", printers = { \"desk\" } }|" \
  "$workspace/clients/zuid/client.lua"
change_client 's/references = /station = "desk", void_within_hours = 24, tell_lines = "several", references = /' 'void_within_hours = 24'
secrets zuid desk printer api_key
go_live_parcels
# The limit of a day is raised with it; that of a minute is the usual one, behind which what waits gathers. None is broken.
control exact_online switches -X POST -d "{\"day_limit\": $((deliveries * 20 + 5000))}" >/dev/null

ups() { control ups state; }
bought() { ups | jq '[.shipments[] | select(.voided | not) | select(.references[0] != "desk")] | length'; }
labelled() { [ "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length')" -ge "$1" ]; }
fault() { control ups faults -X POST -d "$1" >/dev/null; }
kill_once() {
  kill -9 "${pids[-1]}"
  wait "${pids[-1]}" 2>/dev/null || true
  unset 'pids[-1]'
  start_serve
}
# What nobody can know becomes a case: a person looks at UPS, by the reference, and says what happened.
look_there() {
  local job key number id said
  run jobs list --state parked --limit 1000 --json | jq -r '.jobs[] | select(.reason_code == "unknown_effect") | "\(.id) \(.key)"' >"$work/unknown"
  while read -r job key; do
    number=$(booked | jq -r --arg id "$key" '.deliveries[] | select(.id == $id) | .number')
    id=$(ups | jq -r --arg reference "123456-D$number" '[.shipments[] | select(.voided | not) | select(.references[0] == $reference) | .id][-1] // ""')
    if [ -n "$id" ]; then said=(--happened "$id"); else said=(--did-not-happen); fi
    run jobs settle "$job" "${said[@]}" >/dev/null 2>&1 || run jobs replay "$job" >/dev/null 2>&1 || true
  done <"$work/unknown"
}
labelled_in_the_end() { look_there; labelled "$1"; }
stuck() { run jobs --state parked | head -n 12; fail "$1: $(booked | jq '[.deliveries[] | select(.tracking != null)] | length') labelled, $(ups | jq -c .counts), $(status)"; }
orders() { control exact_online seed -X POST -d "{\"orders\": $(jq -nc "[range($1) | {lines: [{item: \"STOCK-1\", quantity: \"${2:-1}\"}]}]")}" | jq -r '.orders[].number'; }
pack() { # order, JSON of what more the delivery has
  person "{\"pack\": [$(jq -nc --argjson order "$1" --argjson more "${2:-{\}}" '{order: $order, shipping_method: "UPS"} + $more')]}"
}

# The morning, with answers of the purchase that get lost, and the runtime killed in the middle of it.
fault '[{"match":{"method":"POST","path":"/ship"},"kind":"lost_answer","count":3},{"match":{"method":"POST","path":"/ship"},"kind":"503","count":2}]'
pack_all $(orders $morning)
for ((kill = 0; kill < kills; kill++)); do
  read -rt 3 <> <(:) || true
  kill_once
done
until_ok $patience labelled_in_the_end $morning || stuck "the morning"

# The printer is serviced while the next burst comes: labels are bought and told all the same.
calls() { control exact_online events | jq '[.kinds | to_entries[] | select(.key | test("/api/v1/") and (test("/sync/|/webhooks/|/current/") | not)) | .value] | add'; }
until_ok $patience settled || stuck "the morning"
before=$(calls)
control printer faults -X POST -d '[{"match":{"path":"/hook"},"kind":"503"}]' >/dev/null
pack_all $(orders $noon)
until_ok $patience labelled_in_the_end $((morning + noon)) || stuck "with the printer down"
at_noon=$(($(calls) - before))
control printer faults -X DELETE >/dev/null

# UPS is down for two hours: nothing is bought, and nothing is bought twice when it is back. Answers get lost when it goes.
fault '[{"match":{"method":"POST","path":"/ship"},"kind":"lost_answer","count":1}]'
pack "$(orders 1)"
lost() { ups | jq -e --argjson count $((morning + noon + 1)) '.counts.shipments >= $count'; }
until_ok $patience lost || stuck "one before the outage"
fault '[{"match":{"path":"/api/"},"kind":"503"}]'
pack_all $(orders $outage)
read -rt $((7200 / scale)) <> <(:) || true   # two hours of theirs
[ "$(bought)" = $((morning + noon + 1)) ] || fail "bought while UPS was down: $(ups | jq -c .counts)"
control ups faults -X DELETE >/dev/null
all=$((morning + noon + outage + 1))
until_ok $patience labelled_in_the_end $all || stuck "after the outage"

# What is not everyday: three parcels, an order in two deliveries, a number typed in, an address that is none.
pack "$(orders 1 2)" '{"remarks": "3x 4.5kg 40x30x20"}'
split=$(orders 1 2)
pack "$split" '{"quantity": {"STOCK-1": "1"}}'
pack "$split"
by_hand=$(control ups seed -X POST -d '{"by_hand": 1, "reference": "desk"}' | jq -r '.by_hand[0]')
pack "$(orders 1)" "{\"tracking\": \"$by_hand\"}"
bad=$(control exact_online seed -X POST -d '{"orders": [{"address": {"AddressLine1": "1 Main St", "Postcode": "78701", "City": "Austin", "State": "Texas", "Country": "US"}}]}' | jq -r '.orders[0].number')
pack "$bad"
all=$((all + 4))
until_ok $patience labelled_in_the_end $all || stuck "what is not everyday"
until_ok 120 settled || stuck "still at it"

# The afternoon: one is emptied, one shrinks, one goes elsewhere, before hand-over.
read -rt $((480 / scale)) <> <(:) || true   # so that it is nobody's echo: eight minutes of theirs
one=$(booked | jq '.deliveries[0].number') two=$(booked | jq '[.deliveries[] | select((.remarks // "") | test("3x"))][0].number')
person "{\"packed\": [{\"number\": $one, \"quantity\": {\"STOCK-1\": \"0\", \"STOCK-2\": \"0\"}}, {\"number\": $two, \"quantity\": {\"STOCK-1\": \"1\"}}]}"
voided() { ups | jq -e '.counts.voided >= 4' && booked | jq -e --argjson one "$one" 'any(.deliveries[]; .number == $one and .tracking == null)'; }
until_ok 120 voided || stuck "L6: emptied and changed"
renewed() { booked | jq -e --argjson two "$two" 'any(.deliveries[]; .number == $two and .tracking != null)' && ups | jq -e --arg again "123456-D$two-2" 'any(.shipments[]; .references[0] == $again)' && settled; }
until_ok 120 renewed || stuck "L6: delivery $two has no second label"

# Parcels travel; one comes back.
returned=$(ups | jq -r '[.shipments[] | select(.voided | not)][1].parcels[0].number')
control ups seed -X POST -d "{\"travel\": [\"$returned\"], \"ends\": \"returned\", \"over\": 600}" >/dev/null
control ups seed -X POST -d '{"travel": "all", "ends": "delivered", "over": 900}' >/dev/null
travelled() { [ "$(ups | jq '.counts.to_come')" = 0 ] && settled; }
until_ok 200 travelled || stuck "still travelling"
# A printer's case is released by whoever has mended it.
for id in $(run jobs --json --state parked | jq '[.jobs[] | select(.flow == "print") | .case] | unique | .[]'); do run jobs release "$id" >/dev/null; done
until_ok 120 settled || stuck "printing again"

brown=$(ups) books=$(booked)
echo "$(jq '.counts.shipments' <<<"$brown") shipments, $(jq '.counts.parcels' <<<"$brown") parcels, $(jq '.counts.voided' <<<"$brown") voided"
# An order in two deliveries stands on two labels; a delivery's own reference on one.
[ "$(jq '[.doubled[] | select(test("-D"))] | length' <<<"$brown")" = 0 ] || fail "XU7: bought twice: $(jq -c .doubled <<<"$brown")"
[ "$(jq '[.doubled[] | length] | add' <<<"$books")" = 0 ] || fail "a document twice: $(jq -c .doubled <<<"$books")"
# Every number on a delivery is one that stands at UPS, and the other way round.
jq -r '.deliveries[] | select(.tracking != null) | .tracking | split(", ")[]' <<<"$books" | sort >"$work/told"
jq -r '.shipments[].parcels[] | select(.voided | not) | .number' <<<"$brown" | sort >"$work/stands"
diff "$work/told" "$work/stands" || fail "C9: numbers differ"
# L1: each label that was bought came out once.
jq -r '.shipments[] | select(.references[0] != "desk") | .parcels[].number' <<<"$brown" | wc -l >"$work/labels"
printed=$(control printer state | jq '[.jobs[] | select(.printed) | .sha256] | {all: length, different: (unique | length)}')
[ "$(jq .all <<<"$printed")" = "$(cat "$work/labels")" ] && [ "$(jq .different <<<"$printed")" = "$(cat "$work/labels")" ] ||
  fail "L1: $(cat "$work/labels") labels were bought, printed: $(jq -c . <<<"$printed")"

# Every exception is a case with a sentence: what can't be sent, and what comes back.
run jobs --state parked | tee "$work/cases"
cases=$(run jobs --json --state parked | jq -c '[.jobs[] | .reason] | unique')
grep -q "state: 'TEXAS'\|state: 'Texas'" <<<"$cases" || fail "L3: the case does not say why: $cases"
other=$(jq -r '.[] | select(test("state: .T|back|return|sender|refused") | not)' <<<"$cases")
[ -z "$other" ] || fail "cases of another kind: $other"
[ "$(run status --json | jq '.clients[0].dead')" = 0 ] || fail "dead jobs: $(status)"

# C9: labels against deliveries, both ways: nothing but what is a case is open.
reconciled() {
  run reconcile zuid labels --from 2026-03-01 --to 2026-03-31 >"$work/reconciled" || true
  run reconcile zuid labels --from 2026-03-01 --to 2026-03-31 --json >"$work/reconciled.json" || true
}
reconciled
cat "$work/reconciled"
[ "$(jq '.unexplained' "$work/reconciled.json")" = 0 ] || fail "C9: $(jq -c .differences "$work/reconciled.json")"
[ "$(jq '[.comparisons[] | select(.name == "parcels")] | .[0].left_count == .[0].right_count and .[0].left_count > 0' "$work/reconciled.json")" = true ] ||
  fail "C9: $(jq -c .comparisons "$work/reconciled.json")"
! grep -q "to the cent" "$work/reconciled" || fail "C9: there are no cents in it"
kept_the_rules
run audit verify

# What people get wrong is found, each with its class and its sentence, once the day is over: a number that is gone, and one that nobody bought.
# A command without a server goes by the real clock, in which this token lives for seconds: it has to be quick.
control exact_online switches -X POST -d '{"minute_limit": 600}' >/dev/null
stop_serve
gone=$(jq '[.deliveries[] | select(.tracking != null)][2]' <<<"$books") other=$(jq '[.deliveries[] | select(.tracking != null)][3]' <<<"$books")
person "{\"packed\": [{\"id\": $(jq .id <<<"$gone"), \"tracking\": false, \"remarks\": \"\"}, {\"id\": $(jq .id <<<"$other"), \"tracking\": \"1ZA1B2C39999999999\", \"remarks\": \"\"}]}"
reconciled   # without a server the clock is the real one: that day is long over
says() { jq -e --arg class "$1" --arg sentence "$2" 'any(.differences[]; .class == $class and .reason == $sentence)' "$work/reconciled.json" >/dev/null || fail "C9: not '$2': $(jq -c .differences "$work/reconciled.json")"; }
says missing "Parcel $(jq -r .tracking <<<"$gone") has no delivery."
says missing "Parcel $(jq -r .tracking <<<"$other") has no delivery."
says extra "Delivery $(jq -r .number <<<"$other") names 1ZA1B2C39999999999, and there is no such parcel."
[ "$(jq .unexplained "$work/reconciled.json")" = 3 ] || fail "C9: $(jq -c .differences "$work/reconciled.json")"
echo "ups_busy: $deliveries deliveries, $(jq -c .counts <<<"$brown"), $at_noon calls of Exact Online for $noon shipments that came together, $(calls) in all"
dearest exact_online
# What is read for all of them counts little where many come together.
[ "$noon" -lt 100 ] || [ "$at_noon" -le $((noon * 4)) ] || fail "XF8: $at_noon calls of Exact Online for $noon shipments"
