#!/usr/bin/env bash
# The whole thing on this machine: installs what is missing, builds, starts the six simulated systems and the runtime as
# separate processes, agrees by OAuth, lets the runtime register its webhooks, drives orders through all five integrations and
# compares both sides. --once ends after that, with exit 0 only if everything reconciled; without it everything stays up to play with.
#   ORDERS=300 SCALE=60 examples/quickstart.sh [--once]
set -euo pipefail
cd "$(dirname "$0")/.."

once=no
[ "${1:-}" = --once ] && once=yes
orders=${ORDERS:-300}
scale=${SCALE:-60}
patience=${PATIENCE:-600}   # seconds the traffic may take

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '\nquickstart: %s\n' "$*" >&2; exit 1; }

step "1. Packages and build"
cmake/packages.sh build
program=${ML_CONNECTOR:-build/ml-connector}
if [ -z "${ML_CONNECTOR:-}" ]; then
  cmake --preset release -Wno-dev >/dev/null
  cmake --build --preset release --target ml-connector
fi
program=$(realpath "$program")

work=$(mktemp -d "${TMPDIR:-/tmp}/ml-connector-quickstart-XXXXXX")
workspace=$work/workspace
export XDG_CONFIG_HOME=$work/config
sandbox_pid= serve_pid=
end() {
  code=$?
  trap - EXIT
  [ -n "$serve_pid" ] && kill "$serve_pid" 2>/dev/null && wait "$serve_pid" 2>/dev/null
  [ -n "$sandbox_pid" ] && kill "$sandbox_pid" 2>/dev/null && wait "$sandbox_pid" 2>/dev/null
  if [ $code = 0 ]; then rm -rf "$work"; else echo "logs and workspace are kept in $work" >&2; fi
  exit $code
}
trap end EXIT
trap 'exit 130' INT TERM

