#!/usr/bin/env bash
# AS1 AS2 AS9: `ping` of an Acumatica tells apart what people get wrong: an endpoint or version that is not there (it names those that
# are), a wrong tenant, all sessions taken, bad credentials, missing rights, and an address without a site; by session and by OAuth. No
# session is left behind.
#   tests/system/ping_acumatica_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/ping.sh"

set_up_ping acumatica erp
url=$(value .systems.acumatica.url)
write_client America/Los_Angeles 'auth = "session", tenant = "Company", branch = "MAIN", endpoint = "Default", version = "24.200.001"'
asks() { # as ping_says; and no session is left behind
  ping_says "$@"
  sessions 0
}
sessions() { # how many are open there
  local open; open=$(control acumatica state | jq .sessions.open)
  [ "$open" = "$1" ] || fail "$open sessions are open, not $1: $(control acumatica state | jq -c .sessions)"
}
set_to() { sed -i "s/$1 = \"[^\"]*\"/$1 = \"$2\"/" "$client"; }

# Credentials.
asks 1 "secret username of acme/erp is not set" "ml-connector secret set acme erp username"
value .systems.acumatica.credentials.name | run secret set acme erp username >/dev/null
echo wrong | run secret set acme erp password >/dev/null
asks 1 "Invalid credentials" "correct the user or the password: ml-connector secret set acme erp username"
secrets acme erp acumatica password
asks 0 "5 checks passed"
[ "$(control acumatica state | jq .sessions.most)" = 1 ] || fail "more than one session at a time"

# Endpoint and version.
set_to version 25.300.001
asks 1 "Default/25.300.001 is not there; there are Default/20.200.001, Default/22.200.001" "Hub/24.200.001" "correct \`endpoint\` and \`version\`"
switch '{"entity_list": "array", "unknown_endpoint": 500}'
asks 1 "Default/25.300.001 is not there"
switch '{"entity_list": "object", "unknown_endpoint": 404}'
set_to version 24.200.001
set_to endpoint Hub
asks 0 "5 checks passed"
set_to endpoint Default

# Tenant and branch.
set_to tenant Nowhere
asks 1 "Company 'Nowhere' cannot be found." "there is no tenant Nowhere"
set_to tenant Other
asks 1 "there is nothing" "is Other the right \`tenant\`"
set_to tenant Company
set_to branch WEST
asks 1 "'Branch' 'WEST' cannot be found" "correct \`branch\`"
set_to branch MAIN

# Seats of the licence: somebody else has them.
for count in 1 2; do
  value .systems.acumatica.credentials | jq -c '{name, password, tenant}' >"$work/login"
  curl -sSf --cacert "$ca" -c "$work/jar-$count" -H 'Content-Type: application/json' -d @"$work/login" "$url/entity/auth/login"
done
for how in '{"login_limit_status": 429}' '{"login_limit_status": 500, "login_limit_json": true}'; do
  switch "$how"
  ping_says 1 "no session is free" "all sessions of the licence are taken"
done
for count in 1 2; do curl -sSf --cacert "$ca" -b "$work/jar-$count" -X POST -H 'Content-Length: 0' "$url/entity/auth/logout"; done
sessions 0

# Rights.
switch '{"missing_rights": ["Shipment"]}'
asks 1 "403" "the user has no rights to shipments (form SO302000)"
switch '{"missing_rights": []}'

# An address that is no site of Acumatica.
sed -i "s|base_url = \"$url\"|base_url = \"$url/Nowhere\"|" "$client"
asks 1 "HTTP 404" "there is no Acumatica at this address"
sed -i "s|base_url = \"$url/Nowhere\"|base_url = \"$url\"|" "$client"
asks 0 "5 checks passed"

# OAuth: nobody agreed, then somebody did, then it is taken back.
set_to auth oauth
asks 1 "ml-connector authorize acme erp"
secrets acme erp acumatica client_id client_secret
start_serve
user=api agree acme erp
stop_serve
ping_says 0 "5 checks passed" "grant good for"
sessions 1   # of the grant: it is used on over renewals
set_to version 23.100.001
ping_says 1 "Default/23.100.001 is not there; there are"
set_to version 24.200.001
control acumatica seed -X POST -d '{"revoke": "api"}' >/dev/null
ping_says 1 "ml-connector authorize acme erp"

# Nothing but what was done on purpose broke a rule there.
violations=$(control acumatica events | jq -c '.violation_counts | del(.wrong_credentials, .login_limit, .not_signed_in)')
[ "$violations" = '{}' ] || fail "violations: $violations"
echo "ping of acumatica: what is set up wrong is told apart"
