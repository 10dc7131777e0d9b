#include "runtime/workbench/debugger.h"

#include <algorithm>
#include <set>

#include "runtime/base/strings.h"
#include "runtime/script/slot.h"

namespace mlc::workbench {
namespace {

using script::Isolate;

std::string source_of(const lua_Debug& at) {
  std::string_view source = at.source == nullptr ? "" : at.source;
  if (!source.empty() && (source[0] == '@' || source[0] == '=')) source.remove_prefix(1);
  return std::string(source);
}

// Frames that are the author's: Lua code that is no part of the standard library.
bool is_own(const lua_Debug& at) {
  const std::string source = source_of(at);
  return at.currentline > 0 && !source.starts_with("stdlib/");
}

int depth_of(lua_State* L) {
  lua_Debug debug{};
  int depth = 0;
  while (lua_getstack(L, depth, &debug) != 0) ++depth;
  return depth;
}

bool names_file(const std::string& source, const std::string& file) {
  if (source == file) return true;
  return source.size() > file.size() && source.ends_with(file) && source[source.size() - file.size() - 1] == '/';
}

std::string function_name(const lua_Debug& at) {
  if (at.name != nullptr) return at.name;
  return std::string_view(at.what) == "main" ? "main chunk" : "function at line " + std::to_string(at.linedefined);
}

// Calls `each` with the name and the position of every local and upvalue of a frame, its value on top of `of`. An inner name
// comes after the outer one that it hides.
void each_name(lua_State* of, lua_Debug* frame, const std::function<void(const char* name, int upvalue, int local)>& each) {
  luaL_checkstack(of, 8, nullptr);
  lua_getinfo(of, "f", frame);
  const int function = lua_gettop(of);
  for (int n = 1;; ++n) {
    const char* name = lua_getupvalue(of, function, n);
    if (name == nullptr) break;
    if (std::string_view(name) != "_ENV") each(name, n, 0);
    lua_pop(of, 1);
  }
  lua_pop(of, 1);
  for (int n = 1;; ++n) {
    const char* name = lua_getlocal(of, frame, n);
    if (name == nullptr) break;
    if (name[0] != '(') each(name, 0, n);
    lua_pop(of, 1);
  }
}

const char kHidden = 0;  // key in a frame table's metatable: names whose value is nil

// Of a frame's table: nil for its own names, the environment's value for the rest. Upvalues: nil names, environment.
int read_name(lua_State* L) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, script::native_upvalue(1)) != LUA_TNIL) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushvalue(L, 2);
  lua_gettable(L, script::native_upvalue(2));
  return 1;
}

}  // namespace

std::string Breakpoint::text() const {
  return std::to_string(number) + "  " + file + ":" + std::to_string(line) + (condition.empty() ? "" : " if " + condition);
}

void Debugger::set_breakpoints(std::vector<Breakpoint> breakpoints) {
  std::lock_guard hold(mutex_);
  breakpoints_ = std::move(breakpoints);
  has_breakpoints_ = !breakpoints_.empty();
}

bool Debugger::has_breakpoints() const { return has_breakpoints_; }

void Debugger::go(Go how) {
  slot_->post([this, how](script::Slot&) {
    if (!standing_) return;
    lua_Debug at{};
    int level = 0;  // of the frame that is looked at: `out` leaves that one
    for (int own = -1; lua_getstack(where_, level, &at) != 0; ++level) {
      lua_getinfo(where_, "Sl", &at);
      if (is_own(at) && ++own == frame_) break;
    }
    step_ = {how, where_, depth_of(where_) - (how == Go::out ? level + 1 : 0)};
    going_ = true;
  });
}

void Debugger::end() {
  ending_ = true;
  if (slot_ != nullptr) slot_->post([this](script::Slot&) { going_ = true; });
}

void Debugger::line(lua_State* L, lua_Debug* at) {
  if (ending_) luaL_error(L, "the run was ended from the debugger");
  if (standing_ || (step_.how == Go::on && !has_breakpoints_)) return;
  auto why = reason_to_stop(L, at);
  if (!why) return;
  stand(L, at, *why);
  if (ending_) luaL_error(L, "the run was ended from the debugger");
}

