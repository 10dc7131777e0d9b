#include "runtime/workbench/repl_session.h"

#include <algorithm>

#include "runtime/base/strings.h"

namespace mlc::workbench {

ReplSession::ReplSession(Parts parts, Options options, std::function<void(ReplEvent)> emit)
    : parts_(std::move(parts)), options_(std::move(options)), emit_(std::move(emit)) {
  shown_.colour = options_.colour;
}

ReplSession::~ReplSession() {
  scope_.clear();
  close_interactive();
  parts_.log->info("repl.ended", {{"actor", options_.actor}, {"lines", lines_}});
}

void ReplSession::begin() {
  parts_.log->info("repl.began", {{"actor", options_.actor}, {"client", options_.client}, {"instance", options_.instance}});
  const auto all = programs();
  std::vector<ProgramPtr> meant;
  for (const auto& one : all) {
    const bool client = options_.client.empty() || one->instance.client == options_.client;
    if (client && (options_.instance.empty() || one->instance.name == options_.instance)) meant.push_back(one);
  }
  if (meant.size() == 1) {
    choose(meant.front()->instance.client, meant.front()->instance.name);
  } else if (meant.empty() && !options_.client.empty()) {
    fail("there is no instance " + options_.client + (options_.instance.empty() ? "" : "/" + options_.instance) +
         " that could run; see `ml-connector check`");
  }
  if (!program_) {
    for (const auto& one : meant.empty() ? all : meant) say(":use " + one->instance.client + " " + one->instance.name);
    if (all.empty()) say("no instance of this workspace can run; see `ml-connector check`");
  }
  note(":help lists the commands");
  ready();
}

std::string ReplSession::prompt() const {
  if (!pending_.empty()) return ">> ";
  if (stop_) {
    const size_t slash = stop_->file.rfind('/');
    return "debug " + (slash == std::string::npos ? stop_->file : stop_->file.substr(slash + 1)) + ":" + std::to_string(stop_->line) + "> ";
  }
  if (!program_) return "> ";
  std::string at = program_->instance.client + "/" + program_->instance.name;
  if (recording_) at += " job " + std::to_string(recording_->job().id);
  if (live_ && live_->armed()) at += " (armed)";
  return at + "> ";
}

void ReplSession::ready() {
  busy_ = false;
  interrupted_ = false;
  emit_({over_ ? ReplEvent::Kind::ended : ReplEvent::Kind::ready, over_ ? "" : prompt()});
}

void ReplSession::line(std::string text) {
  if (busy_ || over_) return;
  busy_ = true;
  ++lines_;
  scope_.spawn(serve(std::move(text)));
}

Task<Unit> ReplSession::serve(std::string text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool empty = first == std::string::npos;
  if (pending_.empty() && !empty && text[first] == ':') {
    auto command = run_command(text.substr(first + 1));
    co_await std::move(command);
  } else if (!pending_.empty() || !empty) {
    auto evaluation = evaluate(std::move(text));
    co_await std::move(evaluation);
  }
  ready();
  co_return Unit{};
}

Task<Unit> ReplSession::run_command(std::string text) {
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string name = text.substr(0, end);
  const std::string arguments(trim(std::string_view(text).substr(end)));
  const auto& known = commands();
  auto exact = std::find_if(known.begin(), known.end(), [&](const Command& one) { return name == one.name; });
  if (exact == known.end()) {
    // A beginning that only one command has.
    std::vector<const Command*> begun;
    for (const auto& one : known) {
      if (!name.empty() && std::string_view(one.name).starts_with(name)) begun.push_back(&one);
    }
    if (begun.size() != 1) {
      fail("there is no command :" + name + "; :help lists them");
      co_return Unit{};
    }
    exact = known.begin() + (begun.front() - known.data());
  }
  const Handler run = exact->run;
  auto running = (this->*run)(arguments);
  co_await std::move(running);
  co_return Unit{};
}

Task<Unit> ReplSession::evaluate(std::string text) {
  if (!interactive_) {
    fail("choose an instance first: :use CLIENT INSTANCE");
    co_return Unit{};
  }
  const std::string whole = pending_.empty() ? text : pending_ + "\n" + text;
  std::optional<script::Evaluated> end;
  const bool was_armed = live_ && live_->armed();
  auto waiting = std::make_shared<bool>(true);
  interactive_->evaluate(whole, shown_, [this, whole, waiting, alive = std::weak_ptr<char>(life_)](script::Evaluated how) {
    if (!alive.lock() || !std::exchange(*waiting, false)) return;
    pending_.clear();
    switch (how.how) {
      case script::Evaluated::How::value:
        say(how.text);
        break;
      case script::Evaluated::How::error:
        fail(how.text);
        break;
      case script::Evaluated::How::incomplete:
        pending_ = whole;
        break;
      case script::Evaluated::How::nothing:
        break;
    }
    woken();
  });
  co_await rest();
  if (interrupted_ && *waiting) {
    *waiting = false;
    pending_.clear();
  }
  if (was_armed && live_ && pending_.empty()) live_->arm(false);
  co_return Unit{};
}

void ReplSession::complete(std::string before, std::function<void(script::Completions)> done) {
  script::Completions found;
  if (pending_.empty() && before.starts_with(":")) {
    const size_t space = before.find(' ');
    if (space == std::string::npos) {
      for (const auto& one : commands()) {
        if (std::string_view(one.name).starts_with(before.substr(1))) found.words.push_back(std::string(":") + one.name);
      }
      return done(found);
    }
    const std::string command = before.substr(1, space - 1);
    found.from = before.find_last_of(' ') + 1;
    const std::string begun = before.substr(found.from);
    if (command == "break" && program_) {
      for (const auto& [key, each] : program_->files()) {
        const std::string &shown = each.shown, file = shown.substr(shown.rfind('/') + 1);
        if (shown.ends_with(".lua") && !shown.starts_with("stdlib/") && file.starts_with(begun)) found.words.push_back(file + ":");
      }
      std::sort(found.words.begin(), found.words.end());
      found.words.erase(std::unique(found.words.begin(), found.words.end()), found.words.end());
      return done(found);
    }
    if (command == "use") {
      for (const auto& one : programs()) {
        const bool second = before.find(' ', space + 1) != std::string::npos;
        const std::string& word = second ? one->instance.name : one->instance.client;
        if (word.starts_with(begun)) found.words.push_back(word);
      }
      return done(found);
    }
    if (command != "doc") return done(found);
  }
  if (!interactive_) return done(found);
  interactive_->complete(std::move(before), [done = std::move(done), alive = std::weak_ptr<char>(life_)](script::Completions words) {
    if (alive.lock()) done(std::move(words));
  });
}

void ReplSession::drop() {
  if (busy_ || over_) return;
  pending_.clear();
  ready();
}

void ReplSession::interrupt() {
  if (!busy_) return;  // it has ended meanwhile
  interrupted_ = true;
  if (interactive_) interactive_->interrupt();
  if (live_) live_->drop_waiting();
  if (flow_runs_ && !stop_) {
    interactive_->abandon_flow();
    flow_ended(std::nullopt);
  }
  fail("interrupted");
  woken();
}

std::vector<ReplSession::ProgramPtr> ReplSession::programs() const { return edited_.empty() ? parts_.programs() : edited_; }

ReplSession::ProgramPtr ReplSession::find_program(const std::string& client, const std::string& instance) const {
  for (const auto& one : programs()) {
    if (one->instance.client == client && one->instance.name == instance) return one;
  }
  return nullptr;
}

bool ReplSession::choose(const std::string& client, const std::string& instance) {
  auto found = find_program(client, instance);
  if (!found) {
    fail("there is no instance " + client + "/" + instance + " that could run; see `ml-connector check`");
    return false;
  }
  program_ = found;
  recording_ = nullptr;
  open_live();
  return true;
}

// Lines speak as a job of the first flow, of nothing in particular.
void ReplSession::open_live() {
  close_interactive();
  store::Job job;
  job.client = program_->instance.client;
  job.instance = program_->instance.name;
  job.version = program_->instance.version;
  if (!program_->instance.flows.empty()) job.flow = program_->instance.flows.front().name;
  if (!program_->instance.roles.empty() && !program_->instance.roles.front().second.empty())
    job.source = program_->instance.roles.front().second.front();
  LiveHost::Parts wanted;
  wanted.env = parts_.env;
  wanted.remote = parts_.remote;
  wanted.store = parts_.store;
  wanted.vault = parts_.vault;
  wanted.engine = parts_.engine;
  wanted.program = program_;
  wanted.job = job;
  wanted.actor = options_.actor;
  wanted.say = [this, alive = std::weak_ptr<char>(life_)](std::string text) {
    if (alive.lock()) note(std::move(text));
  };
  live_ = std::make_shared<LiveHost>(std::move(wanted));
  engine::RunInput input;
  input.job = job;
  input.event = "{}";
  input.began = parts_.env.clock->wall();
  input.seed = "repl";
  make_interactive(std::move(input), live_);
}

void ReplSession::open_recorded(std::shared_ptr<const Recording> recording, ProgramPtr program) {
  close_interactive();
  recording_ = std::move(recording);
  program_ = std::move(program);
  OfflineHost::Parts wanted;
  wanted.env = parts_.env;
  wanted.remote = parts_.remote;
  wanted.store = parts_.store;
  wanted.vault = parts_.vault;
  wanted.recording = recording_;
  wanted.program = program_;
  wanted.compare = OfflineHost::Compare::lines;
  recorded_lines_ = std::make_shared<OfflineHost>(std::move(wanted), [] {});
  make_interactive(recording_->input, recorded_lines_);
}

void ReplSession::make_interactive(engine::RunInput input, std::shared_ptr<engine::RunHost> lines) {
  debugger_ = std::make_unique<Debugger>(*parts_.env.executor, [this, alive = std::weak_ptr<char>(life_)](Stop stop) {
    if (alive.lock()) on_stop(std::move(stop));
  });
  debugger_->set_breakpoints(breakpoints_);
  script::Interactive::Parts wanted;
  wanted.host = parts_.host;
  wanted.program = program_;
  wanted.input = std::move(input);
  wanted.executor = parts_.env.executor;
  wanted.lines = std::move(lines);
  wanted.print = [this, alive = std::weak_ptr<char>(life_)](std::string text) {
    if (alive.lock()) note(std::move(text));
  };
  wanted.tracer = debugger_.get();
  wanted.scene = debugger_.get();
  interactive_ = std::make_unique<script::Interactive>(std::move(wanted));
  debugger_->watch(interactive_->slot());
}

void ReplSession::close_interactive() {
  life_ = std::make_shared<char>();  // what was on its way from the old one is not heard
  if (debugger_) debugger_->end();
  if (flow_host_) flow_host_->close();
  if (recorded_lines_) recorded_lines_->close();
  if (live_) live_->close();
  interactive_.reset();
  debugger_.reset();
  flow_host_.reset();
  recorded_lines_.reset();
  live_.reset();
  stop_.reset();
  flow_runs_ = false;
}

Task<Unit> ReplSession::rest() {
  Callback<Unit> waiting([this](Callback<Unit>::Complete done) { waiter_ = [done] { done(Unit{}); }; });
  co_return co_await waiting;
}

void ReplSession::woken() {
  if (auto waiter = std::exchange(waiter_, nullptr)) waiter();
}

bool ReplSession::standing() {
  if (stop_) return true;
  fail("nothing stands at a breakpoint: set one with :break FILE:LINE and run a job with :load JOB or :follow");
  return false;
}

std::string ReplSession::source_around(const std::string& file, int line, int around) const {
  if (!program_) return "";
  for (const auto& [key, each] : program_->files()) {
    if (each.shown != file) continue;
    std::string out;
    const auto lines = split(each.file->text, '\n');
    for (int n = std::max(1, line - around); n <= line + around && n <= static_cast<int>(lines.size()); ++n) {
      std::string number = std::to_string(n);
      number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
      out += (n == line ? "->" : "  ") + number + "  " + std::string(lines[static_cast<size_t>(n) - 1]) + "\n";
    }
    if (!out.empty()) out.pop_back();
    return out;
  }
  return "";
}

void ReplSession::on_stop(Stop stop) {
  note("stands at " + stop.file + ":" + std::to_string(stop.line) + " in " + stop.function + " (" + stop.why + ")");
  const auto lines = source_around(stop.file, stop.line, 2);
  if (!lines.empty()) note(lines);
  stop_ = std::move(stop);
  woken();
}

Task<std::string> ReplSession::ask_debugger(std::function<std::string(lua_State*)> work) {
  Callback<Result<std::string>> asked([&](Callback<Result<std::string>>::Complete done) { interactive_->inspect_state(work, done); });
  auto answer = co_await asked;
  co_return answer ? *answer : answer.error().text();
}

Task<std::string> ReplSession::off_thread(std::function<std::string()> work) {
  Callback<std::string> worked([&](Callback<std::string>::Complete done) {
    parts_.workers->post([work, done, executor = parts_.env.executor] {
      auto text = work();
      executor->post([done, text] { done(text); });
    });
  });
  co_return co_await worked;
}

}  // namespace mlc::workbench
