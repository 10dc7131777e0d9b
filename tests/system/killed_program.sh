#!/usr/bin/env bash
# Stands for the program in a story: what `serve` starts is killed and started again MLC_KILLS times, from the first `live` on, at moments that nobody chose. Other
# commands are passed on; none of them runs while the server is away.
#   MLC_PROGRAM=the program MLC_KILLS=10 MLC_KILLED=a folder of its own
set -u
lock="$MLC_KILLED/lock"
pause() { read -rt "$1" <> <(:) || true; }

if [ "$1" = sandbox ]; then exec "$MLC_PROGRAM" "$@"; fi
if [ "$1" != serve ]; then
  exec 9>"$lock"
  flock -s 9
  "$MLC_PROGRAM" "$@" 9>&-
  code=$?
  [ "$1" != live ] || touch "$MLC_KILLED/live"
  exit $code
fi

workspace=
for ((at = 1; at < $#; at++)); do [ "${!at}" != --workspace ] || { next=$((at + 1)) workspace=${!next}; }; done
address=$(sed -n 's/.*listen = { address = "\([^"]*\)".*/\1/p' "$workspace/ml-connector.lua")
begin() { "$MLC_PROGRAM" "$@" 9>&- & child=$!; }
trap 'kill -TERM "$child" 2>/dev/null; wait "$child"; exit $?' TERM INT
begin "$@"
exec 9>"$lock"
until [ -f "$MLC_KILLED/live" ]; do
  kill -0 "$child" 2>/dev/null || exit 1
  pause 0.2
done
for ((kill = 0; kill < MLC_KILLS; kill++)); do
  pause $((RANDOM % 4 + 1)).$((RANDOM % 10))
  flock -x 9
  kill -9 "$child"
  wait "$child" 2>/dev/null
  begin "$@"
  for ((look = 0; look < 150; look++)); do
    curl -skSf "https://$address/readyz" >/dev/null 2>&1 && break
    pause 0.2
  done
  echo "killed" >>"$MLC_KILLED/kills"
  flock -u 9
done
wait "$child"
