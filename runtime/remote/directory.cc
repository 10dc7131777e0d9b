#include "runtime/remote/directory.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/http/private_network.h"
#include "runtime/remote/access.h"

namespace mlc::remote {

namespace {

using document::Value;

std::string text(Value value, std::string_view name) {
  Value field = value.get(name);
  if (field.is_bool()) return field.as_bool() ? "true" : "false";
  return std::string(field.text());
}

http::TlsPolicy tls_of(Value value) { return {text(value, "ca_file"), value.get("allow_loopback").as_bool()}; }

// The connection's own address, else its region's, else the only one.
Result<std::string> base_of(const SystemSpec& spec, const std::string& own, const std::string& region) {
  if (!own.empty()) return own;
  if (auto found = spec.base_urls.find(region); found != spec.base_urls.end()) return found->second;
  if (auto only = spec.base_urls.find(""); only != spec.base_urls.end()) return only->second;
  std::string known;
  for (const auto& [name, url] : spec.base_urls) known += (known.empty() ? "" : ", ") + name;
  if (known.empty()) return Error(Code::config, "system " + spec.name + " has no base_url: give one");
  return Error(Code::config, (region.empty() ? "`region` is missing" : "unknown region \"" + region + "\"") + ": one of " + known);
}

Result<http::Url> address(const std::string& url, const http::TlsPolicy& tls) {
  auto parsed = http::Url::parse(url);
  if (!parsed) return parsed.error().wrap("base_url");
  if (!parsed->secure() && (!tls.allow_loopback || parsed->scheme() != "http")) return Error(Code::config, "base_url: expected https");
  return *parsed;
}

// Of a device on the spot: which networks it may be in is said by the connection, and looked at when it is dialled.
Result<http::Url> device_address(const std::string& text, const http::TlsPolicy& tls, bool allow_private,
                                 const std::vector<std::string>& schemes) {
  std::string known;
  for (const auto& scheme : schemes) known += (known.empty() ? "" : ", ") + scheme + (scheme == "folder" ? ":///path" : "://host");
  auto url = http::Url::parse(text);
  if (!url) return Error(Code::config, "base_url: " + url.error().message() + "; expected one of " + known);
  const bool plain_http = url->scheme() == "http" && tls.allow_loopback;
  if (std::find(schemes.begin(), schemes.end(), url->scheme()) == schemes.end() && !plain_http)
    return Error(Code::config, "base_url: expected one of " + known);
  if (!url->query().empty()) return Error(Code::config, "base_url: nothing may follow a question mark");
  if (url->scheme() == "folder") {
    const auto path = percent_decode(url->path());
    if (!path || has_control(*path) || (*path + "/").find("/../") != std::string::npos)
      return Error(Code::config, "base_url: the folder's path can't be read; expected folder:///path");
  } else if ((url->scheme() == "raw" || url->scheme() == "ipp") && !allow_private && !tls.allow_loopback) {
    return Error(Code::config, "base_url: " + url->scheme() +
                                   " goes unencrypted, so only to a printer on the private network: say allow_private = true, or use ipps");
  }
  return *url;
}

// The system as a connection meets it: by the scheme of its address, then by its settings.
std::shared_ptr<const SystemSpec> with_transport(const std::shared_ptr<const SystemSpec>& spec, const Connection& connection) {
  const std::string scheme = connection.base.scheme() == "http" ? "https" : connection.base.scheme();
  const TransportSpec* chosen = nullptr;
  for (const auto& transport : spec->transports) {
    const bool fits = std::all_of(transport.when.begin(), transport.when.end(), [&](const auto& wanted) {
      auto setting = connection.settings.find(wanted.first);
      return setting != connection.settings.end() && setting->second == wanted.second;
    });
    if (transport.scheme == scheme && fits) chosen = &transport;
  }
  if (chosen == nullptr) return spec;
  auto own = std::make_shared<SystemSpec>(*spec);
  own->operations = chosen->operations;
  own->headers = chosen->headers;
  return own;
}

std::string joined(const http::Url& base, const std::string& path) {
  std::string root = base.path();
  while (root.ends_with('/')) root.pop_back();
  return base.origin() + root + path;
}

std::string host_entry(const http::Url& url) {
  if (url.scheme() != "https" && url.scheme() != "http") return url.host() + ":" + std::to_string(url.port());
  const bool standard = url.port() == (url.secure() ? 443 : 80);
  return standard ? url.host() : url.host() + ":" + std::to_string(url.port());
}

using Specs = std::map<std::string, std::shared_ptr<const SystemSpec>>;

// The system as a connection signs in to it.
Result<std::shared_ptr<const SystemSpec>> with_way(const std::shared_ptr<const SystemSpec>& spec, const std::string& way) {
  if (way.empty() || way == spec->usual_way) return spec;
  auto found = spec->ways.find(way);
  if (found == spec->ways.end()) {
    std::string known;
    for (const auto& [name, auth] : spec->ways) known += (known.empty() ? "" : ", ") + name;
    if (known.empty()) return Error(Code::config, "`auth`: system " + spec->name + " knows one way to sign in; leave it out");
    return Error(Code::config, "`auth`: unknown way \"" + way + "\" to sign in: one of " + known);
  }
  auto own = std::make_shared<SystemSpec>(*spec);
  own->auth = found->second;
  return std::shared_ptr<const SystemSpec>(std::move(own));
}

Result<auth::GrantSetup> grant_setup(std::string name, std::string owner, Value own, const SystemSpec& spec, const std::string& region) {
  auth::GrantSetup setup;
  setup.name = std::move(name);
  setup.owner = std::move(owner);
  setup.system = spec.name;
  setup.spec = spec.auth;
  setup.tls = tls_of(own);
  auto base = base_of(spec, text(own, "base_url"), region);
  if (!base) return base.error();
  auto url = address(*base, setup.tls);
  if (!url) return url.error();
  setup.authorize_url = text(own, "authorize_url");
  if (setup.authorize_url.empty()) setup.authorize_url = joined(*url, spec.auth->authorize_path);
  setup.token_url = text(own, "token_url");
  if (setup.token_url.empty()) setup.token_url = joined(*url, spec.auth->token_path);
  if (spec.auth->session) setup.logout_url = joined(*url, spec.auth->session->logout_path);
  for (const auto* each : {&setup.authorize_url, &setup.token_url}) {
    auto checked = address(*each, setup.tls);
    if (!checked) return checked.error();
  }
  return setup;
}

class Builder {
 public:
  explicit Builder(const Specs& specs) : specs_(specs) {}

