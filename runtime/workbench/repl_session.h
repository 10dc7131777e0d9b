// One person's REPL: lines in, events out, no terminal in it. A line is Lua in the environment of a job of the chosen instance, or
// a command that begins with a colon. While nothing is loaded lines read the live systems and writes are fenced; with `:load` a
// recorded job is re-run offline and lines are answered from its recording.
//
// Executor's thread. Every line is answered by events, the last of which is `ready`.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/log.h"
#include "runtime/base/scope.h"
#include "runtime/engine/engine.h"
#include "runtime/script/interactive.h"
#include "runtime/workbench/debugger.h"
#include "runtime/workbench/live_host.h"
#include "runtime/workbench/replay_offline.h"

namespace mlc::workbench {

struct ReplEvent {
  enum class Kind {
    output,  // what a line or a command gave
    note,    // what else happened: fenced writes, prints, stops
    error,
    ready,  // the next line may come; `text` is the prompt
    ended,  // the session is over
  };
  Kind kind = Kind::output;
  std::string text;
};

class ReplSession {
 public:
  using ProgramPtr = std::shared_ptr<const script::Program>;
  struct Parts {
    Environment env;
    Log* log = nullptr;
    const script::Host* host = nullptr;
    std::string folder;  // of the workspace
    remote::Remote* remote = nullptr;
    store::Store* store = nullptr;
    vault::Vault* vault = nullptr;
    engine::Engine* engine = nullptr;
    Executor* workers = nullptr;                        // for what reads files or computes
    std::function<std::vector<ProgramPtr>()> programs;  // the live ones
  };
  struct Options {
    std::string client, instance;  // "" = chosen when there is only one
    std::string actor;             // for log and audit
    bool colour = false;
  };
  ReplSession(Parts parts, Options options, std::function<void(ReplEvent)> emit);
  ~ReplSession();
  ReplSession(const ReplSession&) = delete;
  ReplSession& operator=(const ReplSession&) = delete;

  void begin();
  void line(std::string text);
  void complete(std::string before_cursor, std::function<void(script::Completions)> done);
  // Ends what a line waits for.
  void interrupt();
  // Drops the half of a chunk that was typed.
  void drop();

 private:
  using Handler = Task<Unit> (ReplSession::*)(std::string arguments);
  struct Command {
    const char *name, *arguments, *does;
    Handler run;
  };
  static const std::vector<Command>& commands();

  Task<Unit> serve(std::string text);
  Task<Unit> evaluate(std::string text);
  Task<Unit> run_command(std::string text);
  void ready();
  std::string prompt() const;
  void say(std::string text) { emit_({ReplEvent::Kind::output, std::move(text)}); }
  void note(std::string text) { emit_({ReplEvent::Kind::note, std::move(text)}); }
  void fail(std::string text) { emit_({ReplEvent::Kind::error, std::move(text)}); }

  // Which instance, and what answers.
  bool choose(const std::string& client, const std::string& instance);
  void open_live();
  void open_recorded(std::shared_ptr<const Recording> recording, ProgramPtr program);
  void close_interactive();
  void make_interactive(engine::RunInput input, std::shared_ptr<engine::RunHost> lines);
  ProgramPtr find_program(const std::string& client, const std::string& instance) const;
  std::vector<ProgramPtr> programs() const;

  // What a command waits for: a stop in the debugger, the end of the flow, the end of the line.
  Task<Unit> rest();
  void woken();
  void on_stop(Stop stop);
  Task<Unit> run_flow(std::shared_ptr<OfflineHost> host);
  void flow_ended(std::optional<engine::RunEnd> end);
  Task<Unit> go_on(Debugger::Go how);
  Task<std::string> ask_debugger(std::function<std::string(lua_State*)> work);
  Task<std::string> off_thread(std::function<std::string()> work);
  std::string source_around(const std::string& file, int line, int around) const;
  bool standing();

  // Commands.
  Task<Unit> help(std::string arguments);
  Task<Unit> quit(std::string arguments);
  Task<Unit> use(std::string arguments);
  Task<Unit> jobs(std::string arguments);
  Task<Unit> load(std::string arguments);
  Task<Unit> unload(std::string arguments);
  Task<Unit> run_again(std::string arguments);
  Task<Unit> follow(std::string arguments);
  Task<Unit> reload(std::string arguments);
  Task<Unit> why(std::string arguments);
  Task<Unit> doc(std::string arguments);
  Task<Unit> arm(std::string arguments);
  Task<Unit> depth(std::string arguments);
  Task<Unit> set_break(std::string arguments);
  Task<Unit> delete_break(std::string arguments);
  Task<Unit> step_into(std::string arguments);
  Task<Unit> step_over(std::string arguments);
  Task<Unit> step_out(std::string arguments);
  Task<Unit> proceed(std::string arguments);
  Task<Unit> locals(std::string arguments);
  Task<Unit> up(std::string arguments);
  Task<Unit> down(std::string arguments);
  Task<Unit> where(std::string arguments);
  Task<Unit> move_frame(int by);

  Parts parts_;
  Options options_;
  std::function<void(ReplEvent)> emit_;
  std::string pending_;  // the half of a chunk that was typed
  bool busy_ = false, over_ = false, interrupted_ = false;
  script::InspectOptions shown_;

  std::vector<ProgramPtr> edited_;  // of the files on disk, after :reload
  ProgramPtr program_;
  std::shared_ptr<const Recording> recording_;
  std::shared_ptr<LiveHost> live_;
  std::shared_ptr<OfflineHost> recorded_lines_, flow_host_;
  std::vector<Breakpoint> breakpoints_;
  int next_breakpoint_ = 1;
  bool flow_runs_ = false, edited_run_ = false, following_ = false;
  std::optional<Stop> stop_;
  std::function<void()> waiter_;
  size_t lines_ = 0;

  std::unique_ptr<Debugger> debugger_;
  std::unique_ptr<script::Interactive> interactive_;  // before debugger_ in destruction
  std::shared_ptr<char> life_ = std::make_shared<char>();
  Scope scope_;
};

}  // namespace mlc::workbench
