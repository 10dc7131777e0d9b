#include "runtime/workbench/catalog.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "runtime/base/encoding.h"
#include "runtime/engine/registry.h"
#include "runtime/remote/access.h"
#include "runtime/workbench/reconcile_catalog.h"

namespace mlc::workbench {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& object, const std::string& key) {
  if (!object.is_object()) return "";
  auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// {name} of the connection's settings; others stay for whoever fills them later.
std::string fill(std::string pattern, const std::map<std::string, std::string>& settings) {
  for (const auto& [name, value] : settings) {
    const std::string hole = "{" + name + "}";
    for (size_t at = pattern.find(hole); at != std::string::npos; at = pattern.find(hole, at + value.size()))
      pattern.replace(at, hole.size(), value);
  }
  return pattern;
}

// Systems write dotted paths with digits from 0; the engine's Path counts from 1 in brackets.
Result<document::Path> path_of(const std::string& dotted) {
  std::vector<document::Step> steps;
  size_t begin = 0;
  while (begin <= dotted.size() && !dotted.empty()) {
    const size_t end = std::min(dotted.find('.', begin), dotted.size());
    const std::string piece = dotted.substr(begin, end - begin);
    if (piece.empty()) return Error(Code::config, "\"" + dotted + "\" has an empty step");
    if (piece.find_first_not_of("0123456789") == std::string::npos && piece.size() < 9)
      steps.push_back(document::index_step(static_cast<uint32_t>(std::stoul(piece)) + 1));
    else steps.push_back(document::key_step(piece));
    begin = end + 1;
  }
  return document::Path(std::move(steps));
}

std::vector<std::string> signed_headers(const crypto::SignatureScheme& scheme) {
  if (std::holds_alternative<crypto::StandardWebhooks>(scheme.mac)) return {"webhook-id", "webhook-timestamp", "webhook-signature"};
  std::vector<std::string> names;
  if (const auto* rsa = std::get_if<crypto::RsaSignature>(&scheme.mac)) return {rsa->signature, rsa->key, rsa->time};
  if (const auto* mac = std::get_if<crypto::PlainMac>(&scheme.mac)) {
    if (const auto* header = std::get_if<crypto::PlainMac::InHeader>(&mac->given)) names.push_back(header->name);
    if (const auto* parts = std::get_if<crypto::PlainMac::Parts>(&mac->over))
      for (const auto& part : *parts)
        if (part.kind == crypto::PlainMac::Part::Kind::header) names.push_back(part.text);
  }
  return names;
}

// Secrets that we make ourselves have names of their own for each way in: they are bound to its host (T15).
std::string own_secret(const std::string& name, const remote::Connection& connection) {
  const auto usual = remote::connection_of_access(connection.name);
  return usual.size() == connection.name.size() ? name : name + "_" + connection.name.substr(usual.size() + 1);
}

// The keys of signatures are read by the connection itself, from the address that its system names.
Status keys_can_be_read(const remote::Directory& directory, const remote::Connection& connection, const crypto::SignatureScheme& scheme,
                        const std::string& where) {
  const auto* rsa = std::get_if<crypto::RsaSignature>(&scheme.mac);
  if (rsa == nullptr) return ok_status();
  const std::string usual(remote::connection_of_access(connection.name));
  for (const auto& way : remote::ways_in(directory, connection.client, usual)) {
    const auto* operation = way->spec->operation(rsa->keys);
    if (operation == nullptr) continue;
    if (operation->reads && operation->path.find('{') == std::string::npos) return ok_status();
    return Error(Code::config, where + ".keys: " + rsa->keys + " is no read without arguments");
  }
  return Error(Code::config, where + ".keys: there is no operation " + rsa->keys + " in " + connection.client + "/" + usual);
}

Error wrong(const std::string& where, const std::string& sentence) { return Error(Code::config, where + ": " + sentence); }

Status only(const Json& object, const std::string& where, std::initializer_list<std::string_view> known) {
  if (!object.is_object()) return wrong(where, "expected a table");
  for (const auto& [name, value] : object.items())
    if (std::find(known.begin(), known.end(), name) == known.end()) return wrong(where, "unknown name \"" + name + "\"");
  return ok_status();
}

Status all_texts(const Json& values, const std::string& where) {
  for (const auto& [name, value] : values.items())
    if (!value.is_string()) return wrong(where + "." + name, "expected a text");
  return ok_status();
}

Status check_subscribe(const Json& subscribe, const std::string& where) {
  auto known = only(subscribe, where, {"list", "same", "active", "create", "revive", "id", "delete", "body"});
  if (!known) return known;
  if (subscribe.contains("body") && !subscribe["body"].is_object()) return wrong(where + ".body", "expected a table");
  if (!subscribe.contains("same")) return ok_status();
  if (!subscribe["same"].is_object()) return wrong(where + ".same", "expected a table of names to fields");
  return all_texts(subscribe["same"], where + ".same");
}

// What a system says of its deliveries; a connection's own is added by intake_route().
Result<engine::IntakeRoute> deliveries(const Json& webhooks, const std::string& where) {
  engine::IntakeRoute route;
  auto known = only(webhooks, where, {"verify", "empty_post", "topic", "topics", "match", "subscribe"});
  if (!known) return known.error();
  auto proofs = parse_proofs(webhooks.value("verify", Json()).dump(), where + ".verify", route.tokens);
  if (!proofs) return proofs.error();
  route.proofs = std::move(*proofs);
  for (auto& proof : route.proofs) proof.signed_headers = signed_headers(proof.scheme);
  if (webhooks.contains("empty_post")) {
    if (!webhooks["empty_post"].is_number_integer()) return wrong(where + ".empty_post", "expected the status of its answer, as 200");
    route.empty_post = webhooks["empty_post"].get<int>();
  }
  const Json topics = webhooks.value("topics", Json::array());
  if (!topics.is_structured())
    return wrong(where + ".topics", "expected a list of topics, or a table of them to what registrations call them");
  auto texts = all_texts(topics, where + ".topics");
  if (!texts) return texts.error();
  for (const auto& [name, value] : topics.items()) route.topics.push_back(topics.is_object() ? name : value.get<std::string>());
  auto topic = path_of(text(webhooks, "topic"));
  if (!topic) return wrong(where + ".topic", topic.error().message());
  route.topic = std::move(*topic);
  if (webhooks.contains("match")) {
    auto path = path_of(text(webhooks["match"], "path"));
    if (!path) return wrong(where + ".match.path", path.error().message());
    route.match = engine::IntakeRoute::Match{std::move(*path), text(webhooks["match"], "equals")};
  }
  if (webhooks.contains("subscribe")) {
    auto subscribe = check_subscribe(webhooks["subscribe"], where + ".subscribe");
    if (!subscribe) return subscribe.error();
  }
  return route;
}

Result<engine::IntakeRoute> intake_route(const remote::Directory& directory, const remote::Connection& connection, const Json& webhooks) {
  const std::string where = connection.spec->name + ".webhooks";
  auto route = deliveries(webhooks, where);
  if (!route) return route;
  route->client = connection.client;
  // What comes by another way in is of the connection all the same.
  route->connection = std::string(remote::connection_of_access(connection.name));
  route->address = connection.name;
  for (auto& proof : route->proofs) {
    auto known = keys_can_be_read(directory, connection, proof.scheme, where + ".verify");
    if (!known) return known.error();
    if (std::holds_alternative<crypto::RsaSignature>(proof.scheme.mac)) proof.scheme.secret = own_secret(proof.scheme.secret, connection);
    if (proof.scheme.token && proof.scheme.token->header == crypto::kPathToken)
      proof.scheme.token->secret = own_secret(proof.scheme.token->secret, connection);
  }
  route->secret_owner = connection.owner;
  if (route->match) route->match->equals = fill(std::move(route->match->equals), connection.settings);
  return route;
}

// What a registration asks for where deliveries bear this topic: the same word, or what `topics` says; none where the way in does not
// know it.
std::optional<std::string> registered_topic(const Json& webhooks, const std::string& topic) {
  const auto known = webhooks.find("topics");
  if (known == webhooks.end()) return topic;
  if (known->is_object()) return known->contains(topic) ? std::optional<std::string>(text(*known, topic)) : std::nullopt;
  return std::find(known->begin(), known->end(), topic) != known->end() ? std::optional<std::string>(topic) : std::nullopt;
}

// Topics that the triggers of this client's instances want from the connection, as registrations call them.
std::vector<std::string> wanted_topics(const std::vector<const script::Program*>& programs, const remote::Connection& connection,
                                       const Json& webhooks) {
  std::vector<std::string> topics;
  const std::string name(remote::connection_of_access(connection.name));
  for (const auto* program : programs) {
    const auto& instance = program->instance;
    for (const auto& [role, bound] : instance.roles) {
      if (std::find(bound.begin(), bound.end(), name) == bound.end()) continue;
      for (const auto& flow : instance.flows)
        for (const auto& trigger : flow.triggers)
          if (trigger.kind == engine::Trigger::Kind::webhook && trigger.role == role)
            for (const auto& delivered : trigger.topics) {
              const auto topic = registered_topic(webhooks, delivered);
              if (topic && std::find(topics.begin(), topics.end(), *topic) == topics.end()) topics.push_back(*topic);
            }
    }
  }
  return topics;
}

engine::SubscriptionSpec subscription(const remote::Connection& connection, const Json& webhooks, const std::string& public_url,
                                      std::vector<std::string> topics) {
  const Json& subscribe = webhooks["subscribe"];
  engine::SubscriptionSpec spec;
  spec.client = connection.client;
  spec.connection = connection.name;
  spec.list = text(subscribe, "list");
  spec.create = text(subscribe, "create");
  spec.revive = text(subscribe, "revive");
  spec.remove = text(subscribe, "delete");
  spec.body = subscribe.value("body", Json::object()).dump();
  const Json same = subscribe.value("same", Json::object());
  for (const auto& [what, field] : same.items()) spec.same.emplace_back(what, field.get<std::string>());
  if (subscribe.contains("id")) spec.id = text(subscribe, "id");
  spec.active = text(subscribe, "active");
  spec.url = public_url + "/hooks/" + percent_encode(connection.client) + "/" + percent_encode(connection.name);
  spec.topics = std::move(topics);
  const Json verify = webhooks.value("verify", Json::object());
  const bool in_path = verify.is_object() && verify.contains("path_token");
  if (in_path) spec.url += "/{hook_token}";
  spec.token_name = own_secret("hook_token", connection);
  spec.hook_token = in_path || spec.body.find("{hook_token}") != std::string::npos;
  spec.secret_owner = connection.owner;
  spec.hosts = connection.hosts;
  return spec;
}

}  // namespace

