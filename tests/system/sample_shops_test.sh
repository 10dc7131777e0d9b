#!/usr/bin/env bash
# The sample workspaces against the simulated systems: a shop whose prices include tax, one that books services without items, and a
# wholesaler whose accounts a person makes. Each order ends in the books to the cent, or with a sentence.
#   tests/system/sample_shops_test.sh PROGRAM SAMPLE
. "$(dirname "$0")/processes.sh"
sample=${2:?which sample: tax_inclusive, services or wholesale}
case $sample in
  tax_inclusive) client=boekwinkel instance=shop_nl kinds='["tax_inclusive", "tax_inclusive_discount"]' orders=20 ;;
  services) client=kade instance=booking kinds='["registered", "guest", "mixed_tax", "discount"]' orders=20 ;;
  wholesale) client=vandijk instance=webshop kinds='["registered"]' orders=6 ;;
  *) fail "there is no sample $sample" ;;
esac

start_sandbox bigcommerce,exact_online 60
cp -r "$source/examples/clients/$sample" "$workspace"
local_to() { printf 'base_url = "%s", ca_file = "%s", allow_loopback = true' "$(value ".systems.$1.url")" "$ca"; }
sed -i \
  -e "s|listen = .*|listen = { address = \"127.0.0.1:$port\", tls = { cert = \"$(value .certificate.cert)\", key = \"$(value .certificate.key)\" } }|" \
  -e "s|admin = .*|admin = \"127.0.0.1:$admin_port\"|; s|public_url = .*|public_url = \"https://localhost:$port\"|" \
  -e "s|region = \"nl\"|region = \"nl\", $(local_to exact_online)|" "$workspace/ml-connector.lua"
sed -i -e "s|store_hash = \"[a-z0-9]*\"|store_hash = \"abc123\", $(local_to bigcommerce)|" \
  -e "s|grant = \"exact_nl\"|grant = \"exact_nl\", $(local_to exact_online)|" "$workspace/clients/$client/client.lua"
make_key "sample-${sample//_/-}"
run check
start_serve
secrets $client shop bigcommerce access_token client_id client_secret
secrets $client books exact_online client_id client_secret webhook_secret
agree $client books
run live $client $instance >/dev/null
control exact_online switches -X POST -d '{"minute_limit": 100000, "day_limit": 1000000}' >/dev/null
hooks() { [ "$(control bigcommerce state | jq '[.hooks[] | select(.is_active)] | length')" -ge 10 ]; }
until_ok 60 hooks || fail "no webhooks"
control bigcommerce seed -X POST -d "{\"orders\": $orders, \"kinds\": $kinds}" >/dev/null
status() { run status --json | jq -c '.clients[0] | {waiting, running, parked, dead, done}'; }
quiet() { run status --json | jq -e '.clients[0] | .waiting + .running == 0 and .done + .parked >= '"$1"; }

books() { control exact_online "state?division=123456" | jq '.divisions["123456"]'; }
shop_total() { control bigcommerce state | jq -r '[.orders[].total_inc_tax | tonumber] | add * 100 | round'; }
case $sample in
  tax_inclusive)
    there() { [ "$(books | jq '.invoices | length')" = "$orders" ]; }
    until_ok 120 there || { run jobs --state parked | head -n 8; fail "$(books | jq '.invoices | length') of $orders: $(status)"; }
    [ "$(books | jq '[.invoices[].amount | tonumber] | add * 100 | round')" = "$(shop_total)" ] || fail "BC13: the books do not come to what the shoppers paid"
    ;;
  services)
    there() { [ "$(books | jq '.counts.sales_entries')" = "$orders" ]; }
    until_ok 120 there || { run jobs --state parked | head -n 8; fail "$(books | jq '.counts.sales_entries') of $orders: $(status)"; }
    [ "$(books | jq '.counts.invoices')" = 0 ] || fail "an invoice was made"
    run reconcile $client $instance --from "$(control bigcommerce state | jq -r '[.orders[].created[:10]] | min')" --to "$(date -u -d "$(control bigcommerce state | jq -r '[.orders[].created[:10]] | max') + 1 day" +%F)" --json >"$work/reconcile" || fail "C9: $(jq -c .differences "$work/reconcile")"
    [ "$(control exact_online 'state?accounts=1' | jq '[.divisions["123456"].accounts[] | select(.SearchCode != null)] | length')" = 0 ] || fail "a consumer got an own account"
    ;;
  wholesale)
    until_ok 120 quiet "$orders" || fail "still at it: $(status)"
    [ "$(books | jq '.counts.invoices')" = 0 ] || fail "an unknown buyer was invoiced"
    run jobs --state parked | grep -q 'there is no account for' || fail "it did not say what it waits for"
    for email in $(control bigcommerce state | jq -r '.orders[].email'); do
      control exact_online seed -X POST -d "{\"make_accounts\": [{\"Name\": \"$email\", \"Email\": \"$email\"}]}" >/dev/null
    done
    for case in $(run jobs --json --state parked | jq -r '[.. | .case? // empty | tostring] | unique | .[]'); do run jobs release "$case" >/dev/null; done
    # Countries that are in no region stay parked: the simulated buyers' addresses say where they live.
    regions=$(tail -n +2 "$source/examples/clients/wholesale/clients/vandijk/webshop/regions.csv" | cut -d, -f1 | tr 'A-Z\n' 'a-z|' | sed 's/|$//')
    orders=$(control bigcommerce state | jq "[.orders[] | select(.email | ascii_downcase | test(\"@($regions)[.]\"))] | length")
    there() { [ "$(books | jq '.counts.invoices')" = "$orders" ]; }
    until_ok 120 there || { run jobs --state parked | head -n 8; fail "after the accounts were made: $(books | jq '.counts.invoices') of $orders, $(status)"; }
    control exact_online 'state?division=123456&lines=1' | jq -e '[.divisions["123456"].invoices[].line_list[].cost_center] | all(. == "NL" or . == "EXPORT")' >/dev/null || fail "a line without its region"
    # C7: a code of the table that the books do not have is named before anything is written.
    version() { run status --json | jq -r '.clients[0].instances[0].version'; }
    before=$(version)
    sed -i 's|^DE,EXPORT|DE,MARS|' "$workspace/clients/$client/webshop/regions.csv"
    reloaded() { [ "$(version)" != "$before" ]; }
    until_ok 60 reloaded || fail "the table is not read: $(run status)"
    email=$(control bigcommerce seed -X POST -d '{"orders": 1, "kinds": ["registered"], "country": "DE", "events": false}' | jq -r '.orders[0] | "\(.id) \(.email)"')
    control exact_online seed -X POST -d "{\"make_accounts\": [{\"Name\": \"Mars\", \"Email\": \"${email#* }\"}]}" >/dev/null
    run sync $client $instance --record "${email% *}" >/dev/null && fail "it was posted on a cost center that the books do not have"
    run jobs --state parked | grep -q 'Cost center MARS is not in Exact Online' || fail "C7: $(run jobs --state parked)"
    books | jq -e --arg ref "shop-${email% *}" 'any(.invoices[]; .your_ref == $ref) | not' >/dev/null || fail "C7: it was written all the same"
    ;;
esac
[ "$(control exact_online events | jq '.violations | length')" = 0 ] || fail "$(control exact_online events | jq -c .violation_counts)"
echo "sample_shops: $sample, $orders orders, $(status)"
