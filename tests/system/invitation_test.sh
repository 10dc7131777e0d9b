#!/usr/bin/env bash
# T10: a client's administrator follows an invitation link, as a browser does: he reads what he agrees to and for whom, goes on, logs
# in at the provider, comes back. The link works once, can be withdrawn, runs out; each page says so and whom to ask.
#   tests/system/invitation_test.sh PROGRAM
. "$(dirname "$0")/processes.sh"

start_sandbox bigcommerce,exact_online 60
cp -r "$source/examples/clients/quickstart" "$workspace"
find "$workspace" -name '*.lua' -exec sed -i \
  -e "s|@SHOP_URL@|$(value .systems.bigcommerce.url)|; s|@EXACT_URL@|$(value .systems.exact_online.url)|; s|@CA_FILE@|$ca|" \
  -e "s|@STORE_HASH@|$(value .systems.bigcommerce.credentials.store_hash)|; s|@PORT@|$port|; s|@ADMIN_PORT@|$admin_port|" \
  -e "s|@CERT@|$(value .certificate.cert)|; s|@KEY@|$(value .certificate.key)|" {} +
echo 'contact = "Jo <Li>, jo@agency.example"' >>"$workspace/ml-connector.lua"
make_key quickstart
start_serve
secrets acme books exact_online client_id client_secret webhook_secret

jar=0
browser() { curl -sS --cacert "$ca" -H 'Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' -c "$work/jar-$jar" -b "$work/jar-$jar" "$@"; }
invite() { run authorize acme books --invite --json | jq -er .url; }
says() { grep -qF -- "$1" "$work/page" || fail "the page does not say \"$1\": $(cat "$work/page")"; }
state() { run status --json | jq -r '.clients[0].grants[0].state'; }

run authorize acme books --invite | tee "$work/operator"
grep -q -- '--withdraw' "$work/operator" || fail "the operator is not told how to withdraw it"
link=$(invite)
# Looking does not use it up, whoever looks; the text says what he agrees to, for whom, where his password goes.
for looks in 1 2 3; do [ "$(browser -o "$work/page" -w '%{http_code}' -D "$work/head" "$link")" = 200 ] || fail "look $looks: $(cat "$work/page")"; done
says '<h1>Connect Exact Online for acme</h1>'
says 'It will read and write there with the rights of the user that you log in with'
says 'Your password is typed there and nowhere else'
says 'This link works once, until 2'
says 'Jo &lt;Li&gt;, jo@agency.example'
provider=$(value .systems.exact_online.url)
says "Go on to ${provider#https://}"
grep -qi '^content-security-policy:.*default-src .none.' "$work/head" || fail "no policy: $(cat "$work/head")"
curl -sS --cacert "$ca" "$link" | grep -qi '<html' && fail "a program that asks for no HTML gets it"

# He goes on, and declines at the provider: nothing is connected, and the link is spent.
consent=$(browser -o /dev/null -w '%{redirect_url}' -X POST "$link")
[[ $consent == "$provider"/* ]] || fail "the button leads to $consent"
declined=$(jq -rn --arg url "$consent" '$url | capture("redirect_uri=(?<uri>[^&]+)").uri + "?error=access_denied&" + ($url | capture("(?<state>state=[^&]+)").state)' | sed 's|%3A|:|g; s|%2F|/|g')
[ "$(browser -o "$work/page" -w '%{http_code}' "$declined")" = 403 ] || fail "declined: $(cat "$work/page")"
says 'The connection is not authorised'
says 'If you chose not to agree, all is as it was'
[ "$(browser -o "$work/page" -w '%{http_code}' "$link")" = 410 ] || fail "a used link opens: $(cat "$work/page")"
says 'This link does not work any more'
says 'This invitation was used on 2'
says 'Please ask for a new link: Jo'
[ "$(state)" != ok ] || fail "a grant without consent"

# A new link; somebody else's browser can't finish what this one began.
link=$(invite)
browser -o /dev/null "$link"
consent=$(browser -o /dev/null -w '%{redirect_url}' -X POST "$link")
callback=$(browser -o /dev/null -w '%{redirect_url}' "$consent&user=jan")
jar=1
[ "$(browser -o "$work/page" -w '%{http_code}' "$callback")" = 403 ] || fail "another browser finished it"
says 'was begun in another browser'
jar=0
link=$(invite)
consent=$(browser -o /dev/null -w '%{redirect_url}' -X POST "$link")
callback=$(browser -o /dev/null -w '%{redirect_url}' "$consent&user=jan")
[ "$(browser -o "$work/page" -w '%{http_code}' "$callback")" = 200 ] || fail "the callback: $(cat "$work/page")"
says 'Thank you: the connection is authorised'
[ "$(state)" = ok ] || fail "the grant is $(state)"
run ping acme books | tee "$work/ping"

# Withdrawn, and run out after seven days.
link=$(invite)
run authorize acme books --withdraw | grep -q '^2 open' || fail "the two open ones were not withdrawn"
[ "$(browser -o "$work/page" -w '%{http_code}' -X POST "$link")" = 410 ] || fail "a withdrawn link opens"
says 'was withdrawn on 2'
[ "$(browser -o "$work/page" -w '%{http_code}' "${link%????}")" = 404 ] || fail "half a link"
says 'the link may not be whole'
run audit --limit 1000 >"$work/audit"
for act in grant.invited grant.invitation_opened grant.invitations_withdrawn grant.authorised; do grep -q "$act" "$work/audit" || fail "no audit entry of $act"; done
grep -qF "${link##*/}" "$work/serve.log" "$work/audit" && fail "T8: the link stands in a log"
echo "invitation: read, declined, agreed, withdrawn"
