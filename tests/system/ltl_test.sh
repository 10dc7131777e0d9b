#!/usr/bin/env bash
# A heavy delivery's way to FedEx Freight: pallets with a number each, a bill of lading among the order's documents; an answer that is lost, found or
# not, makes no second shipment; a void is a phone call. A light delivery beside them stays a parcel.
#   tests/system/ltl_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/fedex.sh"

begins=2026-03-02T15:00:00Z
freight='freight = true, freight_class = "85", freight_account = { number = "641902733", lines = { "450 Depot St" }, city = "Denver", state = "CO", postcode = "80216", country = "US" },'
folder=$work/dock
mkdir "$folder"
set_up_fedex 120 -e "s|^      account = \"802255209\",|&\n      station = \"dock\", $freight|" -e 's|^        { country = "US", up_to_kg|        { over_kg = "68", service = "FEDEX_FREIGHT_ECONOMY", insurance = "value" },\n&|' \
  -e "s|^  fedex_us = .*|&\n  dock = connection \"printer\" { base_url = \"folder://$folder\" },|" -e 's|fedex = "fedex_us" }|fedex = "fedex_us", printers = { "dock" } }|'
go_live_fedex

orders='[{"address": {"AddressLine1": "1 Dock Rd", "Postcode": "38118", "City": "Memphis", "State": "TN", "Country": "US", "Phone": "901 555 0100"}}]'
heavy='{"remarks": "2x 450kg 120x100x150"}'
freights() { fedex | jq -c '[.shipments[] | select(.freight)]'; }
america() { booked exact_online_us 456789; }
parked() { run jobs --state parked | grep -q "$1"; }

# XF1, L5: two pallets, two numbers, one bill of lading; and a parcel.
pack exact_online_us 456789 "$orders" "$heavy"
pack exact_online_us 456789 "$orders"
sweep labels_us deliveries
made() { [ "$(fedex | jq '.counts.shipments')" = 2 ] && [ "$(told exact_online_us 456789)" = "$(stand)" ] && settled; }
until_ok 60 made || { run jobs --state parked; fail "XF1: $(fedex | jq -c .counts) $(status)"; }
freights | jq -e 'length == 1 and (.[0].parcels | length == 2) and .[0].service == "FEDEX_FREIGHT_ECONOMY" and .[0].account == "802255209"' >/dev/null ||
  fail "XF1: $(freights)"
america | jq -e '[.documents[] | select(.files[]?.name | test("bill_of_lading.pdf$"))] | length == 1' >/dev/null || fail "XF1: no bill of lading: $(america | jq -c .documents)"

# L1: labels and bill come out where the pallets stand; again from the store, by the shipment's number.
first=$(freights | jq -r '.[0].master')
printed() { [ "$(ls "$folder" | grep -c "$first")" = "$1" ]; }
until_ok 30 printed 2 || fail "L1: $(ls "$folder")"
ls "$folder" | grep -q "$first-bill_of_lading" || fail "L1: the bill of lading was not printed: $(ls "$folder")"
run reprint oost "$first"
until_ok 30 printed 4 || fail "L1: not printed again: $(ls "$folder")"

# XF5: its answer is lost, and Track shows the shipment: nothing is bought again, a person is told its number.
control fedex faults -X POST -d '[{"match": {"method": "POST", "path": "/ship/v1/freight/"}, "kind": "lost_answer", "count": 1}]' >/dev/null
pack exact_online_us 456789 "$orders" "$heavy"
sweep labels_us deliveries
until_ok 60 parked "its answer with labels and bill of lading was lost" || { run jobs; fail "XF5: nobody was told: $(status)"; }
second=$(freights | jq -r '.[1].master')
parked "$second" || fail "XF5: the case does not name $second"
[ "$(freights | jq length)" = 2 ] || fail "XF5: $(freights)"
# Cancelled by phone, it is made anew.
control fedex seed -X POST -d "{\"phone\": [\"$second\"]}" >/dev/null
run jobs release "$(run jobs list --state parked --json | jq -r '.cases[0].id')" >/dev/null
again() { [ "$(freights | jq 'length')" = 3 ] && [ "$(told exact_online_us 456789)" = "$(stand)" ] && settled; }
until_ok 60 again || { run jobs; fail "XF5: not made anew: $(freights) $(status)"; }

