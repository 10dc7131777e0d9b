#!/usr/bin/env bash
# Sales orders of the simulated Exact Online become orders of the simulated ShipStation, as the sample workspace has it: by webhook, many
# at once in few calls, changed and cancelled, with lost answers on the way.
#   tests/system/dispatch_orders_test.sh PROGRAM [KILLS]
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/dispatch.sh"
orders=60 kills=${2:-0}

set_up_dispatch
# XS2: the pair as two values, or joined and in base64 as some are given it.
printf '%s:%s' "$(value .systems.shipstation.credentials.username)" "$(value .systems.shipstation.credentials.password)" | base64 -w0 |
  run secret set noord station basic >/dev/null
go_live_dispatch

control shipstation faults -X POST -d '[{"match":{"method":"POST","path":"/orders/createorder"},"kind":"lost_answer","count":'$((2 + kills / 3))'},{"match":{"path":"/orders"},"kind":"503","count":2}]' >/dev/null
taken=$(control exact_online seed -X POST -d "{\"orders\": $orders}")
kill_loop "$kills"
there() { mend_after_kills noord books; [ "$(control shipstation state | jq '.counts.orders')" = "$orders" ]; }
until_ok 240 there || { run jobs --state parked | head -n 8; fail "$(control shipstation state | jq .counts.orders) of $orders orders: $(status)"; }
until_ok 120 settled || fail "still at it: $(status)"
[ "$(control shipstation state | jq '.doubled_numbers | length')" = 0 ] || fail "XS1: an order was made twice"
[ "$(control shipstation state | jq '[.orders[].lines[].quantity] | add')" -gt 0 ] || fail "no quantities"
calls=$(control shipstation 'events?last=5000' | jq '[.calls // .events | .[] | select(.method == "POST" and (.path | test("/orders/create")))] | length')
echo "$orders orders in $calls calls"
[ "$calls" -lt "$orders" ] || fail "XS1: $calls calls for $orders orders: nothing went out together"

# XS12: an edit and a cancel before the label cross once.
first=$(jq -r '.orders[0].id' <<<"$taken") second=$(jq -r '.orders[1].id' <<<"$taken")
control exact_online seed -X POST -d "{\"order\": [{\"id\": \"$first\", \"quantity\": {\"STOCK-1\": \"7\"}}, {\"id\": \"$second\", \"status\": 45}]}" >/dev/null
changed() {
  control shipstation state | jq -e --arg first "123456:$first" --arg second "123456:$second" \
    '([.orders[] | select(.key == $first) | .lines[] | select(.sku == "STOCK-1") | .quantity] == [7]) and ([.orders[] | select(.key == $second) | .status] == ["cancelled"])'
}
until_ok 120 changed || { run jobs | head -n 8; fail "XS12: the edit and the cancel did not cross: $(status)"; }
until_ok 60 settled || fail "still at it: $(status)"
run show noord "$(jq -r '.orders[0].number' <<<"$taken")" | tee "$work/show"
grep -q orders.create "$work/show" || fail "show does not tell what was sent"
# C2: what no webhook told of goes out when a person asks for it by its number.
control exact_online switches -X POST -d '{"lost_percent": 100}' >/dev/null
number=$(control exact_online seed -X POST -d '{"orders": 1}' | jq -r '.orders[0].number')
run sync noord dispatch orders --record "$number"
asked() { [ "$(control shipstation "state?number=$number" | jq '.orders | length')" = 1 ]; }
until_ok 60 asked || fail "C2: order $number did not go out: $(status)"
until_ok 60 settled || fail "still at it: $(status)"

[ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs --state parked | head; fail "something is parked"; }
kept_the_rules
run audit verify
