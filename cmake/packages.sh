#!/usr/bin/env bash
# Installs the Debian packages that are missing: `packages.sh build` for the program, `packages.sh test` for its tests too,
# `packages.sh peers` for what benchmarks compare it with.
set -euo pipefail

build="ca-certificates g++ cmake ninja-build ccache mold pkg-config git curl jq
  liblua5.4-dev libboost1.81-dev libssl-dev libexpat1-dev libutf8proc-dev zlib1g-dev libzstd-dev libsimdjson-dev nlohmann-json3-dev
  libsqlite3-dev libhowardhinnant-date-dev libcli11-dev libspdlog-dev libedit-dev tzdata"
# The build's CMake files name the test libraries, so they come with it.
build="$build libgtest-dev libgmock-dev libbenchmark-dev"
test="$build lua5.4 lua-check clang clang-format clang-tidy nginx-light openssl sqlite3 tmux"
peers="lua5.4 lua-cjson"
command -v node >/dev/null || peers="$peers nodejs"

case "${1:-build}" in
  build) wanted=$build ;;
  test) wanted=$test ;;
  peers) wanted=$peers ;;
  *) echo "usage: packages.sh build|test|peers" >&2; exit 2 ;;
esac

missing=()
for package in $wanted; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "packages missing: ${missing[*]}; run as root: apt-get install ${missing[*]}" >&2; exit 3; }
  as_root=(sudo)
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# A service that a package brings is not started on the machine of whoever builds us.
if ! { "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "installing packages failed; the whole output is in $log" >&2
  exit 3
fi
rm -f "$log"
