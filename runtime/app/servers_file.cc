#include "runtime/app/servers_file.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "runtime/base/user_folders.h"
#include "runtime/http/address.h"
#include "runtime/http/message.h"

namespace mlc::app {
namespace {

using Json = nlohmann::ordered_json;

std::string whole_path(const std::string& folder, const std::string& path) {
  return path.empty() || path.front() == '/' ? path : folder + "/" + path;
}

bool is_this_machine(const std::string& host) {
  if (host == "localhost") return true;
  auto address = http::IpAddress::parse(host);
  return address && http::classify(*address) == http::AddressClass::loopback;
}

class Entry {
 public:
  Entry(const Json& fields, std::string file, std::string name) : fields_(fields), file_(std::move(file)), name_(std::move(name)) {}

  Error wrong(const std::string& sentence) const { return Error(Code::config, file_ + ": " + name_ + ": " + sentence); }

  Status only_known() const {
    for (const auto& [key, value] : fields_.items()) {
      if (key != "url" && key != "token_file" && key != "ca_file" && key != "host")
        return wrong("unknown name \"" + key + "\"; url, token_file, ca_file and host are known");
      if (!value.is_string()) return wrong(key + ": expected a text");
    }
    return ok_status();
  }

  std::string text(const char* key) const { return fields_.value(key, std::string()); }

 private:
  const Json& fields_;
  std::string file_, name_;
};

Result<Secret> read_token(Files& files, const Entry& entry, const std::string& path) {
  namespace fs = std::filesystem;
  if (path.empty()) return entry.wrong("token_file is missing: the file that holds what stands in state/admin.token there");
  auto text = files.read(path);
  if (!text) return entry.wrong("token_file: " + text.error().text());
  std::error_code unreadable;
  const auto others = fs::perms::group_read | fs::perms::others_read | fs::perms::group_write | fs::perms::others_write;
  if ((fs::status(path, unreadable).permissions() & others) != fs::perms::none)
    return entry.wrong("token_file: others may read " + path + ": chmod 600 it");
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->empty()) return entry.wrong("token_file: " + path + " is empty");
  if (!http::is_field_value(*text)) return entry.wrong("token_file: " + path + " holds no token");
  return Secret(std::move(*text));
}

}  // namespace

Result<ServerElsewhere> find_server(Files& files, const std::string& name) {
  const std::string folder = config_folder(), file = folder + "/servers.json";
  auto text = files.read(file);
  if (!text)
    return Error(Code::config, "--at " + name + ": " + text.error().text() + "; it names servers, as in { \"" + name +
                                   "\": { \"url\": \"https://ops.example.com\", \"token_file\": \"" + name + ".token\" } }");
  const Json servers = Json::parse(*text, nullptr, false);
  if (!servers.is_object()) return Error(Code::config, file + ": expected one JSON object, a name to each server");
  auto found = servers.find(name);
  if (found == servers.end()) {
    std::string known;
    for (const auto& [each, unused] : servers.items()) known += (known.empty() ? "" : ", ") + each;
    return Error(Code::config, "there is no server " + name + " in " + file + "; it knows " + (known.empty() ? "none" : known));
  }
  if (!found->is_object()) return Error(Code::config, file + ": " + name + ": expected an object with url and token_file");
  const Entry entry(*found, file, name);
  if (auto known = entry.only_known(); !known) return known.error();

  ServerElsewhere server;
  server.name = name;
  auto url = http::Url::parse(entry.text("url"));
  if (!url) return entry.wrong("url: " + url.error().text());
  if (!url->secure() && !is_this_machine(url->host()))
    return entry.wrong("url: http goes to this machine only, to the end of an ssh -L tunnel; anything else is https");
  if (!url->query().empty()) return entry.wrong("url: it has no query");
  server.url = std::move(*url);
  server.host = entry.text("host").empty() ? server.url.authority() : entry.text("host");
  if (!http::is_field_value(server.host)) return entry.wrong("host: expected a name, and a port after a colon");
  server.token_file = whole_path(folder, entry.text("token_file"));
  server.ca_file = whole_path(folder, entry.text("ca_file"));
  auto token = read_token(files, entry, server.token_file);
  if (!token) return token.error();
  server.token = std::move(*token);
  return server;
}

}  // namespace mlc::app
