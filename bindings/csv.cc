// csv: RFC 4180 with any one-character separator; the first row names the columns.
#include "runtime/document/csv.h"

#include <map>
#include <vector>

#include "bindings/modules.h"
#include "runtime/base/encoding.h"
#include "runtime/script/decimal_value.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"

namespace mlc::bindings {
namespace {

using namespace script;

using CsvRow = std::vector<std::string>;

// Empty = every column has a name of its own.
std::string check_header(const CsvRow& header) {
  std::map<std::string_view, size_t> seen;
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) return "column " + std::to_string(i + 1) + " has no name in the first row";
    auto [known, fresh] = seen.emplace(header[i], i + 1);
    if (!fresh)
      return "the columns " + std::to_string(known->second) + " and " + std::to_string(i + 1) + " are both named '" + header[i] + "'";
  }
  return {};
}

char separator_of(Options& options) {
  std::string separator = options.text("separator", ",");
  if (separator.size() != 1 || separator[0] == '"' || separator[0] == '\n' || separator[0] == '\r')
    options.refuse("separator", "one character such as \";\"");
  return separator[0];
}

void push_row(lua_State* L, const CsvRow& row, const CsvRow* header) {
  lua_createtable(L, header == nullptr ? static_cast<int>(row.size()) : 0, header == nullptr ? 0 : static_cast<int>(row.size()));
  for (size_t column = 0; column < row.size(); ++column) {
    if (header == nullptr) {
      push_text(L, row[column]);
      lua_rawseti(L, -2, static_cast<lua_Integer>(column) + 1);
    } else {
      push_text(L, (*header)[column]);
      push_text(L, row[column]);
      lua_rawset(L, -3);
    }
  }
}

// csv.parse(text, {separator = ",", header = true}?) -> list of tables by column name, or without header of lists | nil, err
int parse(lua_State* L) {
  auto text = text_argument(L, 1);
  Options options(L, 2, {"separator", "header"});
  char separator = separator_of(options);
  bool named = options.flag("header", true);
  Isolate::of(L).need(L, text.size() * 4);
  Isolate::of(L).charge(L, text.size() / 8);
  if (!valid_utf8(text)) return push_failure(L, "invalid_argument", "the text is not UTF-8: save the file as CSV UTF-8");
  auto read = document::read_csv(text, separator);
  if (!read) return push_failure(L, "invalid_argument", read.error().message());
  std::vector<CsvRow> rows;
  for (auto& row : *read) rows.push_back(std::move(row.cells));
  std::string fault;
  if (named && !rows.empty()) fault = check_header(rows[0]);
  if (!fault.empty()) return push_failure(L, "invalid_argument", fault);
  lua_newtable(L);
  lua_Integer count = 0;
  for (size_t i = named ? 1 : 0; i < rows.size(); ++i) {
    if (named && rows[i].size() != rows[0].size()) {
      return push_failure(L, "invalid_argument",
                          "row " + std::to_string(i + 1) + " has " + std::to_string(rows[i].size()) + " fields, the header has " +
                              std::to_string(rows[0].size()));
    }
    push_row(L, rows[i], named ? &rows[0] : nullptr);
    lua_rawseti(L, -2, ++count);
  }
  return 1;
}

void append_field(std::string& out, std::string_view text, char separator) {
  const std::string special = {separator, '"', '\r', '\n'};
  if (text.find_first_of(special) == std::string_view::npos) {
    out += text;
    return;
  }
  out.push_back('"');
  for (char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

// The text of the value on top: text, integers, decimals and booleans; nothing for nil and null.
std::string field_text(lua_State* L, const std::string& where) {
  if (lua_isnil(L, -1) || is_null(L, -1)) return {};
  int type = lua_type(L, -1);
  if (type != LUA_TSTRING && type != LUA_TBOOLEAN && !lua_isinteger(L, -1) && to_decimal_object(L, -1) == nullptr)
    raise(L, "csv.encode: " + where + ": text, integer, decimal or boolean expected, got " + type_of(L, -1));
  return show(L, -1);
}

// csv.encode(rows, {columns = {"sku", "vat"}, separator = ","}) -> text: a first row of names, then one row a table
int encode(lua_State* L) {
  lua_settop(L, 2);
  Options options(L, 2, {"columns", "separator"});
  char separator = separator_of(options);
  if (options.push("columns") != LUA_TTABLE) options.refuse("columns", "a list of column names");
  std::vector<std::string> columns;
  int list = lua_gettop(L);
  for (lua_Integer i = 1; lua_rawgeti(L, list, i) != LUA_TNIL; ++i) {
    columns.emplace_back(text_argument(L, lua_gettop(L)));
    lua_pop(L, 1);
  }
  lua_settop(L, list);
  if (std::string fault = check_header(columns); columns.empty() || !fault.empty()) raise(L, "csv.encode: " + fault);
  std::string out;
  auto row_ends = [&](size_t column) { return column + 1 == columns.size() ? std::string("\r\n") : std::string(1, separator); };
  for (size_t column = 0; column < columns.size(); ++column) {
    append_field(out, columns[column], separator);
    out += row_ends(column);
  }
  auto count = luaL_len(L, 1);
  for (lua_Integer row = 1; row <= count; ++row) {
    Isolate::of(L).charge(L, columns.size());
    if (out.capacity() > 65536 && out.size() * 2 > out.capacity()) Isolate::of(L).need(L, out.size() * 2);
    lua_geti(L, 1, row);
    if (type_of(L, -1) != "table" && type_of(L, -1) != "record")
      raise(L, "csv.encode: row " + std::to_string(row) + ": table expected, got " + type_of(L, -1));
    for (size_t column = 0; column < columns.size(); ++column) {
      lua_getfield(L, -1, columns[column].c_str());
      append_field(out, field_text(L, "row " + std::to_string(row) + ", column " + columns[column]), separator);
      out += row_ends(column);
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
  }
  push_text(L, out);
  return 1;
}

}  // namespace

script::Module csv_module() { return {"csv", {{"parse", parse}, {"encode", encode}}, nullptr}; }

}  // namespace mlc::bindings
