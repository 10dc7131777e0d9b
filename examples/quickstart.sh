#!/usr/bin/env bash
# The whole thing on this machine: installs what is missing, builds, starts the simulated systems and the runtime as
# separate processes, agrees by OAuth, lets the runtime register its webhooks, drives orders through and compares both
# sides. --once ends after that, with exit 0 only if everything reconciled; without it everything stays up to play with.
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

step "2. Simulated BigCommerce and Exact Online (time runs $scale times as fast)"
"$program" sandbox --only bigcommerce,exact_online --state "$work/sandbox" --scale "$scale" >"$work/sandbox.json" 2>"$work/sandbox.log" &
sandbox_pid=$!
until_ok 30 test -s "$work/sandbox.json" || fail "the sandbox did not start: $(tail -n 3 "$work/sandbox.log")"
jq -r '.systems | to_entries[] | "   \(.key)  \(.value.url)"' "$work/sandbox.json"

step "3. A workspace with one client"
port=$(free_port) && admin_port=$(free_port)
mkdir -p "$workspace"
cp -r examples/clients/quickstart/. "$workspace"
rm -f "$workspace/README.md"
find "$workspace" -name '*.lua' -exec sed -i \
  -e "s|@SHOP_URL@|$(value .systems.bigcommerce.url)|; s|@EXACT_URL@|$(value .systems.exact_online.url)|" \
  -e "s|@STORE_HASH@|$(value .systems.bigcommerce.credentials.store_hash)|; s|@CA_FILE@|$(value .ca)|" \
  -e "s|@CERT@|$(value .certificate.cert)|; s|@KEY@|$(value .certificate.key)|; s|@PORT@|$port|; s|@ADMIN_PORT@|$admin_port|" {} +
mkdir -p -m 700 "$XDG_CONFIG_HOME/ml-connector"
(umask 277 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$XDG_CONFIG_HOME/ml-connector/quickstart.key")
run() { "$program" "$@" --workspace "$workspace"; }
run check

step "4. The runtime"
"$program" serve --workspace "$workspace" --clock "$(value .clock)" 2>"$work/serve.log" &
serve_pid=$!
until_ok 30 curl -sSf --cacert "$(value .ca)" "https://localhost:$port/readyz" || fail "serve did not start: $(tail -n 3 "$work/serve.log")"
echo "   webhooks  https://localhost:$port    admin  http://127.0.0.1:$admin_port"

step "5. Credentials go in, and a person agrees by OAuth"
for key in access_token client_id client_secret; do value ".systems.bigcommerce.credentials.$key" | run secret set acme shop $key; done
for key in client_id client_secret webhook_secret; do value ".systems.exact_online.credentials.$key" | run secret set acme books $key; done
run authorize acme books --json >"$work/authorize.json" &
authorize_pid=$!
until_ok 20 test -s "$work/authorize.json" || fail "authorize printed no link"
# The browser's part: our link sets a cookie and leads to the consent page, which agrees for &user= and leads back.
browser=(curl -sS --cacert "$(value .ca)" -c "$work/cookies" -b "$work/cookies")
consent=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$(jq -er .url "$work/authorize.json")")
callback=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$consent&user=$(value .systems.exact_online.credentials.user)")
"${browser[@]}" "$callback"
wait $authorize_pid || fail "the grant was not given"
run ping acme
run live acme shop_nl

step "6. The runtime registers its webhooks at the shop"
hooks() { [ "$(control bigcommerce state | jq '[.hooks[] | select(.is_active)] | length')" -ge 1 ]; }
until_ok 60 hooks || fail "no webhook was registered: $(tail -n 3 "$work/serve.log")"
control bigcommerce state | jq -r '.hooks[] | "   \(.scope)"'

step "7. $orders orders of all everyday kinds, some deliveries doubled, late or lost"
control bigcommerce switches -X POST -d '{"duplicate_percent": 10, "reordered_percent": 10, "lost_percent": 3}' >/dev/null
control exact_online faults -X POST -d '[{"match":{"method":"POST","path":"/salesinvoice"},"kind":"lost_answer","count":2},{"match":{"path":"/crm"},"kind":"503","count":3},{"match":{"path":"/salesinvoice"},"kind":"slow","count":3,"delay":60}]' >/dev/null
control bigcommerce seed -X POST -d "{\"orders\": $orders, \"over\": $((scale * 10))}" >/dev/null

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

step "8. How it stands"
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
say "Everything that was accepted, sent or decided stands in a chain of hashes; whoever changes an entry breaks it."
printf '$ ml-connector audit verify\n'
run audit verify

step "9. Do both sides agree?"
from=$(control bigcommerce state | jq -r '[.orders[].created[:10]] | min')
to=$(date -u -d "$(control bigcommerce state | jq -r '[.orders[].created[:10]] | max') + 1 day" +%F)
reconciled=0
run reconcile acme shop_nl --from "$from" --to "$to" || reconciled=$?
books=$(control exact_online "state?division=123456" | jq '.divisions["123456"]')
doubled=$(jq '.doubled_invoices | length' <<<"$books")
# The ledger against the shop, to the cent: what was sold, and what was given back.
cents() { jq -r "[$1 | tonumber * 100 | round] | add // 0 | . / 100"; }
sold=$(control bigcommerce state | cents '.orders[] | select(.expect == "invoice") | .total_inc_tax')
returned=$(control bigcommerce state | cents '.orders[] | .refunded')
invoiced=$(cents '.invoices[].amount' <<<"$books") credited=$(cents '.credit_invoices[].amount' <<<"$books")
violations=$(control exact_online events | jq '.violations | length')
quota=$(control bigcommerce events | jq '.violations | length')
standing=$(run status --json | jq -r '.clients[0]')
echo
printf '%-12s %8s %8s %8s %8s %12s\n' INSTANCE SEEN DONE PARKED DEAD RECONCILED
printf '%-12s %8s %8s %8s %8s %12s\n' shop_nl "$orders" "$(jq .done <<<"$standing")" "$(jq .parked <<<"$standing")" "$(jq .dead <<<"$standing")" \
  "$([ $reconciled = 0 ] && echo yes || echo no)"
printf 'shop:  sold %s, refunded %s\nbooks: invoiced %s, credited %s\n' "$sold" "$returned" "$invoiced" "$credited"
echo "doubled invoices: $doubled   broken rules: exact_online $violations, bigcommerce $quota"
echo "console: http://127.0.0.1:$admin_port/ (token in $workspace/state/admin.token)"

good=yes
[ $reconciled = 0 ] || good=no
[ "$doubled" = 0 ] || good=no
[ "$sold" = "$invoiced" ] && [ "$(jq -n "$returned + $credited")" = 0 ] || good=no
[ "$(jq .dead <<<"$standing")" = 0 ] || good=no
[ "$violations" = 0 ] && [ "$quota" = 0 ] || good=no
if [ $once = yes ]; then
  [ $good = yes ] || fail "not everything reconciled"
  exit 0
fi
echo
echo "Everything stays up until you press Ctrl-C. In another terminal:"
echo "  export XDG_CONFIG_HOME=$XDG_CONFIG_HOME"
echo "  $program status --workspace $workspace"
wait $serve_pid
