// The commands of the REPL.
#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/sleep.h"
#include "runtime/base/strings.h"
#include "runtime/engine/words.h"
#include "runtime/script/loader.h"
#include "runtime/script/offline_mapping.h"
#include "runtime/workbench/repl_doc.h"
#include "runtime/workbench/repl_session.h"
#include "runtime/workbench/repl_words.h"

namespace mlc::workbench {
namespace {

constexpr Duration kLookForJobs = std::chrono::milliseconds(200);
constexpr int kJobsShown = 20;

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (auto piece : split(text, ' ')) {
    if (!trim(piece).empty()) words.emplace_back(trim(piece));
  }
  return words;
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

struct Loaded {
  std::vector<std::shared_ptr<const script::Program>> programs;
  std::string problems;
};

}  // namespace

const std::vector<ReplSession::Command>& ReplSession::commands() {
  static const std::vector<Command> kAll = {
      {"help", "", "this list", &ReplSession::help},
      {"quit", "", "ends the session", &ReplSession::quit},
      {"use", "CLIENT INSTANCE", "the instance whose roles and settings lines see", &ReplSession::use},
      {"jobs", "[STATE]", "the newest jobs of the instance", &ReplSession::jobs},
      {"load", "JOB [--edited]", "re-runs a recorded job offline: byte for byte, or on the files on disk with what differs",
       &ReplSession::load},
      {"run", "", "re-runs the loaded job, to meet new breakpoints", &ReplSession::run_again},
      {"unload", "", "back from the recorded job to the live systems", &ReplSession::unload},
      {"follow", "[JOB]", "a shadow of the next job (or of JOB) that stops at the breakpoints; the job itself goes on",
       &ReplSession::follow},
      {"why", "[JOB] [FIELD]", "where each mapped field has its value from", &ReplSession::why},
      {"doc", "NAME", "what a function, an operation, a record or a command is", &ReplSession::doc},
      {"break", "[FILE:LINE [if CONDITION]]", "sets a breakpoint, or lists them", &ReplSession::set_break},
      {"delete", "NUMBER", "takes a breakpoint away", &ReplSession::delete_break},
      {"step", "", "to the next line, into calls", &ReplSession::step_into},
      {"next", "", "to the next line, over calls", &ReplSession::step_over},
      {"out", "", "until the function has returned", &ReplSession::step_out},
      {"continue", "", "to the next breakpoint or the end", &ReplSession::proceed},
      {"locals", "", "the values of the frame", &ReplSession::locals},
      {"up", "", "to the frame that called", &ReplSession::up},
      {"down", "", "back to the frame that was called", &ReplSession::down},
      {"where", "", "the frames", &ReplSession::where},
      {"reload", "", "goes on with the files on disk, in this session only", &ReplSession::reload},
      {"arm", "", "lets the next line send one write for real", &ReplSession::arm},
      {"depth", "[NUMBER]", "how deep values are shown", &ReplSession::depth},
  };
  return kAll;
}

Task<Unit> ReplSession::help(std::string) {
  std::string text = "Lua is evaluated in the environment of a job: job, its roles, require, _ (the last value). TAB completes.\n";
  for (const auto& one : commands()) text += "  " + padded(std::string(":") + one.name + " " + one.arguments, 36) + one.does + "\n";
  text.pop_back();
  say(text);
  co_return Unit{};
}

Task<Unit> ReplSession::quit(std::string) {
  over_ = true;
  co_return Unit{};
}

Task<Unit> ReplSession::use(std::string arguments) {
  const auto words = words_of(arguments);
  if (words.size() == 2) {
    choose(words[0], words[1]);
    co_return Unit{};
  }
  std::string only;
  for (const auto& one : programs()) {
    if (words.size() == 1 && one->instance.client == words[0]) only = only.empty() ? one->instance.name : "?";
  }
  if (!only.empty() && only != "?") {
    choose(words[0], only);
    co_return Unit{};
  }
  for (const auto& one : programs()) say(":use " + one->instance.client + " " + one->instance.name);
  if (!words.empty()) fail(":use takes CLIENT INSTANCE");
  co_return Unit{};
}

Task<Unit> ReplSession::jobs(std::string arguments) {
  store::JobFilter filter;
  filter.limit = kJobsShown;
  if (program_) {
    filter.client = program_->instance.client;
    filter.instance = program_->instance.name;
  }
  for (const auto state : {store::JobState::waiting, store::JobState::running, store::JobState::parked, store::JobState::done,
                           store::JobState::dead, store::JobState::cancelled}) {
    if (engine::word(state) == arguments) filter.states = {state};
  }
  if (!arguments.empty() && filter.states.empty()) {
    fail(":jobs takes waiting, running, parked, done, dead or cancelled, not \"" + arguments + "\"");
    co_return Unit{};
  }
  auto found = co_await parts_.store->jobs(std::move(filter));
  if (!found) {
    fail(found.error().text());
    co_return Unit{};
  }
  std::string text;
  for (const auto& job : *found) {
    std::string state(engine::word(job.state));
    if (job.done_as != store::DoneAs::none) state += ", " + std::string(engine::word(job.done_as));
    text += padded(std::to_string(job.id), 8) + padded(job.flow, 14) + padded(job.source + ":" + job.key, 22) + padded(state, 18) +
            format_rfc3339(job.born) + (job.reason.empty() ? "" : "  " + job.reason) + "\n";
  }
  if (text.empty()) text = "no jobs\n";
  text.pop_back();
  say(text);
  co_return Unit{};
}

Task<Unit> ReplSession::load(std::string arguments) {
  auto words = words_of(arguments);
  const bool edited = std::erase(words, "--edited") > 0;
  const auto id = words.size() == 1 ? number_of(words[0]) : std::nullopt;
  if (!id) {
    fail(":load takes the number of a job, and --edited; :jobs lists them");
    co_return Unit{};
  }
  auto recording = co_await read_recording(*parts_.store, *parts_.vault, *id);
  if (!recording) {
    fail(recording.error().text());
    co_return Unit{};
  }
  const auto& job = (*recording)->job();
  ProgramPtr program;
  if (edited) {
    auto loaded = std::make_shared<Loaded>();
    std::function<std::string()> work = [host = parts_.host, folder = parts_.folder, loaded] {
      auto workspace = script::load_workspace(*host, folder);
      loaded->programs = std::move(workspace.programs);
      std::string text;
      for (const auto& problem : workspace.problems) text += problem.text() + "\n";
      return text;
    };
    auto working = off_thread(std::move(work));
    const auto problems = co_await std::move(working);
    for (const auto& one : loaded->programs) {
      if (one->instance.client == job.client && one->instance.name == job.instance) program = one;
    }
    if (!program) {
      fail("instance " + job.client + "/" + job.instance + " of the files on disk can't run\n" + problems);
      co_return Unit{};
    }
  } else {
    if (job.version.empty()) {
      fail("job " + words[0] + " has not begun yet: there is nothing to re-run");
      co_return Unit{};
    }
    auto pinned = co_await read_program(*parts_.store, *parts_.host, job.version);
    if (!pinned) {
      fail(pinned.error().text());
      co_return Unit{};
    }
    program = *pinned;
  }
  edited_run_ = edited;
  open_recorded(*recording, program);
  auto running = run_again("");
  co_await std::move(running);
  co_return Unit{};
}

Task<Unit> ReplSession::run_again(std::string) {
  if (!recording_) {
    fail("no job is loaded: :load JOB");
    co_return Unit{};
  }
  if (stop_) {
    fail("the run stands at a breakpoint: :continue ends it");
    co_return Unit{};
  }
  OfflineHost::Parts wanted;
  wanted.env = parts_.env;
  wanted.remote = parts_.remote;
  wanted.store = parts_.store;
  wanted.vault = parts_.vault;
  wanted.recording = recording_;
  wanted.program = program_;
  wanted.compare = edited_run_ ? OfflineHost::Compare::by_content : OfflineHost::Compare::strictly;
  wanted.follow = following_;
  std::function<void()> stopped = [this, alive = std::weak_ptr<char>(life_)] {
    if (!alive.lock() || !flow_runs_) return;
    interactive_->abandon_flow();
    flow_ended(std::nullopt);
  };
  auto running = run_flow(std::make_shared<OfflineHost>(std::move(wanted), std::move(stopped)));
  co_await std::move(running);
  co_return Unit{};
}

Task<Unit> ReplSession::run_flow(std::shared_ptr<OfflineHost> host) {
  if (flow_host_) flow_host_->close();
  flow_host_ = host;
  flow_runs_ = true;
  interactive_->run_flow(host, [this, alive = std::weak_ptr<char>(life_)](engine::RunEnd end) {
    if (alive.lock() && flow_runs_) flow_ended(std::move(end));
  });
  co_await rest();
  co_return Unit{};
}

void ReplSession::flow_ended(std::optional<engine::RunEnd> end) {
  flow_runs_ = false;
  stop_.reset();
  const auto report = flow_host_->report(end ? &*end : nullptr);
  std::string text = report.text();
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (report.equal() || report.edited) say(text);
  else fail(text);
  flow_host_->close();
  woken();
}

Task<Unit> ReplSession::unload(std::string) {
  if (!program_) co_return Unit{};
  const std::string client = program_->instance.client, instance = program_->instance.name;
  following_ = false;
  choose(client, instance);
  co_return Unit{};
}

// The live job is only read: what its journal holds answers the shadow, which waits for what is not there yet.
Task<Unit> ReplSession::follow(std::string arguments) {
  if (!program_) {
    fail("choose an instance first: :use CLIENT INSTANCE");
    co_return Unit{};
  }
  if (breakpoints_.empty()) {
    fail("nothing would stop the shadow: set a breakpoint first, with :break FILE:LINE");
    co_return Unit{};
  }
  std::optional<store::Id> wanted;
  if (!arguments.empty()) {
    wanted = number_of(arguments);
    if (!wanted) {
      fail(":follow takes the number of a job");
      co_return Unit{};
    }
  }
  store::JobFilter filter;
  filter.client = program_->instance.client;
  filter.instance = program_->instance.name;
  filter.limit = 1;
  store::Id last = 0;
  if (!wanted) {
    auto newest = co_await parts_.store->jobs(filter);
    if (!newest) {
      fail(newest.error().text());
      co_return Unit{};
    }
    if (!newest->empty()) last = newest->front().id;
    note("waiting for the next job of " + filter.client + "/" + filter.instance);
  }
  filter.newest_first = false;
  while (!interrupted_) {
    store::Id id = wanted.value_or(0);
    if (id == 0) {
      filter.after = last;
      auto next = co_await parts_.store->jobs(filter);
      if (!next) {
        fail(next.error().text());
        break;
      }
      if (!next->empty()) id = next->front().id;
    }
    std::shared_ptr<const Recording> recording;
    if (id != 0) {
      auto read = co_await read_recording(*parts_.store, *parts_.vault, id);
      if (!read) {
        fail(read.error().text());
        break;
      }
      if (!(*read)->job().version.empty()) recording = *read;
    }
    if (!recording) {
      std::unique_ptr<Timer> timer;
      Callback<Unit> tick(
          [&](Callback<Unit>::Complete done) { timer = parts_.env.timers->after_real(kLookForJobs, [done] { done(Unit{}); }); });
      co_await tick;
      continue;
    }
    last = id;
    auto program = co_await read_program(*parts_.store, *parts_.host, recording->job().version);
    if (!program) {
      fail(program.error().text());
      break;
    }
    edited_run_ = false;
    following_ = true;
    open_recorded(recording, *program);
    auto running = run_again("");
    co_await std::move(running);
    following_ = false;
    if (stop_ || wanted) break;
  }
  co_return Unit{};
}

Task<Unit> ReplSession::reload(std::string) {
  if (!program_) co_return Unit{};
  auto loaded = std::make_shared<Loaded>();
  std::function<std::string()> work = [host = parts_.host, folder = parts_.folder, loaded] {
    auto workspace = script::load_workspace(*host, folder);
    loaded->programs = std::move(workspace.programs);
    std::string text;
    for (const auto& problem : workspace.problems) text += problem.text() + "\n";
    return text;
  };
  auto working = off_thread(std::move(work));
  const auto problems = co_await std::move(working);
  if (!problems.empty()) fail(std::string(trim(problems)));
  const std::string client = program_->instance.client, instance = program_->instance.name, before = program_->instance.version;
  const auto found = std::find_if(loaded->programs.begin(), loaded->programs.end(),
                                  [&](const auto& one) { return one->instance.client == client && one->instance.name == instance; });
  if (found == loaded->programs.end()) {
    fail(client + "/" + instance + " of the files on disk can't run; the session stays with version " + before.substr(0, 12));
    co_return Unit{};
  }
  const std::string version = (*found)->instance.version;
  edited_ = loaded->programs;
  const auto recording = recording_;
  if (recording) {
    edited_run_ = true;
    open_recorded(recording, *found);
  } else {
    choose(client, instance);
  }
  say(version == before
          ? "nothing has changed: version " + version.substr(0, 12)
          : "version " + version.substr(0, 12) + " from the files on disk, in this session only (it was " + before.substr(0, 12) + ")");
  co_return Unit{};
}

Task<Unit> ReplSession::why(std::string arguments) {
  auto words = words_of(arguments);
  auto recording = recording_;
  ProgramPtr program = recording_ ? program_ : nullptr;
  if (!words.empty() && number_of(words[0])) {
    auto read = co_await read_recording(*parts_.store, *parts_.vault, *number_of(words[0]));
    if (!read) {
      fail(read.error().text());
      co_return Unit{};
    }
    words.erase(words.begin());
    recording = *read;
    auto pinned = co_await read_program(*parts_.store, *parts_.host, recording->job().version);
    if (!pinned) {
      fail(pinned.error().text());
      co_return Unit{};
    }
    program = *pinned;
  }
  if (!recording || words.size() > 1) {
    fail(":why takes a job and a field, or a field of the loaded job: :why 4711 SalesInvoiceLines[1].Item");
    co_return Unit{};
  }
  // Opened here, where keys are; explained on a worker.
  std::vector<std::pair<std::string, std::string>> maps;
  for (const auto& entry : recording->entries) {
    if (entry.kind != store::EntryKind::map_input || recording->journal->any_at(entry.index) == nullptr) continue;
    auto answer = recording->journal->open(entry);
    if (answer) maps.emplace_back(entry.name, answer->json);
  }
  if (maps.empty()) {
    fail("job " + std::to_string(recording->job().id) + " mapped nothing");
    co_return Unit{};
  }
  const std::string field = words.empty() ? "" : words[0];
  std::function<std::string()> work = [host = parts_.host, program, maps, field, job = recording->job()] {
    std::string out;
    for (const auto& [name, json] : maps) {
      auto offline = script::OfflineMapping::make(*host, program, name);
      auto parsed = document::Document::parse(json);
      if (!offline || !parsed) {
        out += "mapping " + name + ": " + (offline ? parsed.error().text() : offline.error().text()) + "\n";
        continue;
      }
      auto input = script::OfflineMapping::Input::recorded(parsed->root().get("input"), job.source, job.key);
      if (!input) {
        out += "mapping " + name + ": " + input.error().text() + "\n";
        continue;
      }
      const auto explained = (*offline)->explain(*input);
      for (const auto& one : explained.fields) {
        if (!field.empty() && mapping::is_field(one, field)) out += mapping::told(one);
        if (field.empty())
          out += padded(one.field, 34) + " = " + one.value.value_or("(left out)") + "   " + one.layer + " " + one.at.text() + "\n";
      }
      if (explained.refusal) out += "refused: " + explained.refusal->sentence + " (" + explained.refusal->at.text() + ")\n";
    }
    return out;
  };
  auto working = off_thread(std::move(work));
  const auto text = co_await std::move(working);
  if (text.empty()) fail("no mapping of this job has a field " + field + "; :why alone lists them");
  else say(text.substr(0, text.size() - 1));
  co_return Unit{};
}

Task<Unit> ReplSession::doc(std::string arguments) {
  for (const auto& one : commands()) {
    if (arguments == std::string(":") + one.name) {
      say(std::string(":") + one.name + " " + one.arguments + "\n  " + one.does);
      co_return Unit{};
    }
  }
  if (arguments.empty()) {
    fail(":doc takes a name: :doc paging.each, :doc shop.orders.get, :doc shop, :doc settings, :doc :load");
    co_return Unit{};
  }
  std::function<std::string()> work = [host = parts_.host, program = program_, arguments] {
    return documentation(*host, program.get(), arguments);
  };
  auto working = off_thread(std::move(work));
  const auto text = co_await std::move(working);
  if (text.empty()) fail("nothing is written about " + arguments);
  else say(text);
  co_return Unit{};
}

Task<Unit> ReplSession::arm(std::string) {
  if (!live_) {
    fail(recording_ ? "a recorded job sends nothing; :unload goes back to the live systems"
                    : "choose an instance first: :use CLIENT INSTANCE");
    co_return Unit{};
  }
  live_->arm(true);
  say("armed: the next line may send one write for real");
  co_return Unit{};
}

Task<Unit> ReplSession::depth(std::string arguments) {
  if (!arguments.empty()) {
    const auto number = number_of(arguments);
    if (!number || *number > 20) {
      fail(":depth takes a number from 1 to 20");
      co_return Unit{};
    }
    shown_.depth = static_cast<int>(*number);
  }
  say("values are shown " + std::to_string(shown_.depth) + " levels deep");
  co_return Unit{};
}

}  // namespace mlc::workbench
