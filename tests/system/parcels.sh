# The sample workspace parcels against the simulated Exact Online and UPS, for the tests of it. Sourced after processes.sh.
local_to() { printf 'base_url = "%s", ca_file = "%s", allow_loopback = true' "$(value ".systems.$1.url")" "$ca"; }
set_up_parcels() { # scale
  start_sandbox "${systems:-exact_online,ups}" "${1:-60}"
  cp -r "$source/examples/clients/parcels" "$workspace"
  sed -i \
    -e "s|listen = .*|listen = { address = \"127.0.0.1:$port\", tls = { cert = \"$(value .certificate.cert)\", key = \"$(value .certificate.key)\" } }|" \
    -e "s|admin = .*|admin = \"127.0.0.1:$admin_port\"|; s|public_url = .*|public_url = \"https://localhost:$port\"|" \
    -e "s|region = \"nl\"|region = \"nl\", $(local_to exact_online)|" "$workspace/ml-connector.lua"
  sed -i -e "s|grant = \"exact_nl\"|grant = \"exact_nl\", $(local_to exact_online)|" \
    -e "s|connection \"ups\" { region = \"production\",|connection \"ups\" { region = \"production\", $(local_to ups),|" -e "s|https://hooks.zuid.example|https://localhost:$port|" "$workspace/clients/zuid/client.lua"
  make_key sample-parcels
  run check
  start_serve
  secrets zuid books exact_online client_id client_secret webhook_secret
  secrets zuid ups ups client_id client_secret
  head -c 24 /dev/urandom | base64 | tr -d '\n' | run secret set zuid ups alert_credential >/dev/null
}
change_client() { # a sed expression for the client's file, words that its settings then have
  local words=$2
  sed -i "$1" "$workspace/clients/zuid/client.lua"
  taken_over() { run settings zuid labels | grep -qF -- "$words"; }
  until_ok 20 taken_over || fail "the settings do not say '$words': $(tail -n 3 "$work/serve.log")"
}
go_live_parcels() {
  agree zuid books
  run ping zuid
  run live zuid labels >/dev/null
  control exact_online switches -X POST -d '{"negative_stock": true}' >/dev/null
  hooked() { [ "$(control exact_online state | jq '.divisions["123456"].counts.subscriptions')" -ge 2 ]; }
  until_ok 60 hooked || fail "no webhooks at Exact Online: $(tail -n 3 "$work/serve.log")"
}
status() { run status --json | jq -c '.clients[0] | {waiting, running, parked, dead, done}'; }
settled() { run status --json | jq -e '.clients[0] | .waiting + .running == 0'; }
booked() { control exact_online "state?dispatch=1&documents=0" | jq '.divisions["123456"].dispatch'; }
take() { control exact_online seed -X POST -d "{\"orders\": $1}" | jq -r '.orders[].number'; }
person() { control exact_online seed -X POST -d "$1" >/dev/null; }
pack_all() { # order numbers: a goods delivery of each
  local each list=
  for each in "$@"; do list+="${list:+,}{\"order\": $each, \"shipping_method\": \"UPS\"}"; done
  person "{\"pack\": [$list]}"
}
kept_the_rules() {
  local system
  for system in exact_online ups; do
    [ "$(control $system events | jq '.violations | length')" = 0 ] || fail "broken rules at $system: $(control $system events | jq -c .violation_counts)"
  done
}
