#!/usr/bin/env bash
# --at NAME: commands that ask a server elsewhere, by https behind a proxy and by plain http to this machine, as at the end of an ssh -L
# tunnel; what is said of an unknown name, a wrong token, a certificate nobody knows, and nobody there.
#   tests/system/at_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"

says() { # words, exit code, command...
  local words=$1 wanted=$2 code=0; shift 2
  "$@" >"$work/said" 2>&1 </dev/null || code=$?
  [ "$code" = "$wanted" ] || fail "$* exits with $code, not $wanted: $(cat "$work/said")"
  grep -qF -- "$words" "$work/said" || fail "$* does not say '$words' but: $(cat "$work/said")"
}

start_sandbox bigcommerce 1
"$program" init "$workspace" --sandbox "$work/sandbox.json" >/dev/null
sed -i "s|127.0.0.1:[0-9]*\", tls|127.0.0.1:$port\", tls|; s|localhost:[0-9]*|localhost:$port|; s|^admin = .*|admin = \"127.0.0.1:$admin_port\"|" "$workspace/ml-connector.lua"
start_serve

# From here on nothing of the workspace is in reach.
mkdir "$work/elsewhere" && cd "$work/elsewhere"
servers=$XDG_CONFIG_HOME/ml-connector/servers.json
at() { "$program" "$1" --at "${server:-books}" "${@:2}"; }

says "$servers" 3 at status
cp "$workspace/state/admin.token" "$XDG_CONFIG_HOME/ml-connector/books.token"
chmod 600 "$XDG_CONFIG_HOME/ml-connector/books.token"

# The proxy: TLS with the sandbox's certificate, the API under a path of its own, as nginx or a company's gateway has it.
proxy_port=$(free_port)
cat >"$work/proxy.py" <<'PY'
import http.client, http.server, json, ssl, sys
port, cert, key, admin = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def pass_on(self):
        if not self.path.startswith("/books/"):
            self.send_response(404); self.send_header("Content-Type", "text/html"); self.send_header("Content-Length", "0"); self.end_headers(); return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there = http.client.HTTPConnection(admin)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        there.request(self.command, self.path[len("/books"):], body, headers)
        answer = there.getresponse(); data = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", "")); self.send_header("Content-Length", str(len(data)))
        self.end_headers(); self.wfile.write(data)
    do_GET = do_POST = do_PUT = do_DELETE = pass_on
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Proxy)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(cert, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PY
python3 "$work/proxy.py" "$proxy_port" "$(value .certificate.cert)" "$(value .certificate.key)" "127.0.0.1:$admin_port" 2>"$work/proxy.log" &
pids+=($!)
# And one that ends TLS and passes bytes on, WebSockets too.
tls_port=$(free_port)
cat >"$work/tls.py" <<'PY'
import asyncio, ssl, sys
port, cert, key, host, admin = int(sys.argv[1]), sys.argv[2], sys.argv[3], *sys.argv[4].split(":")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(cert, key)
async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError: pass
    writer.close()
async def serve(reader, writer):
    inner_reader, inner_writer = await asyncio.open_connection(host, int(admin))
    await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))
async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", port, ssl=context) as server: await server.serve_forever()
asyncio.run(main())
PY
python3 "$work/tls.py" "$tls_port" "$(value .certificate.cert)" "$(value .certificate.key)" "127.0.0.1:$admin_port" 2>"$work/tls.log" &
pids+=($!)
for each in $proxy_port $tls_port; do until_ok 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$each" || fail "no proxy: $(cat "$work/proxy.log" "$work/tls.log")"; done

cat >"$servers" <<J
{
  "books": { "url": "https://localhost:$proxy_port/books", "token_file": "books.token", "ca_file": "$ca" },
  "gateway": { "url": "https://localhost:$tls_port", "token_file": "books.token", "ca_file": "$ca", "host": "localhost:$admin_port" },
  "tunnel": { "url": "http://localhost:$admin_port", "token_file": "$XDG_CONFIG_HOME/ml-connector/books.token" },
  "stranger": { "url": "https://localhost:$proxy_port/books", "token_file": "books.token" },
  "astray": { "url": "https://localhost:$proxy_port/", "token_file": "books.token", "ca_file": "$ca" },
  "plain": { "url": "http://ops.example.com", "token_file": "books.token" },
  "nobody": { "url": "http://127.0.0.1:$(free_port)", "token_file": "books.token" },
  "renamed": { "url": "http://localhost:$admin_port", "token_file": "books.token", "host": "localhost:1" },
  "misspelt": { "url": "http://localhost:$admin_port", "tokenfile": "books.token" }
}
J

# Both ways, reading and writing, with data and without.
for server in books gateway tunnel; do
  says "CLIENT" 0 at status
  at status --json | jq -e '.clients == []' >/dev/null || fail "$server: status --json"
  says "no instance nobody/instance" 1 at live nobody instance
  "$program" audit verify --at "$server" --json >"$work/said" || fail "$server: audit verify: $(cat "$work/said")"
  at backup "$work/$server.db" >/dev/null && test -s "$work/$server.db" || fail "$server: no backup"
  says "is a path on that server: give it whole" 2 at backup here.db
done
# The same server, in the workspace itself: the answers are the same.
[ "$(at status --json | jq -c .clients)" = "$(run status --json | jq -c .clients)" ] || fail "another server answered"
# The REPL goes by a WebSocket.
for server in tunnel gateway; do
  code=0
  echo 'return 6 * 7' | "$program" repl --at $server >"$work/repl" 2>&1 || code=$?
  [ $code = 1 ] && grep -qF 'choose an instance first: :use CLIENT INSTANCE' "$work/repl" || fail "no REPL by $server ($code): $(cat "$work/repl")"
done

server=other says "there is no server other in $servers; it knows books, gateway, tunnel, stranger" 3 at status
server=plain says "http goes to this machine only" 3 at status
server=misspelt says 'unknown name "tokenfile"' 3 at status
server=stranger says "its certificate is not trusted" 3 at status
server=astray says "answers 404" 1 at status
server=nobody says "is the ssh -L tunnel up?" 1 at status
server=renamed says "let the tunnel have the same port at both ends" 3 at status
chmod 644 "$XDG_CONFIG_HOME/ml-connector/books.token"
server=books says "chmod 600 it" 3 at status
chmod 600 "$XDG_CONFIG_HOME/ml-connector/books.token"
echo "not the token of anybody at all, but long" >"$XDG_CONFIG_HOME/ml-connector/books.token"
server=tunnel says "is refused; it must be what stands in state/admin.token there" 3 at status
# The host as the server calls itself, where the tunnel's port is another one.
cp "$workspace/state/admin.token" "$XDG_CONFIG_HOME/ml-connector/books.token"
sed -i "s|\"host\": \"localhost:1\"|\"host\": \"127.0.0.1:$admin_port\"|" "$servers"
server=renamed says "CLIENT" 0 at status
# Commands that work on files of this machine have no --at.
for command in check test init serve sandbox; do says "--at" 2 "$program" $command --at books; done
! "$program" status --help | grep -q -- "--at NAME" && fail "status --help does not tell of --at"
! grep -qF "$(cat "$workspace/state/admin.token")" "$work"/*.log || fail "the token stands in a log"
echo "--at: servers elsewhere, by https and through a tunnel"