# XF5: Track does not show it: after an hour of looking a person decides, and still nothing is bought.
control fedex switches -X POST -d '{"freight_found": false}' >/dev/null
control fedex faults -X POST -d '[{"match": {"method": "POST", "path": "/ship/v1/freight/"}, "kind": "lost_answer", "count": 1}]' >/dev/null
pack exact_online_us 456789 "$orders" "$heavy"
sweep labels_us deliveries
lost() { [ "$(freights | jq 'length')" = 4 ]; }
until_ok 60 lost || fail "XF5: $(freights) $(status)"
stop_serve
control fedex clock -X POST -d '{"advance": 5400}' >/dev/null
start_serve
unknown() { run jobs list --state parked --json | jq -e '[.jobs[] | select(.reason_code == "unknown_effect")] | length == 1'; }
until_ok 60 unknown || { run jobs; fail "XF5: nobody was asked: $(status)"; }
run jobs --state parked
[ "$(freights | jq length)" = 4 ] || fail "XF5: bought twice: $(freights)"
[ "$(fedex | jq '.doubled | length')" = 0 ] || fail "XF5: bought twice: $(fedex | jq -c .doubled)"

# A person looked into FedEx's program and found it there: its papers are gone all the same, and the case says so.
fourth=$(freights | jq -r '.[3].master')
run jobs settle "$(run jobs list --state parked --json | jq -r '[.jobs[] | select(.reason_code == "unknown_effect") | .id] | .[0]')" --happened "$fourth" >/dev/null
until_ok 60 parked "made shipment $fourth, and its answer" || { run jobs; fail "XF5: $fourth is nobody's: $(status)"; }
[ "$(freights | jq length)" = 4 ] || fail "XF5: bought twice: $(freights)"

# L6: emptied after its label: the void is a phone call, which a person makes and says so.
first=$(america | jq -c '.deliveries[0]')
number=$(freights | jq -r '.[0].master')
control exact_online_us seed -X POST -d "{\"packed\": [{\"id\": $(jq .id <<<"$first"), \"quantity\": {\"STOCK-1\": \"0\", \"STOCK-2\": \"0\"}}]}" >/dev/null
sweep labels_us deliveries
until_ok 60 parked "was emptied" || { run jobs; fail "L6: nobody was asked: $(status)"; }
settle() { run jobs settle "$(run jobs list --state parked --json | jq -r --arg id "$(jq -r .id <<<"$first")" '[.jobs[] | select(.key == $id) | .id] | .[0]')" --take-ours >/dev/null; }
settle
until_ok 60 parked "Phone FedEx Freight, have shipment $number cancelled" || { run jobs; fail "L6: nobody was told to phone: $(status)"; }
run jobs --state parked
told exact_online_us 456789 | grep -q "$number" || fail "L6: the number was taken off before anybody phoned"
run jobs settle "$(run jobs list --state parked --json | jq -r '[.jobs[] | select(.flow == "void") | .id] | .[0]')" --take-ours >/dev/null
voided() { ! told exact_online_us 456789 | grep -q "$number" && settled; }
until_ok 60 voided || { run jobs; fail "L6: $number was not voided: $(status)"; }
[ "$(fedex | jq '.counts.cancel_calls')" = 0 ] || fail "L6: FedEx was asked to cancel freight"
[ "$(run status --json | jq '.clients[0].dead')" = 0 ] || fail "dead jobs: $(status)"
kept_the_rules
run audit verify
