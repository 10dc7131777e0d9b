#!/usr/bin/env bash
# G14, F21, T9: a machine is lost a while after its backup. An operator restores on another one, with the recovery key; it starts in
# hold, and he arms client by client. What was made after the backup is found, nothing is doubled, and nothing is lost that the shops
# still have.
#   tests/system/restore_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
orders=${ORDERS:-6}   # of each client, before the backup and after it

start_sandbox bigcommerce,bigcommerce_2,exact_online,exact_online_uk 60
cp -r "$source/examples/clients/quickstart" "$workspace"
rm "$workspace/README.md"
sed -i 's|^}$|  exact_uk = grant {\n    system = "exact_online", region = "uk", clients = { "bravo" },\n    base_url = "@EXACT_UK@", ca_file = "@CA_FILE@", allow_loopback = true,\n  },\n}|' "$workspace/ml-connector.lua"
mkdir "$workspace/clients/bravo"
sed -e 's|@SHOP_URL@|@SHOP_2@|; s|@EXACT_URL@|@EXACT_UK@|; s|@STORE_HASH@|def456|; s|exact_nl|exact_uk|; s|123456|345678|' \
  "$workspace/clients/acme/client.lua" >"$workspace/clients/bravo/client.lua"
find "$workspace" -name '*.lua' -exec sed -i \
  -e "s|@SHOP_URL@|$(value .systems.bigcommerce.url)|; s|@SHOP_2@|$(value .systems.bigcommerce_2.url)|; s|@EXACT_URL@|$(value .systems.exact_online.url)|" \
  -e "s|@EXACT_UK@|$(value .systems.exact_online_uk.url)|; s|@CA_FILE@|$ca|; s|@STORE_HASH@|$(value .systems.bigcommerce.credentials.store_hash)|" \
  -e "s|@PORT@|$port|; s|@ADMIN_PORT@|$admin_port|; s|@CERT@|$(value .certificate.cert)|; s|@KEY@|$(value .certificate.key)|" {} +
make_key quickstart
run check >/dev/null
start_serve
secrets acme shop bigcommerce access_token client_id client_secret
secrets acme books exact_online client_id client_secret webhook_secret
secrets bravo shop bigcommerce_2 access_token client_id client_secret
secrets bravo books exact_online_uk client_id client_secret webhook_secret
for client in acme bravo; do agree $client books; run live $client shop_nl >/dev/null; done
active() { for system in bigcommerce bigcommerce_2; do [ "$(control $system state | jq '[.hooks[] | select(.is_active)] | length')" -ge 10 ] || return 1; done; }
until_ok 90 active || fail "no webhooks"

sell() { # how many more in each shop
  for system in bigcommerce bigcommerce_2; do control $system seed -X POST -d "{\"orders\": $1, \"kinds\": [\"registered\", \"guest\", \"coupon\"]}" >/dev/null; done
}
invoices() { control "$1" state | jq "[.divisions[\"$2\"].invoices[].your_ref] | length"; }
acme() { invoices exact_online 123456; }
bravo() { invoices exact_online_uk 345678; }
both() { [ "$(acme)" = "$1" ] && [ "$(bravo)" = "$1" ]; }
quiet() { run status --json | jq -e '[.clients[] | .waiting + .running] | add == 0'; }
status() { run status --json | jq -c '[.clients[] | {client, waiting, parked, dead, done}]'; }
sell "$orders"
until_ok 120 both "$orders" || fail "before the backup: $(acme) and $(bravo) invoices of $orders; $(status)"
until_ok 60 quiet || fail "not at rest: $(status)"

# The last thing that the backup knows: a write that left, and whose answer the process did not live to see.
kill "${pids[-1]}" && wait "${pids[-1]}" || true
MLC_CRASH_POINT=after_send:1 start_serve
sell 1
gone() { ! kill -0 "${pids[-1]}"; }
until_ok 60 gone || fail "the process was to end between sending and recording"
run vault export-recovery >"$work/recovery.key" 2>/dev/null
run backup "$work/day.db" | grep -q 'the recovery key' || fail "the backup does not say what opens it"

# After the backup it went on for a while, and was lost.
start_serve
sell "$orders"
made=$((2 * orders + 1))
until_ok 150 both $made || fail "after the backup: $(acme) and $(bravo) invoices of $made; $(status)"
kill -9 "${pids[-1]}"; wait "${pids[-1]}" 2>/dev/null || true
sell 2   # while nobody listens: the webhooks fail

