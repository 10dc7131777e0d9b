#!/usr/bin/env bash
# XS16: what labels cost becomes one entry for each day, carrier and cost centre, made when the day is over: with lost answers and kills on
# the way, late labels, voids after the entry, and an entry that Exact Online did not keep as it was sent (C12).
#   tests/system/dispatch_days_test.sh PROGRAM [KILLS]
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/dispatch.sh"
orders=14 kills=${2:-2} begins=2026-03-02T12:00:00Z

set_up_dispatch
secrets noord station shipstation username password
stop_serve
sed -i 's|allocate_by = "weight",|allocate_by = "weight", entries = "day",|; s|settings = {|schedule = { entries_read = "5m" }, settings = {|' \
  "$workspace/clients/noord/client.lua"
start_serve
go_live_dispatch
control exact_online switches -X POST -d '{"minute_limit": 300}' >/dev/null
control exact_online seed -X POST -d "{\"orders\": $orders}" >/dev/null
there() { [ "$(control shipstation state | jq '.counts.orders')" = "$orders" ]; }
until_ok 240 there || { run jobs --state parked | head -n 8; fail "$(control shipstation state | jq .counts.orders) of $orders orders: $(status)"; }
numbers=($(control shipstation state | jq -r '.orders[].number'))

ship() { # day, orders
  local day=$1 list; shift
  list=$(printf '%s\n' "$@" | jq -R --arg day "$day" '{order: ., ship_date: $day, cost: "5.25", carrier: (if (tonumber % 3) == 0 then "fedex" else "ups" end)}' | jq -sc .)
  control shipstation seed -X POST -d "{\"ship\": $list}" >/dev/null
}
cents() { jq "[$1 | tonumber * 100 | round] | add // 0"; }
spent() { control shipstation state | jq '((.counts.cost + .counts.insurance) * 100 | round)'; }
accrued() { booked | cents '.journal_entries[].lines[] | select(.account == "1600" or .account == "1610") | .amount'; }
entries() { booked | jq '.journal_entries | length'; }
in_books() { mend_after_kills noord books; [ $(($(spent) + $(accrued))) = 0 ] && settled; }
known() { [ "$(run jobs list --state done --limit 100000 --json | jq '[.. | objects | select(.flow? == "costs") | .key] | unique | length')" -ge "$1" ] && settled; }
next_morning() { stop_serve; pass_until "$1"; start_serve; }

ship 2026-03-02 "${numbers[@]:0:10}"
until_ok 120 known 10 || fail "labels are not read: $(status) $(run jobs --state parked | head -n 4)"
[ "$(entries)" = 0 ] || fail "XS16: an entry before the day is over"
# In the night, with lost answers and kills while entries are made.
control exact_online faults -X POST -d '[{"match":{"method":"POST","path":"/GeneralJournalEntries"},"kind":"lost_answer","count":'$((2 + kills / 2))'},{"match":{"path":"/generaljournalentry"},"kind":"503","count":2}]' >/dev/null
next_morning 2026-03-03T02:30:00Z
kill_loop "$kills"
until_ok 400 in_books || { run jobs --state parked | head -n 8; fail "XS16: labels cost $(spent) cents, the ledger owes $(accrued): $(status)"; }
books=$(booked) made=$(entries)
groups=$(jq '[.journal_entries[].lines[0] | [.date, .description[0:4], .cost_center]] | unique | length' <<<"$books")
[ "$made" = "$groups" ] || fail "XS16: $made entries for $groups days, carriers and cost centres: $(jq -c '[.journal_entries[].lines[0]]' <<<"$books")"
[ "$made" -lt 10 ] || fail "XS16: as many entries as labels"
check() {
  [ "$(booked | jq '[.doubled[] | length] | add')" = 0 ] || fail "doubled: $(booked | jq -c .doubled)"
  [ "$(booked | jq '[.journal_entries[] | select((.sum | tonumber) != 0)] | length')" = 0 ] || fail "an entry does not balance"
}
check
echo "10 labels of $(spent) cents in $made entries"

# C3: from the shipment to its entry, and from the entry to its shipments.
number=$(jq -r '.journal_entries[0].number' <<<"$books") label=$(jq -r '[.journal_entries[0].lines[] | select(.notes | startswith("station-"))][0].notes' <<<"$books")
tracking=$(control shipstation state | jq -r --argjson id "${label#station-}" '.shipments[] | select(.id == $id) | .tracking')
run show noord "$tracking" >"$work/show" || fail "C3: nothing by $tracking"
grep -q "$number" "$work/show" || fail "C3: $tracking does not lead to entry $number: $(cat "$work/show")"
run show noord "$number" >"$work/show" || fail "C3: nothing by entry $number"
[ "$(grep -o "of order" "$work/show" | wc -l)" -ge "$(jq '[.journal_entries[0].lines[] | select(.notes | startswith("station-"))] | length' <<<"$books")" ] ||
  fail "C3: entry $number does not tell its shipments: $(cat "$work/show")"

# A late label of the day, a void of one that is booked, and a label of today.
ship 2026-03-02 "${numbers[@]:10:1}"
ship 2026-03-03 "${numbers[@]:11:2}"
control shipstation seed -X POST -d "{\"void\": [${label#station-}]}" >/dev/null
void_known() { run show noord "$tracking" | grep -q ", voided" && known 13; }
until_ok 240 void_known || fail "the void is not read: $(status) $(run jobs --state parked | head -n 4)"
# C12: cost centres are dropped from now on, without a word.
control exact_online switches -X POST -d '{"dropped_fields": ["CostCenter"]}' >/dev/null
next_morning 2026-03-04T02:30:00Z
# Sums can agree by chance while an entry is still on its way.
turned() { [ $(($(spent) + $(accrued))) = 0 ] && booked | jq -e --arg note "$label-V" 'any(.journal_entries[].lines[]; .notes == $note)'; }
until_ok 400 turned || fail "XS16: labels cost $(spent) cents, the ledger owes $(accrued): $(status)"
differs() { run jobs --state parked | grep -q "CostCenter was sent as .* and stands as nothing"; }
until_ok 240 differs || { run jobs --state parked | head; fail "C12: nobody was told of the cost centre: $(status)"; }
check
booked | jq -e --arg note "$label-V" 'any(.journal_entries[]; .lines[0].date == "2026-03-03" and any(.lines[]; .notes == $note))' >/dev/null ||
  fail "XS8: $label is not turned on the day of its void"
booked | jq -e '[.journal_entries[] | select(.lines[0].date == "2026-03-02")] | length == '$((made + 1)) >/dev/null || fail "XS16: the late label has no entry of its day"

# C9: both sides agree, label by label.
run reconcile noord dispatch --from 2026-03-02 --to 2026-03-03 --json >"$work/reconcile" || true
# A void is of another day than its label, and says so.
open=$(jq -c '[.. | objects | select(.class? != null and .class != "skipped" and (.reason | contains("the document says so") | not))]' "$work/reconcile")
[ "$open" = "[]" ] || fail "C9: $open"
kept_the_rules
run audit verify
