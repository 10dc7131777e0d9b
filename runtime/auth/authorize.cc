#include "runtime/auth/authorize.h"

#include "runtime/auth/grant.h"
#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::auth {

namespace {

// There is nothing to agree to where tokens come of our own credentials.
std::optional<Error> nobody_agrees(const std::shared_ptr<Grant>& holder, const std::string& grant) {
  if (holder->setup().spec->needs_person()) return std::nullopt;
  return Error(Code::invalid_argument, "grant " + grant +
                                           " needs nobody's consent: its tokens come of client_id and client_secret "
                                           "(secret set), and `ping` proves them");
}

// Only digests are kept: who reads our memory or database can't continue somebody's session with them.
std::string digest_of(std::string_view text) { return to_hex(crypto::sha256(text)); }

constexpr std::string_view kInvites = "invite/";
constexpr Duration kInviteKept = std::chrono::hours(24 * 60);  // so long a page can say what became of a link

std::string invite_key(std::string_view one_time) { return std::string(kInvites) + digest_of(one_time); }

constexpr size_t kMaxWords = 300;

}  // namespace

std::string AuthorizeFlow::redirect_uri(const std::string& grant) const {
  return owner_.options_.public_url + "/oauth/callback/" + percent_encode(grant);
}

std::string AuthorizeFlow::one_time() {
  char bytes[32];
  owner_.parts_.env.random->fill(bytes, sizeof bytes);
  return to_base64url(std::string_view(bytes, sizeof bytes));
}

void AuthorizeFlow::forget_old() {
  const WallTime now = owner_.parts_.env.clock->wall();
  for (auto* pending : {&states_, &starts_}) {
    std::erase_if(*pending, [&](const auto& entry) { return entry.second.until <= now; });
  }
}

Result<std::string> AuthorizeFlow::start_link(const std::string& grant) {
  auto holder = owner_.grant(grant);
  if (!holder) return Error(Code::not_found, "unknown grant " + grant);
  if (auto refused = nobody_agrees(holder, grant)) return *refused;
  forget_old();
  if (starts_.size() >= kMaxPending) return Error(Code::exhausted, "too many authorisations are waiting");
  std::string end = one_time();
  Pending pending;
  pending.grant = grant;
  pending.until = owner_.parts_.env.clock->wall() + kStateLife;
  starts_[digest_of(end)] = std::move(pending);
  return end;
}

Task<Result<Started>> AuthorizeFlow::start(std::string end) {
  forget_old();
  auto found = starts_.find(digest_of(end));
  if (found == starts_.end()) co_return Error(Code::denied, "this link has been used or is too old");
  const std::string grant = found->second.grant;
  starts_.erase(found);
  co_return co_await begin(grant);
}

Task<Result<Started>> AuthorizeFlow::begin(std::string grant) {
  auto holder = owner_.grant(grant);
  if (!holder) co_return Error(Code::not_found, "unknown grant " + grant);
  const GrantSetup setup = holder->setup();
  auto url = http::Url::parse(setup.authorize_url);
  if (!url) co_return url.error().wrap("authorize_url of grant " + grant);
  auto id = co_await owner_.secret(setup.owner, "client_id", "");
  if (!id) co_return id.error();
  forget_old();
  if (states_.size() >= kMaxPending) co_return Error(Code::exhausted, "too many authorisations are waiting");

  Started started;
  started.cookie = one_time();
  const std::string state = one_time();
  Pending pending;
  pending.grant = grant;
  pending.cookie_digest = crypto::sha256(started.cookie);
  pending.until = owner_.parts_.env.clock->wall() + kStateLife;

  std::vector<std::pair<std::string, std::string>> query;
  query.emplace_back("response_type", "code");
  query.emplace_back("client_id", std::string(id->reveal()));
  query.emplace_back("redirect_uri", redirect_uri(grant));
  query.emplace_back("state", state);
  if (!setup.spec->scope.empty()) query.emplace_back("scope", setup.spec->scope);
  if (setup.spec->pkce) {
    std::string verifier = one_time();  // 43 characters of the unreserved set (RFC 7636 4.1)
    query.emplace_back("code_challenge", to_base64url(crypto::sha256(verifier)));
    query.emplace_back("code_challenge_method", "S256");
    pending.verifier = Secret(std::move(verifier));
  }
  for (const auto& extra : setup.spec->authorize_query) query.push_back(extra);
  states_[digest_of(state)] = std::move(pending);
  started.location = url->text();
  started.location += url->query().empty() && started.location.find('?') == std::string::npos ? "?" : "&";
  started.location += http::build_query(query);
  co_return started;
}

