// The commands of the REPL that speak to the debugger.
#include <algorithm>
#include <charconv>

#include "runtime/base/strings.h"
#include "runtime/workbench/repl_session.h"
#include "runtime/workbench/repl_words.h"

namespace mlc::workbench {

std::optional<store::Id> number_of(const std::string& text) {
  store::Id number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

Task<Unit> ReplSession::set_break(std::string arguments) {
  if (arguments.empty()) {
    for (const auto& one : breakpoints_) say(one.text());
    if (breakpoints_.empty()) say("no breakpoints; :break FILE:LINE sets one");
    co_return Unit{};
  }
  const size_t space = std::min(arguments.find(' '), arguments.size());
  const std::string place = arguments.substr(0, space);
  std::string condition(trim(std::string_view(arguments).substr(space)));
  const size_t colon = place.rfind(':');
  const auto line = colon == std::string::npos ? std::nullopt : number_of(place.substr(colon + 1));
  const bool conditional = condition.starts_with("if ");
  if (!line || colon == 0 || (!condition.empty() && !conditional)) {
    fail(":break takes FILE:LINE, and `if` with a condition: :break orders.lua:31 if order.id == 118");
    co_return Unit{};
  }
  if (!program_) {
    fail("choose an instance first: :use CLIENT INSTANCE");
    co_return Unit{};
  }
  Breakpoint wanted{next_breakpoint_, place.substr(0, colon), static_cast<int>(*line),
                    conditional ? std::string(trim(condition.substr(3))) : ""};
  std::vector<std::string> files;
  bool known = false, has_line = false;
  for (const auto& [key, each] : program_->files()) {
    const std::string& shown = each.shown;
    if (!shown.ends_with(".lua")) continue;
    if (!shown.starts_with("stdlib/")) files.push_back(shown);
    if (shown != wanted.file && !shown.ends_with("/" + wanted.file)) continue;
    known = true;
    // Blank lines and comments never run: the next line that can is meant.
    const auto lines = split(each.file->text, '\n');
    for (size_t n = static_cast<size_t>(wanted.line); n <= lines.size() && !has_line; ++n) {
      const auto text = trim(lines[n - 1]);
      if (text.empty() || text.starts_with("--")) continue;
      wanted.line = static_cast<int>(n);
      has_line = true;
    }
  }
  if (!known) {
    std::string text =
        "no file of " + program_->instance.client + "/" + program_->instance.name + " is called " + wanted.file + "; there are:";
    for (const auto& file : files) text += "\n  " + file;
    fail(text);
    co_return Unit{};
  }
  if (!has_line) {
    fail(wanted.file + " has no code at line " + std::to_string(wanted.line) + " or below");
    co_return Unit{};
  }
  ++next_breakpoint_;
  breakpoints_.push_back(wanted);
  if (debugger_) debugger_->set_breakpoints(breakpoints_);
  say("breakpoint " + wanted.text());
  co_return Unit{};
}

Task<Unit> ReplSession::delete_break(std::string arguments) {
  const auto number = number_of(arguments);
  if (std::erase_if(breakpoints_, [&](const auto& one) { return number && one.number == *number; }) == 0)
    fail(":delete takes the number of a breakpoint; :break lists them");
  if (debugger_) debugger_->set_breakpoints(breakpoints_);
  co_return Unit{};
}

Task<Unit> ReplSession::go_on(Debugger::Go how) {
  if (!standing()) co_return Unit{};
  stop_.reset();
  debugger_->go(how);
  co_await rest();
  co_return Unit{};
}

Task<Unit> ReplSession::step_into(std::string) {
  // From rest: the loaded job runs to its first line.
  if (!stop_ && recording_ && !flow_runs_) {
    debugger_->stop_at_once();
    auto running = run_again("");
    co_await std::move(running);
    co_return Unit{};
  }
  co_await go_on(Debugger::Go::into);
  co_return Unit{};
}
Task<Unit> ReplSession::step_over(std::string) { co_return co_await go_on(Debugger::Go::over); }
Task<Unit> ReplSession::step_out(std::string) { co_return co_await go_on(Debugger::Go::out); }
Task<Unit> ReplSession::proceed(std::string) { co_return co_await go_on(Debugger::Go::on); }

Task<Unit> ReplSession::locals(std::string) {
  if (!standing()) co_return Unit{};
  auto options = shown_;
  options.depth = std::min(options.depth, 2);
  std::function<std::string(lua_State*)> work = [debugger = debugger_.get(), options](lua_State* L) {
    return debugger->locals(L, options);
  };
  auto asking = ask_debugger(std::move(work));
  const auto text = co_await std::move(asking);
  say(text);
  co_return Unit{};
}

Task<Unit> ReplSession::where(std::string) {
  if (!standing()) co_return Unit{};
  std::function<std::string(lua_State*)> work = [debugger = debugger_.get()](lua_State* L) { return debugger->stack(L); };
  auto asking = ask_debugger(std::move(work));
  const auto text = co_await std::move(asking);
  say(text);
  co_return Unit{};
}

Task<Unit> ReplSession::move_frame(int by) {
  if (!standing()) co_return Unit{};
  auto now = std::make_shared<std::optional<Stop>>();
  std::function<std::string(lua_State*)> work = [debugger = debugger_.get(), by, now](lua_State*) {
    const bool there = debugger->move(by);
    *now = debugger->frame_now();
    return std::string(there ? "yes" : "");
  };
  auto asking = ask_debugger(std::move(work));
  const auto moved = co_await std::move(asking);
  if (moved != "yes") fail(by > 0 ? "there is no frame further out" : "this is the innermost frame");
  else if (*now)
    say((*now)->file + ":" + std::to_string((*now)->line) + " in " + (*now)->function + "\n" +
        source_around((*now)->file, (*now)->line, 2));
  co_return Unit{};
}

Task<Unit> ReplSession::up(std::string) { co_return co_await move_frame(1); }
Task<Unit> ReplSession::down(std::string) { co_return co_await move_frame(-1); }

}  // namespace mlc::workbench
