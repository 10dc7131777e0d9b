#!/usr/bin/env bash
# The consultant's story: French orders get a cost centre of their own. preview shows exactly those documents change, in that field
# and no other; once saved and approved, only orders to France have it, and the documents of before stay as they are.
#   tests/system/cost_centre_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
orders=${ORDERS:-6}   # of each country

prepare_shop 60
sed -i '1i reload = "ask"' "$workspace/clients/acme/client.lua"   # what is saved waits for approve
open_shop

sell() { # country ("" = the Netherlands): their references, a line each
  control bigcommerce seed -X POST -d "{\"orders\": $orders, \"kinds\": [\"registered\", \"mixed_tax\"]${1:+, \"country\": \"$1\"}}" | jq -r '.orders[] | "shop-\(.id)"'
}
invoices() { books | jq .invoices; }
invoiced() { [ "$(invoices | jq length)" = "$1" ]; }
lines() { # references: each with its lines, as the books have them
  local ref
  while read -r ref; do control exact_online "state?division=123456&your_ref=$ref" | jq -c '.divisions["123456"].invoices[] | {your_ref, amount, line_list}'; done <<<"$1"
}
centers() { lines "$1" | jq -sc '[.[].line_list[].cost_center] | unique'; }
# Where an order goes, as the shop has it: a customer of before may buy again.
goes_to() { curl -sS --fail-with-body --cacert "$ca" -H "X-Auth-Token: $(value .systems.bigcommerce.credentials.access_token)" -H 'Accept: application/json' \
  "$(value .systems.bigcommerce.url)/stores/$(value .systems.bigcommerce.credentials.store_hash)/v2/orders/${1#shop-}/shipping_addresses" | jq -r '.[0].country_iso2'; }
dutch=$(sell "") french=$(sell FR)
until_ok 120 invoiced $((2 * orders)) || fail "$(invoices | jq length) invoices; $(run jobs --state parked)"
[ "$(centers "$dutch")$(centers "$french")" = '["NL"]["NL"]' ] || fail "before: $(centers "$dutch") and $(centers "$french")"
lines "$dutch"$'\n'"$french" >"$work/before"

mkdir -p "$workspace/clients/acme/shop_nl"
cat >"$workspace/clients/acme/shop_nl/invoice.lua" <<'EOF'
-- Orders that go to France are booked on a cost centre of their own.
local order, invoice = layer "invoice"

local center = order.shipping_addresses[1].country_iso2:pick { FR = "FR", otherwise = setting.cost_center }
invoice.SalesInvoiceLines.product.CostCenter = center
invoice.SalesInvoiceLines.shipping.CostCenter = center
EOF
run check >/dev/null || fail "the layer is wrong"
run preview acme shop_nl || true
run preview acme shop_nl --json >"$work/preview" && fail "preview says that nothing differs"
mapping() { jq -e ".instances[0].mappings[] | select(.mapping == \"invoice\") | $1" "$work/preview" >/dev/null || fail "preview: $2: $(jq -c '.instances[0].mappings' "$work/preview")"; }
# An order that a second job took up again was mapped twice: each recorded input counts.
inputs() { local ref; while read -r ref; do run show acme "${ref#shop-}" --json | jq '[.jobs[] | select(any(.journal[]; .kind == "map" and .name == "invoice"))] | length'; done <<<"$1" | jq -s add; }
mapping ".changed == $(inputs "$french") and .unchanged == $(inputs "$dutch")" "not exactly the French orders change"
mapping '[.fields[].field] | sort == ["SalesInvoiceLines.product.CostCenter", "SalesInvoiceLines.shipping.CostCenter"]' "other fields than the cost centre"
mapping 'all(.fields[].examples[]; .before == "NL" and .after == "FR")' "another value than FR"
records=$(sed 's/-/:/' <<<"$french" | jq -Rn '[inputs]')
mapping "all(.fields[].examples[].record; IN($records[]))" "an order that does not go to France"
jq -e 'all(.instances[0].mappings[] | select(.mapping != "invoice"); .changed == 0)' "$work/preview" >/dev/null || fail "another mapping changes"

# Until somebody approves it, the version before goes on.
late=$(sell FR)
until_ok 60 invoiced $((3 * orders)) || fail "$(invoices | jq length) invoices of $((3 * orders))"
[ "$(centers "$late")" = '["NL"]' ] || fail "it counts before it was approved: $(centers "$late")"
waits() { run status | grep -q '^WAITS acme shop_nl'; }
until_ok 60 waits || fail "status does not say that a version waits"
run approve acme shop_nl
dutch_after=$(sell "") french_after=$(sell FR)
until_ok 120 invoiced $((5 * orders)) || fail "$(invoices | jq length) invoices of $((5 * orders)); $(run jobs --state parked)"
[ "$(centers "$french_after")" = '["FR"]' ] || fail "French orders after it: $(centers "$french_after")"
others=0
while read -r ref; do
  country=$(goes_to "$ref")
  [ "$country" = FR ] || others=$((others + 1))
  [ "$(centers "$ref")" = "[\"$([ "$country" = FR ] && echo FR || echo NL)\"]" ] || fail "$ref to $country is booked on $(centers "$ref")"
done <<<"$dutch_after"
[ $others -gt 0 ] || fail "every order went to France: this proves nothing"
[ "$(centers "$dutch")$(centers "$french")" = '["NL"]["NL"]' ] || fail "documents of before were changed"
lines "$dutch"$'\n'"$french" | cmp -s "$work/before" - || fail "a document of before was written again"
number=$(head -n 1 <<<"$french_after")
run why acme "${number#shop-}" 'SalesInvoiceLines[1].CostCenter' | tee "$work/why"
grep -q 'clients/acme/shop_nl/invoice.lua:5' "$work/why" || fail "why does not name the consultant's line"
echo "cost_centre: $orders of $((2 * orders)) recorded orders changed in preview; after it only orders to France are booked on FR"
