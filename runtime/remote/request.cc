#include "runtime/remote/request.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/base/wall_clock.h"
#include "runtime/document/write.h"
#include "runtime/remote/wrapping.h"

namespace mlc::remote {

namespace {

using document::Value;

Error wrong(const Operation& operation, const std::string& what) { return Error(Code::invalid_argument, operation.name + ": " + what); }

bool scalar(Value value) { return value.is_string() || value.is_number() || value.is_bool(); }

std::string scalar_text(Value value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  return std::string(value.text());
}

Result<std::string> fill_path(const Connection& connection, const Operation& operation, Value given) {
  std::string out;
  std::string_view rest = operation.path;
  for (size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const size_t close = rest.find('}', open);
    if (close == std::string_view::npos) return wrong(operation, "its path has an open brace");
    const std::string name(rest.substr(open + 1, close - open - 1));
    std::string value;
    if (Value argument = given.get(name); scalar(argument)) {
      value = scalar_text(argument);
    } else if (auto setting = connection.settings.find(name); setting != connection.settings.end()) {
      value = setting->second;
    }
    if (value.empty()) return wrong(operation, "nothing is given for {" + name + "} in its path");
    if (has_control(value)) return wrong(operation, "{" + name + "} holds a control character");
    // As a path segment of its own these would climb out of the path.
    if (value == "." || value == "..") return wrong(operation, "{" + name + "} can't be \"" + value + "\"");
    out += rest.substr(0, open);
    out += percent_encode(value);
    rest = rest.substr(close + 1);
  }
  return out + std::string(rest);
}

using Query = std::vector<std::pair<std::string, std::string>>;

void set_field(Query& query, const std::string& name, std::string value) {
  auto known = std::find_if(query.begin(), query.end(), [&](const auto& field) { return field.first == name; });
  if (known != query.end()) known->second = std::move(value);
  else query.emplace_back(name, std::move(value));
}

// '#' stands for digits, or for none.
bool host_fits(std::string_view pattern, std::string_view host) {
  const size_t any = pattern.find('#');
  if (any == std::string_view::npos) return iequals(pattern, host);
  if (host.size() + 1 < pattern.size() || !iequals(pattern.substr(0, any), host.substr(0, any))) return false;
  std::string_view rest = host.substr(any);
  for (;;) {
    if (host_fits(pattern.substr(any + 1), rest)) return true;
    if (rest.empty() || rest.front() < '0' || rest.front() > '9') return false;
    rest.remove_prefix(1);
  }
}

// What a link asks for, when it leads to where this operation is and to a host of the remote (T5).
Result<Query> query_of_link(const Connection& connection, const Operation& operation, std::string_view text) {
  auto url = http::Url::parse(text);
  if (!url) return url.error().wrap(operation.name + ": the link that it was given");
  constexpr int kHttps = 443;
  const bool declared = url->port() == kHttps && std::any_of(operation.link_hosts.begin(), operation.link_hosts.end(),
                                                             [&](const auto& pattern) { return host_fits(pattern, url->host()); });
  const auto refused = [&](const std::string& why) {
    return Error(Code::denied, operation.name + ": the link that it was given leads to " + url->authority() + url->path() + ", " + why);
  };
  const bool own = url->origin() == connection.base.origin();
  if (!own && (url->scheme() != "https" || !declared)) return refused("which is no host of this system");
  std::string path = url->path(), base = own ? connection.base.path() : "";
  while (base.ends_with('/')) base.pop_back();
  if (path != base + operation.path) return refused("which is not where this operation reads");
  auto query = http::parse_query(url->query());
  if (!query) return refused("and its query can't be read");
  return Query(query->begin(), query->end());
}

Status add_query(const Operation& operation, Value given, Query& query) {
  auto set = [&query](const std::string& name, std::string value) { set_field(query, name, std::move(value)); };
  if (operation.pages) {
    if (!operation.pages->size_param.empty()) set(operation.pages->size_param, std::to_string(operation.pages->size));
    if (!operation.pages->param.empty()) set(operation.pages->param, std::to_string(operation.pages->first));
  }
  for (auto field : given.fields()) {
    const std::string name(field.key);
    if (field.value.is_null()) {  // takes a default back
      std::erase_if(query, [&](const auto& known) { return known.first == name; });
    } else if (!scalar(field.value)) {
      return wrong(operation, "query." + name + ": expected a text or a number");
    } else {
      std::string value = scalar_text(field.value);
      if (has_control(value)) return wrong(operation, "query." + name + " holds a control character");
      set(name, std::move(value));
    }
  }
  return ok_status();
}

Status add_headers(const Operation& operation, Value given, std::vector<std::pair<std::string, std::string>>& headers) {
  for (auto field : given.fields()) {
    const std::string name(field.key), value(field.value.text());
    if (!http::is_token(name) || !field.value.is_string() || !http::is_field_value(value))
      return wrong(operation, "headers." + name + " can't be sent");
    auto same = [&](const auto& known) { return iequals(known.first, name); };
    std::erase_if(headers, same);
    headers.emplace_back(name, value);
  }
  return ok_status();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> system_headers(const Connection& connection) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& [name, value] : connection.spec->headers) {
    const bool named = value.size() > 2 && value.front() == '{' && value.back() == '}';
    if (!named) {
      headers.emplace_back(name, value);
      continue;
    }
    auto setting = connection.settings.find(value.substr(1, value.size() - 2));
    if (setting != connection.settings.end() && !setting->second.empty() && http::is_field_value(setting->second))
      headers.emplace_back(name, setting->second);
  }
  return headers;
}

void add_request_ids(const Connection& connection, Random& random, std::vector<std::pair<std::string, std::string>>& headers) {
  for (const auto& [name, value] : connection.spec->headers) {
    const std::string& wanted = name;
    const auto given = [&](const auto& known) { return iequals(known.first, wanted); };
    if (value != "{request_id}" || std::any_of(headers.begin(), headers.end(), given)) continue;
    std::string bytes(16, '\0');
    random.fill(bytes.data(), bytes.size());
    headers.emplace_back(name, to_hex(bytes));
  }
}

Result<BuiltRequest> build_request(const Connection& connection, const Operation& operation, Value arguments) {
  for (auto field : arguments.fields()) {
    if (field.key != "path" && field.key != "query" && field.key != "body" && field.key != "headers" && field.key != "url") {
      return wrong(operation, "unknown argument \"" + std::string(field.key) + "\"");
    }
  }
  BuiltRequest built;
  built.method = operation.method;
  built.headers = system_headers(connection);
  auto headers = add_headers(operation, arguments.get("headers"), built.headers);
  if (!headers) return headers.error();

  Value link = arguments.get("url");
  // A link of a message: what it asks for is taken, where it leads only looked at.
  std::vector<std::pair<std::string, std::string>> asked;
  if (link.is_string() && !operation.link_hosts.empty()) {
    auto taken = query_of_link(connection, operation, link.text());
    if (!taken) return taken.error();
    asked = std::move(*taken);
    link = Value();
  }
  if (link.is_string()) {
    if (!operation.reads) return wrong(operation, "only a read may follow a link");
    auto url = connection.base.resolve(link.text());
    if (!url) return url.error().wrap(operation.name + ": the link to the next page");
    if (url->origin() != connection.base.origin()) {
      return Error(Code::denied,
                   operation.name + ": the link to the next page leads to " + url->authority() + ", which is not this connection's host");
    }
    built.url = *url;
  } else {
    auto path = fill_path(connection, operation, arguments.get("path"));
    if (!path) return path.error();
    auto query = std::move(asked);
    for (const auto& [name, value] : operation.query) set_field(query, name, value);
    auto added = add_query(operation, arguments.get("query"), query);
    if (!added) return added.error();
    std::string target = connection.base.path();
    while (target.ends_with('/')) target.pop_back();
    if (*path != "/" || target.empty()) target += *path;  // "/" is the connection's own address
    if (!query.empty()) target += (target.find('?') == std::string::npos ? "?" : "&") + http::build_query(query);
    auto url = connection.base.with_target(target);
    if (!url) return url.error().wrap(operation.name);
    built.url = *url;
  }
  if (Value body = arguments.get("body")) {
    built.body = connection.spec->wrapping ? wrap_values(*connection.spec->wrapping, body) : document::write(body);
    const bool typed =
        std::any_of(built.headers.begin(), built.headers.end(), [](const auto& field) { return iequals(field.first, "Content-Type"); });
    if (!typed) built.headers.emplace_back("Content-Type", "application/json");
  }
  return built;
}

std::string find_arguments(const Operation& list, std::string_view field, std::string_view value, Value like) {
  auto arguments = document::Node::object();
  if (Value path = like.get("path"); path.size() > 0) arguments.set("path", document::Node::copy_of(path));
  auto query = document::Node::object();
  if (list.find.format == "odata") {
    std::string text;
    for (char c : value) text += c == '\'' ? std::string("''") : std::string(1, c);
    query.set(list.find.param, std::string(field) + " eq '" + text + "'");
  } else if (list.find.format != "rows") {
    query.set(list.find.param.empty() ? field : std::string_view(list.find.param), value);
  }
  arguments.set("query", std::move(query));
  return document::write(arguments);
}

namespace {

// One value of a template: nullopt = a field that may be missing is.
class Filling {
 public:
  Filling(const Connection& connection, std::string_view reference, Value body)
      : connection_(connection), reference_(reference), body_(body) {}

