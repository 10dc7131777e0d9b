// Interactive: the environment of a job (job, its roles, the ambient names) in which a person's lines are evaluated, and the
// job's flow, under the limits of any run. One isolate on a thread of its own, so that a run that stands in the debugger holds
// nobody else up.
//
// Made and used on the executor's thread; what is asked happens in order on its own thread and is answered on the executor's.
// While a tracer waits (Slot::work_until) evaluations go on.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/thread_pool.h"
#include "runtime/engine/runner.h"
#include "runtime/script/inspect.h"
#include "runtime/script/isolate.h"
#include "runtime/script/program.h"

namespace mlc::script {

class Slot;
struct JobRun;

// Where a line is evaluated, when not at top level: a frame of a run that stands still. On the isolate's thread.
class Scene {
 public:
  virtual ~Scene() = default;
  // Pushes a table of the frame's names, whose __index leads on to the environment at `outer`; false: there is no frame.
  virtual bool push(lua_State* L, int outer) = 0;
  // After the line: what was assigned goes back to the frame. The table is at `index`.
  virtual void leave(lua_State* L, int index) = 0;
};

struct Evaluated {
  enum class How { value, nothing, error, incomplete } how = How::nothing;
  std::string text;
};

struct Completions {
  size_t from = 0;  // where in the line the completed word begins
  std::vector<std::string> words;
};

class Interactive {
 public:
  struct Parts {
    const Host* host = nullptr;
    std::shared_ptr<const Program> program;
    engine::RunInput input;
    Executor* executor = nullptr;
    std::shared_ptr<engine::RunHost> lines;  // answers what evaluated lines ask
    std::function<void(std::string)> print;  // print(...) of a line; called on the executor
    Tracer* tracer = nullptr;                // outlives this
    Scene* scene = nullptr;                  // outlives this
  };
  explicit Interactive(Parts parts);
  ~Interactive();  // a tracer that waits must have been told to end before
  Interactive(const Interactive&) = delete;
  Interactive& operator=(const Interactive&) = delete;

  void evaluate(std::string line, InspectOptions options, std::function<void(Evaluated)> done);
  // Ends a line that waits; its `done` is not called.
  void interrupt();
  void complete(std::string before_cursor, std::function<void(Completions)> done);

  void run_flow(std::shared_ptr<engine::RunHost> host, std::function<void(engine::RunEnd)> end);
  // The flow asks nothing more and its end is not told.
  void abandon_flow();

  // Work on the isolate's thread, protected; in order with everything else. The error goes to `done`, with what `work` gave.
  void inspect_state(std::function<std::string(lua_State*)> work, std::function<void(Result<std::string>)> done);
  Slot& slot() { return *slot_; }
  const Program& program() const { return *parts_.program; }

 private:
  struct Line;
  struct Core;

  Parts parts_;
  std::unique_ptr<ThreadPool> thread_;
  std::shared_ptr<Slot> slot_;
  std::shared_ptr<Core> core_;
  std::shared_ptr<JobRun> flow_;
};

}  // namespace mlc::script
