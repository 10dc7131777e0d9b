#include "bindings/bindings.h"

#include "bindings/modules.h"
#include "runtime/script/lua.h"

namespace mlc::bindings {
namespace {

using namespace script;

std::vector<Module> pure_modules() {
  return {json_module(), decimal_module(), time_module(), crypto_module(), text_module(), csv_module(), xml_module()};
}

// A job calls out, waits and tells only in ways that its journal records.
void no_http(lua_State* L) {
  raise(L, "require: 'http' is not for jobs: declare the call as an operation of the system, then role.group.operation(...) makes it");
}
void no_clock(lua_State* L) { raise(L, "require: 'clock' is not for jobs: job:now() is the time, and a replay gives the same"); }
void no_timers(lua_State* L) {
  raise(L, "require: 'timers' is not for jobs: raise a retryable error, or let a schedule or poll come back to the record");
}
void no_random(lua_State* L) { raise(L, "require: 'random' is not for jobs: crypto.uuid() gives the same in each replay"); }
void no_files(lua_State* L) { raise(L, "require: 'files' is not for jobs: tables beside the script are CSV files of a mapping"); }
void no_log(lua_State* L) { raise(L, "require: 'log' is not for jobs: job:note(text) stands in the story of the record"); }
void no_process(lua_State* L) { raise(L, "require: 'process' is not for jobs"); }

}  // namespace

std::vector<Module> job_modules() {
  auto modules = pure_modules();
  modules.push_back({"http", {}, no_http});
  modules.push_back({"clock", {}, no_clock});
  modules.push_back({"timers", {}, no_timers});
  modules.push_back({"random", {}, no_random});
  modules.push_back({"files", {}, no_files});
  modules.push_back({"log", {}, no_log});
  modules.push_back({"process", {}, no_process});
  return modules;
}

std::vector<Module> service_modules() {
  auto modules = pure_modules();
  for (auto make : {http_module, timers_module, clock_module, random_module, files_module, log_module, process_module})
    modules.push_back(make());
  return modules;
}

}  // namespace mlc::bindings