Status check_webhooks(const std::string& json) {
  if (json.empty()) return ok_status();
  auto route = deliveries(Json::parse(json, nullptr, false), "webhooks");
  return route ? ok_status() : Status(route.error());
}

Result<engine::Catalog> build_catalog(const script::Workspace& workspace, std::shared_ptr<const remote::Directory> shared,
                                      const std::string& public_url) {
  const auto& directory = *shared;
  engine::Catalog catalog;
  catalog.routes.reserve(directory.connections.size());
  catalog.subscriptions.reserve(directory.connections.size());
  std::map<std::string_view, std::vector<const script::Program*>> of_client;
  for (const auto& program : workspace.programs) of_client[program->instance.client].push_back(program.get());
  std::map<const remote::SystemSpec*, Json> parsed;  // of the systems, which many connections share
  for (const auto& [key, connection] : directory.connections) {
    if (connection->spec->webhooks.empty()) continue;
    auto known = parsed.find(connection->spec.get());
    if (known == parsed.end())
      known = parsed.emplace(connection->spec.get(), Json::parse(connection->spec->webhooks, nullptr, false)).first;
    const Json& webhooks = known->second;
    auto route = intake_route(directory, *connection, webhooks);
    if (!route) return route.error();
    catalog.routes.push_back(std::move(*route));
    if (!webhooks.contains("subscribe") || public_url.empty()) continue;
    auto topics = wanted_topics(of_client[connection->client], *connection, webhooks);
    if (!topics.empty()) catalog.subscriptions.push_back(subscription(*connection, webhooks, public_url, std::move(topics)));
  }
  auto reconciles = reconcile_catalog(workspace, shared, &catalog);
  if (!reconciles) return reconciles.error();
  return catalog;
}

}  // namespace mlc::workbench