  Status grants(Value settings) {
    for (auto field : settings.get("grants").fields()) {
      const std::string name(field.key);
      auto spec = specs_.find(text(field.value, "system"));
      if (spec == specs_.end()) return Error(Code::config, "grant " + name + ": unknown system \"" + text(field.value, "system") + "\"");
      if (!spec->second->auth->has_grant()) return Error(Code::config, "grant " + name + ": system " + spec->first + " needs no grant");
      auto setup = grant_setup(name, "grant:" + name, field.value, *spec->second, text(field.value, "region"));
      if (!setup) return setup.error().wrap("grant " + name);
      regions_[name] = text(field.value, "region");
      bases_[name] = text(field.value, "base_url");
      for (auto client : field.value.get("clients").items()) allowed_[name].insert(std::string(client.text()));
      grants_[name] = setup->system;
      directory_->grants.push_back(std::move(*setup));
    }
    return ok_status();
  }

  Status connection(const std::string& client, const std::string& zone, const std::string& name, Value own,
                    const std::shared_ptr<const SystemSpec>& spec_of_its_own, const Accesses& accesses) {
    auto connection = std::make_shared<Connection>();
    connection->client = client;
    connection->name = name;
    auto spec = specs_.find(text(own, "system"));
    if (spec == specs_.end()) return Error(Code::config, "unknown system \"" + text(own, "system") + "\"");
    auto chosen = with_way(spec_of_its_own ? spec_of_its_own : spec->second, text(own, "auth"));
    if (!chosen) return chosen.error();
    const auto& spec_taken = *chosen;
    connection->spec = spec_taken;
    for (auto setting : own.get("settings").fields())
      connection->settings[std::string(setting.key)] = text(own.get("settings"), setting.key);
    connection->tls = tls_of(own);
    connection->zone = text(own, "zone").empty() ? zone : text(own, "zone");
    connection->owner = client + "/" + name;
    connection->grant = text(own, "grant");

    std::string region = connection->settings["region"], base_url = text(own, "base_url");
    if (region.empty()) connection->settings.erase("region");
    if (!connection->grant.empty()) {
      auto system = grants_.find(connection->grant);
      if (system == grants_.end()) return Error(Code::config, "unknown grant \"" + connection->grant + "\"");
      if (system->second != spec->first) return Error(Code::config, "grant " + connection->grant + " is of system " + system->second);
      if (!text(own, "auth").empty() && text(own, "auth") != spec_taken->usual_way)
        return Error(Code::config, "`grant` and `auth`: a grant signs in by " + spec_taken->usual_way);
      const auto& allowed = allowed_[connection->grant];
      if (allowed.count(client) == 0) return Error(Code::config, "grant " + connection->grant + " does not name client " + client);
      connection->owner = "grant:" + connection->grant;
      if (region.empty()) region = regions_[connection->grant];
      if (base_url.empty()) base_url = bases_[connection->grant];
    } else if (spec_taken->auth->has_grant()) {
      connection->grant = connection->owner;
      auto setup = grant_setup(connection->owner, connection->owner, own, *spec_taken, region);
      if (!setup) return setup.error();
      setup->settings = connection->settings;
      directory_->grants.push_back(std::move(*setup));
    }
    auto base = base_of(*spec_taken, base_url, region);
    if (!base) return base.error();
    const auto schemes = spec_taken->schemes();
    const bool allow_private = own.get("allow_private").as_bool();
    if (allow_private && schemes.empty())
      return Error(Code::config, "allow_private is for printers: system " + spec->first + " is reached by https");
    auto url = schemes.empty() ? address(*base, connection->tls) : device_address(*base, connection->tls, allow_private, schemes);
    if (!url) return url.error();
    // Credentials go into TLS only (G9).
    if (url->scheme() == "ipp" && !connection->tls.allow_loopback && !secrets_of(*spec_taken->auth).empty())
      return Error(Code::config, "base_url: ipp goes unencrypted, and the printer's credentials with it: use ipps, or auth = \"none\"");
    connection->base = *url;
    if (!schemes.empty()) connection->spec = with_transport(spec_taken, *connection);
    connection->hosts = {host_entry(*url)};
    if (allow_private) connection->hosts.emplace_back(http::kPrivateNetwork);
    connection->rules = spec_taken->rules;
    if (Value limits = own.get("limits"); limits && !limits.is_null()) {
      auto rules = limits::parse_caps(limits, "limits");
      if (!rules) return rules.error();
      connection->rules = std::make_shared<const std::vector<limits::Rule>>(std::move(*rules));
    }
    const Connection& usual = *connection;
    for (auto asked : own.get("access").fields()) {
      if (accesses.contains(std::string(asked.key))) continue;
      std::string known;
      for (const auto& [each, its] : accesses) known += (known.empty() ? "" : ", ") + each;
      return Error(Code::config, "`access`: system " + spec_taken->name + " has no access \"" + std::string(asked.key) + "\"" +
                                     (known.empty() ? "" : ": one of " + known));
    }
    for (const auto& [each, its] : accesses) {
      if (!its.with.empty() && !own.get("access").get(each) && !own.get("access").get(its.with)) continue;
      auto made = access(usual, each, its.spec, own.get("access").get(each));
      if (!made) return made.error().wrap("access." + each);
    }
    directory_->connections[client + "/" + name] = std::move(connection);
    return ok_status();
  }

