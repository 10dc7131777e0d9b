#!/usr/bin/env bash
# Installs what is missing, builds, runs every test and closes with ctest's summary.
#   tests/run.sh [release|asan] [ctest arguments …]
set -euo pipefail
cd "$(dirname "$0")/.."

preset=release
case "${1:-}" in release|asan|tsan) preset=$1; shift ;; esac

cmake/packages.sh test
cmake --preset "$preset" -Wno-dev >/dev/null
cmake --build --preset "$preset"
folder=build; [ "$preset" = release ] || folder=build-$preset
exec ctest --test-dir "$folder" --output-on-failure -j "$(nproc)" "$@"
