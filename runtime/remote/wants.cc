#include "runtime/remote/wants.h"

#include <algorithm>

namespace mlc::remote {
namespace {

void add(std::vector<std::string>& list, const std::string& name) {
  if (!name.empty() && std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

void add_holes(std::vector<std::string>& list, std::string_view pattern) {
  for (size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open)) {
    const size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) return;
    add(list, std::string(pattern.substr(open + 1, close - open - 1)));
    open = close;
  }
}

// Nobody gives these an argument: `ping` and polls ask for them as they are.
bool asked_bare(const std::string& name, const Operation& operation) { return name.starts_with("ping.") || operation.since.has_value(); }

}  // namespace

Wants wants_of(const SystemSpec& spec) {
  Wants wants;
  if (!spec.base_urls.contains(""))
    for (const auto& [region, url] : spec.base_urls) wants.regions.push_back(region);
  for (const auto& [name, operation] : spec.operations)
    if (asked_bare(name, operation)) add_holes(wants.settings, operation.path);

  wants.grant = spec.auth->needs_person();
  if (const auto& session = spec.auth->session) {
    constexpr std::string_view kSetting = "setting.";
    for (const auto& [field, pattern] : session->body) {
      std::vector<std::string> names;
      add_holes(names, pattern);
      for (const auto& name : names) {
        if (field.ends_with('?')) continue;
        if (name.starts_with(kSetting)) add(wants.settings, name.substr(kSetting.size()));
        else add(wants.secrets, name);
      }
    }
  } else if (spec.auth->has_grant()) {
    wants.secrets = {"client_id", "client_secret"};
  }
  for (const auto& [header, pattern] : spec.auth->token_headers) {
    std::vector<std::string> names;
    add_holes(names, pattern);
    for (const auto& name : names)
      if (!name.ends_with('?')) add(wants.secrets, name);
  }
  for (const auto& place : spec.auth->send) {
    std::vector<std::string> names;
    add_holes(names, place.value);
    for (const auto& name : names)
      if (!spec.auth->has_grant() || name != "access_token") add(wants.secrets, name);
  }
  if (!spec.webhooks.empty()) {
    auto webhooks = document::Document::parse(spec.webhooks);
    if (webhooks) add(wants.secrets, std::string(webhooks->root().get("verify").get("secret").text()));
  }
  return wants;
}

std::string lacks(const Connection& connection) {
  std::string names;
  for (const auto& name : wants_of(*connection.spec).settings) {
    auto given = connection.settings.find(name);
    if (given == connection.settings.end() || given->second.empty()) names += (names.empty() ? "`" : ", `") + name + "`";
  }
  if (names.empty()) return "";
  return names + (names.find(',') == std::string::npos ? " is" : " are") + " missing: " + connection.spec->name + " has no address without";
}

}  // namespace mlc::remote
