// What bindings of the service profile work on. Owned by Service; the event loop's thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/http/server.h"
#include "runtime/script/isolate.h"
#include "runtime/script/service.h"

namespace mlc::script {

struct ServiceContext {
  ServiceWiring wiring;
  Files* files = nullptr;
  Isolate* isolate = nullptr;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  std::vector<std::unique_ptr<http::Server>> servers;
  std::map<uint64_t, std::unique_ptr<Timer>> timers;
  uint64_t next_timer = 1;

  static ServiceContext& of(lua_State* L) { return *static_cast<ServiceContext*>(Isolate::of(L).owner); }
  // Starts a coroutine for an event; what it raises is logged under `what`, and `done` still hears of it.
  void run(const std::string& what, const Push& prepare, std::function<void(lua_State*, int status)> done = {});
};

}  // namespace mlc::script
