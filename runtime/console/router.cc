#include "runtime/console/router.h"

#include "runtime/base/encoding.h"
#include "runtime/console/left_out.h"
#include "runtime/http/url.h"

namespace mlc::console {
namespace {

std::vector<std::string> pieces(std::string_view path) {
  std::vector<std::string> all;
  size_t begin = 0;
  while (begin < path.size()) {
    if (path[begin] == '/') {
      ++begin;
      continue;
    }
    const size_t end = std::min(path.find('/', begin), path.size());
    all.emplace_back(path.substr(begin, end - begin));
    begin = end;
  }
  return all;
}

// nullopt when the path is not this route's.
std::optional<std::map<std::string, std::string>> match(const std::string& pattern, const std::vector<std::string>& path) {
  const auto wanted = pieces(pattern);
  if (wanted.size() != path.size()) return std::nullopt;
  std::map<std::string, std::string> values;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].front() == '{') {
      auto value = percent_decode(path[i]);
      if (!value) return std::nullopt;
      values[wanted[i].substr(1, wanted[i].size() - 2)] = *value;
    } else if (wanted[i] != path[i]) {
      return std::nullopt;
    }
  }
  return values;
}

// Whom a call names, in its path, its query or its body.
std::string named(const Call& call, const std::string& what) {
  auto name = call.at(what);
  if (name.empty()) name = call.option(what);
  if (name.empty()) name = call.text(what).value_or("");
  return name;
}

}  // namespace

Result<std::string> Call::text(const std::string& name) const {
  auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::string();
  if (!found->is_string()) return Error(Code::invalid_argument, "`" + name + "` must be a string");
  return found->get<std::string>();
}

int status_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return 400;
    case Code::denied:
      return 403;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::config:
      return 422;
    case Code::exhausted:
      return 503;
    case Code::unavailable:
      return 503;
    case Code::timeout:
      return 504;
    case Code::unsupported:
      return 501;
    default:
      return 500;
  }
}

http::Response json_answer(int status, const Json& body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

http::Response problem(Code code, const std::string& detail) {
  const int status = status_of(code);
  auto response = json_answer(status, {{"type", "about:blank"},
                                       {"title", std::string(http::reason_phrase(status))},
                                       {"status", status},
                                       {"code", std::string(code_name(code))},
                                       {"detail", detail}});
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

void Router::add(std::vector<Route> routes) {
  for (auto& route : routes) routes_.push_back(std::move(route));
}

Task<http::Response> Router::handle(http::Request request, std::string actor) {
  const size_t question = std::min(request.target.find('?'), request.target.size());
  const auto path = pieces(std::string_view(request.target).substr(0, question));
  const Route* found = nullptr;
  bool path_known = false;
  Call call;
  for (const auto& route : routes_) {
    auto values = match(route.pattern, path);
    if (!values) continue;
    path_known = true;
    if (route.method != request.method) continue;
    found = &route;
    call.path = std::move(*values);
    break;
  }
  if (found == nullptr) {
    if (!path_known) co_return problem(Code::not_found, "the admin API has no " + request.target.substr(0, question));
    auto refused = problem(Code::invalid_argument, request.method + " is not what this path takes");
    refused.status = 405;
    co_return refused;
  }
  auto query = http::parse_query(std::string_view(request.target).substr(std::min(question + 1, request.target.size())));
  if (!query) co_return problem(query.error().code(), query.error().text());
  for (const auto& [name, value] : *query) {
    if (std::find(found->query.begin(), found->query.end(), name) == found->query.end())
      co_return problem(Code::invalid_argument, "unknown query parameter `" + name + "`");
    call.query[name] = value;
  }
  call.body = Json::object();
  if (!request.body.empty()) {
    const auto type = request.headers.get("Content-Type").value_or("");
    if (type != "application/json" && type.rfind("application/json;", 0) != 0) {
      auto refused = problem(Code::invalid_argument, "the body must be application/json");
      refused.status = 415;
      co_return refused;
    }
    call.body = Json::parse(request.body, nullptr, false);
    if (!call.body.is_object()) co_return problem(Code::invalid_argument, "the body must be one JSON object");
  }
  call.actor = std::move(actor);
  const std::string client = named(call, "client"), instance = named(call, "instance");
  auto answer = co_await found->handler(services_, std::move(call));
  if (!answer) {
    const bool unknown = answer.error().code() == Code::not_found && !client.empty();
    const std::string why = unknown ? why_not_there(services_, client, instance) : "";
    co_return problem(answer.error().code(), why.empty() ? answer.error().text() : why);
  }
  co_return json_answer(200, *answer);
}

}  // namespace mlc::console
