#!/usr/bin/env bash
# C9: finance gets its monthly mail, and a CSV that ties to the ledger. October of a shop, with refunds and a cancellation in it and
# orders on either side of midnight at its end. On the first of November at half past six the calendar compares the month by itself
# and mails: what the CSV says of each day and of each G/L account is what stands in the simulated ledger, to the cent; each thing
# that a person did there is one difference with its class; what was accepted in October stays accepted.
#   tests/system/finance_month_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
begins=2026-10-02T07:00:00Z zone=Europe/Amsterdam

keep_mail
prepare_shop 60 -e 's|bind = {.*|&\n    reconcile = { every = "month", at = "06:30", mail = "finance" },|; s|journal = "70",|journal = "70", customers = "buyers",|'
cat >>"$workspace/clients/acme/client.lua" <<EOF
alerts = {
  finance = mail { command = { "/bin/sh", "$work/keep.sh", "$work/mail" }, from = "books@acme.example", to = { "eva@acme.example" }, concerns = { "finance" } },
}
EOF
run check >/dev/null || fail "the workspace is wrong: $(run check)"
open_shop
no_quotas

place() { # kinds: their order numbers
  local kinds
  kinds=$(printf '"%s",' "$@")
  control bigcommerce seed -X POST -d "{\"orders\": $#, \"kinds\": [${kinds%,}]}" | jq -r '.orders[].id'
}
change() { control bigcommerce seed -X POST -d "{\"change\": [$1], \"what\": \"$2\", \"value\": $3}" >/dev/null; }
person() { control exact_online seed -X POST -d "$1" >/dev/null; }
posted() { # invoices, credit invoices
  [ "$(books | jq -c '[(.invoices | length), (.credit_invoices | length)]')" = "[$1,$2]" ] && quiet
}
come_to() { until_ok 90 posted "$1" "$2" || fail "$(books | jq -c '[.invoices, .credit_invoices] | map(length)') of [$1,$2]: $(run jobs --state parked)"; }
next() { # instant: nights are jumped over while nothing runs
  stop_serve
  pass_until "$1"
  start_serve
}
id_of() { books | jq -r ".invoices[] | select(.your_ref == \"shop-$1\").id"; }

first=($(place registered guest several_lines discount mixed_tax tax_inclusive coupon fee))
come_to 8 0

next 2026-10-16T12:00:00Z
second=($(place gift_certificate paid_with_gift_certificate handling_and_wrapping tax_inclusive_discount registered))
come_to 13 0
change "${first[0]}" refund '{"everything": true}'
change "${first[2]}" refund '{"lines": [1], "shipping": true}'
change "${second[4]}" status 5
come_to 12 2
person "{\"edit\": [{\"id\": \"$(id_of "${first[1]}")\", \"price\": \"1.00\"}]}"
run reconcile acme shop_nl --month 2026-10 --json >"$work/october" && fail "a price that somebody changed is no difference"
run reconcile accept acme shop_nl "shop-${first[1]}" --because "agreed with the buyer" >/dev/null

