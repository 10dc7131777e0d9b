#!/usr/bin/env bash
# BC7, C11: a grant that can't be renewed is told of well before its thirty days are over, with the days that are left; jobs go on
# with nothing lost once the provider answers again, and that is told too.
#   tests/system/grant_end_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"

keep_mail
prepare_shop 60
cat >>"$workspace/clients/acme/client.lua" <<EOF
alerts = { ops = mail { command = { "/bin/sh", "$work/keep.sh", "$work/mail" }, from = "connector@acme.example", to = { "ops@acme.example" }, concerns = { "operator" } } }
EOF
open_shop
no_quotas
sell() { control bigcommerce seed -X POST -d "{\"orders\": $1, \"kinds\": [\"registered\"]}" >/dev/null; }
posted() { [ "$(books | jq '.invoices | length')" = "$1" ] && quiet; }
sell 1
until_ok 60 posted 1 || fail "no invoice: $(run jobs --state parked)"

# Three weeks of holidays, and since then the provider's token service answers nothing but 500.
stop_serve
pass_until "$(date -u -d "@$(($(virtual_now) + 21 * 86400))" +%FT%TZ)"
control exact_online faults -X POST -d '{"kind": "500", "percent": 100, "match": {"path": "/api/oauth2/token"}}' >/dev/null
start_serve
told() { grep -lsE "^Subject: .*grant exact_nl $1" "$work"/mail/*.eml; }
until_ok 60 told 'ends in [78] days' >/dev/null || fail "nobody is told: $(run alerts) $(run status)"
run status | grep -q '^ALERTS ' || fail "status shows no alert: $(run status)"
told 'is dead' >/dev/null && fail "a service that fails is no dead grant: $(run status)"
sell 1
read -rt 5 <> <(:) || true
[ "$(books | jq '.invoices | length')" = 1 ] || fail "an invoice without a token"
[ "$(run jobs --json --state dead | jq '.jobs | length')" = 0 ] || fail "a job died of it"
[ "$(told 'ends in' | wc -l)" = 1 ] || fail "it is told more than once a stage"

# The service is back: nobody has to agree anew.
curl -sS --fail-with-body --cacert "$ca" -X DELETE "$(value .systems.exact_online.url)/_sandbox/exact_online/faults" >/dev/null
until_ok 120 posted 2 || fail "it does not go on: $(run status) $(run jobs --state parked)"
until_ok 60 told works >/dev/null || fail "its end is not told: $(grep -h ^Subject "$work"/mail/*.eml)"
[ "$(control exact_online events | jq '.violations | length')" = 0 ] || fail "$(control exact_online events | jq -c .violation_counts)"
echo "grant_end: told with $(grep -hoE 'ends in [0-9]+ days' "$(told 'ends in')" | head -n 1), and once more when it worked again"
