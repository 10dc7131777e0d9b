// files, of the service profile: reads of what lies beside the script, such as seeds.
#include "bindings/modules.h"
#include "runtime/base/strings.h"
#include "runtime/script/service_context.h"

namespace mlc::bindings {
namespace {

using namespace script;

// files.read(path) -> text | nil, err; the path is relative to the script's folder and may not leave it
int read(lua_State* L) {
  auto path = text_argument(L, 1);
  bool inside = !path.empty() && path[0] != '/' && path.find('\0') == std::string_view::npos;
  for (auto part : split(path, '/')) inside = inside && part != ".." && part != "." && !part.empty();
  if (!inside) return push_failure(L, "denied", "only files beside the script can be read");
  ServiceContext& context = ServiceContext::of(L);
  auto text = context.files->read(context.wiring.folder + "/" + std::string(path));
  if (!text) return push_failure(L, text.error());
  Isolate::of(L).need(L, text->size());
  push_text(L, *text);
  return 1;
}

}  // namespace

script::Module files_module() { return {"files", {{"read", read}}, nullptr}; }

}  // namespace mlc::bindings
