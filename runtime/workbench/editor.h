// What an editor with a Lua language server needs to complete `order.`, `invoice.`, `shop.` and the standard library: LuaCATS
// files in <workspace>/.luals, made from the systems' own declarations, and .luarc.json that points there with relative
// paths only, so that the workspace works on every machine. `init` makes them, `check` keeps them current.
#pragma once
#include <map>
#include <string>

#include "runtime/base/result.h"
#include "runtime/document/document.h"
#include "runtime/script/host.h"

namespace mlc::workbench {

inline constexpr const char* kEditorFolder = ".luals";
inline constexpr const char* kEditorSettings = ".luarc.json";

// Classes of one system: records as flows read them (shop.order), as a mapping's source (from.shop.order) and target
// (to.shop.order), and its role (role.shop) with the operations. `definition`: the system as load_system gives it.
std::string editor_types(const std::string& system, document::Value definition);

// Files by their path in kEditorFolder. Systems whose definition has a fault are left out: `check` tells of them.
std::map<std::string, std::string> editor_files(const script::Host& host, const std::string& workspace);

// Writes what differs and removes what is of nothing any more. Does nothing where there is no kEditorSettings: whoever
// deletes that file does not want them.
Status refresh_editor_files(const script::Host& host, const std::string& workspace);

std::string editor_settings();  // text of kEditorSettings

}  // namespace mlc::workbench
