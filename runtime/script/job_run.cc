#include "runtime/script/job_run.h"

#include "runtime/crypto/digest.h"
#include "runtime/script/definition.h"
#include "runtime/script/libraries.h"
#include "runtime/script/slot.h"
#include "runtime/script/value.h"

namespace mlc::script {
namespace {

// "orders.lua:12: text" gives "orders.lua:12".
std::string position_in(const std::string& text) {
  size_t lua = text.find(".lua:");
  if (lua == std::string::npos || text.find(' ') < lua) return {};
  size_t end = text.find_first_not_of("0123456789", lua + 5);
  return text.substr(0, end);
}

std::string field_text(lua_State* L, int table, const char* key) {
  std::string text;
  if (lua_getfield(L, table, key) == LUA_TSTRING) text = lua_tostring(L, -1);
  lua_pop(L, 1);
  return text;
}

engine::RunEnd read_control(lua_State* L, int table) {
  engine::RunEnd end;
  if (lua_getfield(L, table, "skip") == LUA_TSTRING) {
    end.how = engine::RunEnd::How::skipped;
    end.reason = lua_tostring(L, -1);
    return end;
  }
  end.how = engine::RunEnd::How::refused;
  end.reason = field_text(L, table, "refuse");
  end.fix = field_text(L, table, "fix");
  end.concern = field_text(L, table, "concern");
  end.cause = field_text(L, table, "cause");
  end.code = field_text(L, table, "code");
  end.script_position = field_text(L, table, "position");
  lua_getfield(L, table, "decide");
  end.decidable = lua_toboolean(L, -1) != 0;
  lua_pop(L, 1);
  if (end.code.empty()) end.code = "refused";
  if (end.concern.empty()) end.concern = "finance";
  if (end.cause.empty()) end.cause = end.code + " " + end.script_position;
  return end;
}

engine::RunEnd read_error(lua_State* L, int value) {
  engine::RunEnd end;
  if (is_control(L, value)) return read_control(L, value);
  if (lua_istable(L, value) && !field_text(L, value, "code").empty()) {
    end.how = engine::RunEnd::How::failed;
    end.code = field_text(L, value, "code");
    end.reason = field_text(L, value, "message");
    lua_getfield(L, value, "retryable");
    end.retryable = lua_toboolean(L, -1) != 0;
    end.cause = end.code;
    return end;
  }
  end.how = engine::RunEnd::How::broken;
  end.code = "script_error";
  end.reason = show(L, value);
  end.script_position = position_in(end.reason);
  end.concern = "operator";
  end.cause = "script_error " + (end.script_position.empty() ? end.reason : end.script_position);
  return end;
}

}  // namespace

void JobRun::begin(Isolate& isolate) {
  now = input.began;
  std::string digest = crypto::sha256(input.seed);
  uint64_t seed = 0;
  for (size_t i = 0; i < sizeof seed; ++i) seed = seed << 8 | static_cast<unsigned char>(digest[i]);
  auto self = shared_from_this();
  auto spawned = isolate.spawn(
      [this, &isolate](lua_State* thread) {
        const Sources& sources = program->scripts->modules;
        isolate.push_environment(thread, sources);
        add_ambient(thread, sources, nullptr);
        lua_pushvalue(thread, -1);
        environment = Ref::pop(thread);
        auto chunk = sources.find("job");
        if (chunk == sources.end()) raise(thread, "stdlib/job.lua is missing");
        isolate.push_chunk(thread, *chunk->second, -1);
        push_job_host(thread, *this);
        return 1;
      },
      [self](lua_State* L, int status) { self->finish(L, status); }, self, std::make_unique<SeededRandom>(seed), input.job.id);
  if (spawned) {
    if (!ended) fiber = *spawned;
    return;
  }
  engine::RunEnd failed;
  failed.how = engine::RunEnd::How::broken;
  failed.code = "script_error";
  failed.reason = spawned.error().text();
  failed.cause = "script_error " + failed.reason;
  failed.concern = "operator";
  ended = true;
  slot->active -= 1;
  if (isolate.exhausted()) slot->exhausted = true;
  if (abandoned) return;
  executor->post([self, failed] {
    if (!self->abandoned) self->end(failed);
  });
}

void JobRun::finish(lua_State* L, int status) {
  engine::RunEnd result;
  if (status == LUA_OK) {
    result.how = engine::RunEnd::How::done;
    result.result = to_json(L, 1, {.skip_functions = true});
  } else if (lua_isnil(L, 1)) {
    result.how = engine::RunEnd::How::broken;
    result.code = status == LUA_ERRMEM ? "script_memory" : "script_error";
    result.reason =
        status == LUA_ERRMEM ? "the script used up its memory and was stopped" : "the flow ended with a value that can't be shown";
    result.concern = "operator";
    result.cause = result.code;
  } else {
    result = read_error(L, 1);
  }
  ended = true;
  functions.reset();
  environment.reset();
  slot->active -= 1;
  auto made = slot->isolate();
  if (made && (*made)->exhausted()) slot->exhausted = true;
  auto self = shared_from_this();
  executor->post([self, result] {
    if (!self->abandoned) self->end(result);
  });
}

}  // namespace mlc::script
