#!/bin/bash
# `new system` and `new integration`: what they make passes `check` and `test` as it is, also between systems that come with the program;
# taken and bad names are refused with a sentence.   new_scripts_test.sh PROGRAM
source "$(dirname "$0")/processes.sh" "$1"

says() { # words, exit code, command...
  local words=$1 wanted=$2 code=0; shift 2
  "$@" >"$work/said" 2>&1 || code=$?
  [ "$code" = "$wanted" ] || fail "$* exits with $code, not $wanted: $(cat "$work/said")"
  grep -qF -- "$words" "$work/said" || fail "$* does not say '$words' but: $(cat "$work/said")"
}

"$program" init "$workspace" >/dev/null
says "ml-connector new integration NAME --from SYSTEM --to depot" 0 run new system depot
says "ml-connector new client acme --integration depot_twice" 0 run new integration depot_twice --from depot --to depot
says "good: " 0 run check
says " 0 failed" 0 run test
grep -q 'auth = {' "$workspace/scripts/systems/depot/init.lua" || fail "a system without auth"

# What is made is used: a client of it passes check too, and the mapping makes what the target must have.
says "secret set acme source api_key" 0 run new client acme --integration depot_twice
says "1 instances could run" 0 run check
echo '{"id": "A-1", "lines": [{"sku": "MUG-1", "quantity": "2"}]}' |
  run map acme depot_twice order | jq -e '(.reference | endswith("-A-1")) and .lines[0].sku == "MUG-1"' >/dev/null || fail "the mapping makes something else"

# A spec that is made can fail: without its reference the create would be doubled.
cp "$workspace/scripts/integrations/depot_twice/order.lua" "$work/order.lua"
sed -i '/^target.reference/d' "$workspace/scripts/integrations/depot_twice/order.lua"
says " failed" 1 run test
cp "$work/order.lua" "$workspace/scripts/integrations/depot_twice/order.lua"

# Between all that the program brings, wherever one can be polled and the other be written to.
systems=(depot)
for folder in "$source"/scripts/systems/*/; do systems+=("$(basename "$folder")"); done
made=0
for from in "${systems[@]}"; do
  for to in "${systems[@]}"; do
    if run new integration "x_${from}_to_$to" --from "$from" --to "$to" >"$work/said" 2>&1; then
      made=$((made + 1))
    else
      grep -qE 'has no operation that is|name another write' "$work/said" || fail "$from to $to: $(cat "$work/said")"
    fi
  done
done
[ $made -ge 20 ] || fail "only $made pairs could be begun"
says "good: " 0 run check
says " 0 failed" 0 run test

says "depot is there already" 1 run new system depot
says "comes with the program" 1 run new system "$(basename "$(ls -d "$source"/scripts/systems/*/ | head -n 1)")"
says '"De pot" is no name of a system: it has lower-case letters' 2 run new system "De pot"
says '"9x" is no name of an integration' 2 run new integration 9x --from depot --to depot
says "there is no system nowhere (known: " 1 run new integration other --from nowhere --to depot
says "depot has no operation orders.burn" 1 run new integration other --from depot --to depot.orders.burn
says "depot.orders.list is not a write" 1 run new integration other --from depot --to depot.orders.list
says "--to is required" 2 run new integration other --from depot
says "is no workspace" 3 "$program" new system other --workspace "$work"
test ! -e "$workspace/scripts/integrations/other" || fail "a refused integration left files"
for what in system integration; do says "Example:" 0 "$program" new $what --help; done