  // Another way in of a connection. One with secrets of its own is there where the client asks for it: who has none of them needs none.
  Status access(const Connection& usual, const std::string& name, const std::shared_ptr<const SystemSpec>& spec, Value own) {
    if (!own && !secrets_of(*spec->auth).empty()) return ok_status();
    for (auto field : own.fields())
      if (field.key != "base_url" && field.key != "limits") return Error(Code::config, "unknown field \"" + std::string(field.key) + "\"");
    auto way = std::make_shared<Connection>(usual);
    way->name = usual.name + kAccessMark + name;
    way->spec = spec;
    way->owner = usual.client + "/" + usual.name;
    way->grant.clear();
    const auto region = usual.settings.find("region");
    auto base = base_of(*spec, text(own, "base_url"), region == usual.settings.end() ? "" : region->second);
    if (!base) return base.error();
    auto url = address(*base, usual.tls);
    if (!url) return url.error();
    way->base = *url;
    way->hosts = {host_entry(*url)};
    way->rules = spec->rules;
    if (Value limits = own.get("limits"); limits && !limits.is_null()) {
      auto rules = limits::parse_caps(limits, "limits");
      if (!rules) return rules.error();
      way->rules = std::make_shared<const std::vector<limits::Rule>>(std::move(*rules));
    }
    directory_->connections[way->client + "/" + way->name] = std::move(way);
    return ok_status();
  }