  std::optional<document::Node> fill(Value value) {
    if (value.is_object()) {
      auto out = document::Node::object();
      for (auto field : value.fields()) {
        auto one = fill(field.value);
        if (one) out.set(field.key, std::move(*one));
      }
      if (out.size() == 0 && value.size() > 0) return std::nullopt;
      return out;
    }
    if (value.is_array()) {
      auto out = document::Node::array();
      for (auto item : value.items()) {
        auto one = fill(item);
        if (one) out.push(std::move(*one));
      }
      return out;
    }
    if (!value.is_string()) return document::Node::copy_of(value);
    return text(std::string(value.text()));
  }
  const std::string& missing() const { return missing_; }

 private:
  std::optional<document::Node> text(std::string given) {
    // Alone in its text a value keeps its type.
    if (given.size() > 2 && given.starts_with("{body.") && given.find('}') == given.size() - 1) {
      std::string path = given.substr(6, given.size() - 7);
      const bool optional = path.ends_with('?');
      if (optional) path.pop_back();
      const Value found = find_dotted(body_, path);
      if (found && !found.is_null()) return document::Node::copy_of(found);
      if (!optional && missing_.empty()) missing_ = path;
      return std::nullopt;
    }
    std::string out;
    for (size_t at = 0;;) {
      const size_t open = given.find('{', at), close = given.find('}', open);
      out += given.substr(at, open - at);
      if (open == std::string::npos || close == std::string::npos) return document::Node(std::move(out));
      std::string name = given.substr(open + 1, close - open - 1);
      const bool optional = name.ends_with('?');
      if (optional) name.pop_back();
      std::string value;
      if (name == "reference") value = reference_;
      else if (name.starts_with("body.")) value = scalar_text(find_dotted(body_, name.substr(5)));
      else if (auto setting = connection_.settings.find(name); setting != connection_.settings.end()) value = setting->second;
      if (value.empty()) {
        if (!optional && missing_.empty()) missing_ = name;
        return std::nullopt;
      }
      out += value;
      at = close + 1;
    }
  }

