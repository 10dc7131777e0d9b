// process, of the service profile: the end of it.
#include "bindings/modules.h"
#include "runtime/script/service_context.h"

namespace mlc::bindings {
namespace {

using namespace script;

// process.exit(code?, why?)
int exit_process(lua_State* L) {
  auto code = static_cast<int>(integer_argument(L, 1, 0));
  std::string why(text_argument(L, 2, ""));
  auto& leave = ServiceContext::of(L).wiring.exit;
  if (!leave) raise(L, "process.exit is not available here");
  leave(code, why);
  return 0;
}

}  // namespace

script::Module process_module() { return {"process", {{"exit", exit_process}}, nullptr}; }

}  // namespace mlc::bindings
