#!/usr/bin/env bash
# docs/deploy/nginx.conf as it stands, but for ports and certificate paths, in front of a real `serve`: a signed webhook goes
# through, a changed one does not, and nothing of the admin API can be reached.
#   tests/deploy/nginx_test.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
deploy=$(realpath "$(dirname "$0")/../../docs/deploy")
nginx=$(command -v nginx || echo /usr/sbin/nginx)
[ -x "$nginx" ] || { echo "skipped: nginx is not installed (tests/run.sh installs nginx-light)"; exit 77; }

folder=$(mktemp -d)
nginx_process="" serve_process=""
finish() {
  local code=$?
  [ -z "$nginx_process" ] || kill "$nginx_process" 2>/dev/null || true
  [ -z "$serve_process" ] || kill "$serve_process" 2>/dev/null || true
  wait 2>/dev/null || true
  [ "$code" = 0 ] || tail -n 20 "$folder"/*.log >&2 || true
  rm -rf "$folder"
}
trap finish EXIT

free_port() {  # one that nobody answers on
  while :; do
    local port=$((20000 + RANDOM % 30000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
public=$(free_port) plain=$(free_port) nobody=$(free_port)

export XDG_CONFIG_HOME=$folder/config
unset CREDENTIALS_DIRECTORY
workspace=$folder/workspace
"$program" init "$workspace" >/dev/null
id=$(grep '^id = ' "$workspace/ml-connector.lua")
cat >"$workspace/ml-connector.lua" <<LUA
$id
listen = { address = "127.0.0.1:$plain" }
proxies = { "127.0.0.1" }
public_url = "https://hooks.example.com"
store = "sqlite"
LUA
mkdir -p "$workspace/clients/acme"
cat >"$workspace/clients/acme/client.lua" <<LUA
zone = "Europe/Amsterdam"
connections = {
  shop = connection "bigcommerce" { store_hash = "abc123", base_url = "http://127.0.0.1:$nobody", allow_loopback = true },
  books = connection "exact_online" { division = 123456, base_url = "http://127.0.0.1:$nobody", allow_loopback = true },
}
instances = { shop_nl = use "bigcommerce_exact_online" { bind = { shop = "shop", books = "books" } } }
LUA
secret=client-secret-of-the-shop token=token-of-the-hook
echo "{\"acme\":{\"shop\":{\"access_token\":\"t\",\"client_secret\":\"$secret\",\"hook_token\":\"$token\"}}}" >"$folder/secrets.json"
"$program" secret import "$folder/secrets.json" --workspace "$workspace" >/dev/null
"$program" serve --workspace "$workspace" >"$folder/serve.log" 2>&1 &
serve_process=$!

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=hooks.example.com \
  -addext subjectAltName=DNS:hooks.example.com -keyout "$folder/privkey.pem" -out "$folder/fullchain.pem" 2>/dev/null
cp "$deploy/ml-connector-proxy.conf" "$folder/"
sed -e "s#listen 443 ssl#listen 127.0.0.1:$public ssl#" -e "s#127.0.0.1:8080#127.0.0.1:$plain#" \
    -e "s#/etc/letsencrypt/live/hooks.example.com#$folder#" "$deploy/nginx.conf" >"$folder/site.conf"
mkdir "$folder/tmp"
cat >"$folder/nginx.conf" <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
pid $folder/nginx.pid;
error_log $folder/nginx.log warn;
events {}
http {
  access_log off;
  client_body_temp_path $folder/tmp/body; proxy_temp_path $folder/tmp/proxy;
  fastcgi_temp_path $folder/tmp/f; uwsgi_temp_path $folder/tmp/u; scgi_temp_path $folder/tmp/s;
  include $folder/site.conf;
}
CONF
"$nginx" -t -q -p "$folder" -c "$folder/nginx.conf" -e "$folder/nginx.log"
"$nginx" -p "$folder" -c "$folder/nginx.conf" -e "$folder/nginx.log" &
nginx_process=$!

ask() {  # status of a request through nginx
  curl -s -o "$folder/answer" -w '%{http_code}' --max-time 20 --cacert "$folder/fullchain.pem" \
    --resolve "hooks.example.com:$public:127.0.0.1" "$@"
}
site=https://hooks.example.com:$public
for _ in $(seq 200); do
  [ "$(ask "$site/healthz" || true)" = 200 ] && break
  kill -0 "$serve_process" "$nginx_process" || { echo "a server ended"; exit 1; }
  sleep 0.1
done

failed=0
expect() {  # what, wanted status, given status
  if [ "$2" = "$3" ]; then echo "ok: $1 ($3)"; else echo "FAILED: $1: wanted $2, got $3"; failed=1; fi
}

body='{"scope":"store/order/created","store_id":"1001","data":{"type":"order","id":118},"hash":"h","created_at":1561482670,"producer":"stores/abc123"}'
now=$(date +%s)
signature=v1,$(printf '%s' "msg_1.$now.$body" | openssl dgst -sha256 -hmac "$secret" -binary | base64)
deliver() {  # body
  ask -X POST -H 'Content-Type: application/json' -H 'webhook-id: msg_1' -H "webhook-timestamp: $now" -H "webhook-signature: $signature" \
    -H "X-Hook-Token: $token" --data-binary "$1" "$site/hooks/acme/shop"
}
expect "a signed webhook" 200 "$(deliver "$body")"
expect "the same again" 200 "$(deliver "$body")"
expect "one changed byte" 401 "$(deliver "${body/118/119}")"
expect "an unsigned webhook" 401 "$(ask -X POST --data-binary "$body" "$site/hooks/acme/shop")"
expect "healthz" 200 "$(ask "$site/healthz")"
for path in /api/v1/status /api/v1/openapi.json /metrics /readyz / /hooks/../api/v1/status /hooks/..%2fapi/v1/status; do
  expect "$path stays inside" 404 "$(ask --path-as-is "$site$path")"
done
expect "more than a mebibyte" 413 "$(head -c 1100000 /dev/zero | ask -X POST --data-binary @- "$site/hooks/acme/shop")"

kill "$serve_process"
wait "$serve_process" || { echo "FAILED: serve ended with $?"; failed=1; }
serve_process=""
born=$("$program" status --json --workspace "$workspace" | jq '[.clients[].waiting, .clients[].parked, .clients[].done, .clients[].dead] | add')
expect "jobs of the one event" 1 "$born"
exit "$failed"
