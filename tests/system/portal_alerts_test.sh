#!/usr/bin/env bash
# XU4, T1: the simulated UPS pushes where its portal says, and proves itself by a token that it fetches from us before. Only its credentials get
# one, whoever has none learns nothing, and only what bears a good one is taken.
#   tests/system/portal_alerts_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/parcels.sh"
deliveries=3

set_up_parcels 60
change_client 's|alerts = "registered",|alerts = "portal",|; /alert_url = /d' 'alerts = "portal"'
secret=$(head -c 24 /dev/urandom | base64 | tr -d '\n')
printf carrier | run secret set zuid ups push_client_id >/dev/null
printf %s "$secret" | run secret set zuid ups push_client_secret >/dev/null
go_live_parcels

# The token endpoint (RFC 6749, section 4.4).
tokens="https://localhost:$port/oauth/token" hook="https://localhost:$port/hooks/zuid/ups"
fetch() { # path, curl's arguments: the status, and the body in $work/token
  curl -sS -o "$work/token" -w '%{http_code}' --cacert "$ca" "${@:2}" "$tokens/$1"
}
form=(-d grant_type=client_credentials)
[ "$(fetch zuid/ups -u "carrier:$secret" "${form[@]}")" = 200 ] || fail "XU4: no token: $(cat "$work/token")"
[ "$(jq -r '.token_type, .expires_in' "$work/token" | xargs)" = "Bearer 3600" ] || fail "XU4: $(jq -c 'del(.access_token)' "$work/token")"
token=$(jq -er .access_token "$work/token")
[ "$(fetch zuid/ups -u "carrier:wrong" "${form[@]}")" = 401 ] || fail "T1: a wrong secret got a token"
cp "$work/token" "$work/refused"
for nobody in zuid/nothing nobody/ups zuid/books; do
  [ "$(fetch $nobody -u "carrier:$secret" "${form[@]}")" = 401 ] && diff -q "$work/token" "$work/refused" >/dev/null ||
    fail "T1: $nobody is answered in another way: $(cat "$work/token")"
done
[ "$(fetch zuid/ups -u "carrier:$secret" -d grant_type=password)" = 400 ] || fail "XU4: another kind of grant: $(cat "$work/token")"
push() { curl -sS -o /dev/null -w '%{http_code}' --cacert "$ca" -H 'Content-Type: application/json' "$@" "$hook"; }
forged='{"trackingNumber":"1ZA1B2C30390000001","activityStatus":{"type":"D","code":"F4"}}'
[ "$(push -d "$forged")" = 401 ] || fail "T1: taken without a proof"
[ "$(push -H "Authorization: Bearer ${token/?/z}" -d "$forged")" = 401 ] || fail "T1: taken with a token of nobody's"
[ "$(push -H "Authorization: Basic $(printf 'carrier:%s' "$secret" | base64 -w0)" -d "$forged")" = 401 ] || fail "T1: the credentials are taken for a token"

# UPS does all of that by itself.
control ups seed -X POST -d "{\"portal\": {\"url\": \"$hook\", \"token_url\": \"$tokens/zuid/ups\", \"client_id\": \"carrier\", \"client_secret\": \"$secret\"}}" >/dev/null
pack_all $(take $deliveries)
labelled() { [ "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length')" = $deliveries ] && settled; }
until_ok 120 labelled || { run jobs --state parked; fail "no labels: $(status)"; }
alerts() { control ups state | jq "$@"; }
subscribed() { alerts -e "(.alerts.subscriptions | length) == ([.shipments[].parcels[]] | length) and (.alerts.subscriptions | length) >= $deliveries"; }
until_ok 60 subscribed || fail "XU4: $(alerts -c .alerts)"
control ups seed -X POST -d '{"travel": "all", "ends": "delivered", "over": 600}' >/dev/null
arrived() { [ "$(booked | jq '[.deliveries[] | select(.remarks | test("Delivered 20"))] | length')" = $deliveries ] && settled; }
until_ok 120 arrived || { run jobs --state parked; fail "XU4: not told as delivered: $(alerts -c .alerts.counts) $(status)"; }
[ "$(alerts '.alerts.counts | .accepted > 0 and .tokens >= .accepted')" = true ] || fail "XU4: $(alerts -c .alerts.counts)"
run jobs list --state done --limit 1000 --json >"$work/jobs"
[ "$(jq '[.. | objects | select(.flow? == "alerts")] | length' "$work/jobs")" -gt 0 ] || fail "XU4: no push became a job"
[ "$(jq '[.. | objects | select(.flow? == "alerts" and .key == "1ZA1B2C30390000001")] | length' "$work/jobs")" = 0 ] || fail "T1: a forgery became a job"
# T8: neither the secret nor a token stands in a log; who got one is in the trail.
! grep -qF -e "$secret" -e "$token" "$work/serve.log" || fail "T8: a secret stands in the log"
run audit zuid | grep -q "token.issued" || fail "G13: the trail does not say that a token was given"
[ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs --state parked; fail "something is parked"; }
echo "$(control ups state | jq -c .alerts.counts)"
kept_the_rules
run audit verify
