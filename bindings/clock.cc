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

// clock.set{scale =, now = RFC 3339?} -> true | nil, err: rewrites the clock file; every process that shares it follows
int set(lua_State* L) {
  Options options(L, 1, {"scale", "now"});
  auto& change = ServiceContext::of(L).wiring.set_clock;
  if (!change) return push_failure(L, "denied", "the clock of this sandbox can't be set");
  options.push("scale");
  double factor = lua_isnil(L, -1) ? ServiceContext::of(L).wiring.env.clock->scale() : lua_tonumber(L, -1);
  if (!(factor > 0)) options.refuse("scale", "a number above 0");
  std::optional<WallTime> moment;
  if (options.has("now")) {
    auto parsed = parse_instant(options.text("now"));
    if (!parsed) return push_failure(L, parsed.error());
    moment = *parsed;
  }
  auto done = change(factor, moment);
  if (!done) return push_failure(L, done.error());
  lua_pushboolean(L, 1);
  return 1;
}

}  // namespace

script::Module clock_module() { return {"clock", {{"now", now}, {"now_ms", now_ms}, {"scale", scale}, {"set", set}}, nullptr}; }

}  // namespace mlc::bindings