# Waits until a command succeeds; $1 seconds at most.
until_ok() {
  local left=$1; shift
  until "$@" >/dev/null 2>&1; do
    [ $((left -= 1)) -ge 0 ] || return 1
    read -rt 1 <> <(:) || true
  done
}
free_port() { # the first of a range that nobody listens on
  local port
  for port in $(shuf -i 20000-29999 -n 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  return 1
}
value() { jq -er "$1" "$work/sandbox.json"; }
control() { # system, what, [curl arguments]
  local system=$1 what=$2; shift 2
  curl -sS --fail-with-body --cacert "$(value .ca)" "$@" "$(value ".systems.$system.url")/_sandbox/$system/$what"
}

step "2. Six simulated systems, two of them twice (time runs $scale times as fast)"
"$program" sandbox --only bigcommerce,exact_online,bigcommerce_2,shipstation,shipstation_2,fedex,ups,acumatica --state "$work/sandbox" --scale "$scale" >"$work/sandbox.json" 2>"$work/sandbox.log" &
sandbox_pid=$!
until_ok 30 test -s "$work/sandbox.json" || fail "the sandbox did not start: $(tail -n 3 "$work/sandbox.log")"
jq -r '.systems | to_entries[] | "   \(.key)  \(.value.url)"' "$work/sandbox.json"

step "3. A workspace with three clients"
port=$(free_port) && admin_port=$(free_port)
mkdir -p "$workspace"
cp -r examples/clients/quickstart/. "$workspace"
cp -r examples/clients/chain/clients/. "$workspace/clients"
rm -f "$workspace/README.md"
# Both clients' books are reached by one app and one user: they share the grant, its renewal and its limits.
sed -i 's|clients = { "acme" }|clients = { "acme", "noord" }|' "$workspace/ml-connector.lua"
fill() { find "$workspace" -name '*.lua' -exec sed -i "s|@$1@|$2|g" {} +; }
of() { value ".systems.$1"; }
fill SHOP_URL "$(of bigcommerce.url)" && fill STORE_HASH "$(of bigcommerce.credentials.store_hash)"
fill SHOP_2_URL "$(of bigcommerce_2.url)" && fill STORE_HASH_2 "$(of bigcommerce_2.credentials.store_hash)"
fill EXACT_URL "$(of exact_online.url)" && fill ACUMATICA_URL "$(of acumatica.url)"
fill STATION_URL "$(of shipstation.url)" && fill STATION_2_URL "$(of shipstation_2.url)"
fill FEDEX_URL "$(of fedex.url)" && fill FEDEX_ACCOUNT "$(of fedex.credentials.account_number)"
fill UPS_URL "$(of ups.url)" && fill UPS_ACCOUNT "$(of ups.credentials.account)"
fill CA_FILE "$(value .ca)" && fill CERT "$(value .certificate.cert)" && fill KEY "$(value .certificate.key)"
fill PORT "$port" && fill ADMIN_PORT "$admin_port" && fill LABELS "$work/labels"
mkdir "$work/labels"
mkdir -p -m 700 "$XDG_CONFIG_HOME/ml-connector"
(umask 277 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$XDG_CONFIG_HOME/ml-connector/quickstart.key")
run() { "$program" "$@" --workspace "$workspace"; }
run check

step "4. The runtime"
"$program" serve --workspace "$workspace" --clock "$(value .clock)" 2>"$work/serve.log" &
serve_pid=$!
until_ok 30 curl -sSf --cacert "$(value .ca)" "https://localhost:$port/readyz" || fail "serve did not start: $(tail -n 3 "$work/serve.log")"
echo "   webhooks  https://localhost:$port    admin  http://127.0.0.1:$admin_port"

step "5. Credentials go in, and people agree by OAuth"
secrets() { # client, connection, system, keys
  local client=$1 connection=$2 system=$3 key; shift 3
  for key in "$@"; do of "$system.credentials.$key" | run secret set "$client" "$connection" "$key" >/dev/null; done
  echo "   $client/$connection: $*"
}
secrets acme shop bigcommerce access_token client_id client_secret
secrets acme books exact_online client_id client_secret webhook_secret
secrets noord shop bigcommerce_2 access_token client_id client_secret
of exact_online.credentials.webhook_secret | run secret set noord books webhook_secret >/dev/null
secrets noord station shipstation username password
secrets noord fedex fedex client_id client_secret
secrets noord ups ups client_id client_secret
secrets harbor station shipstation_2 username password
secrets harbor erp acumatica client_id client_secret
head -c 18 /dev/urandom | base64 | run secret set harbor erp push_secret >/dev/null
# The browser's part: our link sets a cookie and leads to the consent page, which agrees for &user= and leads back.
agree() { # client, connection, system
  rm -f "$work/authorize.json" "$work/cookies"
  run authorize "$1" "$2" --json >"$work/authorize.json" &
  local authorize_pid=$! consent callback browser=(curl -sS --cacert "$(value .ca)" -c "$work/cookies" -b "$work/cookies")
  until_ok 20 test -s "$work/authorize.json" || fail "authorize printed no link"
  consent=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$(jq -er .url "$work/authorize.json")")
  callback=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$consent&user=$(of "$3.credentials.user")")
  "${browser[@]}" "$callback" >/dev/null
  wait $authorize_pid || fail "the grant of $1 was not given"
}
agree acme books exact_online
agree harbor erp acumatica
run ping --all
run live acme shop_nl
for instance in webshop dispatch tracking labels; do run live noord $instance; done
run live harbor packing
# The made-up division keeps too little stock for what is sold here, and Acumatica's licence would let the rest wait.
control exact_online switches -X POST -d '{"negative_stock": true}' >/dev/null
control acumatica switches -X POST -d '{"requests_a_minute": 100000}' >/dev/null

step "6. The runtime registers its webhooks at the shop"
hooks() {
  [ "$(control bigcommerce state | jq '[.hooks[] | select(.is_active)] | length')" -ge 1 ] &&
    [ "$(control bigcommerce_2 state | jq '[.hooks[] | select(.is_active)] | length')" -ge 1 ] &&
    [ "$(control exact_online state | jq '.divisions["234567"].counts.subscriptions')" -ge 2 ]
}
until_ok 60 hooks || fail "webhooks were not registered: $(tail -n 3 "$work/serve.log")"
control bigcommerce state | jq -r '.hooks[] | "   \(.scope)"'

step "7. $orders orders of all everyday kinds, some deliveries doubled, late or lost"
control bigcommerce switches -X POST -d '{"duplicate_percent": 10, "reordered_percent": 10, "lost_percent": 3}' >/dev/null
control exact_online faults -X POST -d '[{"match":{"method":"POST","path":"/salesinvoice"},"kind":"lost_answer","count":2},{"match":{"path":"/crm"},"kind":"503","count":3},{"match":{"path":"/salesinvoice"},"kind":"slow","count":3,"delay":60}]' >/dev/null
control bigcommerce seed -X POST -d "{\"orders\": $orders, \"over\": $((scale * 10))}" >/dev/null
# Meanwhile the second shop sells what a warehouse packs, the telephone what goes by UPS, and the wholesaler takes orders in Acumatica.
packed=12 called=4 taken=8
control bigcommerce_2 seed -X POST -d "{\"orders\": $packed, \"over\": $((scale * 5)), \"kinds\": [\"registered\", \"guest\", \"several_lines\"]}" >/dev/null
by_phone='{"warehouse": "2", "address": {"AddressLine1": "Dorpsstraat 8", "City": "Utrecht", "Postcode": "3511AA", "Country": "NL"}}'
control exact_online seed -X POST -d "{\"division\": 234567, \"orders\": [$(yes "$by_phone" | head -n $called | paste -sd,)]}" >/dev/null
control acumatica seed -X POST -d "{\"orders\": $taken}" >/dev/null

counts() { run status --json | jq -c '.clients[0] | {waiting, running, parked, dead, done}'; }
all_placed() { [ "$(control bigcommerce state | jq '[.counts.orders, .counts.to_come] == ['"$orders"', 0]')" = true ]; }
until_ok 60 all_placed || fail "the shop did not place $orders orders, or what was to happen to them did not"
shop=$(control bigcommerce state)
expected=$(jq '.counts.expected.invoice' <<<"$shop")
refunds=$(jq '[.orders[].refunds[]] | length' <<<"$shop")
echo "   $expected of them are sales with $refunds refunds; the others must not make a document, or not keep it"
began=$SECONDS last=
while :; do
  now=$(counts)
  books=$(control exact_online "state?division=123456" | jq '.divisions["123456"]')
  invoices=$(jq '.invoices | length' <<<"$books") credits=$(jq '.credit_invoices | length' <<<"$books")
  [ -t 1 ] && printf '\r   %4d s  invoices %4d of %d, credit invoices %d of %d  %s        ' $((SECONDS - began)) "$invoices" "$expected" "$credits" "$refunds" "$now"
  if [ "$invoices" = "$expected" ] && [ "$credits" -ge "$refunds" ] && [ "$(jq '.waiting + .running' <<<"$now")" = 0 ]; then break; fi
  [ $((SECONDS - began)) -lt "$patience" ] || fail "after $patience s $invoices invoices for $expected sales, $credits credit invoices for $refunds refunds: $now"
  # What a lost delivery told nobody, the sweep finds; asking for it now saves waiting for its quarter of an hour.
  [ "$(jq '.waiting + .running' <<<"$now")" = 0 ] && [ "$now" = "$last" ] && { run sync acme shop_nl orders --no-wait >/dev/null 2>&1 || true; }
  last=$now
  read -rt 1 <> <(:) || true
done
printf '\n   done in %d s\n' $((SECONDS - began))

step "8. The warehouses pack, the carriers drive"
# noord: what the second shop sold are sales orders now, and orders in ShipStation. Somebody packs them; the labels are FedEx's.
there() { [ "$(control shipstation state | jq '.counts.by_status.awaiting_shipment // 0')" = $packed ]; }
until_ok 120 there || fail "$(control shipstation state | jq .counts.orders) of $packed orders are in ShipStation: $(run status)"
numbers=$(control shipstation state | jq -r '.orders[].number' | sort)
parcels=$(control fedex seed -X POST -d "$(jq -Rsc 'split("\n") | map(select(. != "") | {reference: ., parcels: 1}) | {ship: .}' <<<"$numbers")" | jq -c '.made')
control shipstation seed -X POST -d "$(jq -Rsc --argjson made "$parcels" 'split("\n") | map(select(. != "")) | to_entries
  | map({order: .value, parcels: [{carrier: "fedex", tracking: $made[.key], cost: "7.50"}]}) | {ship: .}' <<<"$numbers")" >/dev/null
# harbor: the wholesaler's orders, each with a parcel.
taken_over() { [ "$(control shipstation_2 state | jq '.counts.by_status.awaiting_shipment // 0')" -ge $taken ]; }
until_ok 120 taken_over || fail "the orders of Acumatica are not in ShipStation: $(run status)"
control shipstation_2 seed -X POST -d '{"work": {"over": 60, "kinds": ["parcel"]}}' >/dev/null
dispatched() { control exact_online "state?division=234567&dispatch=1&documents=0" | jq '.divisions["234567"].dispatch'; }
delivered() { [ "$(dispatched | jq '[.deliveries[] | select(.tracking != null and .tracking != "")] | length')" = $((packed + called)) ]; }
until_ok 240 delivered || fail "$(dispatched | jq -c '[.deliveries[] | .tracking]') of $((packed + called)) deliveries have their numbers: $(run status)"
printed() { [ "$(find "$work/labels" -name '*.zpl' | wc -l)" = $called ]; }
until_ok 60 printed || fail "$(ls "$work/labels") came out of $called labels: $(run jobs)"
echo "   $packed parcels by ShipStation and $called labels of UPS are goods deliveries in Exact Online, with their numbers"
confirmed() { [ "$(control acumatica state | jq '[.shipments[] | select(.status == "Confirmed" and (.packages | length) > 0)] | length')" -ge $taken ]; }
until_ok 240 confirmed || fail "not all shipments of Acumatica are confirmed: $(control acumatica state | jq -c .counts)"
echo "   and the labels came out of the packing table's printer: $(cd "$work/labels" && ls | head -n 2 | paste -sd' ') …"
echo "   $(control acumatica state | jq '[.shipments[].packages[]] | length') parcels are packages on confirmed shipments in Acumatica"
control fedex seed -X POST -d "{\"journey\": \"delivered\", \"parcels\": $parcels}" >/dev/null
control ups seed -X POST -d '{"travel": "all", "ends": "delivered"}' >/dev/null
arrived() {
  run sync noord tracking track --no-wait >/dev/null 2>&1 || true
  local number
  for number in $(control ups state | jq -r '.shipments[].numbers[]'); do run sync noord labels look --record "$number" --no-wait >/dev/null 2>&1 || true; done
  [ "$(dispatched | jq '[.deliveries[] | select((.remarks // "") | test("elivered"))] | length')" -ge $((packed + called)) ]
}
until_ok 120 arrived || fail "the books do not say that the parcels have arrived: $(dispatched | jq -c '[.deliveries[] | .remarks]')"
echo "   and all of FedEx's and UPS's have arrived"

step "9. How it stands"
run status
echo
run jobs --state parked
echo
# One with something to tell: reduced by a coupon and given back in part, if there is such a one.
story=$(control bigcommerce state | jq '[.orders[] | select(.expect == "invoice")]
  | ((map(select((.refunds | length) > 0)) | sort_by([(.kind // "" | test("coupon|discount") | not), .id])) + .) [0].id')
say() { printf '\n'; fold -s -w 118 <<<"$*" | sed 's/^/# /'; }
tell() { printf '$ ml-connector %s\n' "$*"; run "$@"; }
say "The story of order $story, as the runtime remembers it: what the shop said, what was read and looked up, what was sent," \
  "under which number it stands in the books, and that it was read back. Any side's number finds it."
tell show acme "$story"
say "Why has a field its value? The layer and the line that set it, the source, each step, and the answer that it came in."
tell why acme "$story" 'SalesInvoiceLines[1].NetPrice'
say "The VAT code of the same line comes from a table of the client's settings."
tell why acme "$story" 'SalesInvoiceLines[1].VATCode'
way=$(head -n 1 <<<"$numbers")
say "And one order the whole way. By its number in Exact Online: from the second shop to a sales order, and to ShipStation's warehouse."
tell show noord "$way"
say "By the number on its parcel: to a goods delivery, to the label's cost in the ledger, and to the consignee's door."
tell show noord "$(jq -r '.[0]' <<<"$parcels")"
say "Everything that was accepted, sent or decided stands in a chain of hashes; whoever changes an entry breaks it."
printf '$ ml-connector audit verify\n'
run audit verify

step "10. Do both sides agree?"
from=$(control bigcommerce state | jq -r '[.orders[].created[:10]] | min')
to=$(date -u -d "$(control bigcommerce state | jq -r '[.orders[].created[:10]] | max') + 1 day" +%F)
declare -A agrees
compared() { # client, instance: both sides against each other
  local report=$work/reconcile-$1-$2
  agrees[$2]=yes
  run reconcile "$1" "$2" --from "$from" --to "$to" >"$report" 2>&1 || agrees[$2]=no
  if [ "$2" = shop_nl ] || [ "${agrees[$2]}" = no ]; then cat "$report"; else grep -E '^[a-z][a-z -]*: ' "$report" | sed "s|^|$2  |" || true; fi
}
checked() { # client, instance, flows: a carrier has no list of its parcels, so that flows of its own compare them
  local flow before=$(run jobs list --client "$1" --instance "$2" --state parked --json | jq '.jobs | length')
  agrees[$2]=yes
  for flow in "${@:3}"; do run sync "$1" "$2" "$flow" >"$work/check-$2" 2>&1 || { cat "$work/check-$2"; agrees[$2]=no; }; done
  [ "$(run jobs list --client "$1" --instance "$2" --state parked --json | jq '.jobs | length')" = "$before" ] || agrees[$2]=no
  echo "$2  ${*:3}: held against the deliveries, ${agrees[$2]/yes/and they agree}"
}
compared acme shop_nl
echo
# What was sold by telephone no shop knows of, and is a difference until somebody says that it is right, and why.
run reconcile noord webshop --from "$from" --to "$to" >/dev/null || true
for order in $(control exact_online "state?division=234567" | jq -r '.divisions["234567"].sales_orders[] | select((.your_ref // "") == "") | .number'); do
  run reconcile accept noord webshop "#$order" --because "sold by telephone" >/dev/null
done
for instance in webshop dispatch; do compared noord $instance; done
compared harbor packing
checked noord tracking check compare
checked noord labels check
books=$(control exact_online "state?division=123456" | jq '.divisions["123456"]')
doubled=$(jq '.doubled_invoices | length' <<<"$books")
# The ledger against the shop, to the cent: what was sold, and what was given back.
cents() { jq -r "[$1 | tonumber * 100 | round] | add // 0 | . / 100"; }
sold=$(control bigcommerce state | cents '.orders[] | select(.expect == "invoice") | .total_inc_tax')
returned=$(control bigcommerce state | cents '.orders[] | .refunded')
invoiced=$(cents '.invoices[].amount' <<<"$books") credited=$(cents '.credit_invoices[].amount' <<<"$books")
# What the labels cost, against what the ledger says of it.
paid=$(control shipstation state | jq '.counts.cost | tonumber')
accrued=$(dispatched | jq '[.journal_entries[].lines[] | .amount | tonumber | select(. > 0)] | add // 0')
broken=$(for system in exact_online bigcommerce bigcommerce_2 shipstation shipstation_2 fedex ups acumatica; do
  control $system events | jq -r --arg system $system 'select(.violations | length > 0) | "\($system) \(.violation_counts)"'
done)
echo
printf '%-24s %8s %8s %8s %8s %12s\n' INSTANCE SEEN DONE PARKED DEAD RECONCILED
good=yes
for of_client in acme/shop_nl noord/webshop noord/dispatch noord/tracking noord/labels harbor/packing; do
  counted=() client=${of_client%/*} instance=${of_client#*/}
  for state in done parked dead; do
    counted+=("$(run jobs list --client $client --instance $instance --state $state --limit 100000 --json | jq '.jobs | length')")
  done
  printf '%-24s %8d %8d %8d %8d %12s\n' "$of_client" $((counted[0] + counted[1] + counted[2])) "${counted[@]}" "${agrees[$instance]}"
  [ "${agrees[$instance]}" = yes ] && [ "${counted[2]}" = 0 ] || good=no
  [ $client = acme ] || [ "${counted[1]}" = 0 ] || good=no
done
printf 'shop:   sold %s, refunded %s\nbooks:  invoiced %s, credited %s\n' "$sold" "$returned" "$invoiced" "$credited"
printf 'labels: cost %s, in the ledger %s\n' "$paid" "$accrued"
echo "doubled invoices: $doubled   broken rules: ${broken:-none}"
[ "$once" = yes ] || echo "console: http://127.0.0.1:$admin_port/ (token in $workspace/state/admin.token)"

[ "$doubled" = 0 ] || good=no
[ "$sold" = "$invoiced" ] && [ "$(jq -n "$returned + $credited")" = 0 ] && [ "$(jq -n "$paid - $accrued")" = 0 ] || good=no
[ -z "$broken" ] || good=no
if [ $once = yes ]; then
  [ $good = yes ] || fail "not everything reconciled"
  exit 0
fi
echo
echo "Everything stays up until you press Ctrl-C. In another terminal:"
echo "  export XDG_CONFIG_HOME=$XDG_CONFIG_HOME"
echo "  $program status --workspace $workspace"
wait $serve_pid
