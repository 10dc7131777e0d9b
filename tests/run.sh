#!/usr/bin/env bash
# Installs what is missing, builds, runs every test and closes with ctest's summary.
#   tests/run.sh [release|asan|tsan|ci|all] [ctest arguments …]
# asan and tsan have the unit suites; all is release, asan and tests/lint.sh under one summary. ci has each test once, whole
# processes with the release program and unit suites (but for app and cli) under the sanitizers, which are built beside the former: the kills wait.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=release
case "${1:-}" in release|asan|tsan|ci|all) preset=$1; shift ;; esac

build() { # preset [targets]
  cmake --preset "$1" -Wno-dev >/dev/null
  cmake --build --preset "$1" ${2:+--target "${@:2}"}
}

cmake/packages.sh test
case $preset in
  release) build release; folder=build ;;
  asan|tsan) build "$preset" unit_tests; folder=build-$preset ;;
  ci)
    build release process_tests unit_app unit_cli
    cmake --preset asan -Wno-dev >/dev/null
    folder=build-ci
    mkdir -p "$folder"
    {
      printf 'subdirs("%s")\n' "$PWD/build/tests/extra"
      for room in app cli; do printf 'add_test(%s.unit "%s")\n' "$room" "$PWD/build/tests/unit_$room"; done  # not among the sanitized
      printf 'add_test(asan.build nice cmake --build "%s" --target unit_tests)\n' "$PWD/build-asan"
      printf 'set_tests_properties(asan.build PROPERTIES FIXTURES_SETUP asan COST 2000 TIMEOUT 3600)\n'
      printf 'add_test(asan.unit nice ctest --test-dir "%s" --output-on-failure -j %d)\n' "$PWD/build-asan" "$(nproc)"
      printf 'set_tests_properties(asan.unit PROPERTIES FIXTURES_REQUIRED asan COST 1500 TIMEOUT 3600)\n'
    } >"$folder/CTestTestfile.cmake"
    set -- "$@" -LE '^unit$' ;;
  all)
    build release
    build asan unit_tests
    folder=build-all
    mkdir -p "$folder"
    {
      printf 'subdirs("%s")\n' "$PWD/build" "$PWD/build-asan"
      # Below the others' priority, as those have deadlines to keep.
      printf 'add_test(lint nice "%s")\nset_tests_properties(lint PROPERTIES LABELS lint COST 900 TIMEOUT 1800)\n' "$PWD/tests/lint.sh"
    } >"$folder/CTestTestfile.cmake" ;;
esac

# The tests' files go where they can be counted: what passed leaves none. In memory where there is room, because the tests end
# processes and never machines: ten thousand synced commits then take seconds on any disk.
place=${TMPDIR:-/tmp}
memory=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1 || true)
[ "${memory:-0}" -lt 2000000 ] || place=/dev/shm
export TMPDIR
TMPDIR=$(mktemp -d "$place/mlc-XXXXXX")
code=0
# One more than there are cores: the kill loop mostly waits.
ctest --test-dir "$folder" --output-on-failure -j "$(($(nproc) + 1))" "$@" || code=$?
if ! rmdir "$TMPDIR" 2>/dev/null; then
  echo "The tests left files in $TMPDIR:" >&2
  ls "$TMPDIR" >&2
  [ "$code" != 0 ] || code=1
fi
exit "$code"
