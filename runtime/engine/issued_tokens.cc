#include "runtime/engine/issued_tokens.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/http/url.h"

namespace mlc::engine {
namespace {

constexpr size_t kTokenBytes = 32, kLongestBody = 8192, kMostNames = 1000, kMostTokens = 1000;
constexpr size_t kMostAMinute = 600;  // of one address; a remote may fetch a token for each delivery
constexpr int kSweepEvery = 100;
constexpr Duration kMinute = std::chrono::minutes(1);

// No client's name has an @: these rows are nobody's kept values.
std::string rows_of(const std::string& client, const std::string& connection) { return "@token/" + client + "/" + connection + "/"; }
std::string row_of(const std::string& client, const std::string& connection, std::string_view token) {
  return rows_of(client, connection) + to_hex(crypto::sha256(token));
}

TokenAnswer refusal(int status, std::string_view error) {
  TokenAnswer answer;
  answer.status = status;
  answer.body = "{\"error\":\"" + std::string(error) + "\"}";
  return answer;
}

// Over digests, so that neither length nor content shows in the time.
bool same(std::string_view given, std::string_view known) {
  return crypto::equal_constant_time(crypto::sha256(given), crypto::sha256(known));
}

std::vector<std::string_view> fields_of(const HeaderList& headers, std::string_view name) {
  std::vector<std::string_view> all;
  for (const auto& [field, value] : headers) {
    if (iequals(field, name)) all.push_back(value);
  }
  return all;
}

}  // namespace

void IssuedTokens::set_clients(const std::vector<IntakeRoute>& routes) {
  clients_.clear();
  for (const auto& route : routes) {
    if (route.tokens) clients_.emplace(route.client + "/" + route.place(), std::make_pair(*route.tokens, route.secret_owner));
  }
}

bool IssuedTokens::within_limit(Times& all, const std::string& name) {
  const WallTime now = context_.now();
  for (auto known = all.begin(); known != all.end();) {
    auto& times = known->second;
    while (!times.empty() && now - times.front() > kMinute) times.pop_front();
    known = times.empty() ? all.erase(known) : std::next(known);
  }
  auto& times = all[all.contains(name) || all.size() < kMostNames ? name : std::string()];
  if (times.size() >= kMostAMinute) return false;
  times.push_back(now);
  return true;
}

// A connection that nobody has goes the same way as one with another secret.
Task<Result<std::optional<Duration>>> IssuedTokens::client_life(std::string client, std::string connection, Given given) {
  const auto known = clients_.find(client + "/" + connection);
  const bool exists = known != clients_.end();
  const TokenClient names = exists ? known->second.first : TokenClient{};
  const std::string owner = exists ? known->second.second : "@nobody";
  auto asking_id = context_.vault.secret(owner, names.id, "");
  auto id = co_await std::move(asking_id);
  auto asking_secret = context_.vault.secret(owner, names.secret, "");
  auto secret = co_await std::move(asking_secret);
  if (!id) co_return id.error();
  if (!secret) co_return secret.error();
  const bool complete = exists && *id && *secret && !(**id).reveal().empty() && !(**secret).reveal().empty();
  bool right = false;
  for (const auto& reading : given.readings) {
    const bool same_id = same(reading.first, complete ? (**id).reveal() : std::string_view("-"));
    const bool same_secret = same(reading.second, complete ? (**secret).reveal() : std::string_view("-"));
    right |= same_id && same_secret;
  }
  co_return complete&& right ? std::optional<Duration>(names.life) : std::nullopt;
}

Task<TokenAnswer> IssuedTokens::issue(std::string client, std::string connection, std::string peer, HeaderList headers, std::string body) {
  const std::string name = client + "/" + connection;
  const auto types = fields_of(headers, "Content-Type"), authorizations = fields_of(headers, "Authorization");
  if (types.size() != 1 || !iequals(trim(types.front().substr(0, types.front().find(';'))), "application/x-www-form-urlencoded") ||
      body.size() > kLongestBody || authorizations.size() > 1)
    co_return refusal(400, "invalid_request");
  const auto form = http::parse_query(body);
  if (!form) co_return refusal(400, "invalid_request");
  std::map<std::string, std::string> fields;
  for (const auto& [field, value] : *form) {
    if (!fields.emplace(field, value).second) co_return refusal(400, "invalid_request");
  }
  Given given;
  if (!authorizations.empty()) {
    const auto field = authorizations.front();
    const bool basic = field.size() > 6 && iequals(field.substr(0, 6), "Basic ");
    const auto plain = basic ? from_base64(trim(field.substr(6))) : Result<std::string>(Code::invalid_argument, "no Basic");
    const size_t colon = plain ? plain->find(':') : std::string::npos;
    if (colon == std::string::npos || fields.contains("client_secret")) co_return refusal(400, "invalid_request");
    // RFC 6749 section 2.3.1 wants both written as in a form; many a remote sends them as they are, and a + is then a +.
    std::string id = plain->substr(0, colon), secret = plain->substr(colon + 1);
    const auto form_id = http::parse_query("v=" + id), form_secret = http::parse_query("v=" + secret);
    given.in_header = true;
    if (form_id && form_secret && form_id->size() == 1 && form_secret->size() == 1)
      given.readings.emplace_back(form_id->front().second, form_secret->front().second);
    given.readings.emplace_back(std::move(id), std::move(secret));
  } else {
    given.readings.emplace_back(fields["client_id"], fields["client_secret"]);
  }
  if (fields["grant_type"] != "client_credentials")
    co_return refusal(400, fields["grant_type"].empty() ? "invalid_request" : "unsupported_grant_type");

  const bool in_header = given.in_header;
  auto checking = client_life(client, connection, std::move(given));
  auto life_of = co_await std::move(checking);
  if (!life_of) co_return refusal(503, "temporarily_unavailable");
  // Whoever tries wrong ones must not keep the remote from its tokens: each is counted by itself.
  if (*life_of ? !within_limit(issued_, name) : !within_limit(refused_, peer)) {
    auto busy = refusal(429, "temporarily_unavailable");
    busy.retry_after = 60;
    co_return busy;
  }
  if (!*life_of) {
    context_.log.warn("token.refused", {{"path", name.substr(0, 200)}});
    auto refused = refusal(401, "invalid_client");
    refused.challenges = in_header;
    co_return refused;
  }
  std::string bytes(kTokenBytes, '\0');
  context_.env.random->fill(bytes.data(), bytes.size());
  const std::string token = to_hex(bytes);
  const Duration life = **life_of;
  store::Change change;
  change.put.emplace_back(store::Table::kv, store::Row{row_of(client, connection, token), "1", context_.now() + life});
  change.audit.push_back(
      {client, "remote", "token.issued", connection, "good for " + std::to_string(life / std::chrono::seconds(1)) + " s"});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return refusal(503, "temporarily_unavailable");
  if (since_sweep_++ % kSweepEvery == 0) {
    auto sweeping = sweep(rows_of(client, connection));
    co_await std::move(sweeping);
  }
  auto node = document::Node::object();
  node.set("access_token", token).set("token_type", "Bearer").set("expires_in", static_cast<int64_t>(life / std::chrono::seconds(1)));
  TokenAnswer answer;
  answer.body = document::write(node);
  co_return answer;
}

// What is over goes, and the oldest of too many.
Task<Unit> IssuedTokens::sweep(std::string prefix) {
  auto rows = co_await context_.store.list(store::Table::kv, std::move(prefix));
  if (!rows) co_return Unit{};
  std::sort(rows->begin(), rows->end(), [](const store::Row& a, const store::Row& b) { return a.at > b.at; });
  store::Change change;
  for (size_t i = 0; i < rows->size(); ++i) {
    if ((*rows)[i].at <= context_.now() || i >= kMostTokens) change.drop.emplace_back(store::Table::kv, (*rows)[i].key);
  }
  if (!change.drop.empty()) co_await context_.store.commit(std::move(change));
  co_return Unit{};
}

Task<Result<bool>> IssuedTokens::holds(std::string client, std::string connection, std::string token) {
  auto row = co_await context_.store.get(store::Table::kv, row_of(client, connection, token));
  if (!row) co_return row.error();
  co_return *row && (*row)->at > context_.now();
}

}  // namespace mlc::engine
