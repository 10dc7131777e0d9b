#include "runtime/console/alerts/alerts.h"
#include "runtime/console/api.h"
#include "runtime/http/url.h"

namespace mlc::console {
namespace {

Task<Result<Json>> list(Services& services, Call call) { co_return services.alerts->report(call.option("client")); }

Task<Result<Json>> test(Services& services, Call call) {
  auto client = call.text("client");
  if (!client) co_return client.error();
  auto destination = call.text("destination");
  if (!destination) co_return destination.error();
  auto trying = services.alerts->test(std::move(*client), std::move(*destination));
  co_return co_await std::move(trying);
}

Task<Result<Json>> put_secret(Services& services, Call call) {
  auto client = call.text("client");
  if (!client) co_return client.error();
  auto value = call.text("value");
  if (!value) co_return value.error();
  const auto url = http::Url::parse(*value);
  if (!url) co_return Error(Code::invalid_argument, "the value is no address: expected https://…");
  const std::string host = url->host(), name = call.at("name"), owner = alert_secrets_of(*client);
  if (!client->empty()) {
    const auto known = services.doors.clients();
    if (std::find(known.begin(), known.end(), *client) == known.end()) co_return Error(Code::not_found, "there is no client " + *client);
  }
  auto putting = services.vault.put_secret(owner, name, Secret(std::move(*value)), {host}, call.actor);
  auto stored = co_await std::move(putting);
  if (!stored) co_return stored.error();
  co_return Json{{"secret", name}, {"client", *client}, {"host", host}};
}

}  // namespace

std::vector<Route> alert_routes() {
  return {
      {"GET", "/api/v1/alerts", "open alerts, and how each destination stands", list, {"client"}},
      {"POST", "/api/v1/alerts/test", "says a test to a destination, or to all", test, {}},
      {"PUT", "/api/v1/alerts/secrets/{name}", "stores the address of a destination; it never comes back out", put_secret, {}},
  };
}

}  // namespace mlc::console
