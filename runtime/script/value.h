// Between JSON and Lua. What remotes sent is read through records: host objects over a document, which decode a field
// when it is asked for, by its declared type: money is a decimal, 64-bit integers stay integers, instants are RFC 3339
// text, null reads as nil. A field may be assigned; that changes the view, never the document.
//
// Lua tables become JSON objects with keys in byte order, sequences and array{} become arrays.
#pragma once
#include <memory>
#include <string>

#include "runtime/document/document.h"
#include "runtime/mapping/types.h"
#include "runtime/script/lua.h"

namespace mlc::script {

inline constexpr int kMaxValueDepth = 64;

// Types of one system, for typed records; null type: untyped.
struct RecordTypes {
  std::shared_ptr<const mapping::TypeTable> table;
  const mapping::RecordType* find(std::string_view name) const { return table ? table->find(name) : nullptr; }
};

struct Record {
  document::Document document;
  document::Value value;  // object or array
  RecordTypes types;
  const mapping::RecordType* type;
  std::shared_ptr<const void> held;  // keeps the document's bytes counted
};

// A record for objects and arrays, a plain value for the rest.
void push_record(lua_State* L, const document::Document& document, document::Value value, const RecordTypes& types = {},
                 const mapping::RecordType* type = nullptr);
const Record* to_record(lua_State* L, int index);
// Plain tables (arrays marked as such, null as the sentinel): for code that takes JSON apart and changes it.
void push_plain(lua_State* L, document::Value value);

// Makes the table on top an array: it is written as one, also when it is empty.
void mark_array(lua_State* L);
bool is_marked_array(lua_State* L, int index);

struct ToJson {
  bool skip_functions = false;  // definitions keep theirs in the isolate
};
// Raises for what JSON can't say: functions, coroutines, cycles, keys that are no text.
std::string to_json(lua_State* L, int index, const ToJson& options = {});

}  // namespace mlc::script
