#include "runtime/remote/access.h"

#include <algorithm>
#include <set>

#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::remote {
namespace {

using document::Node;
using document::Value;

constexpr const char* kOwnFields[] = {"base_url", "auth", "limits", "headers", "errors", "webhooks"};

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Error wrong(std::string_view system, std::string_view access, const std::string& sentence) {
  return Error(Code::config, "system " + std::string(system) + ": access." + std::string(access) + ": " + sentence);
}

void add_names(std::string_view pattern, std::vector<std::string>* names) {
  for (size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
    const size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) return;
    names->emplace_back(pattern.substr(open + 1, close - open - 1));
  }
}

}  // namespace

std::string_view connection_of_access(std::string_view name) { return name.substr(0, name.find(kAccessMark)); }

std::vector<std::string> secrets_of(const auth::AuthSpec& spec) {
  std::vector<std::string> names;
  for (const auto& place : spec.send) add_names(place.value, &names);
  if (spec.kind == auth::Kind::basic && spec.send.empty()) names = {"username", "password", "basic"};
  if (spec.has_grant()) {
    std::erase(names, "access_token");
    names.insert(names.end(), {"client_id", "client_secret"});
  }
  return names;
}

Result<Accesses> parse_accesses(std::string_view system_json) {
  auto parsed = document::Document::parse(std::string(system_json));
  if (!parsed) return parsed.error().wrap("system");
  const Value root = parsed->root();
  const auto system = root.get("name").text();
  Accesses accesses;
  std::map<std::string, Node> operations;
  for (const auto access : root.get("access").fields()) {
    if (!is_name(access.key)) return wrong(system, access.key, "a name is of small letters, digits and _");
    operations.emplace(access.key, Node::object());
  }
  for (const auto field : root.get("operations").fields()) {
    const Value named = field.value.get("access");
    if (!named) continue;
    const auto place = operations.find(std::string(named.text()));
    if (place == operations.end())
      return Error(Code::config, "system " + std::string(system) + ": operations[\"" + std::string(field.key) +
                                     "\"].access: there is no access " + std::string(named.text()));
    auto operation = Node::copy_of(field.value);
    operation.erase("access");
    place->second.set(field.key, std::move(operation));
  }
  std::set<std::string> taken;
  if (auto usual = auth::parse_auth(root.get("auth"), "auth"); usual && operations.size() > 0)
    for (auto& name : secrets_of(*usual)) taken.insert(std::move(name));
  for (const auto access : root.get("access").fields()) {
    auto one = Node::object();
    one.set("name", std::string(system) + kAccessMark + std::string(access.key));
    for (const auto field : access.value.fields())
      if (field.key != "with" &&
          std::none_of(std::begin(kOwnFields), std::end(kOwnFields), [&](const char* own) { return field.key == own; }))
        return wrong(system, access.key, "unknown field \"" + std::string(field.key) + "\"");
    for (const char* field : kOwnFields)
      if (const Value own = access.value.get(field)) one.set(field, Node::copy_of(own));
    if (!access.value.get("headers") && root.get("headers")) one.set("headers", Node::copy_of(root.get("headers")));
    one.set("operations", std::move(operations.at(std::string(access.key))));
    auto spec = parse_system(document::write(one));
    if (!spec) return spec.error();
    if ((*spec)->auth->has_grant())
      return wrong(system, access.key, "auth: expected none, basic, api_key or header: a grant is the connection's own");
    // Bound to the hosts that it goes to, a secret can't be of two ways in (T15).
    for (auto& name : secrets_of(*(*spec)->auth))
      if (!taken.insert(name).second) return wrong(system, access.key, "auth: another way in has a secret " + name + " already");
    Access made{std::move(*spec), std::string(access.value.get("with").text())};
    if (!made.with.empty() && (made.with == access.key || !operations.contains(made.with)))
      return wrong(system, access.key, "with: there is no other access \"" + made.with + "\"");
    if (!made.with.empty() && !secrets_of(*made.spec->auth).empty())
      return wrong(system, access.key, "with: one that has secrets is there where a client asks for it");
    accesses.emplace(access.key, std::move(made));
  }
  return accesses;
}

std::vector<std::shared_ptr<const Connection>> ways_in(const Directory& directory, const std::string& client, const std::string& name) {
  std::vector<std::shared_ptr<const Connection>> ways;
  const auto usual = directory.find(client, name);
  if (!usual) return ways;
  ways.push_back(usual);
  const auto prefix = client + "/" + name + kAccessMark;
  for (auto at = directory.connections.lower_bound(prefix); at != directory.connections.end() && at->first.starts_with(prefix); ++at)
    ways.push_back(at->second);
  return ways;
}

std::shared_ptr<const Connection> way_of_secret(const std::vector<std::shared_ptr<const Connection>>& ways, std::string_view secret) {
  for (const auto& way : ways) {
    const auto names = secrets_of(*way->spec->auth);
    if (std::find(names.begin(), names.end(), secret) != names.end()) return way;
  }
  return ways.empty() ? nullptr : ways.front();
}

}  // namespace mlc::remote
