#!/usr/bin/env bash
# The quick start, with all five integrations on all six systems in one process, which is killed while they work (G1, G2, C9): nothing is lost and nothing stands twice, no
# label is bought twice, and every reconciliation that the quick start ends with is clean, as if nothing had happened.
#   tests/system/all_flows_killed_test.sh PROGRAM [KILLS] [ORDERS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
killed=$(mktemp -d)
trap 'rm -rf "$killed"' EXIT
program=$1
case $program in /*) ;; *) program=$PWD/$program ;; esac
export MLC_PROGRAM=$program MLC_KILLS=${2:-8} MLC_KILLED=$killed
code=0
ML_CONNECTOR=$here/killed_program.sh ORDERS=${3:-60} "$here/../../examples/quickstart.sh" --once >"$killed/out" 2>&1 || code=$?
kills=$(wc -l <"$killed/kills" 2>/dev/null || echo 0)
if [ $code != 0 ]; then
  cat "$killed/out"
  echo "all_flows_killed: after $kills kills the quick start ended with $code" >&2
  exit 1
fi
tail -n 12 "$killed/out"
[ "$kills" -ge $((MLC_KILLS / 2)) ] || { echo "all_flows_killed: killed $kills times only" >&2; exit 1; }
echo "all_flows_killed: all five integrations, $kills kills"
