#!/usr/bin/env bash
# AS2, AS3, AS5, AS9, AS13: what the runtime does for an Acumatica, as whole processes: orders are read, shipped with a package each and
# confirmed behind 202, while answers get lost, the licence's seats are taken and the program is killed. Nothing twice, no session left
# behind; by session, then by OAuth.
#   tests/system/acumatica_writes_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
orders=${ORDERS:-6}

start_sandbox acumatica 20
url=$(value .systems.acumatica.url)
mkdir -p "$workspace/clients/acme" "$workspace/scripts/integrations/ship_all"
cat >"$workspace/ml-connector.lua" <<LUA
id = "acumatica"
listen = { address = "127.0.0.1:$port", tls = { cert = "$(value .certificate.cert)", key = "$(value .certificate.key)" } }
admin = "127.0.0.1:$admin_port"
public_url = "https://localhost:$port"
store = "sqlite"
LUA
cat >"$workspace/clients/acme/client.lua" <<LUA
zone = "America/Los_Angeles"
connections = {
  erp = connection "acumatica" {
    base_url = "$url", ca_file = "$ca", allow_loopback = true, auth = "session",
    tenant = "Company", branch = "MAIN", endpoint = "Default", version = "24.200.001",
  },
}
instances = { all = use "ship_all" { bind = { erp = "erp" } } }
LUA
# Every open order of one warehouse leaves whole, in one parcel.
cat >"$workspace/scripts/integrations/ship_all/init.lua" <<'LUA'
local function ship(job, erp)
  local order = erp.sales_orders.by_id(job.key)
  local before = job:sent("shipment", { role = "erp" })
  if not before and order.Status ~= "Open" then return job:skip("is " .. order.Status) end
  if order.Status == "Completed" then return job:skip "is done" end
  local reference, lines = "parcel " .. order.OrderNbr, {}
  for index, line in ipairs(order.Details) do
    lines[index] = { OrderType = order.OrderType, OrderNbr = order.OrderNbr, OrderLineNbr = line.LineNbr, ShippedQty = line.OrderQty }
  end
  local made = job:send("shipment", erp.shipments.create {
    CustomerID = order.CustomerID, WarehouseID = "MAIN", Description = reference, Details = lines,
  })
  if made.state == "shadow" then return end
  local number = made.number
  job:send("package", erp.packages.add(number, { Packages = { { BoxID = "SMALL", TrackingNbr = "1Z" .. order.OrderNbr, CustomRefNbr1 = reference } } }))
  job:send("date", erp.shipments.update { ShipmentNbr = number, ShipmentDate = "2026-01-06", ShipVia = "UPSGROUND" }, { version = "1" })
  job:send("confirm", erp.shipments.confirm { entity = { ShipmentNbr = number }, parameters = {} }, { version = "2" })
  return { shipment = number }
end

return integration {
  roles = { erp = "acumatica" },
  flows = {
    orders = flow { on = { poll("erp.sales_orders.list", { key = "id", since = "LastModified", every = "1m", overlap = "10m" }) }, run = ship, main = true },
  },
}
LUA
make_key acumatica
run check || fail "the workspace is wrong"
switch() { control acumatica switches -X POST -d "$1" >/dev/null; }
state() { control acumatica state | jq "$@"; }
confirmed() { [ "$(state .counts.shipments_by_status.Confirmed)" = "$1" ]; }
seed() { control acumatica seed -X POST -d "{\"orders\": $1, \"kinds\": [\"plain\", \"several_lines\", \"lot\"]}" >/dev/null; }
switch '{"requests_a_minute": 100000, "auto_packages": false}'
secrets acme erp acumatica password
value .systems.acumatica.credentials.name | run secret set acme erp username >/dev/null

start_serve
run live acme all >/dev/null
seed "$orders"
control acumatica faults -X POST -d '[
  {"match": {"method": "PUT", "path": "/Shipment"}, "kind": "lost_answer", "count": 2},
  {"match": {"method": "POST", "path": "/ConfirmShipment"}, "kind": "lost_answer", "count": 2},
  {"match": {"method": "GET", "path": "/status/"}, "kind": "cut", "count": 1},
  {"match": {"method": "GET", "path": "/SalesOrder"}, "kind": "429", "count": 1}]' >/dev/null
until_ok 240 confirmed "$orders" || fail "$(state -c .counts): $(run jobs --state parked) $(run jobs --state waiting)"
[ "$(state .sessions.most)" = 1 ] || fail "more than one session: $(state -c .sessions)"

# Killed, and the session that it left is used on.
seed 3
kill -9 "${pids[-1]}"; wait "${pids[-1]}" 2>/dev/null || true; unset 'pids[-1]'
logins=$(state .sessions.counts.logins)
start_serve
until_ok 240 confirmed $((orders + 3)) || fail "after a kill: $(state -c .counts): $(run jobs --state parked)"
[ "$(state .sessions.counts.logins)" -le $((logins + 1)) ] || fail "it signed in again and again: $(state -c .sessions)"

# All seats are taken by others, and given back.
stop_serve
[ "$(state .sessions.open)" = 0 ] || fail "a session was left behind: $(state -c .sessions)"
login() { value .systems.acumatica.credentials | jq -c '{name, password, tenant}' | curl -sSf --cacert "$ca" -c "$work/jar-$1" -H 'Content-Type: application/json' -d @- "$url/entity/auth/login"; }
logout() { curl -sSf --cacert "$ca" -b "$work/jar-$1" -X POST -H 'Content-Length: 0' "$url/entity/auth/logout"; }
login 1; login 2
seed 2
start_serve
refused() { [ "$(control acumatica events | jq '.violation_counts.login_limit // 0')" -ge 1 ]; }
until_ok 60 refused || fail "it did not ask for a seat"
logout 1; logout 2
until_ok 240 confirmed $((orders + 5)) || fail "after taken seats: $(state -c .counts): $(run jobs --state parked)"
stop_serve

# The same connection by OAuth.
sed -i 's/auth = "session"/auth = "oauth"/' "$workspace/clients/acme/client.lua"
secrets acme erp acumatica client_id client_secret
start_serve
user=api agree acme erp
seed 2
until_ok 240 confirmed $((orders + 7)) || fail "by OAuth: $(state -c .counts): $(run jobs --state parked)"
stop_serve

[ "$(state -c '[.doubled_trackings, (.shipments | map(.packages | length) | unique), (.shipments | map(.date) | unique)]')" = '[[],[1],["2026-01-06"]]' ] ||
  fail "packages: $(state -c '[.doubled_trackings, [.shipments[].packages]]')"
[ "$(state '.counts.shipments, .counts.by_status.Completed' | sort -u)" = $((orders + 7)) ] || fail "$(state -c .counts)"
[ "$(state .counts.invoices)" = 0 ] || fail "an invoice was made"
# A call that meets an action whose answer was lost is refused and made again.
violations=$(control acumatica events | jq -c '.violation_counts | del(.login_limit, .not_signed_in, .form_busy)')
[ "$violations" = '{}' ] || fail "violations: $violations"
echo "acumatica_writes: $((orders + 7)) orders shipped once each, by session and by OAuth"
