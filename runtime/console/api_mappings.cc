// What `map` and `why` ask of a server: recorded inputs, recorded look-ups, and the files of the version that ran.
#include "runtime/console/api.h"
#include "runtime/script/program.h"

namespace mlc::console {
namespace {

Task<Result<Json>> mapped(Services& services, Call call) {
  auto told = co_await services.engine.story().mappings(call.at("client"), call.at("number"));
  if (!told) co_return told.error();
  co_return to_json(*told);
}

Task<Result<Json>> looked_up(Services& services, Call call) {
  constexpr size_t kMostKeys = 10000;
  const Json& given = call.body.contains("keys") ? call.body["keys"] : Json();
  if (!given.is_array() || given.size() > kMostKeys)
    co_return Error(Code::invalid_argument, "\"keys\" is a list of up to " + std::to_string(kMostKeys) + " texts");
  std::vector<std::string> keys;
  for (const auto& key : given) {
    if (!key.is_string()) co_return Error(Code::invalid_argument, "\"keys\" is a list of texts");
    keys.push_back(key.get<std::string>());
  }
  auto told = co_await services.engine.story().looked_up(call.at("client"), call.at("connection"), call.at("lookup"), std::move(keys));
  if (!told) co_return told.error();
  co_return to_json(*told);
}

Task<Result<Json>> files_of_version(Services& services, Call call) {
  const std::string version = call.at("version");
  auto manifest = co_await services.store.get(store::Table::scripts, script::version_row(version));
  if (!manifest) co_return manifest.error();
  if (!*manifest) co_return Error(Code::not_found, "the store has no version " + version);
  Json rows = {{script::version_row(version), (*manifest)->value}};
  auto keys = script::rows_of_manifest((*manifest)->value);
  if (!keys) co_return keys.error();
  for (const auto& key : *keys) {
    auto row = co_await services.store.get(store::Table::scripts, key);
    if (!row) co_return row.error();
    if (!*row) co_return Error(Code::corrupt, "the store lacks a file of version " + version);
    rows[key] = (*row)->value;
  }
  co_return Json{{"version", version}, {"rows", rows}};
}

}  // namespace

std::vector<Route> mapping_routes() {
  return {
      {"GET", "/api/v1/clients/{client}/records/{number}/mappings", "what a record was mapped with, by any side's number", mapped, {}},
      {"POST",
       "/api/v1/clients/{client}/connections/{connection}/lookups/{lookup}",
       "the last recorded answers of a look-up for some keys; asks nobody",
       looked_up,
       {}},
      {"GET", "/api/v1/scripts/{version}", "the files of a version, as the store keeps them", files_of_version, {}},
  };
}

}  // namespace mlc::console
