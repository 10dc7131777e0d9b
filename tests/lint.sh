#!/usr/bin/env bash
# Style and common mistakes; exits with 1 when anything is found.
#   tests/lint.sh            all files
#   tests/lint.sh --changed  clang-tidy only on C++ that differs from the last commit, or is new
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

echo "clang-format"
stale=$(git ls-files -co --exclude-standard 'runtime/*.cc' 'runtime/*.h' 'bindings/*.cc' 'bindings/*.h' 'tests/*.cc' 'tests/*.h' \
  'cmake/*.cc' 'cmake/*.h' | xargs clang-format --dry-run -Werror 2>&1 | grep -F ': error:' | cut -d: -f1 | sort | uniq -c || true)
[ -z "$stale" ] || { echo "$stale"; failed=1; }

echo "luacheck"
luacheck -q examples scripts stdlib tests/scripts || failed=1

echo "clang-tidy"
# A configuration of its own: clang's arguments, and the standard library parsed once.
build=build-tidy
cmake -G Ninja -B "$build" -DCMAKE_CXX_COMPILER=clang++ -Wno-dev >/dev/null
ninja -C "$build" mlc_pch >/dev/null
if [ "${1:-}" = --changed ]; then
  files=$( (git diff --name-only HEAD -- 'runtime/*.cc' 'bindings/*.cc'; git ls-files -o --exclude-standard 'runtime/*.cc' 'bindings/*.cc') | sort -u)
else
  files=$(git ls-files -co --exclude-standard 'runtime/*.cc' 'bindings/*.cc')
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# The compilers' own warnings are GCC's matter; here they would only count.
printf '%s\n' $files | xargs -r -P "$(nproc)" -n 4 clang-tidy -quiet --extra-arg=-w -p "$build" >"$said" 2>/dev/null || failed=1
grep -E '(error|warning): ' "$said" | sort -u || true

[ "$failed" = 0 ] && echo "nothing found"
exit "$failed"
