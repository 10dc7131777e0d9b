// The debugger of the REPL. A run that comes to a breakpoint stands still on its isolate's own thread; meanwhile that thread does
// what is posted to it: lines typed in the frame, questions about its values. It serves one Interactive.
//
// line(), push(), leave(), locals() and stack() are called on the isolate's thread, the rest on the executor's.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/script/inspect.h"
#include "runtime/script/interactive.h"

namespace mlc::workbench {

struct Breakpoint {
  int number = 0;
  std::string file;  // as a person writes it: a path or the end of one
  int line = 0;
  std::string condition;  // Lua; "" = always
  std::string text() const;
};

struct Stop {
  std::string file, function, why;  // why: "breakpoint 1", "step", or what is wrong with a condition
  int line = 0;
};

class Debugger : public script::Tracer, public script::Scene {
 public:
  enum class Go { on, into, over, out };

  // `stopped` is called on the executor each time that a run stands still.
  Debugger(Executor& executor, std::function<void(Stop)> stopped) : executor_(executor), stopped_(std::move(stopped)) {}
  ~Debugger() override = default;

  void watch(script::Slot& slot) { slot_ = &slot; }
  void set_breakpoints(std::vector<Breakpoint> breakpoints);
  bool has_breakpoints() const;
  // The run that begins next stops at its first line.
  void stop_at_once() { step_ = Step{Go::into, nullptr, 0}; }
  void go(Go how);  // from where it stands
  void end();       // what stands still, and whatever still runs, ends with an error; for good

  // Frames count from 0, the innermost of the script's own. Called through Interactive::inspect_state.
  std::string locals(lua_State* L, const script::InspectOptions& options);
  std::string stack(lua_State* L);
  // `by` frames outwards (or inwards when negative); false: there is no such frame.
  bool move(int by);
  std::optional<Stop> frame_now();

  void line(lua_State* L, lua_Debug* at) override;
  bool push(lua_State* L, int outer) override;
  void leave(lua_State* L, int index) override;

 private:
  struct Step {
    Go how = Go::on;
    lua_State* thread = nullptr;
    int depth = 0;
  };
  std::optional<std::string> reason_to_stop(lua_State* L, lua_Debug* at);
  bool holds(lua_State* L, const Breakpoint& breakpoint, std::string* fault);
  void stand(lua_State* L, lua_Debug* at, const std::string& why);
  bool find_frame(int frame, lua_Debug* found) const;
  void push_frame(lua_State* L, lua_State* of, lua_Debug* frame, int outer);

  Executor& executor_;
  std::function<void(Stop)> stopped_;
  script::Slot* slot_ = nullptr;

  mutable std::mutex mutex_;
  std::vector<Breakpoint> breakpoints_;
  std::atomic<bool> has_breakpoints_{false}, ending_{false};

  // On the isolate's thread.
  Step step_;
  bool standing_ = false, going_ = false;
  lua_State* where_ = nullptr;
  int frame_ = 0;
};

}  // namespace mlc::workbench
