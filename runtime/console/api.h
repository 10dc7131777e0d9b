// Everything the admin API can do, by topic; each file gives its routes.
#pragma once
#include "runtime/console/router.h"
#include "runtime/console/services.h"
#include "runtime/document/node.h"

namespace mlc::console {

std::vector<Route> job_routes();         // jobs and cases
std::vector<Route> record_routes();      // show, audit, status
std::vector<Route> client_routes();      // pause, resume, live, sync
std::vector<Route> credential_routes();  // secrets, grants, ping
std::vector<Route> mapping_routes();     // what was mapped, with what, on which version
std::vector<Route> reconcile_routes();   // comparisons, what was accepted in them
std::vector<Route> backfill_routes();    // history on request
std::vector<Route> alert_routes();       // open alerts, tests of their destinations
std::vector<Route> store_routes();       // backup, audit's proof
std::vector<Route> restore_routes();     // arm, recovery key
std::vector<Route> forget_routes();      // erasure
std::vector<Route> script_routes();      // versions, approve, rollback, reload

void add_api(Router& router);
// The OpenAPI 3.1 document of a router's routes.
Json openapi(const std::vector<Route>& routes);
// Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
// `more`: samples that only the caller knows.
Task<Result<std::string>> prometheus(Services& services, std::vector<engine::Metric> more = {});

Json to_json(const document::Node& node);

}  // namespace mlc::console
