#!/usr/bin/env bash
# C15: 300 orders with one bad VAT code. No more than two writes go out, one case holds them all with a sentence and a place to mend
# it; once it is mended, one command releases all of them.
#   tests/system/bad_vat_code_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
orders=${ORDERS:-300}

prepare_shop 60 -e 's|\["21"\] = "4"|["21"] = "5"|; s|journal = "70",|journal = "70", customers = "buyers",|'
open_shop
no_quotas
writes() { control exact_online 'events?last=2000' | jq '[.calls[] | select(.method == "POST" and (.path | test("/api/v1/")) and (.path | test("webhooks") | not))] | length'; }
control bigcommerce seed -X POST -d "{\"orders\": $orders, \"kinds\": [\"registered\"]}" >/dev/null

status() { run status --json | jq -c '.clients[0] | {waiting, running, parked, dead, done}'; }
# An order's events are several jobs; all of them wait in the case.
parked() { run status --json | jq -e ".clients[0] | .parked >= $orders and .waiting + .running == 0"; }
until_ok 240 parked || fail "not all orders are parked: $(status)"
[ "$(writes)" -le 2 ] || fail "$(writes) writes went out: $(control exact_online 'events?last=2000' | jq -c '[.calls[] | select(.method == "POST") | .path] | group_by(.) | map({(.[0]): length}) | add')"
run jobs --state parked >"$work/parked" || true
grep -q 'VAT code 5 is blocked' "$work/parked" || fail "the case does not say it: $(head -n 5 "$work/parked")"
case=$(run jobs --json --state parked | jq -r '[.. | .case? // empty | tostring] | unique | .[]')
[ "$(wc -l <<<"$case")" = 1 ] || fail "several cases: $case"

control exact_online seed -X POST -d '{"change": [{"path": "vat/VATCodes", "code": "5", "set": {"IsBlocked": false, "Percentage": "0.21"}}]}' >/dev/null
run jobs release "$case"
invoices() { [ "$(control exact_online state | jq '.divisions["123456"].invoices | length')" = "$orders" ]; }
until_ok 400 invoices || fail "not all orders are invoices: $(status)"
[ "$(control exact_online state | jq '.divisions["123456"].doubled_invoices | length')" = 0 ] || fail "doubled invoices"
echo "bad_vat_code: $orders orders in one case, $(status) after one release"
