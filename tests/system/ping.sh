# What tests of `ping` share: a workspace of the client acme with one connection to a simulated system. Sourced after processes.sh; gives
# $client, set_up_ping, ping_says, never_says, switch.
set_up_ping() { # system, connection
  pinged=$1 connection=$2 client=$workspace/clients/acme/client.lua
  start_sandbox "$pinged" 1
  mkdir -p "$workspace/clients/acme"
  cat >"$workspace/ml-connector.lua" <<LUA
id = "$pinged"
listen = { address = "127.0.0.1:$port", tls = { cert = "$(value .certificate.cert)", key = "$(value .certificate.key)" } }
admin = "127.0.0.1:$admin_port"
public_url = "https://localhost:$port"
store = "sqlite"
LUA
  make_key "$pinged"
}
write_client() { # zone, what the connection has beside its address
  cat >"$client" <<LUA
zone = "$1"
connections = {
  $connection = connection "$pinged" { base_url = "$(value ".systems.$pinged.url")", ca_file = "$ca", allow_loopback = true, $2 },
}
LUA
}
ping_says() { # expected exit code, words that must be said …
  local code=$1 got=0 words; shift
  run ping acme "$connection" >"$work/said" 2>&1 || got=$?
  [ $got = "$code" ] || fail "ping ended with $got, not $code: $(cat "$work/said")"
  for words in "$@"; do grep -qF -- "$words" "$work/said" || fail "ping does not say '$words': $(cat "$work/said")"; done
}
never_says() { ! grep -qF -- "$1" "$work/said" || fail "ping says '$1': $(cat "$work/said")"; }
switch() { control "$pinged" switches -X POST -d "$1" >/dev/null; }
