#include "runtime/script/mapping_functions.h"

#include "runtime/script/definition.h"
#include "runtime/script/isolate.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Node;
using document::Value;

// ctx.refuse(sentence)
int refuse(lua_State* L) {
  lua_newtable(L);
  push_text(L, text_argument(L, 1));
  lua_setfield(L, -2, "refused");
  return lua_error(L);
}

}  // namespace

struct ScriptFunctions::Given {
  const ScriptFunctions* self;
  const Call* call;
  std::string json;  // the result; "" for nothing
};

void push_mapping_functions(lua_State* L, const Sources& sources, const MappingUnit& unit) {
  lua_newtable(L);
  int documents = lua_gettop(L);
  Isolate& isolate = Isolate::of(L);
  for (size_t i = 0; i < unit.files.size(); ++i) {
    isolate.push_environment(L, sources);
    Ref recorded;
    add_ambient(L, sources, &recorded, Positions::cheap);
    isolate.push_chunk(L, *unit.files[i], -1);
    lua_call(L, 0, 0);
    recorded.push(L);
    lua_call(L, 0, 2);
    lua_rawgeti(L, -1, static_cast<lua_Integer>(unit.document_in_file[i]) + 1);
    lua_getfield(L, -1, "functions");
    lua_rawseti(L, documents, static_cast<lua_Integer>(i) + 1);
    lua_settop(L, documents);
  }
}

void push_context(lua_State* L, const Document& settings, const Document& given, const std::string& source, const std::string& key) {
  lua_createtable(L, 0, 4);
  push_native(L, refuse);
  lua_setfield(L, -2, "refuse");
  push_record(L, settings, settings.root());
  lua_setfield(L, -2, "settings");
  push_record(L, given, given.root());
  lua_setfield(L, -2, "given");
  lua_createtable(L, 0, 2);
  push_text(L, source);
  lua_setfield(L, -2, "source");
  push_text(L, key);
  lua_setfield(L, -2, "key");
  lua_setfield(L, -2, "job");
}

mapping::LookupTable lookup_table(Value answers) {
  mapping::LookupTable lookups;
  for (auto lookup : answers.fields()) {
    for (auto answer : lookup.value.fields()) {
      if (!answer.value.is_null()) lookups.set(lookup.key, answer.key, Node::copy_of(answer.value));
    }
  }
  return lookups;
}

Result<std::optional<Node>> ScriptFunctions::call(const Call& call) {
  lua_State* L = state_;
  int top = lua_gettop(L);
  Given given{this, &call, {}};
  lua_pushcfunction(L, [](lua_State* state) {
    auto& what = *static_cast<Given*>(lua_touserdata(state, 1));
    what.json = run(state, what);
    return 0;
  });
  lua_pushlightuserdata(L, &given);
  lua_pushvalue(L, functions_);
  lua_pushvalue(L, functions_ + 1);
  int status = lua_pcall(L, 3, 0, 0);
  if (status != LUA_OK) {
    status_ = status;
    std::string refused;
    if (lua_istable(L, -1) && lua_getfield(L, -1, "refused") == LUA_TSTRING) refused = lua_tostring(L, -1);
    std::string text = !refused.empty() ? refused : lua_type(L, lua_gettop(L)) == LUA_TSTRING ? lua_tostring(L, -1) : "the function failed";
    lua_settop(L, top);
    return Error(refused.empty() ? Code::config : Code::denied, text);
  }
  lua_settop(L, top);
  if (given.json.empty()) return std::optional<Node>();
  auto parsed = Document::parse(given.json);
  if (!parsed) return parsed.error();
  return std::optional<Node>(Node::copy_of(parsed->root()));
}

// On the stack: our argument, the documents' function lists, ctx.
std::string ScriptFunctions::run(lua_State* L, const Given& given) {
  const Call& call = *given.call;
  lua_rawgeti(L, 2, static_cast<lua_Integer>(call.document) + 1);
  lua_rawgeti(L, -1, static_cast<lua_Integer>(call.index) + 1);
  push_record(L, given.self->record_, call.record, given.self->types_, call.record_type);
  if (call.line) {
    push_record(L, given.self->record_, call.line, given.self->types_, call.line_type);
  } else {
    lua_pushnil(L);
  }
  lua_pushvalue(L, 3);
  lua_call(L, 3, 1);
  return lua_isnil(L, -1) ? std::string() : to_json(L, -1);
}

}  // namespace mlc::script
