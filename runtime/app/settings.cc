#include <filesystem>
#include <nlohmann/json.hpp>

#include "runtime/app/runtime.h"

namespace mlc::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& object, const std::string& key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string absolute(const std::string& folder, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return folder + "/" + path;
}

}  // namespace

Result<std::pair<std::string, uint16_t>> parse_address(const std::string& value, const std::string& where) {
  const auto colon = value.rfind(':');
  const std::string port = colon == std::string::npos ? "" : value.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535)
    return Error(Code::config, where + ": expected ADDRESS:PORT, found \"" + value + "\"");
  std::string address = value.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') address = address.substr(1, address.size() - 2);
  return std::pair(address, static_cast<uint16_t>(std::stoi(port)));
}

Result<Settings> parse_settings(const std::string& json, const std::string& folder) {
  const Json all = Json::parse(json, nullptr, false);
  if (!all.is_object()) return Error(Code::config, "ml-connector.lua gives no settings");
  Settings settings;
  settings.id = text(all, "id");
  if (settings.id.empty()) return Error(Code::config, "ml-connector.lua: `id` is missing; `ml-connector init` makes one");
  settings.admin = text(all, "admin");
  settings.contact = text(all, "contact");
  settings.public_url = text(all, "public_url");
  while (!settings.public_url.empty() && settings.public_url.back() == '/') settings.public_url.pop_back();
  settings.master_key = absolute(folder, text(all, "master_key"));
  if (!text(all, "store").empty() && text(all, "store") != "sqlite")
    return Error(Code::config, "ml-connector.lua: store = \"" + text(all, "store") + "\" is not there; this version has \"sqlite\"");
  if (all.contains("listen")) {
    const Json& listen = all["listen"];
    auto address = parse_address(text(listen, "address"), "ml-connector.lua: listen.address");
    if (!address) return address.error();
    std::tie(settings.listen_address, settings.listen_port) = *address;
    if (listen.contains("tls")) {
      settings.tls_cert = absolute(folder, text(listen["tls"], "cert"));
      settings.tls_key = absolute(folder, text(listen["tls"], "key"));
      if (settings.tls_cert.empty() || settings.tls_key.empty())
        return Error(Code::config, "ml-connector.lua: listen.tls needs cert and key");
    }
  }
  for (const auto& proxy : all.value("proxies", Json::array()))
    if (proxy.is_string()) settings.proxies.push_back(proxy.get<std::string>());
  return settings;
}

}  // namespace mlc::app