Task<Result<std::string>> AuthorizeFlow::invite(std::string grant, std::string client, std::string connection, std::string actor) {
  auto holder = owner_.grant(grant);
  if (!holder) co_return Error(Code::not_found, "unknown grant " + grant);
  if (auto refused = nobody_agrees(holder, grant)) co_return *refused;
  std::string end = one_time();
  const WallTime now = owner_.parts_.env.clock->wall();
  store::Change change;
  auto cleaned = co_await drop_old_invites(&change);
  if (!cleaned) co_return cleaned.error();
  auto value = document::Node::object();
  value.set("grant", grant).set("client", client).set("connection", connection).set("until", to_micros(now + kInviteLife));
  change.put.emplace_back(store::Table::kv, store::Row{invite_key(end), document::write(value), now});
  change.audit.push_back({client, actor, "grant.invited", grant, ""});
  auto saved = co_await owner_.parts_.store->commit(std::move(change));
  if (!saved) co_return saved.error();
  co_return end;
}

Task<Status> AuthorizeFlow::drop_old_invites(store::Change* change) {
  auto rows = co_await owner_.parts_.store->list(store::Table::kv, std::string(kInvites));
  if (!rows) co_return rows.error();
  for (const auto& row : *rows)
    if (row.at + kInviteKept < owner_.parts_.env.clock->wall()) change->drop.emplace_back(store::Table::kv, row.key);
  co_return ok_status();
}

Task<Result<Invitation>> AuthorizeFlow::invitation(std::string end) {
  auto row = co_await owner_.parts_.store->get(store::Table::kv, invite_key(end));
  if (!row) co_return row.error();
  if (!*row) co_return Error(Code::not_found, "this invitation is not known here; the link may not be whole");
  auto parsed = document::Document::parse((*row)->value);
  if (!parsed) co_return Error(Code::corrupt, "this invitation is unreadable");
  const auto root = parsed->root();
  if (const auto ended = root.get("ended")) co_return Error(Code::denied, "this invitation was " + std::string(ended.text()));
  Invitation invitation;
  invitation.grant = std::string(root.get("grant").text());
  invitation.client = std::string(root.get("client").text());
  invitation.connection = std::string(root.get("connection").text());
  invitation.until = from_micros(root.get("until").integer().value_or(0));
  if (invitation.until <= owner_.parts_.env.clock->wall())
    co_return Error(Code::denied, "this invitation ran out on " + format_rfc3339(invitation.until).substr(0, 10));
  auto holder = owner_.grant(invitation.grant);
  if (!holder) co_return Error(Code::denied, "what this invitation was for is not set up any more");
  invitation.system = holder->setup().system;
  if (auto url = http::Url::parse(holder->setup().authorize_url)) invitation.provider = url->origin();
  co_return invitation;
}

