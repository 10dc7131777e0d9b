#!/usr/bin/env bash
# One workload: builds what it needs and runs it on a quiet machine.
#   tests/bench/run.sh w1|w3|w4|w5|w5-shipped|w6|micro [size]
set -euo pipefail
cd "$(dirname "$0")/../.."

workload=${1:?usage: tests/bench/run.sh w1|w3|w4|w5|w5-shipped|w6|micro [size]}
build=${MLC_BUILD:-build}
cmake/packages.sh test
[ -f "$build/build.ninja" ] || cmake --preset release -B "$build" -Wno-dev >/dev/null

case "$workload" in
  w1|w3|w4|w5)
    cmake --build "$build" --target ml-connector ml-connector-bench
    exec "$build/tests/extra/ml-connector-bench" "$workload" "$build/ml-connector" "${2:-0}" ;;
  w5-shipped)
    cmake --build "$build" --target ml-connector-bench-w5
    exec "$build/tests/extra/ml-connector-bench-w5" "${2:-300}" ;;
  w6)
    cmake --build "$build" --target ml-connector-bench-w6
    exec "$build/tests/extra/ml-connector-bench-w6" "${2:-200}" ;;
  micro)
    cmake --build "$build" --target benchmarks
    for program in "$build"/tests/extra/*_bench; do "$program"; done ;;
  *) echo "there is no workload $workload" >&2; exit 2 ;;
esac