# Another machine: the workspace's files, no state, no master key.
old=$workspace workspace=$work/elsewhere
mkdir "$workspace" && (cd "$old" && cp -r ml-connector.lua clients "$workspace")
export XDG_CONFIG_HOME=$work/config-elsewhere
clock=$(value .clock)
run restore "$work/day.db" --clock "$clock" </dev/null 2>"$work/said" && fail "T9: opened without any key"
grep -q 'recovery key' "$work/said" || fail "it does not say what is missing: $(cat "$work/said")"
"$program" vault export-recovery --workspace "$old" 2>/dev/null >"$work/other.key" && fail "the lost machine's key is not to be had here"
tr 1-8 2-9 <"$work/recovery.key" >"$work/wrong.key"
run restore "$work/day.db" --clock "$clock" <"$work/wrong.key" 2>"$work/said" && fail "T9: opened with a wrong recovery key"
grep -q 'mistyped' "$work/said" || fail "it does not say what is wrong: $(cat "$work/said")"
head -c 300000 "$work/day.db" >"$work/cut.db"
run restore "$work/cut.db" --clock "$clock" <"$work/recovery.key" 2>"$work/said" && fail "F21: a cut backup was restored"
[ ! -e "$workspace/state/store.db" ] || fail "a restore that failed left a store"
run restore "$work/day.db" --clock "$clock" <"$work/recovery.key" | tee "$work/restored"
[ "$(stat -c %a "$XDG_CONFIG_HOME/ml-connector/quickstart.key")" = 400 ] || fail "no master key of its own"
cmp -s "$XDG_CONFIG_HOME/ml-connector/quickstart.key" "$work/config/ml-connector/quickstart.key" && fail "the old master key"
run restore "$work/day.db" --clock "$clock" <"$work/recovery.key" 2>"$work/said" && fail "restored over a state"
grep -q 'never writes over a state' "$work/said" || fail "it does not say why not: $(cat "$work/said")"

# In hold: webhooks are taken, nothing leaves, no token moves, however long it lasts (15 minutes of the tokens' ten).
left() { for system in bigcommerce bigcommerce_2 exact_online exact_online_uk; do control $system 'events?last=20000' | jq -c '[.calls[] | select(.method != "GET") | .path]'; done; }
left >"$work/left-before"
start_serve
run status | tee "$work/status"
grep -q '^HELD acme: since the restore' "$work/status" && grep -q '^HELD bravo: since the restore' "$work/status" || fail "status does not say that they are held"
sell 1
taken() { run status --json | jq -e 'all(.clients[]; .waiting >= 1)'; }
until_ok 60 taken || fail "G14: intake does not go on: $(status)"
read -rt 15 <> <(:) || true
left >"$work/left-held"
cmp -s "$work/left-before" "$work/left-held" || fail "G14: something left in hold: $(diff "$work/left-before" "$work/left-held")"
both $made || fail "invoices were made in hold"

# Client by client.
run arm acme --dry-run | tee "$work/dry"
grep -q 'unknown: ' "$work/dry" || fail "arm does not name the write whose outcome is unknown"
grep -q 'waits for a person' "$work/dry" || fail "reliability.md 3.8: the strict grant does not wait for a person"
grep -q 'acme: armed' "$work/dry" && fail "a dry run armed"
agree acme books
run arm acme | tee "$work/armed"
grep -q 'found there as' "$work/armed" || fail "the open write was not looked up before arming"
all=$((made + 3))
one() { [ "$(acme)" = $all ]; }
until_ok 200 one || { run jobs --state parked; fail "acme: $(acme) invoices of $all; $(status)"; }
[ "$(bravo)" = $made ] || fail "bravo is held and has $(bravo) invoices, not $made"
run status | grep -q '^HELD bravo' || fail "bravo is not held any more"
agree bravo books
run arm --all >/dev/null
until_ok 200 both $all || { run jobs --state parked; fail "bravo: $(bravo) invoices of $all; $(status)"; }
until_ok 100 quiet || fail "not at rest: $(status)"

for system in exact_online exact_online_uk; do
  [ "$(control $system state | jq '[.divisions[].doubled_invoices[]?] | length')" = 0 ] || fail "G14: invoices are doubled in $system"
  [ "$(control $system events | jq '.violations | length')" = 0 ] || fail "$system: $(control $system events | jq -c .violation_counts)"
done
cents() { jq -r "[$1 | tonumber * 100 | round] | add"; }
sold=$(control bigcommerce state | cents '.orders[] | select(.expect == "invoice") | .total_inc_tax')
booked=$(control exact_online state | cents '.divisions["123456"].invoices[].amount')
[ "$sold" = "$booked" ] || fail "the shop sold $sold cents, the books say $booked"
run audit verify | grep -q '^intact' || fail "the trail does not fit"
run audit --limit 100000 >"$work/audit"
for act in vault.export_recovery vault.recover restore grant.doubted arm; do grep -qw -- "$act" "$work/audit" || fail "no audit entry of $act"; done
echo "restore: $all invoices of each client, $((made - orders)) of them known to the backup; none doubled, none lost"
