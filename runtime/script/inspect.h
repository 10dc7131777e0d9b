// A Lua value as a person reads it: fields in order, nested to a depth, each container once on its way down.
//
//   { id = 118, total = 19.90, lines = { { sku = "A" }, { sku = "B" } } }
#pragma once
#include <cstddef>
#include <string>

#include "runtime/script/lua.h"

namespace mlc::script {

struct InspectOptions {
  int depth = 4;             // containers inside each other; deeper ones are {…}
  size_t entries = 50;       // of one container
  size_t text_bytes = 500;   // of one text
  size_t all_bytes = 64000;  // of the whole
  bool colour = false;       // ANSI, for a terminal
};

// Raises only what a __tostring raises, and the kill of a spent budget. Never shows an address.
std::string inspect(lua_State* L, int index, const InspectOptions& options);

// The text with quotes, control characters escaped, cut where it is too long.
std::string quoted_text(std::string_view text, size_t most_bytes);

}  // namespace mlc::script
