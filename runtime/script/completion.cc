#include "runtime/script/completion.h"

#include <algorithm>
#include <set>

#include "runtime/document/document.h"
#include "runtime/script/isolate.h"
#include "runtime/script/value.h"

namespace mlc::script {
namespace {

using document::Document;

constexpr size_t kMaxWords = 500;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// shop.orders.ge gives {"shop", "orders"} and "ge"; list[1].na gives {"list", "[1]"} and "na".
struct Chain {
  std::vector<std::string> steps;
  std::string begun;
  bool method = false;  // a colon stands before what is begun
  bool readable = true;
};

Chain chain_of(const std::string& before) {
  Chain chain;
  size_t end = before.size(), begin = end;
  while (begin > 0 && is_word(before[begin - 1])) --begin;
  chain.begun = before.substr(begin, end - begin);
  while (begin > 0 && (before[begin - 1] == '.' || before[begin - 1] == ':')) {
    if (chain.steps.empty()) chain.method = before[begin - 1] == ':';
    end = --begin;
    while (end > 0 && before[end - 1] == ']') {
      const size_t open = before.rfind('[', end - 1);
      if (open == std::string::npos) break;
      chain.steps.insert(chain.steps.begin(), before.substr(open, end - open));
      end = begin = open;
    }
    while (begin > 0 && is_word(before[begin - 1])) --begin;
    if (begin == end) {  // what stands there is no name: a call, a text in parentheses
      chain.readable = false;
      return chain;
    }
    chain.steps.insert(chain.steps.begin(), before.substr(begin, end - begin));
  }
  return chain;
}

bool is_role(lua_State* L, int index) {
  if (luaL_getmetafield(L, index, "__metatable") == LUA_TNIL) return false;
  const bool role = lua_type(L, -1) == LUA_TSTRING && std::string_view(lua_tostring(L, -1)) == "role";
  lua_pop(L, 1);
  return role;
}

// Replaces the value on top by its field; nil when nothing can be said without running code.
void go_into(lua_State* L, const std::string& step) {
  if (step.front() == '[') {
    const std::string inside = step.substr(1, step.size() - 2);
    if (!inside.empty() && inside.find_first_not_of("0123456789") == std::string::npos && inside.size() < 10)
      lua_pushinteger(L, std::stol(inside));
    else if (inside.size() > 1 && (inside.front() == '"' || inside.front() == '\'')) push_text(L, inside.substr(1, inside.size() - 2));
    else lua_pushnil(L);
  } else {
    push_text(L, step);
  }
  if (lua_isnil(L, -1)) {
    lua_remove(L, -2);
  } else if (lua_istable(L, -2)) {
    lua_rawget(L, -2);
    lua_remove(L, -2);
  } else if (to_record(L, -2) != nullptr) {
    lua_gettable(L, -2);
    lua_remove(L, -2);
  } else {
    lua_pop(L, 2);
    lua_pushnil(L);
  }
}

using Words = std::set<std::string>;

void add_keys(lua_State* L, int index, Words& words) {
  index = lua_absindex(L, index);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING && words.size() < kMaxWords) words.insert(lua_tostring(L, -1));
  }
}

// Names of a frame's table, and of the environment that its metatable holds as `outer`.
void add_names(lua_State* L, int index, Words& words) {
  add_keys(L, index, words);
  if (luaL_getmetafield(L, index, "outer") == LUA_TNIL) return;
  if (lua_istable(L, -1)) add_keys(L, -1, words);
  lua_pop(L, 1);
}

// Groups of a role's operations, or the verbs of one group.
void add_operations(const Program& program, const std::string& role, const std::string& group, Words& words) {
  auto system = program.scripts->role_systems.find(role);
  if (system == program.scripts->role_systems.end()) return;
  auto definition = program.scripts->systems.find(system->second);
  if (definition == program.scripts->systems.end()) return;
  auto parsed = Document::parse(definition->second);
  if (!parsed) return;
  for (auto operation : parsed->root().get("operations").fields()) {
    const std::string name(operation.key);
    const size_t dot = name.rfind('.');
    if (dot == std::string::npos) continue;
    if (group.empty()) {
      words.insert(name.substr(0, dot));
    } else if (name.substr(0, dot) == group) {
      words.insert(name.substr(dot + 1));
      if (operation.value.get("pages") && name.substr(dot + 1) == "list") words.insert("each");
    }
  }
}

void add_fields(lua_State* L, int index, Words& words) {
  const Record* record = to_record(L, index);
  for (auto field : record->value.fields()) words.emplace(field.key);
  if (record->type == nullptr || record->value.is_array()) return;
  for (const auto& name : record->type->field_names()) words.insert(name);
}

}  // namespace

Completions complete_in(lua_State* L, int environment, const std::string& before, const Program& program) {
  environment = lua_absindex(L, environment);
  const int top = lua_gettop(L);
  const Chain chain = chain_of(before);
  Completions found;
  found.from = before.size() - chain.begun.size();
  if (!chain.readable) return found;
  Words words;
  if (chain.steps.empty()) {
    add_names(L, environment, words);
    for (const char* word : {"and", "do", "else", "elseif", "end", "for", "function", "if", "in", "local", "nil", "not", "or", "repeat",
                             "return", "then", "until", "while"})
      words.insert(word);
  } else {
    // The first name as the line itself would find it: the frame's names, then the environment's.
    push_text(L, chain.steps.front());
    lua_rawget(L, environment);
    if (lua_isnil(L, -1) && luaL_getmetafield(L, environment, "outer") != LUA_TNIL) {
      push_text(L, chain.steps.front());
      lua_rawget(L, -2);
    }
    const bool role = lua_istable(L, -1) && is_role(L, -1);
    if (role && chain.steps.size() <= 2) {
      add_operations(program, chain.steps.front(), chain.steps.size() == 2 ? chain.steps[1] : "", words);
      if (chain.steps.size() == 1) words.insert("at");
    } else {
      for (size_t i = 1; i < chain.steps.size(); ++i) go_into(L, chain.steps[i]);
      if (lua_istable(L, -1)) {
        add_keys(L, -1, words);
      } else if (lua_isuserdata(L, -1) && to_record(L, -1) != nullptr) {
        add_fields(L, -1, words);
      } else if (lua_type(L, -1) == LUA_TSTRING) {
        push_text(L, "string");
        if (luaL_getmetafield(L, environment, "outer") == LUA_TNIL) lua_pushvalue(L, environment);
        lua_insert(L, -2);
        lua_rawget(L, -2);
        if (lua_istable(L, -1)) add_keys(L, -1, words);
      }
    }
  }
  lua_settop(L, top);
  for (const auto& word : words) {
    if (word.compare(0, chain.begun.size(), chain.begun) == 0) found.words.push_back(word);
  }
  return found;
}

}  // namespace mlc::script
