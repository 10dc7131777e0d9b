#!/usr/bin/env bash
# C9, BC3: books that hold sales entries, or sales orders, instead of invoices are compared as well: a shop with euros and yen agrees
# to the cent, in totals by day and by account; then one difference of each class is made by hand, and each is named.
#   tests/system/reconcile_documents_test.sh PROGRAM sales_entry|sales_order
. "$(dirname "$0")/processes.sh"
document=${2:?which document: sales_entry or sales_order}
case $document in
  sales_entry) name=entries list=sales_entries ;;
  sales_order) name="sales orders" list=sales_orders ;;
  *) fail "there is no document $document" ;;
esac

prepare_shop 60 -e "s|journal = \"70\",|journal = \"70\", customers = \"buyers\", document = \"$document\", revenue_account = \"8000\",|"
open_shop
no_quotas
ids=($(control bigcommerce seed -X POST -d '{"orders": 9, "kinds": ["registered", "guest", "mixed_tax", "coupon", "fee", "tax_inclusive", "handling_and_wrapping", "yen_with_tax", "cancelled"]}' | jq -r '.orders[].id'))
documents() { books | jq ".$list"; }
sold() { [ "$(documents | jq "[.[] | select((.amount | tonumber) > 0)] | length")" = "$1" ] && quiet; }
until_ok 90 sold 8 || fail "$(documents | jq length) of 8: $(run jobs --state parked)"
credits=0
if [ $document = sales_entry ]; then
  control bigcommerce seed -X POST -d "{\"change\": [${ids[2]}], \"what\": \"refund\", \"value\": {\"lines\": [1]}}" >/dev/null
  control bigcommerce seed -X POST -d "{\"change\": [${ids[7]}], \"what\": \"refund\", \"value\": {\"everything\": true}}" >/dev/null
  credits=2
  credited() { [ "$(documents | jq "[.[] | select((.amount | tonumber) < 0)] | length")" = 2 ] && quiet; }
  until_ok 60 credited || fail "no credit entries: $(documents | jq -c '[.[].amount]') $(run jobs --state parked)"
fi

from=$(control bigcommerce state | jq -r '[.orders[].created[:10]] | min') to=$(date -u -d "$from + 3 days" +%F)
compare() { run reconcile acme shop_nl --from "$from" --to "$to" "$@"; }
compare --json >"$work/clean" || fail "it does not agree: $(compare || true)"
[ "$(jq -r --arg name "$name" '[.comparisons[] | select(.name == $name) | .left_count, .right_count, .no_sale] | join(" ")' "$work/clean")" = "8 8 1" ] || fail "counts: $(jq -c .comparisons "$work/clean")"
for currency in EUR JPY; do
  booked=$(documents | cents ".[] | select(.currency == \"$currency\" and (.amount | tonumber) > 0) | .amount")
  [ "$booked" != 0 ] || fail "nothing was sold in $currency"
  for side in left right; do
    [ "$(cents ".days[] | select(.comparison == \"$name\" and .currency == \"$currency\") | .${side}_total" <"$work/clean")" = "$booked" ] || fail "the $side side in $currency: $(jq -c .days "$work/clean"), the books: $booked"
  done
done
if [ $document = sales_entry ]; then
  [ "$(jq '[.comparisons[] | select(.name == "credits") | .left_count, .right_count] == [2, 2]' "$work/clean")" = true ] || fail "credits: $(jq -c .comparisons "$work/clean")"
  books '&lines=1' | jq -r "[.$list[] | select((.amount | tonumber) > 0) | .currency as \$currency | .line_list[] | . + {\$currency}] | group_by([.account, .currency])[] | \"\(.[0].account) \(.[0].currency) \([.[].amount | tonumber * 100 | round] | add)\"" | sort >"$work/ledger"
  jq -r --arg name "$name" '[.accounts[] | select(.comparison == $name)] | group_by([.account, .currency])[] | "\(.[0].account[:4]) \(.[0].currency) \([.[].net | tonumber * 100 | round] | add)"' "$work/clean" | sort >"$work/reported"
  cmp -s "$work/ledger" "$work/reported" || fail "accounts: $(diff "$work/ledger" "$work/reported")"
fi

# A person at work. Nothing of what was undone by hand is made again.
id_of() { documents | jq -r ".[] | select(.your_ref == \"shop-$1\").id"; }
control exact_online seed -X POST -d "{\"delete\": [\"$(id_of "${ids[0]}")\"], \"edit\": [{\"id\": \"$(id_of "${ids[1]}")\", \"price\": \"1.00\"}, {\"id\": \"$(id_of "${ids[3]}")\", \"date\": \"$(date -u -d "$from - 40 days" +%F)T00:00:00\"}], \"copy\": [{\"id\": \"$(id_of "${ids[4]}")\", \"your_ref\": \"shop-${ids[4]}\"}, {\"id\": \"$(id_of "${ids[5]}")\"}]}" >/dev/null
compare --json >"$work/found" && fail "it found nothing"
class() { jq -r --arg key "shop-$1" '[.differences[] | select(.reference == $key).class] | join(" ")' "$work/found"; }
for each in "0 missing" "1 amount" "3 period" "4 doubled"; do
  read -r at wanted <<<"$each"
  [ "$(class "${ids[at]}")" = "$wanted" ] || fail "$wanted: $(jq -c '[.differences[] | {(.reference): .class}]' "$work/found")"
done
[ "$(jq '[.differences[] | select(.class == "extra" and (.reference | startswith("#")))] | length' "$work/found")" = 1 ] || fail "made by hand: $(jq -c .differences "$work/found")"
[ "$(jq '.differences | length' "$work/found")" = 5 ] || fail "more than five: $(jq -c .differences "$work/found")"
[ "$(control exact_online events | jq '.violations | length')" = 0 ] || fail "$(control exact_online events | jq -c .violation_counts)"
echo "reconcile_documents: 8 $name and $credits credits agree in euros and yen; 5 differences made and named"