  const Connection& connection_;
  std::string reference_, missing_;
  Value body_;
};

}  // namespace

Result<std::string> ask_arguments(const Connection& connection, std::string_view arguments, std::string_view reference, Value body) {
  auto parsed = document::Document::parse(std::string(arguments));
  if (!parsed) return parsed.error();
  Filling filling(connection, reference, body);
  auto filled = filling.fill(parsed->root());
  if (!filling.missing().empty()) return Error(Code::invalid_argument, filling.missing() + ", which it is looked up by, is not given");
  return filled ? document::write(*filled) : std::string("{}");
}

std::string since_arguments(const SinceSpec& since, std::optional<WallTime> from) {
  auto query = document::Node::object();
  if (from) {
    std::string text;
    if (since.format == "odata_number") {
      text = since.field + " gt " + std::to_string(to_micros(*from));
    } else if (since.format == "wall_clock") {
      const auto zone = Zone::find(since.zone);  // the system's own words were checked when they were read
      text = zone ? format_wall_clock_from(*from, *zone) : format_rfc3339(*from);
    } else if (since.format == "rfc2822") {
      text = format_http_date(*from);
      text.replace(text.size() - 3, 3, "+0000");
    } else {
      // Whole seconds, rounded down: never later than what was asked for.
      text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(*from));
      if (since.format == "odata") text = since.field + " ge datetime'" + text.substr(0, text.size() - 1) + "'";
      if (since.format == "odata_offset") text = since.field + " ge datetimeoffset'" + text + "'";
    }
    query.set(since.param, std::move(text));
  }
  for (const auto& [name, value] : since.query) query.set(name, value);
  auto arguments = document::Node::object();
  arguments.set("query", std::move(query));
  return document::write(arguments);
}

}  // namespace mlc::remote