std::optional<std::string> Debugger::reason_to_stop(lua_State* L, lua_Debug* at) {
  std::vector<Breakpoint> here;
  if (has_breakpoints_) {
    std::lock_guard hold(mutex_);
    for (const auto& one : breakpoints_) {
      if (one.line == at->currentline) here.push_back(one);
    }
  }
  if (here.empty() && step_.how == Go::on) return std::nullopt;
  lua_getinfo(L, "S", at);
  const std::string source = source_of(*at);
  for (const auto& one : here) {
    if (!names_file(source, one.file)) continue;
    std::string fault;
    if (one.condition.empty() || holds(L, one, &fault)) return "breakpoint " + std::to_string(one.number);
    if (!fault.empty()) return "breakpoint " + std::to_string(one.number) + ", whose condition fails: " + fault;
  }
  if (step_.how == Go::on || !is_own(*at) || source == "line") return std::nullopt;
  if (step_.how == Go::into) return "step";
  if (L == step_.thread) {
    if (depth_of(L) <= step_.depth) return "step";
    return std::nullopt;
  }
  // Another coroutine: it is where we go on only when the one that was left has ended or yielded.
  lua_Debug top{};
  const bool ended = lua_status(step_.thread) != LUA_OK || lua_getstack(step_.thread, 0, &top) == 0;
  if (ended) return "step";
  return std::nullopt;
}

bool Debugger::holds(lua_State* L, const Breakpoint& breakpoint, std::string* fault) {
  Isolate& isolate = Isolate::of(L);
  bool yes = false;
  isolate.stand_still([&] {
    standing_ = true;
    auto asked = isolate.protect([&](lua_State* M) {
      lua_Debug frame{};
      if (lua_getstack(L, 0, &frame) == 0) return;
      int outer = 0;
      lua_getinfo(L, "f", &frame);
      for (int n = 1; const char* name = lua_getupvalue(L, -1, n); ++n) {
        if (std::string_view(name) == "_ENV") {
          lua_xmove(L, M, 1);
          outer = lua_gettop(M);
          break;
        }
        lua_pop(L, 1);
      }
      lua_pop(L, 1);
      push_frame(M, L, &frame, outer);
      const std::string text = "return " + breakpoint.condition;
      if (luaL_loadbufferx(M, text.data(), text.size(), "=condition", "t") != LUA_OK) lua_error(M);
      lua_pushvalue(M, -2);
      lua_setupvalue(M, -2, 1);
      lua_call(M, 0, 1);
      yes = lua_toboolean(M, -1) != 0;
      lua_settop(M, 0);
    });
    if (!asked) *fault = asked.error().text();
    standing_ = false;
  });
  return yes;
}

void Debugger::stand(lua_State* L, lua_Debug* at, const std::string& why) {
  lua_getinfo(L, "nSl", at);
  step_ = {};
  where_ = L;
  frame_ = 0;
  going_ = false;
  Stop stop{source_of(*at), function_name(*at), why, at->currentline};
  Isolate::of(L).stand_still([&] {
    standing_ = true;
    executor_.post([told = stopped_, stop] { told(stop); });
    slot_->work_until([this] { return going_ || ending_; });
    standing_ = false;
  });
  where_ = nullptr;
}

bool Debugger::find_frame(int frame, lua_Debug* found) const {
  if (where_ == nullptr) return false;
  for (int level = 0, own = -1; lua_getstack(where_, level, found) != 0; ++level) {
    lua_getinfo(where_, "nSl", found);
    if (is_own(*found) && ++own == frame) return true;
  }
  return false;
}

bool Debugger::move(int by) {
  lua_Debug frame{};
  if (frame_ + by < 0 || !find_frame(frame_ + by, &frame)) return false;
  frame_ += by;
  return true;
}

std::optional<Stop> Debugger::frame_now() {
  lua_Debug frame{};
  if (!find_frame(frame_, &frame)) return std::nullopt;
  return Stop{source_of(frame), function_name(frame), "", frame.currentline};
}

// Pushes the table of the names of a frame of `of`, another coroutine, on L; `outer` is the index of the environment, 0 = none.
void Debugger::push_frame(lua_State* L, lua_State* of, lua_Debug* frame, int outer) {
  luaL_checkstack(L, 12, nullptr);
  luaL_checkstack(of, 4, nullptr);
  lua_newtable(L);
  const int table = lua_gettop(L);
  lua_newtable(L);
  const int hidden = lua_gettop(L);
  each_name(of, frame, [&](const char* name, int, int) {
    const bool nil = lua_isnil(of, -1);
    lua_pushvalue(of, -1);
    lua_xmove(of, L, 1);
    lua_setfield(L, table, name);
    if (nil) lua_pushboolean(L, 1);
    else lua_pushnil(L);
    lua_setfield(L, hidden, name);
  });
  lua_createtable(L, 0, 2);
  const int meta = lua_gettop(L);
  lua_pushvalue(L, hidden);
  lua_rawsetp(L, meta, &kHidden);
  if (outer != 0) {
    lua_pushvalue(L, outer);
    lua_setfield(L, meta, "outer");
    lua_pushvalue(L, hidden);
    lua_pushvalue(L, outer);
    script::push_native(L, read_name, 2);
    lua_setfield(L, meta, "__index");
  }
  lua_setmetatable(L, table);
  lua_settop(L, table);
}

