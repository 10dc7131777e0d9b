#!/usr/bin/env bash
# Writes the pages of this folder anew from the LuaCATS blocks in stdlib/ and stdlib/meta/.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -d build ] || cmake --preset release -Wno-dev >/dev/null
cmake --build --preset release --target unit_bindings
MLC_UPDATE_REFERENCE=1 build/tests/unit_bindings --gtest_filter=Reference.PagesAreWhatTheBlocksGive
