#include "runtime/console/api.h"

#include "runtime/console/reprint.h"
#include "runtime/document/write.h"

namespace mlc::console {
namespace {

Task<Result<Json>> describe(Services&, Call) {
  std::vector<Route> all;
  for (const auto& routes : {job_routes(), record_routes(), client_routes(), credential_routes(), store_routes(), script_routes(),
                             backfill_routes(), reconcile_routes(), restore_routes(), alert_routes(), forget_routes(), reprint_routes()})
    all.insert(all.end(), routes.begin(), routes.end());
  co_return openapi(all);
}

}  // namespace

Json to_json(const document::Node& node) { return Json::parse(document::write(node)); }

void add_api(Router& router) {
  router.add(job_routes());
  router.add(record_routes());
  router.add(client_routes());
  router.add(credential_routes());
  router.add(mapping_routes());
  router.add(store_routes());
  router.add(script_routes());
  router.add(restore_routes());
  router.add(forget_routes());
  router.add(backfill_routes());
  router.add(alert_routes());
  router.add(reprint_routes());
  router.add(reconcile_routes());
  router.add({{"GET", "/api/v1/openapi.json", "this description", describe, {}}});
}

Json openapi(const std::vector<Route>& routes) {
  Json paths = Json::object();
  for (const auto& route : routes) {
    Json parameters = Json::array();
    for (size_t open = route.pattern.find('{'); open != std::string::npos; open = route.pattern.find('{', open + 1)) {
      const std::string name = route.pattern.substr(open + 1, route.pattern.find('}', open) - open - 1);
      parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    }
    for (const auto& name : route.query) parameters.push_back({{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}}}});
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    Json operation = {{"summary", route.does}, {"parameters", parameters}};
    if (route.method != "GET") operation["requestBody"] = {{"content", {{"application/json", {{"schema", {{"type", "object"}}}}}}}};
    operation["responses"] = {
        {"200", {{"description", "done"}, {"content", {{"application/json", {{"schema", {{"type", "object"}}}}}}}}},
        {"default", {{"description", "what went wrong"}, {"content", {{"application/problem+json", {{"schema", {{"type", "object"}}}}}}}}}};
    paths[route.pattern][method] = operation;
  }
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "ml-connector admin API"}, {"version", MLC_VERSION}}},
          {"components", {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
          {"security", Json::array({{{"token", Json::array()}}})},
          {"paths", paths}};
}

}  // namespace mlc::console
