// csv: RFC 4180 with any one-character separator; the first row names the columns.
#include <vector>

#include "bindings/modules.h"
#include "runtime/document/csv.h"
#include "runtime/script/isolate.h"

namespace mlc::bindings {
namespace {

using namespace script;

// csv.parse(text, {separator = ","}?) -> list of tables by column name | nil, err
int parse(lua_State* L) {
  auto text = text_argument(L, 1);
  Options options(L, 2, {"separator"});
  std::string separator = options.text("separator", ",");
  if (separator.size() != 1) options.refuse("separator", "one character");
  Isolate::of(L).need(L, text.size() * 4);
  Isolate::of(L).charge(L, text.size() / 8);
  auto read = document::read_csv(text, separator[0]);
  if (!read) return push_failure(L, "invalid_argument", read.error().message());
  const auto& rows = *read;
  lua_newtable(L);
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].cells.size() != rows[0].cells.size()) {
      return push_failure(L, "invalid_argument",
                          "row " + std::to_string(i + 1) + " has " + std::to_string(rows[i].cells.size()) + " fields, the header has " +
                              std::to_string(rows[0].cells.size()));
    }
    lua_createtable(L, 0, static_cast<int>(rows[i].cells.size()));
    for (size_t column = 0; column < rows[i].cells.size(); ++column) {
      push_text(L, rows[0].cells[column]);
      push_text(L, rows[i].cells[column]);
      lua_rawset(L, -3);
    }
    lua_rawseti(L, -2, static_cast<lua_Integer>(i));
  }
  return 1;
}

}  // namespace

script::Module csv_module() { return {"csv", {{"parse", parse}}, nullptr}; }

}  // namespace mlc::bindings
