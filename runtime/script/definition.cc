#include "runtime/script/definition.h"

#include <charconv>
#include <map>

#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/mapping/position.h"
#include "runtime/mapping/transforms.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"
#include "runtime/script/places.h"
#include "runtime/script/value.h"

namespace mlc::script {
namespace {

// The files of an environment, and their places once they were asked for.
struct Files {
  const Sources* sources = nullptr;
  std::map<const Chunk*, Places> places;
};
const ObjectType kFiles = {"files", nullptr, nullptr, destroy_as<Files>};

// host.position() -> file, line, column of the innermost statement that is not in stdlib
int position(lua_State* L) {
  lua_Debug debug{};
  std::string file;
  bool found = false;
  for (lua_State* thread = L; !found && thread != nullptr; thread = Isolate::of(thread).joined_by(thread)) {
    for (int level = thread == L ? 1 : 0; !found && lua_getstack(thread, level, &debug) != 0; ++level) {
      lua_getinfo(thread, "Sl", &debug);
      file = debug.source[0] == '@' ? debug.source + 1 : debug.source;
      found = debug.currentline > 0 && !file.starts_with("stdlib/");
    }
  }
  Place place{debug.currentline, 1};
  // `return system {…}` is a tail call: its frame is gone, and whoever runs the file knows which one it is.
  if (!found) file.clear(), place = {0, 0};
  auto* files = test_object<Files>(L, native_upvalue(1), kFiles);
  if (found && files != nullptr) {
    for (const auto& [name, chunk] : *files->sources) {
      if (chunk->name != file) continue;
      place = files->places.try_emplace(chunk.get(), chunk->text).first->second.statement(debug.currentline);
      break;
    }
  }
  push_text(L, file);
  lua_pushinteger(L, place.line);
  lua_pushinteger(L, place.column);
  return 3;
}

// host.closest(word) -> the transform that is no more than a slip away | nil
int closest(lua_State* L) {
  std::vector<std::string> names;
  for (const auto& transform : mapping::transforms()) names.emplace_back(transform.name);
  const std::string like = mapping::closest(text_argument(L, 1), names);
  if (like.empty()) lua_pushnil(L);
  else push_text(L, like);
  return 1;
}

// host.transforms() -> names
int transforms(lua_State* L) {
  lua_newtable(L);
  lua_Integer at = 0;
  for (const auto& transform : mapping::transforms()) {
    push_text(L, transform.name);
    lua_rawseti(L, -2, ++at);
  }
  return 1;
}

int array(lua_State* L) {
  table_argument(L, 1);
  lua_settop(L, 1);
  mark_array(L);
  return 1;
}

int type_name(lua_State* L) {
  push_text(L, type_of(L, 1));
  return 1;
}

// has(value) -> not nil and not null; has(record, field) -> the field was sent, be it null
int has(lua_State* L) {
  if (lua_gettop(L) < 2) {
    lua_pushboolean(L, !lua_isnil(L, 1) && !is_null(L, 1));
    return 1;
  }
  if (const Record* record = to_record(L, 1)) {
    bool sent = static_cast<bool>(record->value.get(text_argument(L, 2)));
    if (!sent) {
      lua_pushvalue(L, 2);
      sent = lua_gettable(L, 1) != LUA_TNIL;
    }
    lua_pushboolean(L, sent);
    return 1;
  }
  lua_pushvalue(L, 2);
  lua_pushboolean(L, lua_istable(L, 1) && lua_gettable(L, 1) != LUA_TNIL);
  return 1;
}

// What stdlib's own files are given of the host.
void push_host(lua_State* L, const Sources& sources, Positions positions) {
  lua_newtable(L);
  set_functions(L, {{"transforms", transforms}, {"array", array}, {"type", type_name}, {"has", has}, {"closest", closest}});
  if (positions == Positions::exact) push_object<Files>(L, kFiles, Files{&sources, {}});
  else lua_pushnil(L);
  push_native(L, position, 1);
  lua_setfield(L, -2, "position");
  push_null(L);
  lua_setfield(L, -2, "null");
}

}  // namespace

void add_ambient(lua_State* L, const Sources& sources, Ref* recorded, Positions positions) {
  int environment = lua_gettop(L);
  auto ambient = sources.find("ambient");
  if (ambient == sources.end()) raise(L, "stdlib/ambient.lua is missing");
  Isolate::of(L).push_chunk(L, *ambient->second, environment);
  push_host(L, sources, positions);
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "names");
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, environment);
  }
  lua_pop(L, 1);
  if (recorded != nullptr) {
    lua_getfield(L, -1, "recorded");
    *recorded = Ref::pop(L);
  }
  lua_settop(L, environment);
}

