#include "runtime/script/code.h"

#include <charconv>
#include <lua.hpp>

#include "runtime/crypto/digest.h"
#include "runtime/script/shared.h"

namespace mlc::script {
namespace {

SharedByContent<Chunk>& known_chunks() {
  static SharedByContent<Chunk> all;
  return all;
}

int collect(lua_State*, const void* bytes, size_t count, void* into) {
  static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), count);
  return 0;
}

// "name:12: message" -> position and message.
Problem problem_of(const std::string& name, std::string message) {
  Problem problem{name, 0, 0, message};
  if (message.compare(0, name.size(), name) == 0 && message.size() > name.size() && message[name.size()] == ':') {
    const char* digits = message.data() + name.size() + 1;
    auto [end, failed] = std::from_chars(digits, message.data() + message.size(), problem.line);
    if (failed == std::errc() && *end == ':') problem.sentence = std::string(end + 2);
  }
  return problem;
}

}  // namespace

std::string Problem::text() const {
  std::string all = file;
  if (line > 0) all += ":" + std::to_string(line);
  if (column > 0) all += ":" + std::to_string(column);
  return all + (all.empty() ? "" : ": ") + sentence;
}

Compiled compile(const std::string& name, const std::string& text) {
  if (!text.empty() && text[0] == LUA_SIGNATURE[0]) return {nullptr, {name, 1, 1, "compiled Lua is not accepted, only text"}};
  std::string key = crypto::sha256(name + '\0' + text);
  if (auto known = known_chunks().find(key)) return {known, {}};
  // A state for the compiler alone: nothing of it survives but the dump.
  std::unique_ptr<lua_State, void (*)(lua_State*)> state(luaL_newstate(), lua_close);
  if (!state) return {nullptr, {name, 0, 0, "out of memory"}};
  lua_State* L = state.get();
  if (luaL_loadbufferx(L, text.data(), text.size(), ("@" + name).c_str(), "t") != LUA_OK)
    return {nullptr, problem_of(name, lua_tostring(L, -1))};
  auto code = std::make_shared<Chunk>(Chunk{name, text, {}});
  lua_dump(L, collect, &code->dump, 0);
  return {known_chunks().keep(key, std::move(code)), {}};
}

}  // namespace mlc::script
