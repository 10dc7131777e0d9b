# The sample workspace two_accounts against the simulated Exact Online (two Dutch divisions, an American installation) and FedEx, for the tests of
# it. Sourced after processes.sh.
local_to() { printf 'base_url = "%s", ca_file = "%s", allow_loopback = true' "$(value ".systems.$1.url")" "$ca"; }
set_up_fedex() { # scale, [sed arguments for the client's file]
  local scale=$1; shift
  start_sandbox exact_online,exact_online_us,fedex "$scale"
  cp -r "$source/examples/clients/two_accounts" "$workspace"
  sed -i \
    -e "s|listen = .*|listen = { address = \"127.0.0.1:$port\", tls = { cert = \"$(value .certificate.cert)\", key = \"$(value .certificate.key)\" } }|" \
    -e "s|admin = .*|admin = \"127.0.0.1:$admin_port\"|; s|public_url = .*|public_url = \"https://localhost:$port\"|" \
    -e "s|region = \"nl\"|region = \"nl\", $(local_to exact_online)|; s|region = \"us\"|region = \"us\", $(local_to exact_online_us)|" "$workspace/ml-connector.lua"
  sed -i \
    -e "s|grant = \"exact_nl\"|grant = \"exact_nl\", $(local_to exact_online)|; s|grant = \"exact_us\"|grant = \"exact_us\", $(local_to exact_online_us)|" \
    -e "s|connection \"fedex\" { region = \"production\"|connection \"fedex\" { region = \"production\", $(local_to fedex)|" "$@" "$workspace/clients/oost/client.lua"
  make_key sample-two-accounts
  run check
  start_serve
  secrets oost trade exact_online client_id client_secret webhook_secret
  secrets oost america exact_online_us client_id client_secret webhook_secret
  secrets oost fedex fedex client_id client_secret
  secrets oost fedex_us fedex client_id client_secret
}
go_live_fedex() {
  agree oost trade
  agree oost america
  run ping oost
  run live oost labels >/dev/null
  run live oost labels_us >/dev/null
  local system
  for system in exact_online exact_online_us; do control $system switches -X POST -d '{"negative_stock": true}' >/dev/null; done
}
status() { run status --json | jq -c '.clients[0] | {waiting, running, parked, dead, done}'; }
settled() { run status --json | jq -e '.clients[0] | .waiting + .running == 0'; }
booked() { control "$1" "state?dispatch=1&documents=0" | jq ".divisions[\"$2\"].dispatch"; }
fedex() { control fedex "${1:-state}"; }
pack() { # system, division, orders, JSON of what every delivery has: so many orders are taken and packed
  local numbers list= each
  numbers=$(control "$1" seed -X POST -d "{\"division\": $2, \"orders\": $3}" | jq -r '.orders[].number')
  for each in $numbers; do list+="${list:+,}$(jq -nc --argjson order "$each" --argjson more "${4:-{\}}" '{order: $order} + $more')"; done
  control "$1" seed -X POST -d "{\"division\": $2, \"pack\": [$list]}" >/dev/null
}
sweep() { run sync oost "$1" "$2" >"$work/sync" 2>&1 || true; }  # 1: something of it is parked
# What nobody can know becomes a case: a person looks into FedEx's program, by the reference, and says what happened.
look_there() {
  local job key source division number master said
  run jobs list --state parked --limit 1000 --json | jq -r '.jobs[] | select(.reason_code == "unknown_effect") | "\(.id) \(.source) \(.key)"' >"$work/unknown"
  while read -r job source key; do
    division=$([ "$source" = parts ] && echo 234567 || echo 123456)
    number=$(booked exact_online "$division" | jq -r --arg id "$key" '.deliveries[] | select(.id == $id) | .number')
    master=$(fedex state | jq -r --arg reference "$division-D$number" '[.shipments[] | select(.cancelled | not) | select(.parcels[0].references.CUSTOMER_REFERENCE // "" | . == $reference) | .master][-1] // ""')
    # Another job of the same delivery waited for the same answer: it only has to look again.
    if [ -n "$master" ]; then said=(--happened "$master"); else said=(--did-not-happen); fi
    run jobs settle "$job" "${said[@]}" >/dev/null 2>&1 || run jobs replay "$job" >/dev/null 2>&1 || true
  done <"$work/unknown"
}
# Labels that stand at FedEx, and deliveries that bear one, are the same.
told() { # system, division: numbers on deliveries
  booked "$1" "$2" | jq -r '.deliveries[] | .tracking // empty' | tr -d ' ' | tr ',' '\n' | sort
}
stand() { fedex | jq -r '.shipments[] | select(.cancelled or .foreign | not) | .parcels[].number' | sort; }
kept_the_rules() {
  local system
  for system in exact_online exact_online_us fedex; do
    [ "$(control $system events | jq '.violations | length')" = 0 ] || fail "broken rules at $system: $(control $system events | jq -c .violation_counts)"
  done
}
