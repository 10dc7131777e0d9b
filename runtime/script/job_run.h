// Inside script: one run of a flow. Made on the engine's thread, lives on the worker thread of its isolate's slot, asks
// the engine for everything outside itself.
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "runtime/base/executor.h"
#include "runtime/engine/runner.h"
#include "runtime/script/isolate.h"
#include "runtime/script/program.h"

namespace mlc::script {

class Slot;

struct JobRun : std::enable_shared_from_this<JobRun> {
  std::shared_ptr<const Program> program;
  std::shared_ptr<Slot> slot;
  std::shared_ptr<engine::RunHost> host;
  std::function<void(engine::RunEnd)> end;
  engine::RunInput input;
  Executor* executor = nullptr;  // of the engine
  std::atomic<bool> abandoned{false};
  std::atomic<bool> ended{false};  // set on the worker's thread

  // On the worker's thread only.
  uint64_t fiber = 0;
  WallTime now{};
  Ref environment;  // of the run's own files
  Ref functions;    // mapping name -> list of documents' function lists

  static JobRun& of(lua_State* L) { return *static_cast<JobRun*>(Isolate::of(L).current()->context.get()); }
  void begin(Isolate& isolate);  // starts the fiber
  void finish(lua_State* L, int status);
};

// The functions of `host` in stdlib/job.lua, as a table on top of the stack; raises.
void push_job_host(lua_State* L, JobRun& run);

}  // namespace mlc::script
