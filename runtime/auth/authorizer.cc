#include "runtime/auth/authorizer.h"

#include <algorithm>

#include "runtime/auth/authorize.h"
#include "runtime/auth/grant.h"
#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/write.h"
#include "runtime/http/address.h"

namespace mlc::auth {

namespace {

constexpr std::string_view kReferenceBegin = "@@secret:";
constexpr std::string_view kReferenceEnd = "@@";
constexpr Duration kStaticRetry = std::chrono::minutes(15);  // a refused key is tried again this often: it may be set right elsewhere

// Names in braces, in order: "Bearer {access_token}" -> access_token.
std::vector<std::string> names_in(std::string_view pattern) {
  std::vector<std::string> names;
  for (size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
    const size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) break;
    names.emplace_back(pattern.substr(open + 1, close - open - 1));
  }
  return names;
}

// Basic's user name and password, already joined and in base64.
constexpr std::string_view kReadyPair = "basic";

using Values = std::vector<std::pair<std::string, Secret>>;

const Secret* value_of(const Values& values, std::string_view name) {
  for (const auto& [known, value] : values) {
    if (known == name) return &value;
  }
  return nullptr;
}

std::string fill(std::string_view pattern, const Values& values) {
  std::string out;
  for (size_t at = 0; at < pattern.size();) {
    const size_t open = pattern.find('{', at);
    const size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) return out += pattern.substr(at);
    out += pattern.substr(at, open - at);
    if (const Secret* value = value_of(values, pattern.substr(open + 1, close - open - 1))) out += value->reveal();
    at = close + 1;
  }
  return out;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
}

// The inside of a JSON string; secrets are mostly plain, but need not be.
std::string json_inside(std::string_view text) {
  std::string out = document::quoted(text);
  return out.substr(1, out.size() - 2);
}

// Everything of one request that is secret, bound to one host; shared by apply and scrub.
struct Material {
  AuthSpec spec;
  Values values;                          // of placements
  std::vector<std::string> body_secrets;  // names, also in values

  void apply(http::Headers& headers, std::string& target, std::string& body) const {
    for (const auto& place : spec.send) {
      const std::string value = fill(place.value, values);
      if (place.where == Placement::Where::header) {
        headers.set(place.name, value);
      } else {
        target += target.find('?') == std::string::npos ? '?' : '&';
        target += percent_encode(place.name) + "=" + percent_encode(value);
      }
    }
    if (const Secret* ready = value_of(values, kReadyPair); spec.kind == Kind::basic && spec.send.empty() && ready != nullptr) {
      headers.set("Authorization", "Basic " + std::string(ready->reveal()));
    } else if (spec.kind == Kind::basic && spec.send.empty()) {
      std::string pair(value_of(values, "username")->reveal());
      pair += ":";
      pair += value_of(values, "password")->reveal();
      headers.set("Authorization", "Basic " + to_base64(pair));
      wipe(pair.data(), pair.size());
    }
    for (const auto& name : body_secrets) replace_all(body, secret_reference(name), json_inside(value_of(values, name)->reveal()));
  }

  std::string scrub(std::string text) const {
    for (const auto& [name, value] : values) {
      if (value.size() >= Redactor::kMinLength) replace_all(text, json_inside(value.reveal()), secret_reference(name));
    }
    return text;
  }
};

}  // namespace

std::string secret_reference(std::string_view name) {
  return std::string(kReferenceBegin) + std::string(name) + std::string(kReferenceEnd);
}

std::vector<std::string> referred_secrets(std::string_view body, std::vector<std::string> allowed) {
  std::erase_if(allowed, [&](const std::string& name) { return body.find(secret_reference(name)) == std::string_view::npos; });
  return allowed;
}

struct Authorizer::Connection {
  ConnectionSetup setup;
  std::optional<Holding> hold;
  int64_t refused = -1;  // generation of the last 401 that no success has followed
  int64_t worked = -1;   // generation that a call was answered with otherwise
};

Authorizer::Authorizer(Parts parts, Options options)
    : parts_(parts), options_(std::move(options)), flow_(std::make_unique<AuthorizeFlow>(*this)) {
  if (parts_.log == nullptr) parts_.log = &Log::null();
}

Authorizer::~Authorizer() = default;

