// timers, of the service profile: functions that run later, each as a coroutine of its own, on the scaled clock.
#include "bindings/modules.h"
#include "runtime/script/service_context.h"

namespace mlc::bindings {
namespace {

using namespace script;

Duration seconds_argument(lua_State* L, int index) {
  double seconds = lua_type(L, index) == LUA_TNUMBER ? lua_tonumber(L, index) : -1;
  if (lua_type(L, index) == LUA_TUSERDATA) seconds = std::strtod(show(L, index).c_str(), nullptr);
  if (!(seconds >= 0 && seconds < 1e9)) argument_error(L, index, "seconds from 0");
  return Duration(static_cast<int64_t>(seconds * 1e6));
}

void fire(ServiceContext& context, const std::shared_ptr<Ref>& function) {
  context.run("timer", [function](lua_State* thread) {
    function->push(thread);
    return 0;
  });
}

void arm(ServiceContext& context, uint64_t id, Duration wait, bool again, const std::shared_ptr<Ref>& function) {
  ServiceContext* raw = &context;
  context.timers[id] = context.wiring.env.timers->after(wait, [raw, id, wait, again, function] {
    auto spent = std::move(raw->timers[id]);  // lives to the end of this call
    if (again) {
      arm(*raw, id, wait, true, function);
    } else {
      raw->timers.erase(id);
    }
    fire(*raw, function);
  });
}

int start(lua_State* L, bool again) {
  Duration wait = seconds_argument(L, 1);
  function_argument(L, 2);
  lua_settop(L, 2);
  if (again && wait <= Duration(0)) argument_error(L, 1, "more than 0 seconds");
  auto function = std::make_shared<Ref>(Ref::pop(L));
  ServiceContext& context = ServiceContext::of(L);
  uint64_t id = context.next_timer++;
  arm(context, id, wait, again, function);
  lua_pushinteger(L, static_cast<lua_Integer>(id));
  return 1;
}

// timers.after(seconds, function) -> id
int after(lua_State* L) { return start(L, false); }
// timers.every(seconds, function) -> id
int every(lua_State* L) { return start(L, true); }

// timers.cancel(id)
int cancel(lua_State* L) {
  ServiceContext::of(L).timers.erase(static_cast<uint64_t>(integer_argument(L, 1)));
  return 0;
}

// timers.sleep(seconds): waits
int sleep(lua_State* L) {
  Duration wait = seconds_argument(L, 1);
  ServiceContext* context = &ServiceContext::of(L);
  return Isolate::of(L).suspend(L, [context, wait](Wake wake) {
    uint64_t id = context->next_timer++;
    context->timers[id] = context->wiring.env.timers->after(wait, [context, id, wake] {
      auto spent = std::move(context->timers[id]);
      context->timers.erase(id);
      wake([](lua_State*) { return 0; });
    });
  });
}

}  // namespace

script::Module timers_module() { return {"timers", {{"after", after}, {"every", every}, {"cancel", cancel}, {"sleep", sleep}}, nullptr}; }

}  // namespace mlc::bindings
