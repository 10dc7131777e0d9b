#!/usr/bin/env bash
# XS2, AS10: one connection holds key and secret of V1 and the key of V2; ping proves each, and says which is missing or wrong. No secret
# goes to the other's host (T15).
#   tests/system/ping_shipstation_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/dispatch.sh"

set_up_dispatch_days 60

ping() { run ping zuid "$1" >"$work/ping" 2>&1; }
says() { grep -qF -- "$1" "$work/ping" || fail "$2: $(cat "$work/ping")"; }
set_secret() { printf '%s' "$2" | run secret set zuid station "$1" >/dev/null; }
of() { value ".systems.shipstation.credentials.$1"; }

! ping station || fail "nothing is set, and V1 answers"
says "ml-connector secret set zuid station username" "V1 without its key"
! ping station.v2 || fail "nothing is set, and V2 answers"
says "ml-connector secret set zuid station api_key" "V2 without its key"
set_secret username "$(of username)"
set_secret password "$(of password)"
ping station || fail "V1 with its key and secret: $(cat "$work/ping")"
! ping station.v2 || fail "V2 answers without its key"
says "secret set zuid station api_key" "V2 without its key, V1 with its own"
set_secret api_key "not-the-key"
! ping station.v2 || fail "V2 takes a wrong key"
says "set its credentials again: ml-connector secret set zuid station KEY" "V2 with a wrong key"
ping station || fail "V1 is held up by V2's key: $(cat "$work/ping")"
set_secret api_key "$(of api_key)"
ping station.v2 || fail "V2 with its key: $(cat "$work/ping")"
ping station.keys || fail "the keys that V2 signs with: $(cat "$work/ping")"
set_secret password "not-the-secret"
! ping station || fail "V1 takes a wrong secret"
ping station.v2 || fail "V2 is held up by V1's secret: $(cat "$work/ping")"
set_secret password "$(of password)"

# T15: each secret is bound to the host that it is for.
hosts() { run secret list --json | jq -r --arg key "$1" '.. | objects | select(.key? == $key and .owner == "zuid/station") | .hosts'; }
[ "$(hosts api_key)" = "${v2#https://}" ] || fail "T15: api_key may go to $(hosts api_key)"
first=$(value .systems.shipstation.url)
for key in username password; do [ "$(hosts $key)" = "${first#https://}" ] || fail "T15: $key may go to $(hosts $key)"; done
# Without the client's word there is no V2, and nothing asks for its key.
stop_serve
sed -i -e "s|, access = { v2 = { base_url = \"$v2\" }, keys = { base_url = \"$v2\" } }||" "$workspace/clients/zuid/client.lua"
run check
start_serve
ping station || fail "V1 alone: $(cat "$work/ping")"
! ping station.v2 || fail "V2 is there all the same"
echo "V1 and V2 are proved each by itself"
