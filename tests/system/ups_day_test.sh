#!/usr/bin/env bash
# A day of the sample workspace parcels: deliveries, several parcels, one that is emptied and one that shrinks after their label, one with a number
# typed in, one that can't be sent. No label twice, what is voided disappears, the exception is a case with a sentence, labels and deliveries agree.
#   tests/system/ups_day_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/parcels.sh"
morning=6 noon=6

set_up_parcels 120
go_live_parcels
control exact_online switches -X POST -d '{"minute_limit": 600}' >/dev/null
change_client 's/references = /void_within_hours = 24, references = /' 'void_within_hours = 24'
labelled() { [ "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length')" -ge "$1" ]; }

# The morning.
first=$(take $morning)
pack_all $first
until_ok 200 labelled $morning || { run jobs --state parked | head -n 8; fail "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length') of $morning: $(status)"; }

# The next burst, with what is not everyday.
second=$(take $noon)
pack_all $second
several=$(take 1) typed=$(take 1)
person "{\"pack\": [{\"order\": $several, \"shipping_method\": \"UPS\", \"remarks\": \"3x 4.5kg 40x30x20\"}]}"
by_hand=$(control ups seed -X POST -d '{"by_hand": 1, "reference": "desk"}' | jq -r '.by_hand[0]')
person "{\"pack\": [{\"order\": $typed, \"shipping_method\": \"UPS\", \"tracking\": \"$by_hand\"}]}"
bad=$(control exact_online seed -X POST -d '{"orders": [{"address": {"AddressLine1": "1 Main St", "Postcode": "78701", "City": "Austin", "State": "Texas", "Country": "US"}}]}' | jq -r '.orders[0].number')
person "{\"pack\": [{\"order\": $bad, \"shipping_method\": \"UPS\"}]}"
all=$((morning + noon + 2))
until_ok 240 labelled $all || { run jobs --state parked | head -n 8; fail "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length') of $all: $(status)"; }

# The afternoon: one is emptied, one shrinks, before hand-over.
one=$(booked | jq '.deliveries[0].number') two=$(booked | jq '[.deliveries[] | select(.lines[0].quantity | tonumber > 1)][1].number')
until_ok 120 settled || fail "still at it: $(status)"
read -rt 2 <> <(:) || true   # so that it is nobody's echo: four minutes of theirs
person "{\"packed\": [{\"number\": $one, \"quantity\": {\"STOCK-1\": \"0\", \"STOCK-2\": \"0\"}}, {\"number\": $two, \"quantity\": {\"STOCK-1\": \"1\"}}]}"
voided() { control ups state | jq -e '.counts.voided >= 2' && booked | jq -e --argjson one "$one" 'any(.deliveries[]; .number == $one and .tracking == null)'; }
until_ok 120 voided || { run jobs --state parked | head -n 8; fail "L6: $(control ups state | jq -c .counts)"; }
renewed() { booked | jq -e --argjson two "$two" 'any(.deliveries[]; .number == $two and .tracking != null)' && control ups state | jq -e --arg again "123456-D$two-2" 'any(.shipments[]; .references[0] == $again)' && settled; }
until_ok 120 renewed || { run jobs --state parked | head -n 8; fail "L6: delivery $two has no second label"; }

control ups seed -X POST -d '{"travel": "all", "ends": "delivered", "over": 900}' >/dev/null
travelled() { [ "$(control ups state | jq '.counts.to_come')" = 0 ] && settled; }
until_ok 200 travelled || fail "still travelling: $(status)"

brown=$(control ups state) books=$(booked)
echo "$(jq '.counts.shipments' <<<"$brown") shipments, $(jq '.counts.parcels' <<<"$brown") parcels, $(jq '.counts.voided' <<<"$brown") voided"
[ "$(jq '.doubled | length' <<<"$brown")" = 0 ] || fail "XU7: bought twice: $(jq -c .doubled <<<"$brown")"
[ "$(jq '[.doubled[] | length] | add' <<<"$books")" = 0 ] || fail "a document twice: $(jq -c .doubled <<<"$books")"
# Every number on a delivery is one that stands at UPS, and the other way round.
jq -r '.deliveries[] | select(.tracking != null) | .tracking | split(", ")[]' <<<"$books" | sort >"$work/told"
jq -r '.shipments[].parcels[] | select(.voided | not) | .number' <<<"$brown" | sort >"$work/stands"
diff "$work/told" "$work/stands" || fail "C9: numbers differ"
# Every exception is a case with a sentence: one delivery can't be sent.
run jobs --state parked | tee "$work/cases"
cases() { run jobs --json --state parked | jq '[.. | .case? // empty | tostring] | unique | length'; }
[ "$(cases)" = 1 ] || fail "other cases than one: $(status)"
grep -q "state: 'TEXAS'\|state: 'Texas'" "$work/cases" || fail "L3: the case does not say why"
run sync zuid labels check --record today | tail -n 3
until_ok 60 settled || fail "still at it: $(status)"
[ "$(cases)" = 1 ] || { run jobs --state parked; fail "C9: labels and deliveries differ"; }
# C9: the same by `reconcile`, which has no amounts to compare.
day() { date -u -d "@$(($(virtual_now) + $1 * 86400))" +%F; }
run reconcile zuid labels --from "$(day -2)" --to "$(day 1)" --json >"$work/reconciled" || true
[ "$(jq .unexplained "$work/reconciled")" = 0 ] && [ "$(jq '.comparisons[0].left_count' "$work/reconciled")" = "$(wc -l <"$work/told")" ] ||
  fail "C9: $(jq -c '.comparisons, .differences' "$work/reconciled")"
kept_the_rules
run audit verify
