// The admin API as a table of paths. Handlers are coroutines that give JSON or an Error; errors become problem+json
// (RFC 9457) without values of secrets. The same router answers over the socket, over loopback TCP and, when no server
// runs, inside the command itself.
#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/http/message.h"

namespace mlc::console {

using Json = nlohmann::ordered_json;

struct Services;  // services.h

struct Call {
  std::map<std::string, std::string> path;   // {placeholders} of the route, decoded
  std::map<std::string, std::string> query;  // decoded; the last of equal names
  Json body;                                 // {} when there was none
  std::string actor;                         // who asks, for the audit trail

  std::string at(const std::string& name) const {
    auto found = path.find(name);
    return found == path.end() ? "" : found->second;
  }
  std::string option(const std::string& name, const std::string& otherwise = "") const {
    auto found = query.find(name);
    return found == query.end() ? otherwise : found->second;
  }
  // A string member of the body; "" when absent. invalid_argument when it is something else.
  Result<std::string> text(const std::string& name) const;
};

using ApiHandler = Task<Result<Json>> (*)(Services& services, Call call);

struct Route {
  std::string method, pattern;  // "/api/v1/jobs/{id}/replay"
  std::string does;             // one sentence, for openapi.json
  ApiHandler handler;
  std::vector<std::string> query;  // names of its query parameters
};

class Router {
 public:
  explicit Router(Services& services) : services_(services) {}
  void add(std::vector<Route> routes);
  // Complete answers, errors included. `actor` is what the transport knows of the caller ("local:1000", "token").
  Task<http::Response> handle(http::Request request, std::string actor);
  const std::vector<Route>& routes() const { return routes_; }

 private:
  Services& services_;
  std::vector<Route> routes_;
};

http::Response problem(Code code, const std::string& detail);
http::Response json_answer(int status, const Json& body);
int status_of(Code code);

}  // namespace mlc::console