void Authorizer::configure(std::vector<GrantSetup> grants, std::vector<ConnectionSetup> connections) {
  for (auto& setup : grants) {
    setup.clients.clear();
    for (const auto& connection : connections)
      if (connection.grant == setup.name) setup.clients.push_back(connection.client);
  }
  std::map<std::string, std::shared_ptr<Grant>> kept;
  std::vector<Grant*> fresh;
  for (auto& setup : grants) {
    if (auto there = grants_.find(setup.name); there != grants_.end()) {
      there->second->replace(setup);
      kept[setup.name] = there->second;
    } else {
      auto made = std::make_shared<Grant>(parts_, options_, setup);
      fresh.push_back(made.get());
      kept[setup.name] = std::move(made);
    }
  }
  // What is left over may have a renewal on the wire, which must end.
  std::erase_if(retired_, [](const std::shared_ptr<Grant>& grant) { return grant->quiet(); });
  for (auto& [name, grant] : grants_) {
    if (kept.count(name) != 0) continue;
    grant->retire();
    retired_.push_back(grant);
  }
  grants_ = std::move(kept);

  std::map<std::string, std::unique_ptr<Connection>> known;
  for (auto& setup : connections) {
    const std::string key = setup.client + "/" + setup.name;
    auto connection = std::make_unique<Connection>();
    if (auto there = connections_.find(key); there != connections_.end() && there->second->setup.owner == setup.owner) {
      connection->hold = there->second->hold;
      connection->refused = there->second->refused;
    }
    connection->setup = std::move(setup);
    known[key] = std::move(connection);
  }
  connections_ = std::move(known);
  for (Grant* grant : fresh) grant->keep();
}

Authorizer::Connection* Authorizer::find(const std::string& client, const std::string& connection) {
  auto found = connections_.find(client + "/" + connection);
  return found == connections_.end() ? nullptr : found->second.get();
}

std::shared_ptr<Grant> Authorizer::grant(const std::string& name) {
  auto found = grants_.find(name);
  return found == grants_.end() ? nullptr : found->second;
}

Task<Result<Secret>> Authorizer::secret(std::string owner, std::string name, std::string host) {
  auto value = co_await parts_.vault->secret(owner, name, host);
  if (!value) co_return value.error();
  if (!*value || (*value)->empty()) co_return Error(Code::config, "secret " + name + " of " + owner + " is not set");
  co_return std::move(**value);
}

Task<Result<Credentials>> Authorizer::credentials(Need need, WallTime* not_before) {
  Connection* connection = find(need.client, need.connection);
  if (connection == nullptr) co_return Error(Code::config, "unknown connection " + need.client + "/" + need.connection);
  const ConnectionSetup setup = connection->setup;
  if (!http::host_allowed(need.host, need.port, setup.hosts)) {
    co_return Error(Code::denied, "credentials of " + need.client + "/" + need.connection + " are not for " + need.host);
  }
  if (connection->hold && connection->hold->until > parts_.env.clock->wall()) {
    if (not_before != nullptr) *not_before = connection->hold->until;
    co_return Error(Code::denied, connection->hold->reason);
  }

  auto material = std::make_shared<Material>();
  material->spec = *setup.spec;
  material->body_secrets = need.body_secrets;
  Credentials credentials;
  credentials.host = need.host;

  // As hosts of secrets are written: with the port when it is not the usual one.
  const std::string bound_to = need.port == 443 || need.port == 80 ? need.host : need.host + ":" + std::to_string(need.port);
  std::vector<std::string> wanted = need.body_secrets;
  for (const auto& place : setup.spec->send) {
    for (auto& name : names_in(place.value)) wanted.push_back(std::move(name));
  }
  if (setup.spec->kind == Kind::basic && setup.spec->send.empty()) {
    // Some are given the two only as they are sent.
    const std::string pair(kReadyPair);
    auto ready = co_await secret(setup.owner, pair, bound_to);
    if (ready) {
      if (seen_.insert(setup.owner + " " + pair).second) parts_.log->redactor().add(ready->reveal());
      material->values.emplace_back(pair, std::move(*ready));
    } else {
      wanted.push_back("username");
      wanted.push_back("password");
    }
  }
  if (setup.spec->has_grant()) {
    auto holder = grant(setup.grant);
    if (!holder) co_return Error(Code::config, "unknown grant " + setup.grant);
    auto token = co_await holder->token(need.must_live, need.patience, not_before);
    if (!token) co_return token.error();
    credentials.generation = token->generation;
    material->values.emplace_back("access_token", std::move(token->access));
  }
  for (const auto& name : wanted) {
    if (value_of(material->values, name) != nullptr) continue;
    auto value = co_await secret(setup.owner, name, bound_to);
    if (!value) co_return value.error();
    if (seen_.insert(setup.owner + " " + name).second) parts_.log->redactor().add(value->reveal());
    material->values.emplace_back(name, std::move(*value));
  }
  credentials.apply = [material](http::Headers& headers, std::string& target, std::string& body) {
    material->apply(headers, target, body);
  };
  credentials.scrub = [material](std::string text) { return material->scrub(std::move(text)); };
  co_return credentials;
}

Task<Status> Authorizer::after_401(std::string client, std::string connection_name, int64_t generation, Duration patience,
                                   WallTime* not_before) {
  Connection* connection = find(client, connection_name);
  if (connection == nullptr) co_return Error(Code::config, "unknown connection " + client + "/" + connection_name);
  const std::string title = client + "/" + connection_name;
  if (!connection->setup.spec->has_grant()) {
    connection->hold = Holding{"credentials", "the remote refuses the credentials of " + title, parts_.env.clock->wall() + kStaticRetry};
    parts_.log->error("connection.refused", {{"connection", title}});
    if (not_before != nullptr) *not_before = connection->hold->until;
    co_return Error(Code::denied, connection->hold->reason);
  }
  auto holder = grant(connection->setup.grant);
  if (!holder) co_return Error(Code::config, "unknown grant " + connection->setup.grant);
  // A token that was made because of a 401 and is refused as well: not the token is at fault (BC7).
  if (connection->refused >= 0 && generation > connection->refused) {
    connection->hold = Holding{"unauthorised", "the remote refuses " + title + " also with a new token", WallTime::max()};
    parts_.log->error("connection.refused", {{"connection", title}, {"grant", connection->setup.grant}});
    co_return Error(Code::denied, connection->hold->reason);
  }
  connection->refused = generation;
  co_return co_await holder->after_401(generation, patience, not_before);
}

