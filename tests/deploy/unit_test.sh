#!/usr/bin/env bash
# The systemd unit says nothing that systemd does not understand.
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "skipped: systemd-analyze is not installed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The program is not installed where the unit says; everything else is checked as it stands.
sed 's#^ExecStart=/usr/bin/ml-connector#ExecStart=/bin/true#' "$(dirname "$0")/../../docs/deploy/ml-connector.service" >"$folder/ml-connector.service"
said=$(systemd-analyze verify --man=no "$folder/ml-connector.service" 2>&1 | grep -F ml-connector.service || true)
[ -z "$said" ] || { echo "$said"; exit 1; }
echo "ok: the unit is understood"