Result<std::unique_ptr<Definer>> Definer::make(const Host& host) {
  Profile profile;
  profile.budget = host.definition;
  profile.modules = host.modules;
  auto isolate = Isolate::make(std::move(profile));
  if (!isolate) return isolate.error();
  return std::unique_ptr<Definer>(new Definer(std::move(*isolate)));
}

Result<std::string> Definer::run(const Chunk& chunk, const Sources& sources) {
  std::string json = "null";
  auto done = isolate_->protect([&](lua_State* L) {
    isolate_->push_environment(L, sources);
    add_ambient(L, sources, nullptr);
    isolate_->push_chunk(L, chunk, -1);
    lua_call(L, 0, 1);
    json = to_json(L, -1, {.skip_functions = true});
  });
  if (!done) return done.error();
  return json;
}

Result<std::vector<std::string>> Definer::record(const Chunk& chunk, const Sources& sources) {
  std::vector<std::string> documents;
  auto done = isolate_->protect([&](lua_State* L) {
    Ref recorded;
    isolate_->push_environment(L, sources);
    add_ambient(L, sources, &recorded);
    isolate_->push_chunk(L, chunk, -1);
    lua_call(L, 0, 0);
    recorded.push(L);
    lua_call(L, 0, 1);
    auto count = static_cast<lua_Integer>(lua_rawlen(L, -1));
    for (lua_Integer i = 1; i <= count; ++i) {
      lua_rawgeti(L, -1, i);
      documents.push_back(to_json(L, -1));
      lua_pop(L, 1);
    }
  });
  if (!done) return done.error();
  return documents;
}

Status SettingsReader::open() {
  if (isolate_ != nullptr && !isolate_->exhausted()) return ok_status();
  made_.reset();
  Profile profile;
  profile.budget = host_.settings;
  auto isolate = Isolate::make(std::move(profile));
  if (!isolate) return isolate.error();
  isolate_ = std::move(*isolate);
  static const Sources kNone;
  return isolate_->protect([&](lua_State* L) {
    isolate_->push_environment(L, kNone);
    isolate_->push_chunk(L, *language_, -1);
    made_ = Ref::pop(L);
  });
}

Result<std::string> SettingsReader::read(const Chunk& chunk, const std::string& kind) {
  auto opened = open();
  if (!opened) return opened.error();
  Sources itself;
  itself["file"] = std::shared_ptr<const Chunk>(std::shared_ptr<const Chunk>(), &chunk);
  std::string json;
  auto done = isolate_->protect([&](lua_State* L) {
    made_.push(L);
    push_host(L, itself, Positions::exact);
    push_text(L, kind);
    lua_call(L, 2, 2);
    lua_insert(L, -2);
    isolate_->push_chunk(L, chunk, -1);
    lua_call(L, 0, 0);
    lua_pop(L, 1);
    lua_call(L, 0, 1);
    json = to_json(L, -1);
  });
  if (!done) return done.error();
  return json;
}

Problem Definer::problem_of(const Error& error, const std::string& file) {
  std::string text = error.text();
  if (text.starts_with(file + ": ")) text.erase(0, file.size() + 2);
  Problem problem{file, 0, 0, text};
  size_t lua = text.find(".lua:");
  if (lua == std::string::npos || text.find(' ') < lua) return problem;
  const char* digits = text.data() + lua + 5;
  auto [end, failed] = std::from_chars(digits, text.data() + text.size(), problem.line);
  if (failed != std::errc() || *end != ':') return problem;
  problem.file = text.substr(0, lua + 4);
  const char* rest = end + 1;
  int column = 0;
  auto [column_end, no_column] = std::from_chars(rest, text.data() + text.size(), column);
  if (no_column == std::errc() && *column_end == ':') {
    problem.column = column;
    rest = column_end + 1;
  }
  problem.sentence = std::string(rest + (*rest == ' ' ? 1 : 0));
  return problem;
}

}  // namespace mlc::script
