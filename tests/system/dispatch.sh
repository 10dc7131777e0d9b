# The sample workspaces dispatch and dispatch_days against the simulated Exact Online and ShipStation, for the tests of it. Sourced after processes.sh.
local_to() { printf 'base_url = "%s", ca_file = "%s", allow_loopback = true' "$(value ".systems.$1.url")" "$ca"; }
# The sample's addresses become those of this machine, and it is checked and served.
serve_dispatch() { # sample, client, how its ShipStation is declared, and how it is to be
  cp -r "$source/examples/clients/$1" "$workspace"
  sed -i \
    -e "s|listen = .*|listen = { address = \"127.0.0.1:$port\", tls = { cert = \"$(value .certificate.cert)\", key = \"$(value .certificate.key)\" } }|" \
    -e "s|admin = .*|admin = \"127.0.0.1:$admin_port\"|; s|public_url = .*|public_url = \"https://localhost:$port\"|" \
    -e "s|region = \"nl\"|region = \"nl\", $(local_to exact_online)|" "$workspace/ml-connector.lua"
  sed -i -e "s|grant = \"exact_nl\"|grant = \"exact_nl\", $(local_to exact_online)|; s|$3|$4|" "$workspace/clients/$2/client.lua"
  make_key "sample-${1/_/-}"
  run check
  start_serve
}
set_up_dispatch() {
  start_sandbox exact_online,shipstation 60
  serve_dispatch dispatch noord 'connection "shipstation" {' "connection \"shipstation\" { $(local_to shipstation)"
  secrets noord books exact_online client_id client_secret webhook_secret
}
# The sample dispatch_days, whose ShipStation has V2 too, at $v2.
set_up_dispatch_days() { # scale
  start_sandbox exact_online,shipstation "$1"
  v2=$(value .systems.shipstation_v2.url)
  serve_dispatch dispatch_days zuid 'connection "shipstation" { access = { v2 = {} }' \
    "connection \"shipstation\" { $(local_to shipstation), access = { v2 = { base_url = \"$v2\" }, keys = { base_url = \"$v2\" } }"
}
go_live_dispatch() {
  agree noord books
  run ping noord
  run live noord dispatch >/dev/null
  control exact_online switches -X POST -d '{"negative_stock": true}' >/dev/null
  hooked() { [ "$(control exact_online state | jq '.divisions["123456"].counts.subscriptions')" -ge 1 ]; }
  until_ok 60 hooked || fail "no webhook at Exact Online: $(tail -n 3 "$work/serve.log")"
}
status() { run status --json | jq -c '.clients[0] | {waiting, running, parked, dead, done}'; }
settled() { run status --json | jq -e '.clients[0] | .waiting + .running == 0'; }
booked() { control exact_online "state?dispatch=1&documents=0" | jq '.divisions["123456"].dispatch'; }
kept_the_rules() {
  local system
  for system in exact_online shipstation; do
    # Of a grant that a kill cost, the old token is shown once more.
    [ "$(control $system events | jq --argjson lost "$grants_lost" '(.violation_counts | add // 0) - ([.violation_counts.refresh_token_reused // 0, $lost] | min)')" = 0 ] || fail "broken rules at $system: $(control $system events | jq -c .violation_counts)"
  done
}