void Authorizer::worked(const std::string& client, const std::string& connection_name, int64_t generation) {
  Connection* connection = find(client, connection_name);
  if (connection == nullptr) return;
  connection->refused = -1;
  connection->hold.reset();
  connection->worked = generation;
  if (generation == 0) return;
  if (auto holder = grant(connection->setup.grant)) holder->worked(generation);
}

bool Authorizer::has_worked(const std::string& client, const std::string& connection_name, int64_t generation) const {
  const auto found = connections_.find(client + "/" + connection_name);
  return found != connections_.end() && found->second->worked == generation;
}

void Authorizer::answered(const std::string& client, const std::string& connection_name, int64_t generation, const http::Headers& headers) {
  Connection* connection = find(client, connection_name);
  if (connection == nullptr || !connection->setup.spec->session) return;
  if (auto holder = grant(connection->setup.grant)) holder->answered(generation, headers);
}

void Authorizer::wanted(const std::string& client, const std::string& connection_name) {
  Connection* connection = find(client, connection_name);
  if (connection == nullptr || !connection->setup.spec->has_grant()) return;
  if (auto holder = grant(connection->setup.grant)) holder->wanted();
}

std::optional<Holding> Authorizer::held(const std::string& client, const std::string& connection_name) {
  Connection* connection = find(client, connection_name);
  if (connection == nullptr) return Holding{"unknown", "unknown connection " + client + "/" + connection_name, WallTime::max()};
  if (connection->hold && connection->hold->until > parts_.env.clock->wall()) return connection->hold;
  if (!connection->setup.spec->has_grant()) return std::nullopt;
  auto holder = grant(connection->setup.grant);
  return holder ? holder->held() : std::nullopt;
}

void Authorizer::secret_changed(const std::string& owner) {
  std::erase_if(seen_, [&](const std::string& key) { return key.starts_with(owner + " "); });
  apps_.erase(owner);
  for (auto& [name, connection] : connections_) {
    if (connection->setup.owner != owner) continue;
    connection->hold.reset();
    connection->refused = -1;
  }
  for (auto& [name, holder] : grants_) {
    if (holder->setup().owner == owner) holder->secrets_changed();
  }
}

Task<Authorizer::Identity> Authorizer::identity(std::string client, std::string connection_name) {
  Connection* connection = find(client, connection_name);
  const std::string owner = connection == nullptr ? client + "/" + connection_name : connection->setup.owner;
  auto known = apps_.find(owner);
  if (known == apps_.end()) {
    auto id = co_await parts_.vault->secret(owner, "client_id", "");
    // Two grants of one application share its limits; without an id each owner is taken for an application of its own.
    std::string app = id && *id ? to_hex(crypto::sha256((*id)->reveal())).substr(0, 16) : owner;
    known = apps_.insert_or_assign(owner, std::move(app)).first;
  }
  co_return Identity{known->second, owner};
}

std::vector<GrantReport> Authorizer::report() {
  std::vector<GrantReport> all;
  for (const auto& [name, holder] : grants_) all.push_back(holder->report());
  return all;
}

const GrantSetup* Authorizer::grant_of(const std::string& client, const std::string& connection) const {
  auto found = connections_.find(client + "/" + connection);
  if (found == connections_.end()) return nullptr;
  auto holder = grants_.find(found->second->setup.grant);
  return holder == grants_.end() ? nullptr : &holder->second->setup();
}

void Authorizer::thaw() {
  for (auto& [name, holder] : grants_) holder->reschedule();
}

Task<Result<bool>> Authorizer::trust(std::string grant_name, std::string actor) {
  auto holder = grant(grant_name);
  if (!holder) co_return Error(Code::not_found, "unknown grant " + grant_name);
  auto trusted = co_await holder->trust(std::move(actor));
  if (trusted && *trusted) authorised(grant_name);
  co_return trusted;
}

void Authorizer::authorised(const std::string& grant_name) {
  for (auto& [name, connection] : connections_) {
    if (connection->setup.grant != grant_name) continue;
    connection->hold.reset();
    connection->refused = -1;
  }
}

Task<Unit> Authorizer::drain() {
  std::vector<std::shared_ptr<Grant>> all = retired_;
  for (const auto& [name, holder] : grants_) all.push_back(holder);
  for (const auto& holder : all) holder->retire();
  for (const auto& holder : all) co_await holder->drain();
  co_return Unit{};
}

}  // namespace mlc::auth