bool Debugger::push(lua_State* L, int outer) {
  lua_Debug frame{};
  if (!standing_ || !find_frame(frame_, &frame)) return false;
  push_frame(L, where_, &frame, lua_absindex(L, outer));
  return true;
}

// Values that the line gave to the frame's own names go back into it.
void Debugger::leave(lua_State* L, int index) {
  lua_Debug frame{};
  if (!standing_ || !find_frame(frame_, &frame)) return;
  index = lua_absindex(L, index);
  struct Place {
    std::string name;
    int upvalue, local;
  };
  std::vector<Place> places;
  each_name(where_, &frame, [&](const char* name, int upvalue, int local) { places.push_back({name, upvalue, local}); });
  std::set<std::string> done;
  for (auto place = places.rbegin(); place != places.rend(); ++place) {  // the innermost of a name is the one that was seen
    if (!done.insert(place->name).second) continue;
    lua_getfield(L, index, place->name.c_str());
    if (lua_isnil(L, -1)) {
      // Not in the table: it was nil before, unless the line made it so.
      lua_pop(L, 1);
      lua_getmetatable(L, index);
      lua_rawgetp(L, -1, &kHidden);
      lua_getfield(L, -1, place->name.c_str());
      const bool was_nil = lua_toboolean(L, -1) != 0;
      lua_pop(L, 3);
      if (was_nil) continue;
      lua_pushnil(L);
    }
    luaL_checkstack(where_, 4, nullptr);
    if (place->local != 0) {
      lua_xmove(L, where_, 1);
      lua_setlocal(where_, &frame, place->local);
    } else {
      lua_getinfo(where_, "f", &frame);
      lua_xmove(L, where_, 1);
      lua_setupvalue(where_, -2, place->upvalue);
      lua_pop(where_, 1);
    }
  }
}

namespace {

// A record has a hundred lines, and a frame several records: the beginning of each, under its name.
std::string shortened(const std::string& text, const std::string& name) {
  constexpr size_t kMost = 12, kShown = 8;
  const auto lines = split(text, '\n');
  std::string all;
  for (size_t i = 0; i < lines.size() && (lines.size() <= kMost || i < kShown); ++i) all += (i == 0 ? "" : "\n  ") + std::string(lines[i]);
  if (lines.size() > kMost) all += "\n    … " + std::to_string(lines.size() - kShown) + " more lines: " + name + " shows them all";
  return all;
}

}  // namespace

std::string Debugger::locals(lua_State* L, const script::InspectOptions& options) {
  lua_Debug frame{};
  if (!find_frame(frame_, &frame)) return "nothing stands still";
  std::string outer, inner;
  std::set<std::string> functions;
  each_name(where_, &frame, [&](const char* name, int upvalue, int) {
    luaL_checkstack(L, 4, nullptr);
    lua_pushvalue(where_, -1);
    lua_xmove(where_, L, 1);
    std::string& into = upvalue != 0 ? outer : inner;
    into += "  " + shortened(std::string(name) + " = " + script::inspect(L, -1, options), name) + "\n";
    lua_pop(L, 1);
  });
  std::string text = inner.empty() ? "  (no locals)\n" : inner;
  if (!outer.empty()) text += "from outside the function:\n" + outer;
  text.pop_back();
  return text;
}

std::string Debugger::stack(lua_State*) {
  std::string text;
  lua_Debug frame{};
  for (int n = 0; find_frame(n, &frame); ++n) {
    text += (n == frame_ ? "> " : "  ") + std::to_string(n) + "  " + source_of(frame) + ":" + std::to_string(frame.currentline) + "  in " +
            function_name(frame) + "\n";
  }
  if (!text.empty()) text.pop_back();
  return text.empty() ? "nothing stands still" : text;
}

}  // namespace mlc::workbench
