# The sample workspaces packing (OAuth) and two_depots (session) against the simulated Acumatica and ShipStation, for the tests of them.
# Sourced after processes.sh; $sample names one, $instance its instance.
set_up_packing() { # scale
  start_sandbox acumatica,shipstation "$1"
  cp -r "$source/examples/clients/$sample" "$workspace"
  local_to() { printf 'ca_file = "%s", allow_loopback = true' "$ca"; }
  sed -i \
    -e "s|listen = .*|listen = { address = \"127.0.0.1:$port\", tls = { cert = \"$(value .certificate.cert)\", key = \"$(value .certificate.key)\" } }|" \
    -e "s|admin = .*|admin = \"127.0.0.1:$admin_port\"|; s|public_url = .*|public_url = \"https://localhost:$port\"|" "$workspace/ml-connector.lua"
  sed -i -e "s|base_url = \"[^\"]*\"|base_url = \"$(value .systems.acumatica.url)\", $(local_to)|" \
    -e "s|connection \"shipstation\" {|connection \"shipstation\" { base_url = \"$(value .systems.shipstation.url)\", $(local_to) |" \
    "$workspace/clients/harbor/client.lua"
  make_key "sample-${sample/_/-}"
  run check
  erp switches '{"requests_a_minute": 100000}' >/dev/null
  station switches '{"v1_limit": 400}' >/dev/null
  secrets harbor station shipstation username password
  head -c 18 /dev/urandom | base64 | tee "$work/push_secret" | run secret set harbor erp push_secret >/dev/null
  if [ "$sample" = packing ]; then
    secrets harbor erp acumatica client_id client_secret
  else
    secrets harbor erp acumatica password
    value .systems.acumatica.credentials.name | run secret set harbor erp username >/dev/null
  fi
}
go_live_packing() {
  start_serve
  [ "$sample" != packing ] || user=api agree harbor erp
  run ping harbor
  run live harbor "$instance" >/dev/null
}
# What people do, and what is there: erp seed '{"orders": 3}', erp '.counts', station …
act() { # system, what, body or filter
  case $2 in
  seed | switches | faults) control "$1" "$2" -X POST -d "$3" ;;
  *) control "$1" state | jq "${@:2}" ;;
  esac
}
erp() { act acumatica "$@"; }
station() { act shipstation "$@"; }
status() { run status --json | jq -c '.clients[0] | {waiting, running, parked, dead, done}'; }
settled() { run status --json | jq -e '.clients[0] | .waiting + .running == 0'; }
parked() { run jobs list --state parked --json | jq -c '[.. | objects | select(.case? != null) | {key, sentence: .why}]'; }
violations() { # besides those named
  local system
  for system in acumatica shipstation; do
    control $system events | jq -c --arg but "${*:-}" '.violation_counts | with_entries(select(.key as $key | ($but | split(" ") | index($key)) == null))'
  done | sort -u | tr -d '\n'
}