Task<Result<Started>> AuthorizeFlow::accept(std::string end) {
  const std::string key = invite_key(end);
  // Used up before it opens anything: two who open it at once get one session.
  if (!opening_.insert(key).second) co_return Error(Code::denied, "this invitation was used a moment ago");
  auto looking = invitation(end);
  auto found = co_await std::move(looking);
  if (!found) {
    opening_.erase(key);
    co_return found.error();
  }
  const WallTime now = owner_.parts_.env.clock->wall();
  auto value = document::Node::object();
  value.set("grant", found->grant).set("ended", "used on " + format_rfc3339(now).substr(0, 16));
  store::Change change;
  change.put.emplace_back(store::Table::kv, store::Row{key, document::write(value), now});
  change.audit.push_back({found->client, "invited", "grant.invitation_opened", found->grant, ""});
  auto saved = co_await owner_.parts_.store->commit(std::move(change));
  opening_.erase(key);
  if (!saved) co_return saved.error();
  co_return co_await begin(found->grant);
}

Task<Result<int64_t>> AuthorizeFlow::revoke_invites(std::string grant, std::string actor) {
  auto rows = co_await owner_.parts_.store->list(store::Table::kv, std::string(kInvites));
  if (!rows) co_return rows.error();
  const WallTime now = owner_.parts_.env.clock->wall();
  int64_t withdrawn = 0;
  store::Change change;
  for (const auto& row : *rows) {
    auto parsed = document::Document::parse(row.value);
    if (!parsed || parsed->root().get("grant").text() != grant || parsed->root().get("ended")) continue;
    if (from_micros(parsed->root().get("until").integer().value_or(0)) <= now) continue;  // ran out by itself
    auto value = document::Node::object();
    value.set("grant", grant).set("ended", "withdrawn on " + format_rfc3339(now).substr(0, 16));
    change.put.emplace_back(store::Table::kv, store::Row{row.key, document::write(value), now});
    ++withdrawn;
  }
  if (withdrawn == 0) co_return 0;
  change.audit.push_back({"", actor, "grant.invitations_withdrawn", grant, std::to_string(withdrawn)});
  auto saved = co_await owner_.parts_.store->commit(std::move(change));
  if (!saved) co_return saved.error();
  co_return withdrawn;
}

Task<Status> AuthorizeFlow::finish(CallbackQuery query) {
  forget_old();
  auto found = states_.find(digest_of(query.state));
  if (query.state.empty() || found == states_.end())
    co_return Error(Code::denied, "this authorisation is not one we began, or it is too old");
  const Pending pending = std::move(found->second);
  states_.erase(found);  // once, whatever comes of it
  if (pending.grant != query.grant) co_return Error(Code::denied, "this authorisation is for another grant");
  if (!crypto::equal_constant_time(pending.cookie_digest, crypto::sha256(query.cookie))) {
    co_return Error(Code::denied, "this authorisation was begun in another browser");
  }
  auto holder = owner_.grant(query.grant);
  if (!holder) co_return Error(Code::not_found, "unknown grant " + query.grant);
  if (!query.error.empty()) {
    std::string words = query.error + (query.error_description.empty() ? "" : ": " + query.error_description);
    words.resize(std::min(words.size(), kMaxWords));
    co_return Error(Code::denied, "the provider refused: " + words);
  }
  if (!query.iss.empty()) {
    // RFC 9207: an answer of another issuer than the one asked is an attack.
    auto issuer = http::Url::parse(query.iss);
    auto asked = http::Url::parse(holder->setup().authorize_url);
    if (!issuer || !asked || issuer->origin() != asked->origin())
      co_return Error(Code::denied, "this authorisation is from another issuer");
  }
  if (query.code.empty()) co_return Error(Code::denied, "the provider gave no code");

  std::vector<std::pair<std::string, Secret>> fields;
  fields.emplace_back("grant_type", Secret("authorization_code"));
  fields.emplace_back("code", Secret(std::move(query.code)));
  fields.emplace_back("redirect_uri", Secret(redirect_uri(query.grant)));
  if (!pending.verifier.empty()) fields.emplace_back("code_verifier", pending.verifier);
  Status end = co_await holder->exchange(std::move(fields));
  if (end) owner_.authorised(query.grant);
  co_return end;
}

}  // namespace mlc::auth
