// clock, of the service profile: the (possibly scaled) time.
#include "bindings/modules.h"
#include "runtime/base/date.h"
#include "runtime/script/service_context.h"

namespace mlc::bindings {
namespace {

using namespace script;

int64_t now_micros(lua_State* L) { return to_micros(ServiceContext::of(L).wiring.env.clock->wall()); }

// clock.now() -> integer seconds since 1970; clock.now_ms() -> milliseconds
int now(lua_State* L) {
  lua_pushinteger(L, now_micros(L) / 1'000'000);
  return 1;
}
int now_ms(lua_State* L) {
  lua_pushinteger(L, now_micros(L) / 1000);
  return 1;
}

// clock.scale() -> number
int scale(lua_State* L) {
  lua_pushnumber(L, ServiceContext::of(L).wiring.env.clock->scale());
  return 1;
}

// clock.advance(seconds) -> true | nil, err: time jumps ahead, also for processes that share the clock file and start later
int advance(lua_State* L) {
  const lua_Integer seconds = luaL_checkinteger(L, 1);
  auto& change = ServiceContext::of(L).wiring.advance_clock;
  if (!change) return push_failure(L, "denied", "this clock can't be set");
  constexpr lua_Integer kMost = 4'000'000'000;  // longer than any calendar here
  if (seconds < 0 || seconds > kMost) return push_failure(L, "invalid_argument", "a clock only goes ahead");
  auto done = change(std::chrono::seconds(seconds));
  if (!done) return push_failure(L, done.error());
  lua_pushboolean(L, 1);
  return 1;
}

}  // namespace

script::Module clock_module() { return {"clock", {{"now", now}, {"now_ms", now_ms}, {"scale", scale}, {"advance", advance}}, nullptr}; }

}  // namespace mlc::bindings
