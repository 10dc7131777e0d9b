// The service profile: one long-lived isolate that serves (http.serve, http.request, timers, clock, random, state).
// `sandbox` uses it for the simulated systems; integrations never get it. Everything happens on env.executor's thread,
// the event loop's; each request and timer is a coroutine of its own.
//
//   auto service = script::Service::start(host, bindings::service_modules(), wiring, {"sandbox/main.lua", "main.lua", text}, arguments);
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/event_loop.h"
#include "runtime/base/executor.h"
#include "runtime/base/log.h"
#include "runtime/base/result.h"
#include "runtime/http/transport.h"
#include "runtime/script/host.h"

namespace mlc::script {

struct ServiceWiring {
  EventLoop* loop = nullptr;
  Environment env;                       // env.clock may be scaled; env.random is seeded by --seed
  http::Transport* transport = nullptr;  // of http.request
  Log* log = nullptr;
  std::string folder;                                   // where require finds modules before stdlib, and files.read its files
  std::string more;                                     // a folder whose modules are there too, none in the place of another; "" = none
  std::function<void(int code, std::string why)> exit;  // the script called exit(), or failed for good
  std::function<Status(Duration by)> advance_clock;     // clock.advance(): nullptr = the script may not
};

class Service {
 public:
  // Runs `folder`/`main` with `arguments` (JSON) as its only argument until its first wait; what it returns is given to
  // `ready` as JSON, or an error with file and line.
  static Result<std::unique_ptr<Service>> start(const Host& host, const std::vector<Module>& modules, ServiceWiring wiring,
                                                const std::string& main, const std::string& arguments,
                                                std::function<void(Result<std::string>)> ready);
  ~Service();  // closes servers and timers; coroutines that wait are reset
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  size_t memory_bytes() const;

 private:
  struct Core;
  explicit Service(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace mlc::script
