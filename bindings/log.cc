// log, of the service profile: lines of the process's log. A job writes notes instead (job:note).
#include "bindings/modules.h"
#include "runtime/script/service_context.h"
#include "runtime/script/value.h"

namespace mlc::bindings {
namespace {

using namespace script;

int write(lua_State* L, void (Log::*level)(std::string_view, std::initializer_list<Field>)) {
  std::string text(text_argument(L, 1));
  std::string fields = lua_isnoneornil(L, 2) ? "" : to_json(L, 2);
  if (Log* log = ServiceContext::of(L).wiring.log) {
    if (fields.empty()) {
      (log->*level)("service.note", {{"text", text}});
    } else {
      (log->*level)("service.note", {{"text", text}, {"fields", fields}});
    }
  }
  return 0;
}

// log.debug(text, fields?), log.info, log.warn, log.error
int debug(lua_State* L) { return write(L, &Log::debug); }
int info(lua_State* L) { return write(L, &Log::info); }
int warn(lua_State* L) { return write(L, &Log::warn); }
int error(lua_State* L) { return write(L, &Log::error); }

}  // namespace

script::Module log_module() { return {"log", {{"debug", debug}, {"info", info}, {"warn", warn}, {"error", error}}, nullptr}; }

}  // namespace mlc::bindings
