#!/bin/bash
# The seventh system, from a workspace alone: examples/packhouse brings the system, its simulation and an integration with a shop, and
# nothing of the program knows of it. Orders go to the warehouse, change, are cancelled and sent out; answers and deliveries are lost
# and doubled; `ping` tells the mistakes of a set-up apart.   seventh_system_test.sh PROGRAM
source "$(dirname "$0")/processes.sh" "$1"

for room in runtime bindings stdlib scripts examples/sandbox; do
  ! grep -rqi packhouse "$source/$room" || fail "$room knows of Packhouse"
done

# A name that nobody simulates is refused at once, with those that there are.
code=0
timeout 20 "$program" sandbox --workspace "$source/examples/packhouse" --only nobody --state "$work/none" >/dev/null 2>"$work/refused" || code=$?
[ $code = 3 ] && grep -q "there is no simulated system nobody; there are .*packhouse" "$work/refused" || fail "sandbox --only nobody: $code $(cat "$work/refused")"

mkdir -p "$workspace" && cp -r "$source/examples/packhouse/scripts" "$workspace/"
start_sandbox bigcommerce,packhouse 60
"$program" init "$workspace" --sandbox "$work/sandbox.json" >/dev/null
sed -i "s|127.0.0.1:[0-9]*\", tls|127.0.0.1:$port\", tls|; s|localhost:[0-9]*|localhost:$port|; s|^admin = .*|admin = \"127.0.0.1:$admin_port\"|" "$workspace/ml-connector.lua"
run new client acme --integration bigcommerce_packhouse --sandbox "$work/sandbox.json" >/dev/null
run check >/dev/null || fail "the workspace has faults: $(run check || true)"
run test >/dev/null || fail "a spec fails: $(run test || true)"
client=$workspace/clients/acme/client.lua

# ping, before anything runs: each mistake has its own sentence.
ping_says() { # words, [exit code]
  local code=0
  run ping acme warehouse >"$work/ping" 2>&1 || code=$?
  [ $code = "${2:-1}" ] && grep -qF -- "$1" "$work/ping" || fail "ping exits with $code and does not say '$1': $(cat "$work/ping")"
}
secrets acme shop bigcommerce access_token client_secret
ping_says "do: ml-connector secret set acme warehouse api_key"
echo wrong | run secret set acme warehouse api_key >/dev/null
ping_says "make a key in Packhouse"
secrets acme warehouse packhouse api_key
ping_says "WEBHOOKS: webhook_secret is not set" 0
secrets acme warehouse packhouse webhook_secret
cp "$client" "$work/client.lua"
sed -i 's/site = "NL1"/site = "BE7"/' "$client"
ping_says "it is BE7, and the account has no such site"
cp "$work/client.lua" "$client"
sed -i "s|$(value .systems.packhouse.url)|$(value .systems.bigcommerce.url)|" "$client"
ping_says "do: correct \`base_url\` in clients/acme/client.lua"
cp "$work/client.lua" "$client"
control packhouse switches -d '{"scopes": "orders webhooks"}' >/dev/null
ping_says 'the key lacks the scope "dispatches"'
control packhouse switches -d '{"scopes": "orders dispatches webhooks"}' >/dev/null

start_serve
run ping acme >/dev/null || fail "ping: $(run ping acme || true)"
run live acme bigcommerce_packhouse >/dev/null

state() { control packhouse state | jq -e "$1" >/dev/null; }
# A create is lost on the way back, another on the way there; the warehouse lists new orders late and tells of everything twice.
control packhouse switches -d '{"list_delay": 20, "duplicate_percent": 100, "page_size": 2}' >/dev/null
control packhouse faults -d '[{"match": {"method": "POST", "path": "/orders"}, "kind": "lost_answer", "count": 1},
  {"match": {"method": "POST", "path": "/release"}, "kind": "lost_answer", "count": 1}, {"match": {"method": "GET", "path": "/operations/"}, "kind": "503", "count": 2},
  {"match": {"method": "POST", "path": "/orders"}, "kind": "cut", "count": 1}]' >/dev/null
control bigcommerce seed -d '{"orders": 6, "kinds": ["registered", "several_lines", "guest"]}' >"$work/orders.json"
until_ok 180 state '.by_status.released == 6' || fail "not released: $(control packhouse state | jq -c .by_status) $(run jobs)"
state '.doubled == []' || fail "doubled orders: $(control packhouse state | jq -c .doubled)"

# One moves, one is cancelled, as long as nobody has packed them.
moved=$(jq -r '.orders[0].id' "$work/orders.json") cancelled=$(jq -r '.orders[1].id' "$work/orders.json")
control bigcommerce seed -d "{\"change\": [$moved], \"what\": \"address\"}" >/dev/null
control bigcommerce seed -d "{\"change\": [$cancelled], \"what\": \"status\", \"value\": 5}" >/dev/null
until_ok 120 state ".by_status.cancelled == 1 and (.orders[] | select(.reference == \"shop-$moved\") | .version) >= 3" ||
  fail "not changed: $(control packhouse state | jq -c '.orders[] | [.reference, .status, .version]') $(run jobs)"

# Too late for one: it is a case with a sentence.
late=$(jq -r '.orders[2].id' "$work/orders.json")
control packhouse seed -d "{\"pack\": [\"shop-$late\"]}" >/dev/null
control bigcommerce seed -d "{\"change\": [$late], \"what\": \"status\", \"value\": 5}" >/dev/null
parked() { run jobs | grep -qF "Order $late is cancelled, but Packhouse has it packed."; }
until_ok 120 parked || fail "no case: $(run jobs)"

# What goes out is a shipment of the shop, once, although all of it is told twice and half of it never.
control packhouse switches -d '{"lost_percent": 50}' >/dev/null
control packhouse seed -d '{"dispatch": true}' >/dev/null
shipped() { [ "$(run jobs list --state done --limit 500 --json | grep -c '"dsp_')" -ge 5 ]; }
until_ok 180 shipped || fail "not told: $(run jobs list --state done) $(run jobs)"
number=$(jq -r '.orders[3].id' "$work/orders.json")
tracking=$(run show acme "$number" --json | grep -o '3SPACK[0-9]*' | head -n 1 || true)
run show acme "shop-$number" >/dev/null 2>&1 || run show acme "$number" >/dev/null || fail "no story of order $number"
run show acme 3SPACK00000001 | grep -q "shipment" || fail "a tracking number has no story (found $tracking)"
control bigcommerce state >"$work/shop.json"
jq -e '[.orders[] | select(.status_id == 2)] | length == 5' "$work/shop.json" >/dev/null || fail "not shipped: $(jq -c '[.orders[] | [.id, .status_id]]' "$work/shop.json")"
control packhouse events | jq -e '.violation_counts == {"wrong_key": 1}' >/dev/null || fail "violations: $(control packhouse events | jq -c .violation_counts)"
run audit verify >/dev/null || fail "the trail does not hold"
stop_serve
