#!/usr/bin/env bash
# C9, C16, BC17: one difference of each class is made by hand in the simulated books, and reconcile names each, with a server and
# without one; what was accepted stays accepted; past runs are kept; a CSV is proper; a shop's month ties to the ledger.
#   tests/system/reconcile_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
orders=${ORDERS:-14}

prepare_shop 60 -e 's|journal = "70",|journal = "70", customers = "buyers",|'
open_shop
no_quotas
control bigcommerce switches -X POST -d '{"later_seconds": 1}' >/dev/null
control bigcommerce seed -X POST -d "{\"orders\": $orders, \"kinds\": [\"registered\", \"guest\", \"refunded\", \"cancelled\", \"tax_inclusive\", \"paid_with_gift_certificate\", \"several_lines\"]}" >/dev/null
sales=$((orders / 7 * 6)) refunds=$((orders / 7))
posted() { [ "$(books | jq '[(.invoices | length), (.credit_invoices | length)] == ['$sales', '$refunds']')" = true ] && quiet; }
until_ok 180 posted || fail "$(books | jq -c .counts) for $sales sales and $refunds refunds: $(run jobs --state parked)"

# Days in the zone of the division; the sandbox's clock runs apart from ours.
from=$(control bigcommerce state | jq -r '[.orders[].created[:10]] | min') to=$(date -u -d "$(control bigcommerce state | jq -r '[.orders[].created[:10]] | max') + 1 day" +%F)
compare() { run reconcile acme shop_nl --from "$from" --to "$to" "$@"; }
compare --json >"$work/clean" || fail "it does not agree: $(compare || true)"
# The accounts of the report come to the totals of its days, and those to the shop's.
[ "$(cents '.accounts[] | select(.comparison == "invoices") | (.net, .tax)' <"$work/clean")" = "$(cents '.days[] | select(.comparison == "invoices") | .left_total' <"$work/clean")" ] || fail "C9: the accounts do not come to the days"
[ "$(cents '.days[] | select(.comparison == "invoices") | .left_total' <"$work/clean")" = "$(control bigcommerce state | cents '.orders[] | select(.expect == "invoice") | .total_inc_tax')" ] || fail "C9: the days do not come to the shop"
[ "$(jq '[.states[] | select(.comparison == "invoices" and .state == "open").count] | add' "$work/clean")" = "$sales" ] || fail "BC17: $(jq -c .states "$work/clean")"
[ "$(jq -r '.comparisons[] | select(.name == "invoices").no_sale' "$work/clean")" = "$refunds" ] || fail "BC4: cancelled orders are not counted apart"

# A person at work: one difference of each class.
ids=($(books | jq -r '.invoices[] | select((.amount | tonumber) > 0).id')) refs=($(books | jq -r '.invoices[] | select((.amount | tonumber) > 0).your_ref'))
control exact_online seed -X POST -d "{\"delete\": [\"${ids[0]}\"], \"edit\": [{\"id\": \"${ids[1]}\", \"price\": \"1.00\"}, {\"id\": \"${ids[2]}\", \"vat_code\": \"0\"}, {\"id\": \"${ids[3]}\", \"date\": \"$(date -u -d "$from - 40 days" +%F)T00:00:00\"}], \"copy\": [{\"id\": \"${ids[4]}\", \"your_ref\": \"${refs[4]}\"}, {\"id\": \"${ids[5]}\"}], \"process\": [\"${ids[6]}\"]}" >/dev/null
control bigcommerce seed -X POST -d "{\"change\": [${refs[6]#shop-}], \"what\": \"quantity\"}" >/dev/null
waits() { run jobs --state parked --json | jq -e '.jobs | length >= 1' && quiet; }
until_ok 60 waits || fail "the change of a processed invoice is not parked"
classes() { jq -r '[.differences[] | {(.reference): .class}] | add'; }
compare --json >"$work/found" && fail "it found nothing"
class() { jq -r --arg key "$1" '[.differences[] | select(.reference == $key).class] | join(" ")' "$work/found"; }
[ "$(class "${refs[0]}")" = missing ] || fail "C9 missing: $(classes <"$work/found")"
[ "$(class "${refs[1]}")" = amount ] || fail "C9 amount: $(classes <"$work/found")"
[ "$(class "${refs[2]}")" = tax ] || fail "C9 tax: $(jq -c '.differences' "$work/found")"
[ "$(class "${refs[3]}")" = period ] || fail "C16 period: $(classes <"$work/found")"
[ "$(class "${refs[4]}")" = doubled ] || fail "C9 doubled: $(classes <"$work/found")"
[ "$(jq '[.differences[] | select(.class == "extra" and (.reference | startswith("#")))] | length' "$work/found")" = 1 ] || fail "C9 made by hand: $(classes <"$work/found")"
jq -e --arg key "${refs[6]}" '.differences[] | select(.reference == $key and .class == "waiting") | .case' "$work/found" >/dev/null || fail "C9 waiting: $(jq -c .differences "$work/found")"
jq -e --arg key "${refs[0]}" '.differences[] | select(.reference == $key) | .reason | test("no longer in the books")' "$work/found" >/dev/null || fail "C9: it does not say that the document was there"
count=$(jq '.differences | length' "$work/found")

run reconcile accept acme shop_nl "${refs[1]}" && fail "a difference was accepted without a reason"
run reconcile accept acme shop_nl "${refs[1]}" --because "agreed with the buyer" >/dev/null
run reconcile accept acme shop_nl nobody-1 --because "no" 2>/dev/null && fail "what differs in nothing was accepted"
compare --csv >"$work/csv" && fail "only one of $count differences was accepted"
[ "$(head -n 1 "$work/csv" | tr -d '\r')" = "day,comparison,class,order,document,reference,left,right,difference,currency,document_day,reason,job,case,accepted_by,because" ] || fail "CSV: $(head -n 1 "$work/csv")"
grep -q "accepted,.*agreed with the buyer" "$work/csv" || fail "the CSV does not say what was accepted"
run reconcile list acme shop_nl --json >"$work/list"
[ "$(jq '.runs | length' "$work/list")" = 3 ] || fail "past runs: $(cat "$work/list")"

# The same without a server.
kill "${pids[1]}" && wait "${pids[1]}" || true
pids=("${pids[0]}")
run reconcile acme shop_nl --from "$from" --to "$to" --json >"$work/stopped" && fail "it found nothing without a server"
[ "$(jq '.differences | length' "$work/stopped")" = $((count - 1)) ] || fail "without a server: $(classes <"$work/stopped")"
[ "$(jq -r '.explained[] | select(.class == "accepted").because' "$work/stopped")" = "agreed with the buyer" ] || fail "what was accepted is forgotten"
run reconcile show acme shop_nl 2 --json >"$work/second" && fail "run 2 had differences"
jq -e ".differences | length == $count" "$work/second" >/dev/null || fail "run 2 is not what it was"
run reconcile show acme shop_nl 1 --totals >"$work/totals" || fail "run 1 had no difference"
grep -q '^account,invoices,8000' "$work/totals" || fail "the totals of run 1 name no account"
run reconcile revoke acme shop_nl "${refs[1]}" >/dev/null
run reconcile acme shop_nl --from "$from" --to "$to" --json >"$work/revoked" && fail "nothing is left"
[ "$(jq '.differences | length' "$work/revoked")" = "$count" ] || fail "revoked, but still accepted"
[ "$(control exact_online events | jq '.violations | length')" = 0 ] || fail "$(control exact_online events | jq -c .violation_counts)"
echo "reconcile: $sales sales, $refunds refunds; $count differences made and named"
