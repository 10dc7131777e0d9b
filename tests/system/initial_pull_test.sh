#!/usr/bin/env bash
# C10, BC6: the initial pull of a shop's customers: counted with a forecast from the quota that is left, begun, stopped, gone on with
# after a restart; an order that comes meanwhile goes ahead of it; in the end each customer has one account.
#   tests/system/initial_pull_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"
count=${CUSTOMERS:-300}

prepare_shop 60
customers=$(for n in $(seq "$count"); do printf '{"email": "customer%d@example.org", "first_name": "An", "last_name": "Klant %d"},' "$n" "$n"; done)
ids=($(control bigcommerce seed -X POST -d "{\"customers\": [${customers%,}]}" | jq -r '.customers[]'))
open_shop
accounts() { control exact_online 'state?accounts=1' | jq '.divisions["123456"]'; }
ours() { accounts | jq '[.accounts[] | select(.SearchCode != null and (.SearchCode | startswith("shop-")))] | length'; }
pull() { run backfill acme shop_nl customers "$@"; }

# What one costs is known once a few have run.
pull --dry-run | grep -q 'what one costs is not known' || fail "it forecasts without knowing: $(pull --dry-run)"
for id in "${ids[@]:0:3}"; do
  flow=$(run sync acme shop_nl customers --record "$id" --json | jq -r .done)
  [ "$flow" = 1 ] || fail "customer $id: $(run show acme "$id")"
done
pull --dry-run --json >"$work/forecast"
jq -e ".found == $count and .jobs == 0 and .forecast.records == $count and .forecast.seconds > 0 and .forecast.calls_per_record.books >= 1" "$work/forecast" >/dev/null || fail "forecast: $(cat "$work/forecast")"
# By the quota of 60 calls a minute it can't be faster than that.
jq -e '.forecast | .seconds >= .calls.books - 60' "$work/forecast" >/dev/null || fail "it promises more than the quota: $(jq -c .forecast "$work/forecast")"
[ "$(ours)" = 3 ] || fail "a dry run made accounts: $(ours)"

pull --no-wait >/dev/null
begun() { [ "$(ours)" -ge 20 ]; }
until_ok 200 begun || fail "it does not begin: $(run backfill acme shop_nl)"
control bigcommerce seed -X POST -d '{"orders": 1, "kinds": ["registered"]}' >/dev/null
ahead() { [ "$(books | jq '.invoices | length')" = 1 ]; }
until_ok 250 ahead || fail "C5: the order waits behind the pull: $(run status)"
[ "$(ours)" -lt "$count" ] || fail "the pull was over before the order came: this proves nothing"
pull --stop >/dev/null || fail "it can't be stopped: $(run backfill acme shop_nl)"
stop_serve
part=$(ours)
[ "$part" -lt "$count" ] || fail "it was over before it was stopped"
run backfill acme shop_nl customers --dry-run >/dev/null || true
start_serve
pull >"$work/pulled" || fail "it does not go on: $(cat "$work/pulled")"
[ "$(accounts | jq '.doubled_accounts | length')" = 0 ] || fail "accounts are doubled: $(accounts | jq -c .doubled_accounts)"
for id in "${ids[@]}"; do echo "shop-$id"; done | sort >"$work/wanted"
accounts | jq -r '.accounts[] | .SearchCode // empty' | sort | comm -23 "$work/wanted" - >"$work/missing"
[ ! -s "$work/missing" ] || fail "without an account: $(head -n 3 "$work/missing")"
[ "$(control exact_online events | jq '.violations | length')" = 0 ] || fail "$(control exact_online events | jq -c .violation_counts)"
echo "initial_pull: $count customers, $part before it was stopped; forecast $(jq -r '.forecast.seconds' "$work/forecast") s at $(jq -r '.forecast.calls_per_record.books' "$work/forecast") calls each"
