#!/usr/bin/env bash
# L1: labels at a folder, an IPP printer, a raw port and a print service, each exactly once, with the runtime killed between arm and
# outcome; a lost answer; a printer that is down; copies from the store.
#   tests/system/printing_test.sh PROGRAM
begins="2026-11-20 10:00"
. "$(dirname "$0")/processes.sh"
start_sandbox printer 60
raw_port=$(free_port) dead_port=$(free_port)
printer=$(value .systems.printer.url) folder=$work/labels
mkdir -p "$workspace/clients/acme" "$workspace/scripts/integrations/labels" "$folder"

cat >"$workspace/ml-connector.lua" <<EOF
id = "printing"
listen = { address = "127.0.0.1:$port", tls = { cert = "$(value .certificate.cert)", key = "$(value .certificate.key)" } }
admin = "127.0.0.1:$admin_port"
public_url = "https://localhost:$port"
EOF
local_to="ca_file = \"$ca\", allow_loopback = true"
cat >"$workspace/clients/acme/client.lua" <<EOF
zone = "Europe/Amsterdam"
connections = {
  folder = connection "printer" { base_url = "folder://$folder" },
  ipp = connection "printer" { base_url = "ipps://${printer#https://}/ipp/print", $local_to, format = "application/zpl" },
  raw = connection "printer" { base_url = "raw://127.0.0.1:$raw_port", allow_loopback = true },
  dead = connection "printer" { base_url = "raw://127.0.0.1:$dead_port", allow_loopback = true },
  hook = connection "printer" { base_url = "$printer/hook", auth = "key", $local_to },
  document = connection "printer" { base_url = "$printer/hook/document", auth = "key", body = "document", $local_to },
}
instances = {
  labels = use "labels" { bind = { printers = { "folder", "ipp", "raw", "dead", "hook", "document" } } },
  paperless = use "labels" { bind = {} },
}
EOF
# Stands for an integration that buys labels: the number says which station it is for.
cat >"$workspace/scripts/integrations/labels/init.lua" <<'EOF'
local crypto = require "crypto"

return integration {
  roles = { printers = { "printer", optional = true } },
  flows = {
    buy = flow {
      on = { schedule "03:00" },
      run = function(job, printers)
        if not printers then return job:skip "there is no printer" end
        local station, number = job.key:match "^(%a+)%-(%d+)$"
        local label = "^XA^FO50,50^FD" .. job.key .. "^FS^XZ\n"
        job:emit("print", job.key, {
          name = job.key .. ".zpl", type = "application/zpl", content = crypto.base64(label), station = station, copies = number == "2" and 2 or 1,
        })
      end,
    },
    print = flow {
      reprints = true, max_failures = 2,
      run = function(job, printers)
        local event = job.event
        local copy = event.copy and "/" .. event.copy or ""
        job:send("print", printers:at(event.station).documents.print {
          name = event.name, type = event.type, content = event.content, copies = event.copies,
        }, { entity = job.key .. copy })
      end,
    },
  },
}
EOF
cat >"$work/raw.pl" <<'EOF'
use strict; use warnings; use IO::Socket::INET; use Socket;
$SIG{TERM} = sub { exit 0 };
my ($port, $out, $mode) = @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 5, ReuseAddr => 1) or die "port: $!";
while (my $peer = $server->accept) {
  my $got = "";
  while (sysread($peer, my $bytes, 4096)) {
    $got .= $bytes;
    if ($mode eq "half") {   # a part, then a reset
      setsockopt($peer, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0));
      last;
    }
  }
  if ($got ne "" && $mode eq "whole") { open(my $file, ">>", $out); print $file $got; close $file; }
  close $peer;
}
EOF
listen_raw() { # mode
  perl "$work/raw.pl" "$raw_port" "$work/raw.out" "$1" 2>"$work/raw.log" &
  raw_pid=$!
  pids=("$raw_pid" "${pids[@]}")   # serve stays the last one
  until_ok 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$raw_port" || fail "no raw printer: $(cat "$work/raw.log")"
}
stop_raw() {
  local kept=() pid
  kill $raw_pid && wait $raw_pid || true
  for pid in "${pids[@]}"; do [ "$pid" = "$raw_pid" ] || kept+=("$pid"); done
  pids=("${kept[@]}")
}

