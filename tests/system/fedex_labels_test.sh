#!/usr/bin/env bash
# A delivery's whole way: packed in Exact Online, label of the division's FedEx account, number on the delivery, scans, delivered. On the way an answer
# of FedEx's is lost, a label is voided, a parcel comes back, one is followed that was typed in by hand. Each exception is a case with a sentence.
#   tests/system/fedex_labels_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/fedex.sh"

set_up_fedex 60
go_live_fedex
control fedex switches -X POST -d '{"label_text": "any"}' >/dev/null

# XF1, XF2: two divisions and two accounts; America by its own project, in pounds.
pack exact_online 123456 3
pack exact_online 234567 2
pack exact_online_us 456789 1
sweep labels deliveries
sweep labels_us deliveries
bought() { [ "$(fedex | jq '.counts.shipments')" = "$1" ] && settled; }
until_ok 90 bought 6 || { run jobs --state parked; fail "XF1: $(fedex | jq .counts.shipments) of 6 labels: $(status)"; }
accounts=$(fedex | jq -c '[.shipments[].account] | sort')
[ "$accounts" = '["510087020","510087020","740561073","740561073","740561073","802255209"]' ] || fail "XF2: accounts are $accounts"
same() { [ "$( (told exact_online 123456; told exact_online 234567; told exact_online_us 456789) | sort)" = "$(stand)" ] && settled; }
until_ok 60 same || { run jobs --state parked; fail "L5: numbers on deliveries differ from the labels that stand: $(status)"; }
fedex | jq -e '[.shipments[].parcels[].references.CUSTOMER_REFERENCE] | unique | length == 6' >/dev/null || fail "XF5: references are not each delivery's own"

# XF5: an answer that is lost buys nothing twice: the shipment is found by its reference, cancelled, and another stands in its place.
control fedex faults -X POST -d '[{"match": {"method": "POST", "path": "/ship/v1/shipments"}, "kind": "lost_answer", "count": 1}]' >/dev/null
pack exact_online 123456 1
sweep labels deliveries
replaced() { look_there; [ "$(fedex | jq '.counts.cancelled')" = 1 ] && same; }
until_ok 240 replaced || { run jobs; fail "XF5: after a lost answer: $(fedex | jq -c .counts) $(status)"; }
[ "$(fedex | jq '.doubled | length')" = 0 ] || fail "XF5: bought twice: $(fedex | jq -c .doubled)"

# L6: emptied after its label: a case, and the void by a person's word; the number goes from Exact Online.
first=$(booked exact_online 123456 | jq -c '.deliveries[0]')
number=$(jq -r .tracking <<<"$first" | cut -d, -f1)
control exact_online seed -X POST -d "{\"packed\": [{\"id\": $(jq .id <<<"$first"), \"quantity\": {\"STOCK-1\": \"0\", \"STOCK-2\": \"0\"}}]}" >/dev/null
sweep labels deliveries
asked() { run jobs --state parked | grep -q "was emptied"; }
until_ok 60 asked || { run jobs; fail "L6: nobody was asked: $(status)"; }
run jobs --state parked | head -n 6
run jobs settle "$(run jobs list --state parked --json | jq -r '[.. | objects | select(.flow? == "deliveries") | .id] | .[0]')" --take-ours >/dev/null
voided() { ! told exact_online 123456 | grep -q "$number" && [ "$(fedex | jq '.counts.cancelled')" = 2 ] && settled; }
until_ok 60 voided || { run jobs; fail "L6: $number was not voided: $(fedex | jq -c .counts) $(status)"; }

# L6: a number that was typed in by hand gets no label, and is followed like ours.
typed=$(control fedex seed -X POST -d '{"ship": [{"reference": "BY HAND"}]}' | jq -r '.made[0]')
pack exact_online 123456 1 "{\"tracking\": \"$typed\"}"
before=$(fedex | jq '.counts.shipments')
sweep labels deliveries
until_ok 60 settled || fail "L6: $(status)"
[ "$(fedex | jq '.counts.shipments')" = "$before" ] || fail "L6: a label was bought for a delivery with a number"

# XF4, L7: scans, delivered; one comes back, one is not taken.
numbers=$(stand)
back=$(sed -n 1p <<<"$numbers") refused=$(sed -n 2p <<<"$numbers")
read -rt 3 <> <(:) || true
control fedex seed -X POST -d "{\"journey\": \"returned\", \"parcels\": [\"$back\"]}" >/dev/null
control fedex seed -X POST -d "{\"journey\": \"refused\", \"parcels\": [\"$refused\"]}" >/dev/null
control fedex seed -X POST -d '{"journey": "delivered"}' >/dev/null
sweep labels track
sweep labels_us track
closed() { [ "$(booked exact_online 123456 | jq '.documents | length')" -ge 3 ] && [ "$(run jobs --state parked | grep -c 'arcel')" -ge 2 ] && settled; }
until_ok 90 closed || { run jobs; fail "XF4: $(booked exact_online 123456 | jq -c .documents) $(status)"; }
run jobs --state parked
run jobs --state parked | grep -q "came back to the sender" || fail "L7: the parcel that came back is no case"
run jobs --state parked | grep -q "on its way back" || fail "L7: the parcel that was not taken is no case"
booked exact_online 123456 | jq -e '[.documents[] | select(.body | contains("Delivered, received by"))] | length >= 2' >/dev/null || fail "XF4: no scans: $(booked exact_online 123456 | jq -c .documents)"
# C3: the story of a parcel is found by its number.
run show oost "$typed" | tee "$work/show" | head -n 20
grep -q "Delivered" "$work/show" || fail "L6: the typed number is not followed: $(cat "$work/show")"
[ "$(run status --json | jq '.clients[0].dead')" = 0 ] || fail "dead jobs: $(status)"
kept_the_rules
run audit verify
