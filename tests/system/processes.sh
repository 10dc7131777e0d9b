# What tests of whole processes in bash share: a folder that is kept when a test fails, processes that end with it, and the controls
# of the simulated systems. Sourced with the program as $1; gives $program, $source, $work, value, control, fail, until_ok, free_port,
# start_sandbox, make_key, start_serve, stop_serve, kill_serve, kill_loop, mend_after_kills, pass_until, agree, run, and the quick start's shop: prepare_shop, open_shop,
# no_quotas, books, quiet, cents; keep_mail.
set -euo pipefail
program=$(realpath "$1")
source=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
name=$(basename "$0" _test.sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/$name-XXXXXX")
workspace=$work/workspace
export XDG_CONFIG_HOME=$work/config
pids=()
# Mails that the command "/bin/sh $work/keep.sh $work/mail" is given become files, each whole from the moment that it is seen.
keep_mail() {
  mkdir "$work/mail"
  echo 'f=$(mktemp -p "$1") && cat >"$f" && mv "$f" "$f.eml"' >"$work/keep.sh"
}
end() {
  code=$?
  trap - EXIT
  for pid in "${pids[@]}"; do { kill "$pid" && wait "$pid"; } 2>/dev/null || true; done
  if [ $code = 0 ]; then rm -rf "$work"; else echo "logs are kept in $work" >&2; fi
  exit $code
}
trap end EXIT
fail() { echo "$name: $*" >&2; exit 1; }
until_ok() { # seconds, command
  local left=$1; shift
  until "$@" >/dev/null 2>&1; do
    [ $((left -= 1)) -ge 0 ] || return 1
    read -rt 1 <> <(:) || true
  done
}
dearest() { control "$1" events | jq -r '.kinds | to_entries | sort_by(-.value)[:10][] | "  \(.value) \(.key)"'; } # a system: what most of its calls are
free_port() {
  local port
  for port in $(shuf -i 20000-29999 -n 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  return 1
}
value() { jq -er "$1" "$work/sandbox.json"; }
control() { # system, what, [curl arguments]
  local system=$1 what=$2; shift 2
  curl -sS --fail-with-body --cacert "$(value .ca)" "$@" "$(value ".systems.$system.url")/_sandbox/$system/$what"
}
start_sandbox() { # systems, scale; its clock begins at the instant $begins, else now
  if [ -n "${begins:-}" ]; then
    mkdir -p "$work/sandbox"
    printf '{"real": %s, "virtual": %s, "scale": %s}\n' "$(date +%s.%6N)" "$(date -d "$begins" +%s)" "$2" >"$work/sandbox/clock.json"
  fi
  "$program" sandbox --workspace "$workspace" --only "$1" --state "$work/sandbox" --scale "$2" >"$work/sandbox.json" 2>"$work/sandbox.log" &
  pids+=($!)
  until_ok 30 test -s "$work/sandbox.json" || fail "no sandbox: $(tail -n 3 "$work/sandbox.log")"
  port=$(free_port) admin_port=$(free_port) ca=$(value .ca)
}
make_key() { # the workspace's id
  mkdir -p -m 700 "$XDG_CONFIG_HOME/ml-connector"
  (umask 277 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$XDG_CONFIG_HOME/ml-connector/$1.key")
}
run() { "$program" "$@" --workspace "$workspace"; }
start_serve() {
  "$program" serve --workspace "$workspace" --clock "$(value .clock)" 2>>"$work/serve.log" &
  pids+=($!)
  until_ok 30 curl -sSf --cacert "$ca" "https://localhost:$port/readyz" || fail "serve did not start: $(tail -n 3 "$work/serve.log")"
}
stop_serve() { kill "${pids[-1]}" && wait "${pids[-1]}" || true; unset 'pids[-1]'; }
kill_serve() { kill -9 "${pids[-1]}"; wait "${pids[-1]}" 2>/dev/null || true; unset 'pids[-1]'; }
kill_loop() { # times: kill -9 at moments that nobody chose; some lives are long enough to get work done
  local kill
  for ((kill = 1; kill <= $1; kill++)); do
    read -rt "$((kill % 3 == 0 ? 5 : 1)).$((RANDOM % 10))" <> <(:) || true
    kill_serve
    start_serve
  done
}
# What may be left of kills for a person. Jobs that happened to run at several of them are taken for their cause (T12). And a strict
# provider takes a refresh token once: a kill between its answer and our escrow costs the grant, which the next start says (section 3
# of the guarantees); a person agrees again.
grants_lost=0
mend_after_kills() { # client, connection of the grant, [all: cases of another kind are released too, where kills turned the order of things round]
  local case
  for case in $(run jobs list --state parked --limit 1000 --json | jq -r --arg which "${3:-}" '.cases[]? | select(.code == "poison" or $which == "all") | .id'); do
    echo "released: $(run jobs list --state parked --json | jq -c --argjson id "$case" '.cases[] | select(.id == $id) | [.code, .why // .sentence]')" >&2
    run jobs release "$case" >/dev/null
  done
  run status --json | jq -e 'any(.. | objects | select(has("grant")) | .state; . == "reauthorise")' >/dev/null || return 0
  grep -q grant.renewal_unfinished "$work/serve.log" || fail "the grant of $2 died, and no kill was in its renewal"
  grants_lost=$((grants_lost + 1))
  agree "$1" "$2"
}
virtual_now() { jq '(.virtual + (now - .real) * .scale) | floor' "$(value .clock)"; }
pass_until() { # instant: the clock jumps there; nothing but the sandbox may run meanwhile
  control "$(jq -r '.systems | keys[0]' "$work/sandbox.json")" clock -X POST -d "{\"advance\": $(($(date -d "$1" +%s) - $(virtual_now)))}" >/dev/null
}
secrets() { # client, connection, system, keys
  local client=$1 connection=$2 system=$3 key; shift 3
  for key in "$@"; do value ".systems.$system.credentials.$key" | run secret set "$client" "$connection" "$key" >/dev/null; done
}
agree() { # client, connection: a person ($user, else jan) agrees by the link, as a browser would
  local consent callback waiting
  run authorize "$1" "$2" --json >"$work/authorize.json" & waiting=$!
  until_ok 20 test -s "$work/authorize.json" || fail "no link for $2"
  local browser=(curl -sS --cacert "$ca" -c "$work/cookies-$2" -b "$work/cookies-$2")
  consent=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$(jq -er .url "$work/authorize.json")")
  callback=$("${browser[@]}" -o /dev/null -w '%{redirect_url}' "$consent&user=${user:-jan}")
  "${browser[@]}" "$callback" >/dev/null
  wait $waiting || fail "no grant for $2"
  rm "$work/authorize.json"
}

# The quick start's shop and books, `client` acme with the instance shop_nl.
prepare_shop() { # scale, [sed arguments for the workspace's Lua files]: the sandbox and the workspace, before anything runs
  local scale=$1; shift
  start_sandbox bigcommerce,exact_online "$scale"
  cp -r "$source/examples/clients/quickstart" "$workspace"
  find "$workspace" -name '*.lua' -exec sed -i \
    -e "s|@SHOP_URL@|$(value .systems.bigcommerce.url)|; s|@EXACT_URL@|$(value .systems.exact_online.url)|; s|@CA_FILE@|$ca|" \
    -e "s|@STORE_HASH@|$(value .systems.bigcommerce.credentials.store_hash)|; s|@PORT@|$port|; s|@ADMIN_PORT@|$admin_port|" \
    -e "s|@CERT@|$(value .certificate.cert)|; s|@KEY@|$(value .certificate.key)|" "$@" {} +
  make_key quickstart
}
open_shop() { # serve, credentials, a grant, live, webhooks
  start_serve
  secrets acme shop bigcommerce access_token client_id client_secret
  secrets acme books exact_online client_id client_secret webhook_secret
  agree acme books
  run live acme shop_nl >/dev/null
  until_ok 60 hooked || fail "no webhooks"
}
hooked() { [ "$(control bigcommerce state | jq '[.hooks[] | select(.is_active)] | length')" -ge 10 ]; }
no_quotas() { # where limits are not what a test is about
  control exact_online switches -X POST -d '{"minute_limit": 100000, "day_limit": 1000000}' >/dev/null
  control bigcommerce switches -X POST -d '{"quota": 100000}' >/dev/null
}
books() { control exact_online "state?division=123456${1:-}" | jq '.divisions["123456"]'; }
quiet() { run status --json | jq -e '.clients[0] | .waiting + .running == 0'; }
cents() { jq -r "[$1 | tonumber * 100 | round] | add // 0"; }
