#!/usr/bin/env bash
# One workload: builds what it needs and runs it on a quiet machine.
#   tests/bench/run.sh w1|w2|w3|w4|w5|w5-shipped|w6|micro [size]
set -euo pipefail
cd "$(dirname "$0")/../.."

workload=${1:?usage: tests/bench/run.sh w1|w2|w3|w4|w5|w5-shipped|w6|micro [size]}
build=${MLC_BUILD:-build}
cmake/packages.sh test
[ "$workload" != w2 ] || cmake/packages.sh peers
[ -f "$build/build.ninja" ] || cmake --preset release -B "$build" -Wno-dev >/dev/null

case "$workload" in
  w1|w3|w4|w5)
    cmake --build "$build" --target ml-connector ml-connector-bench
    exec "$build/tests/extra/ml-connector-bench" "$workload" "$build/ml-connector" "${2:-0}" ;;
  w2)
    cmake --build "$build" --target mapping_bench functions_bench
    order=$(mktemp)
    trap 'rm -f "$order"' EXIT
    "$build/tests/extra/mapping_bench" --order >"$order"
    "$build/tests/extra/mapping_bench"
    "$build/tests/extra/functions_bench"
    node tests/bench/order/order_to_invoice.mjs "$order"
    lua5.4 tests/bench/order/order_to_invoice.lua "$order" ;;
  w5-shipped)
    cmake --build "$build" --target ml-connector-bench-w5
    exec "$build/tests/extra/ml-connector-bench-w5" "${2:-300}" ;;
  w6)
    cmake --build "$build" --target ml-connector-bench-w6
    exec "$build/tests/extra/ml-connector-bench-w6" "${2:-60}" ;;
  micro)
    cmake --build "$build" --target benchmarks
    for program in "$build"/tests/extra/*_bench; do "$program"; done ;;
  *) echo "there is no workload $workload" >&2; exit 2 ;;
esac
