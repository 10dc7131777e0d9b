#!/usr/bin/env bash
# AS10, T1, T2: the simulated ShipStation V2 signs what it tells, by RSA with keys that it publishes at another address, and only the genuine
# is taken: no other body, no other key, no other algorithm, nothing old, nothing of another account. Keys rotate; while they can't be had
# nothing is taken, and nothing is lost.
#   tests/system/signed_notices_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/dispatch.sh"
begins=2026-03-02T12:00:00Z orders=6

set_up_dispatch_days 20   # signing takes the simulation a while, of the five minutes that a signature lives
secrets zuid books exact_online client_id client_secret webhook_secret
secrets zuid station shipstation username password api_key
agree zuid books
run ping zuid
run live zuid dispatch >/dev/null
control exact_online switches -X POST -d '{"negative_stock": true, "minute_limit": 300}' >/dev/null
control shipstation switches -X POST -d '{"tries": 4}' >/dev/null
hooks() { control shipstation state | jq -c "$@"; }
registered() { [ "$(hooks '[.hooks.v2[].event]')" = '["label_created_v2"]' ]; }
until_ok 90 registered || fail "V2 tells nobody of labels: $(hooks .hooks.v2) $(tail -n 3 "$work/serve.log")"
url=$(hooks -r '.hooks.v2[0].url')
[[ $url == */hooks/zuid/station.v2/* ]] || fail "the address of V2 has no secret: $url"
[ "${url##*/}" != "$(hooks -r '.hooks.v1[0].Url' | sed 's|.*/||')" ] || fail "T15: V1 and V2 were given the same secret"
control exact_online seed -X POST -d "{\"orders\": $orders}" >/dev/null
there() { [ "$(control shipstation state | jq '.counts.orders')" = "$orders" ]; }
until_ok 240 there || { run jobs --state parked | head -n 8; fail "$(control shipstation state | jq .counts.orders) of $orders orders: $(status)"; }
numbers=($(control shipstation state | jq -r '.orders[].number'))

of_v2() { run jobs list --state done --limit 100000 --json | jq "[.. | objects | select(.flow? == \"notices\" and (.key // \"\" | contains(\"/v2/labels\")))] | ${1:-length}"; }
accepted() { of_v2 length; }
ship() { control shipstation seed -X POST -d "{\"ship\": [{\"order\": \"$1\", \"cost\": \"5.25\"}]}" >/dev/null; }
took() { [ "$(accepted)" -ge "$1" ] && settled; }
latest() { hooks -r ".hooks.latest.v2 | $1"; }

# The first: its key is asked for, and pinned.
ship "${numbers[0]}"
until_ok 60 took 1 || fail "a genuine notification was not taken: $(hooks .hooks.counts) $(tail -n 5 "$work/serve.log")"
run secret list | grep -q webhook_keys_v2 || fail "T1: no key is pinned: $(run secret list)"
# What it pointed to goes the way of a poll: the label of V2 is V1's shipment.
label=$(control shipstation state | jq -r '.shipments[0] | .tracking')
known() { run show zuid "$label" | grep -q cost; }
until_ok 60 known || fail "the label that V2 told of is not known: $(of_v2 .)"

# Forgeries, by somebody who heard the genuine one, and knows the address.
body=$(latest .body) time=$(latest '.headers["x-shipengine-timestamp"]') key=$(latest '.headers["x-shipengine-rsa-sha256-key-id"]')
signature=$(latest '.headers["x-shipengine-rsa-sha256-signature"]')
post() { # address, body, time, key id, signature
  curl -sS -o /dev/null -w '%{http_code}' --cacert "$ca" -X POST -H 'Content-Type: application/json' ${3:+-H "x-shipengine-timestamp: $3"} \
    ${4:+-H "x-shipengine-rsa-sha256-key-id: $4"} ${5:+-H "x-shipengine-rsa-sha256-signature: $5"} --data-binary "$2" "$1"
}
refused() { # why, status, post's arguments
  local why=$1 wanted=$2 got; shift 2
  got=$(post "$@")
  [ "$got" = "$wanted" ] || fail "T1: $why was answered $got, not $wanted"
}
before=$(accepted)
refused "no signature" 401 "$url" "$body"
refused "no key id" 401 "$url" "$body" "$time" "" "$signature"
refused "another body" 401 "$url" "${body/batch_id=/batch_id=9}" "$time" "$key" "$signature"
refused "another body, of the same length" 401 "$url" "$(tr 2 3 <<<"$body" | tr -d '\n')x" "$time" "$key" "$signature"
refused "another time" 401 "$url" "$body" "$((time + 1))" "$key" "$signature"
refused "another account's address" 401 "${url%/*}/$(tr a-y b-z <<<"${url##*/}")" "$body" "$time" "$key" "$signature"
refused "V1's address without a secret" 401 "${url%/*}" "$body" "$time" "$key" "$signature"
refused "the proof of V1" 401 "${url%/station.v2/*}/station/${url##*/}" "$body" "$time" "$key" "$signature"
refused "V2's topic at the address of V1, which nothing signs" 403 "$(hooks -r '.hooks.v1[0].Url')" "$body"
refused "a signature that is none" 400 "$url" "$body" "$time" "$key" "no base64!"
# A key of the forger's own, in the name of the genuine one; and the public key as that of a MAC.
openssl genrsa -out "$work/forger.pem" 2048 2>/dev/null
now=$(virtual_now) other='{"resource_url":"https://evil.example/v2/labels?batch_id=1","resource_type":"LABEL_CREATED_V2"}'
own=$(printf '%s.%s' "$now" "$other" | openssl dgst -sha256 -sign "$work/forger.pem" | base64 -w0)
refused "a signature by a key of his own" 401 "$url" "$other" "$now" "$key" "$own"
modulus=$(curl -sSf --cacert "$ca" "$v2/jwks" | jq -r '.keys[0].n')
mac=$(printf '%s.%s' "$now" "$other" | openssl dgst -sha256 -hmac "$modulus" -binary | base64 -w0)
refused "a MAC by the public key" 401 "$url" "$other" "$now" "$key" "$mac"
asked() { control shipstation_v2 events | jq '[(.calls // .events)[] | select(.path == "/jwks")] | length'; }
asked_before=$(asked) began=$(virtual_now)
for made_up in {1..12}; do
  got=$(post "$url" "$other" "$now" "made-up-$made_up" "$own")
  [ "$got" = 401 ] || [ "$got" = 503 ] || fail "T1: a key that nobody published was answered $got"
done
# Once a minute at most, whatever is made up.
most=$(((($(virtual_now) - began) / 60) + 1)) more=$(($(asked) - asked_before))
[ "$more" -le "$most" ] || fail "T1: made-up key ids made us ask $more times within $most minutes"
# The same bytes again are the same event.
again=$(post "$url" "$body" "$time" "$key" "$signature")
[ "$again" = 200 ] || [ "$again" = 401 ] || fail "T2: a replay was answered $again"
[ "$(accepted)" = "$before" ] || fail "T1: something forged or repeated became an event: $(of_v2 .)"

# T2: what was signed more than five minutes ago, or will be, is refused however genuine.
for skew in -400 400; do
  control shipstation switches -X POST -d "{\"signature_skew\": $skew, \"tries\": 1}" >/dev/null
  given_up=$(hooks .hooks.counts.given_up)
  ship "${numbers[$((skew < 0 ? 1 : 2))]}"
  stale() { [ "$(hooks .hooks.counts.given_up)" -gt "$given_up" ]; }
  until_ok 90 stale || fail "T2: signed $skew s from now, and nobody gave up: $(hooks .hooks.counts)"
done
[ "$(accepted)" = "$before" ] || fail "T2: an old notification was taken"
grep -q '"reason":"stale"' "$work/serve.log" || fail "T2: refused, but not as stale"

# Rotation, with the new keys not to be had at first: told to come again, never taken, and nothing lost.
control shipstation_v2 faults -X POST -d '[{"match":{"path":"/jwks"},"kind":"503","count":4}]' >/dev/null
control shipstation switches -X POST -d '{"signature_skew": 0, "signing_key": 2, "tries": 12}' >/dev/null
failed=$(hooks .hooks.counts.failed)
ship "${numbers[3]}"
put_off() { [ "$(hooks .hooks.counts.failed)" -gt "$failed" ]; }
until_ok 60 put_off || fail "T1: taken without a key: $(hooks .hooks.counts)"
[ "$(accepted)" = "$before" ] || fail "T1: taken before its key was known"
rotated() { took $((before + 1)); }
until_ok 240 rotated || fail "a rotated key is not taken: $(hooks .hooks.counts) $(grep webhook "$work/serve.log" | tail -n 5)"
# Whether the old one is published again may be asked a minute later.
trusted_no_more() { [ "$(post "$url" "$body" "$time" "$key" "$signature")" = 401 ]; }
until_ok 30 trusted_no_more || fail "T1: the key that is published no more was answered $(post "$url" "$body" "$time" "$key" "$signature")"
[ "$(accepted)" = $((before + 1)) ] || fail "T1: what a key signed that is published no more was taken"
# Killed and started again: what is pinned is there.
kill -9 "${pids[-1]}"
wait "${pids[-1]}" 2>/dev/null || true
unset 'pids[-1]'
start_serve
asked_before=$(asked)
ship "${numbers[4]}"
until_ok 120 took $((before + 2)) || fail "after a restart: $(hooks .hooks.counts)"
[ "$(asked)" = "$asked_before" ] || fail "T1: keys are not pinned over a restart"

# T8: neither the secret of the address nor a key stands in a log.
! grep -qF "${url##*/}" "$work/serve.log" || fail "T8: the secret of the address stands in the log"
echo "$(accepted) genuine notifications taken, $(hooks .hooks.counts); keys asked for $(asked) times"
kept_the_rules
run audit verify