# The last order of October, and the first of November in the division's zone.
next 2026-10-31T22:30:00Z
last=$(place registered)
come_to 13 2
next 2026-10-31T23:30:00Z
november=$(place registered)
come_to 14 2
person "{\"delete\": [\"$(id_of "${first[4]}")\"], \"copy\": [{\"id\": \"$(id_of "${first[5]}")\", \"your_ref\": \"shop-${first[5]}\"}, {\"id\": \"$(id_of "${first[6]}")\"}]}"
monthly() { grep -ls '^Subject: acme shop_nl, 2026-' "$work"/mail/*.eml; }
monthly && fail "the month's mail came before the month was over"

next 2026-11-01T05:20:00Z
until_ok 60 monthly || fail "no mail: $(tail -n 3 "$work/serve.log")"
mail=$(monthly)
[ "$(wc -l <<<"$mail")" = 1 ] || fail "several mails: $mail"
grep -q '^Subject: acme shop_nl, 2026-10-01 to 2026-10-31: ' "$mail" || fail "$(head -n 3 "$mail")"
grep -q $'^To: eva@acme.example\r$' "$mail" || fail "to: $(head -n 4 "$mail")"
part() { # file name, or text/plain: its decoded content without carriage returns
  tr -d '\r' <"$mail" | awk -v wanted="$1" '/^--/ { head = 1; mine = 0; next } head && index($0, wanted) { mine = 1 } head && $0 == "" { head = 0; next } !head && mine' | base64 -d | tr -d '\r'
}
part totals.csv >"$work/totals.csv"
part differences.csv >"$work/differences.csv"
part text/plain >"$work/letter"

# The ledger, added up here from the sandbox's books: days and accounts of October in cents.
books '&lines=1' >"$work/books"
ledger() { # comparison, list, sign of its day totals
  jq -r --arg name "$1" --argjson sign "$3" "
    def cents: tonumber * 100 | round;
    [.$2[] | select(.order_date | startswith(\"2026-10\"))] as \$all
    | (\$all | group_by(.order_date)[] | \"day,\(\$name),\(.[0].order_date),,\(length),\(map(.amount | cents) | add * \$sign),\"),
      ([\$all[].line_list[]] | group_by([.account, .cost_center])[]
        | \"account,\(\$name),\(.[0].account),\(.[0].cost_center // \"\"),\(length),\(map(.amount | cents) | add),\(map(.vat | cents) | add)\")" "$work/books"
}
{ ledger invoices invoices 1; ledger credits credit_invoices -1; } | sort >"$work/ledger"
awk -F, -v OFS=, '
  function cents(text) { return sprintf("%.0f", text * 100) }
  $1 == "day" { print $1, $2, $3, "", $8, cents($9), "" }
  $1 == "account" { split($3, code, " "); print $1, $2, code[1], $4, $8, cents($9), cents($11) }' "$work/totals.csv" | sort >"$work/reported"
[ "$(grep -c '^account' "$work/ledger")" -ge 5 ] && [ "$(grep -c '^day' "$work/ledger")" -ge 4 ] || fail "this proves little: $(cat "$work/ledger")"
cmp -s "$work/ledger" "$work/reported" || fail "the CSV does not tie to the ledger: $(diff "$work/ledger" "$work/reported")"
grep -q '^day,invoices,2026-10-31,' "$work/reported" || fail "the order of 23:30 on the 31st is missing"
grep -q '2026-11' "$work/reported" && fail "an order of November is in October's report"
# Its other side is the shop: each day as the shop sold it, in the client's zone.
control bigcommerce state | jq -r '.orders[] | select(.status_id != 5) | "\(.created) \(.total_inc_tax | tonumber * 100 | round)"' | while read -r created cents; do
  echo "$(TZ=$zone date -d "$created" +%F) $cents"
done | awk '$1 ~ /^2026-10/ { sum[$1] += $2 } END { for (day in sum) print day "," sum[day] }' | sort >"$work/sold"
awk -F, '$1 == "day" && $2 == "invoices" { print $3 "," sprintf("%.0f", $7 * 100) }' "$work/totals.csv" | sort >"$work/sold-reported"
cmp -s "$work/sold" "$work/sold-reported" || fail "the shop's side: $(diff "$work/sold" "$work/sold-reported")"

# Each thing that a person did is one difference of its class; what was accepted is no open one.
classes=$(tail -n +2 "$work/differences.csv" | awk -F, '{ match($0, /,shop-[0-9]+,/); print $3 " " substr($0, RSTART + 1, RLENGTH - 2) }' | sort)
wanted=$(sort <<<"missing shop-${first[4]}
doubled shop-${first[5]}
extra 
accepted shop-${first[1]}")
[ "$classes" = "$wanted" ] || fail "the differences are $(cat "$work/differences.csv")"
grep -q 'accepted,.*agreed with the buyer' "$work/differences.csv" || fail "why it was accepted is not said"
grep -q '^3 differences in ' "$work/letter" || fail "the letter begins: $(head -n 3 "$work/letter")"
grep -q "missing: Order ${first[4]} of " "$work/letter" || fail "the letter names no order: $(cat "$work/letter")"
[ "$(run reconcile list acme shop_nl --json | jq -r '[.runs[] | select(.by == "calendar")] | length')" = 1 ] || fail "the run is not kept"

# The person's acts are undone or accepted: next time there is nothing open.
for key in "${first[4]}" "${first[5]}"; do run reconcile accept acme shop_nl "shop-$key" --because "settled with the accountant" >/dev/null; done
run reconcile acme shop_nl --month 2026-10 --json >"$work/later" && fail "what was made by hand is still to be explained"
[ "$(jq -r '[.differences[].class] | join(" ")' "$work/later")" = extra ] || fail "left: $(jq -c .differences "$work/later")"
run status >/dev/null
[ "$(monthly)" = "$mail" ] || fail "it was mailed twice"
[ "$(control exact_online events | jq '.violations | length')" = 0 ] || fail "$(control exact_online events | jq -c .violation_counts)"
[ -n "$last$november" ] || fail "nothing was sold at the end of the month"
echo "finance_month: $(grep -c '^day' "$work/ledger") days and $(grep -c '^account' "$work/ledger") accounts of the mailed CSV tie to the ledger; $(head -n 1 "$work/letter")"
