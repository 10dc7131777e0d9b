// json: text to plain tables and back, numbers exact, null a sentinel, empty arrays still arrays.
#include "bindings/modules.h"
#include "runtime/document/document.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"
#include "runtime/script/value.h"

namespace mlc::bindings {
namespace {

using namespace script;

// json.decode(text) -> value | nil, err
int decode(lua_State* L) {
  auto text = text_argument(L, 1);
  Isolate& isolate = Isolate::of(L);
  isolate.need(L, text.size() * 3);
  isolate.charge(L, text.size() / 32);
  auto parsed = document::Document::parse(std::string(text));
  if (!parsed) return push_failure(L, parsed.error());
  push_plain(L, parsed->root());
  return 1;
}

// json.record(text) -> record | nil, err: the lazy view that operations answer with
int record(lua_State* L) {
  auto text = text_argument(L, 1);
  Isolate::of(L).need(L, text.size() * 3);
  Isolate::of(L).charge(L, text.size() / 32);
  auto parsed = document::Document::parse(std::string(text));
  if (!parsed) return push_failure(L, parsed.error());
  push_record(L, *parsed, parsed->root());
  return 1;
}

// json.encode(value) -> text; keys in byte order
int encode(lua_State* L) {
  luaL_checkany(L, 1);
  std::string text = to_json(L, 1);
  push_text(L, text);
  return 1;
}

// json.array(list?) -> list, marked as an array also when it is empty
int array(lua_State* L) {
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_newtable(L);
  }
  table_argument(L, 1);
  lua_settop(L, 1);
  mark_array(L);
  return 1;
}

// json.is_array(value) -> boolean
int is_array(lua_State* L) {
  const Record* seen = to_record(L, 1);
  bool array_like = seen != nullptr ? seen->value.is_array() : lua_istable(L, 1) && (is_marked_array(L, 1) || lua_rawlen(L, 1) > 0);
  lua_pushboolean(L, array_like);
  return 1;
}

void more(lua_State* L) {
  push_null(L);
  lua_setfield(L, -2, "null");
}

}  // namespace

script::Module json_module() {
  return {"json", {{"decode", decode}, {"record", record}, {"encode", encode}, {"array", array}, {"is_array", is_array}}, more};
}

}  // namespace mlc::bindings