make_key printing
run check
listen_raw whole
start_serve
for connection in hook document; do secrets acme $connection printer api_key; done
run live acme labels >/dev/null
run live acme paperless >/dev/null

# ping says of each way whether it would print, and what to do.
run ping acme >"$work/ping" && fail "a printer that is off was not noticed: $(cat "$work/ping")"
cat "$work/ping"
[ "$(grep -c 'check passed' "$work/ping")" = 5 ] || fail "five of six printers answer: $(cat "$work/ping")"
grep dead "$work/ping" | grep -q 'switch the printer on' || fail "ping does not say what to do"
control printer switches -X POST -d '{"out_of_paper": true}' >/dev/null
run ping acme ipp >"$work/ping" && fail "a printer without paper was not noticed"
grep -q 'media-empty' "$work/ping" || fail "ping does not say why: $(cat "$work/ping")"
control printer switches -X POST -d '{"out_of_paper": false, "formats": ["image/pwg-raster"]}' >/dev/null
run ping acme ipp >"$work/ping" && fail "a format that is not taken was not noticed"
grep -q 'takes no application/zpl, but image/pwg-raster' "$work/ping" || fail "ping does not say which formats: $(cat "$work/ping")"
control printer switches -X POST -d '{"formats": ["application/zpl"]}' >/dev/null

buy() { run sync acme "${2:-labels}" buy --record "$1" >/dev/null; }
label() { printf '^XA^FO50,50^FD%s^FS^XZ\n' "$1"; }
sum_of() { label "$1" | sha256sum | cut -d' ' -f1; }
jobs_of() { control printer state | jq --arg sum "$(sum_of "$1")" '[.jobs[] | select(.sha256 == $sum and .printed)] | length'; }
settled() { run status --json | jq -e '.clients[0] | .waiting + .running == 0'; }
all_done() { until_ok 60 settled || fail "still at it: $(run jobs)"; }

for station in folder ipp raw hook document; do buy "$station-1"; done
all_done
cmp <(label folder-1) "$folder/folder-1.zpl" || fail "the folder has another label"
cmp <(label raw-1) "$work/raw.out" || fail "the raw printer got other bytes"
for station in ipp hook document; do [ "$(jobs_of "$station-1")" = 1 ] || fail "$station-1 was printed $(jobs_of "$station-1") times"; done
# Without a printer the label is bought all the same.
buy folder-9 paperless
all_done
[ ! -e "$folder/folder-9.zpl" ] || fail "a client without printers printed"

# Two copies are two files, two pages.
buy folder-2 && buy ipp-2
all_done
cmp "$folder/folder-2.zpl" "$folder/folder-2-2.zpl" || fail "copies: $(ls "$folder")"
[ "$(control printer state | jq '.jobs[-1].copies')" = 2 ] || fail "the printer was not told of two copies"

# Killed after sending, before the outcome is known: asked, or repeated with its key; and whoever watches the folder has been there.
killed_at() { # point, key
  stop_serve
  MLC_CRASH_POINT=$1:1 start_serve
  "$program" sync acme labels buy --record "$2" --no-wait --workspace "$workspace" >/dev/null || true
  wait "${pids[-1]}" || true
  unset 'pids[-1]'
}
for point in after_send before_outcome; do
  for station in folder ipp hook; do
    key=$station-$([ $point = after_send ] && echo 11 || echo 12)
    killed_at $point "$key"
    rm -f "$folder/folder-11.zpl"
    start_serve
    all_done
    case $station in
      folder) [ "$(ls "$folder" | grep -c "$key")" = $([ $point = after_send ] && echo 0 || echo 1) ] || fail "$point: $(ls "$folder")" ;;
      *) [ "$(jobs_of "$key")" = 1 ] || fail "$point: $key was printed $(jobs_of "$key") times" ;;
    esac
  done