  std::shared_ptr<const Directory> end() { return directory_; }

 private:
  const Specs& specs_;
  std::shared_ptr<Directory> directory_ = std::make_shared<Directory>();
  std::map<std::string, std::string> grants_, regions_, bases_;
  std::map<std::string, std::set<std::string>> allowed_;
};

}  // namespace

std::string filled(std::string sentence, const Connection& connection) {
  std::map<std::string, std::string> words(connection.settings.begin(), connection.settings.end());
  words["client"] = connection.client;
  words["connection"] = connection.name;
  words["host"] = connection.base.host();
  for (const auto& [name, value] : words) {
    const std::string mark = "{" + name + "}";
    for (size_t at = sentence.find(mark); at != std::string::npos; at = sentence.find(mark, at + value.size()))
      sentence.replace(at, mark.size(), value);
  }
  return sentence;
}

std::shared_ptr<const Connection> Directory::find(const std::string& client, const std::string& name) const {
  auto found = connections.find(client + "/" + name);
  return found == connections.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const Directory>> build_directory(const std::string& settings, const std::map<std::string, std::string>& clients,
                                                         const std::map<std::string, std::string>& systems,
                                                         const std::map<std::string, std::string>& own) {
  Specs specs, by_definition;
  std::map<std::string, Accesses> accesses, accesses_by_definition;
  for (const auto& [name, json] : systems) {
    auto spec = parse_system(json);
    if (!spec) return spec.error();
    auto more = parse_accesses(json);
    if (!more) return more.error();
    specs[name] = std::move(*spec), accesses[name] = std::move(*more);
  }
  Specs of_connections;
  for (const auto& [key, json] : own) {
    auto& spec = by_definition[json];
    if (!spec) {
      auto parsed = parse_system(json);
      if (!parsed) return parsed.error();
      auto more = parse_accesses(json);
      if (!more) return more.error();
      spec = std::move(*parsed), accesses_by_definition[json] = std::move(*more);
    }
    of_connections[key] = spec;
  }
  Builder builder(specs);
  auto workspace = document::Document::parse(settings);
  if (!workspace) return workspace.error().wrap("ml-connector.lua");
  auto grants = builder.grants(workspace->root());
  if (!grants) return grants.error().wrap("ml-connector.lua");
  for (const auto& [client, json] : clients) {
    auto parsed = document::Document::parse(json);
    if (!parsed) return parsed.error().wrap("clients/" + client + "/client.lua");
    const std::string zone = text(parsed->root(), "zone");
    for (auto field : parsed->root().get("connections").fields()) {
      const auto its_own = of_connections.find(client + "/" + std::string(field.key));
      const auto definition = own.find(client + "/" + std::string(field.key));
      const auto& more = definition == own.end() ? accesses[text(field.value, "system")] : accesses_by_definition[definition->second];
      auto made = builder.connection(client, zone, std::string(field.key), field.value,
                                     its_own == of_connections.end() ? nullptr : its_own->second, more);
      if (!made) return made.error().wrap("connection " + std::string(field.key)).wrap("clients/" + client + "/client.lua");
    }
  }
  return builder.end();
}

}  // namespace mlc::remote
