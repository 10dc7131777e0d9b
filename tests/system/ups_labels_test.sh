#!/usr/bin/env bash
# Goods deliveries of the simulated Exact Online get their labels of the simulated UPS, once, though answers get lost; number, link and label
# stand in Exact Online; the parcels are followed until they have arrived. What a label costs in calls is counted.
#   tests/system/ups_labels_test.sh PROGRAM [LOST]
# LOST: how many answers of ship get lost; whether those are found again by themselves is the look-up's affair.
. "$(dirname "$0")/processes.sh"
. "$(dirname "$0")/parcels.sh"
deliveries=8 busy=40 lost=${2:-0}

set_up_parcels 20   # a look for documents counts for a minute of theirs, and a busy machine needs some of it
go_live_parcels
control exact_online switches -X POST -d '{"minute_limit": 600}' >/dev/null
numbers=$(take $deliveries)
# XU7: answers of ship get lost.
[ "$lost" = 0 ] || control ups faults -X POST -d "[{\"match\":{\"method\":\"POST\",\"path\":\"/ship\"},\"kind\":\"lost_answer\",\"count\":$lost}]" >/dev/null
control exact_online faults -X POST -d '[{"match":{"method":"POST","path":"/documents/Documents"},"kind":"lost_answer","count":1}]' >/dev/null
pack_all $numbers
told() { [ "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length')" = $deliveries ] && settled; }
until_ok 240 told || {
  run jobs --state parked | head -n 8
  fail "L5: $(booked | jq '[.deliveries[] | select(.tracking != null)] | length') of $deliveries deliveries have a number: $(status)"
}
brown=$(control ups state) books=$(booked)
[ "$(jq '.doubled | length' <<<"$brown")" = 0 ] || fail "XU7: bought twice: $(jq -c .doubled <<<"$brown")"
[ "$(jq '.counts.shipments' <<<"$brown")" = $deliveries ] || fail "XU7: $(jq '.counts.shipments' <<<"$brown") shipments for $deliveries deliveries"
[ "$(jq '.documents | length' <<<"$books")" = $deliveries ] || fail "L5: $(jq '.documents | length' <<<"$books") documents"
[ "$(jq '.doubled.documents | length' <<<"$books")" = 0 ] || fail "L5: a document twice"
# Every number that UPS sold stands on its delivery's header and lines, and its label in the order's document.
jq -r '.shipments[].numbers[]' <<<"$brown" | while read -r number; do
  jq -e --arg number "$number" 'any(.deliveries[]; (.tracking | contains($number)) and (.remarks | contains("tracknum=" + $number)))' <<<"$books" >/dev/null || fail "L5: $number is on no delivery"
  jq -e --arg number "$number" 'any(.documents[].files[]; .name == $number + ".zpl")' <<<"$books" >/dev/null || fail "L5: the label of $number is in no document"
done
[ "$(jq '[.deliveries[].lines[] | select(.tracking == null)] | length' <<<"$books")" = 0 ] || fail "L5: a line without number"

# C3: found by its tracking number.
run show zuid "$(jq -r '.shipments[0].id' <<<"$brown")" | tee "$work/show" | head -n 30
grep -q "shipments.create" "$work/show" || fail "C3: show does not tell what was bought"

# XF8: what forty deliveries cost that come together, with numbers on lines only where there are several parcels.
change_client 's/references = /tell_lines = "several", references = /' 'tell_lines = "several"'
numbers=$(control exact_online seed -X POST -d "{\"orders\": $(jq -nc "[range($busy) | {lines: [{item: \"STOCK-1\", quantity: \"1\"}]}]")}" | jq -r '.orders[].number')
until_ok 60 settled || fail "still at it: $(status)"
# What is asked at a time of its own, whatever is shipped, is no cost of a shipment.
calls_of() { control exact_online 'events?last=20000' | jq '[.calls // .events | .[] | select(.path | test("/api/v1/") and (test("/sync/|/webhooks/|/current/") | not)) | .method + " " + (.path | sub("/api/v1/[0-9]+/"; "") | sub("[(].*"; ""))]'; }
made_by() { calls_of | jq length; }
before=$(made_by)
# Found by a sweep, all at once, as an hourly run finds them; documents are as slow as the real ones, so that what is told gathers.
control exact_online switches -X POST -d '{"lost_percent": 100}' >/dev/null
control exact_online faults -X POST -d '[{"match":{"method":"GET","path":"/documents/"},"kind":"slow","delay":8}]' >/dev/null
pack_all $numbers
told() { [ "$(booked | jq '[.deliveries[] | select(.tracking != null)] | length')" = $((deliveries + busy)) ] && settled; }
until_ok 240 told || { run jobs --state parked | head -n 8; fail "XF8: $(status)"; }
calls=$(($(made_by) - before))
control exact_online faults -X DELETE >/dev/null
control exact_online switches -X POST -d '{"lost_percent": 0}' >/dev/null
echo "$calls calls of Exact Online for $busy shipments"
[ $calls -le $((4 * busy)) ] || { calls_of | jq -c ".[$before:] | group_by(.) | map({(.[0]): length}) | add"; fail "XF8: $calls calls for $busy shipments"; }

# XU5: all of them travel; delivered closes each, once.
control ups seed -X POST -d '{"travel": "all", "ends": "delivered", "over": 600}' >/dev/null
arrived() { [ "$(booked | jq '[.deliveries[] | select(.remarks | test("Delivered 20"))] | length')" = $((deliveries + busy)) ] && settled; }
until_ok 200 arrived || {
  run jobs --state parked | head -n 8
  fail "XU5: $(booked | jq '[.deliveries[] | select(.remarks | test("Delivered 20"))] | length') deliveries told as delivered: $(control ups state | jq -c .alerts.counts) $(status)"
}
[ "$(booked | jq '[.deliveries[] | select(.remarks | test("Delivered.*\nDelivered"))] | length')" = 0 ] || fail "XU5: told twice"
[ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs --state parked | head; fail "something is parked"; }
kept_the_rules
run audit verify