done
# Lost answers.
control printer switches -X POST -d '{"lose_answers": 1}' >/dev/null
buy ipp-21
all_done
control printer switches -X POST -d '{"lose_answers": 1}' >/dev/null
buy hook-21
all_done
for key in ipp-21 hook-21; do [ "$(jobs_of $key)" = 1 ] || fail "$key was printed $(jobs_of $key) times"; done
[ "$(run status --json | jq '.clients[0] | .parked + .dead')" = 0 ] || { run jobs; fail "something is parked"; }

# Raw, in the middle of it: nothing more goes there by itself; a person says what came out.
stop_raw
listen_raw half
label_before=$(wc -c <"$work/raw.out")
buy raw-31 || true
parked() { [ "$(run status --json | jq '.clients[0].parked')" -ge "$1" ]; }
until_ok 60 parked 1 || fail "what is not known was not parked: $(run jobs)"
run jobs | tee "$work/jobs"
grep -q warehouse "$work/jobs" || fail "the warehouse is not told"
stop_raw
listen_raw whole
job=$(run jobs --json | jq '[.jobs[] | select(.state == "parked")][0].id')
run jobs settle "$job" --did-not-happen >/dev/null
all_done
[ "$(grep -c 'raw-31' <(tail -c "+$((label_before + 1))" "$work/raw.out"))" -ge 1 ] || fail "raw-31 did not come out"

# A printer that is off: the label's job is done, the print is a case of its own; it comes out when it is on again.
buy dead-1 || true
until_ok 90 parked 1 || fail "a printer that is off is no case: $(run jobs)"
run jobs | tee "$work/jobs"
grep -q warehouse "$work/jobs" || fail "the warehouse is not told"
told() { run alerts | grep -q 'warehouse.*failed 2 times'; }
until_ok 60 told || fail "no alert: $(run alerts)"
case_id=$(run jobs --json | jq '.cases[0].id')
raw_port=$dead_port listen_raw whole
run jobs release "$case_id" >/dev/null
all_done
grep -q dead-1 "$work/raw.out" || fail "the released label did not come out"

# Copies are the stored label: nothing but the printer is asked.
done_before=$(run status --json | jq '.clients[0].done')
run reprint acme folder-1 | tee "$work/reprint"
grep -q 'copy 2 at folder: printed' "$work/reprint" || fail "reprint: $(cat "$work/reprint")"
cmp <(label folder-1) "$folder/folder-1-2.zpl" || fail "the copy is another label: $(ls "$folder")"
run reprint acme folder-1 --station ipp --json | jq -e '.copies[0].copy == 3 and .copies[0].state == "done"' >/dev/null || fail "no third copy"
[ "$(jobs_of folder-1)" = 1 ] || fail "the third copy did not come out at ipp"
[ "$(run status --json | jq '.clients[0].done')" = $((done_before + 2)) ] || fail "a reprint made more than its print jobs"
run audit acme | grep -q reprint || fail "the trail does not tell who asked for it"
run reprint acme no-such >/dev/null 2>"$work/refused" && fail "a number that was never printed"
grep -q 'nothing that acme printed' "$work/refused" || fail "$(cat "$work/refused")"
run reprint acme folder-1 --station attic >/dev/null 2>"$work/refused" && fail "a station that is not there"
grep -q 'no station attic' "$work/refused" || fail "$(cat "$work/refused")"
stop_serve
run reprint acme folder-1 | grep -q 'copy 4 at folder: printed' || fail "no copy without a server"
[ "$(control printer events | jq '.violations | length')" = 0 ] || fail "$(control printer events | jq -c .violations)"
run audit verify
