#include "runtime/script/interactive.h"

#include <atomic>

#include "runtime/script/completion.h"
#include "runtime/script/definition.h"
#include "runtime/script/job_run.h"
#include "runtime/script/libraries.h"
#include "runtime/script/slot.h"
#include "runtime/script/value.h"

namespace mlc::script {
namespace {

constexpr const char* kChunkName = "=line";
constexpr std::string_view kLocal = "local ";

bool load(lua_State* L, const std::string& text, std::string* why) {
  if (luaL_loadbufferx(L, text.data(), text.size(), kChunkName, "t") == LUA_OK) return true;
  if (lua_type(L, -1) == LUA_TSTRING) *why = lua_tostring(L, -1);
  lua_pop(L, 1);
  return false;
}

bool is_incomplete(const std::string& why) { return why.size() >= 5 && why.compare(why.size() - 5, 5, "<eof>") == 0; }

// Pushes the line as a function: as an expression if it is one, else as a statement. `local x = 1` makes a name that later
// lines see: every line is a chunk of its own.
bool load_line(lua_State* L, const std::string& line, std::string* why) {
  std::string as_value, ignored;
  if (load(L, "return " + line, &as_value)) return true;
  const size_t begin = line.find_first_not_of(" \t\n");
  if (begin != std::string::npos && line.compare(begin, kLocal.size(), kLocal) == 0 &&
      load(L, line.substr(begin + kLocal.size()), &ignored))
    return true;
  if (load(L, line, why)) return true;
  if (is_incomplete(as_value)) *why = as_value;  // half of an expression is no statement
  return false;
}

std::string field_text(lua_State* L, int table, const char* key) {
  std::string text;
  if (lua_getfield(L, table, key) == LUA_TSTRING) text = lua_tostring(L, -1);
  lua_pop(L, 1);
  return text;
}

// The error at `index` as a person reads it.
std::string error_of(lua_State* L, int index) {
  if (is_control(L, index)) {
    const std::string skipped = field_text(L, index, "skip"), refused = field_text(L, index, "refuse");
    if (!refused.empty()) {
      const std::string at = field_text(L, index, "position");
      return "refused: " + refused + (at.empty() ? "" : " (" + at + ")");
    }
    return "skipped: " + skipped;
  }
  if (lua_istable(L, index)) {
    const std::string code = field_text(L, index, "code");
    if (!code.empty()) return code + ": " + show(L, index);
  }
  return show(L, index);
}

}  // namespace

// Lives on the isolate's thread; made once the environment exists.
struct Interactive::Core {
  Parts* parts = nullptr;
  std::shared_ptr<JobRun> run;  // what lines ask is asked in its name
  Ref environment;
  uint64_t waiting = 0;  // fiber of the line that waits
  InspectOptions options;
};

namespace {

struct PrintTarget {
  Executor* executor;
  std::function<void(std::string)> print;
};

// print(...): texts as they are, the rest as inspected. Upvalue: PrintTarget.
int print_values(lua_State* L) {
  const auto* target = static_cast<const PrintTarget*>(lua_touserdata(L, native_upvalue(1)));
  std::string line;
  InspectOptions options;
  for (int i = 1; i <= lua_gettop(L); ++i) {
    if (i > 1) line += "  ";
    line += lua_type(L, i) == LUA_TSTRING ? std::string(text_argument(L, i)) : inspect(L, i, options);
  }
  target->executor->post([print = target->print, line] { print(line); });
  return 0;
}

// Upvalues: environment table to fill. Called by stdlib/job.lua with (job, roles).
int take_names(lua_State* L) {
  lua_pushvalue(L, native_upvalue(1));
  lua_pushliteral(L, "job");
  lua_pushvalue(L, 1);
  lua_rawset(L, -3);
  lua_pushnil(L);
  while (lua_next(L, 2) != 0) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, 3);
  }
  return 0;
}

int unknown_name(lua_State* L) { raise(L, "there is no name '" + show(L, 2) + "' here"); }

// What a line gave, inspected. Stack: environment, results. Upvalue: options.
int show_results(lua_State* L, int, lua_KContext) {
  const auto& options = *static_cast<const InspectOptions*>(lua_touserdata(L, native_upvalue(1)));
  const int count = lua_gettop(L) - 1;
  std::string failure;
  try {
    std::string text;
    for (int i = 2; i <= count + 1; ++i) text += (i > 2 ? "\n" : "") + inspect(L, i, options);
    if (count > 0) {
      lua_pushliteral(L, "_");
      lua_pushvalue(L, 2);
      lua_rawset(L, 1);
    }
    push_text(L, text);
    lua_pushboolean(L, count > 0);
    lua_createtable(L, 2, 0);
    lua_insert(L, -3);
    lua_rawseti(L, -3, 2);
    lua_rawseti(L, -2, 1);
    return 1;
  } catch (const std::exception& broken) { failure = broken.what(); }
  raise(L, "internal error: " + failure);
}

// (environment, function) -> {text, whether there was a value}
int run_line(lua_State* L) {
  lua_callk(L, 0, LUA_MULTRET, 0, show_results);
  return show_results(L, LUA_OK, 0);
}

// The environment's isolate, with everything in it; made at the first use.
Result<Isolate*> ready(Slot& slot, const std::function<Status(Isolate&)>& make) {
  auto isolate = slot.isolate();
  if (!isolate) return isolate.error();
  auto made = make(**isolate);
  if (!made) return made.error();
  return *isolate;
}

Status make_environment(Isolate& isolate, JobRun& run, Ref& environment, std::shared_ptr<PrintTarget> print) {
  if (environment) return ok_status();
  std::string failure;
  bool ended = false;
  auto spawned = isolate.spawn(
      [&](lua_State* L) {
        const Sources& sources = run.program->scripts->modules;
        isolate.push_environment(L, sources);
        add_ambient(L, sources, nullptr);
        const int names = lua_gettop(L);
        // Names that later lines see may be made here; elsewhere globals are refused.
        lua_createtable(L, 0, 2);
        push_native(L, unknown_name);
        lua_setfield(L, -2, "__index");
        lua_pushliteral(L, "environment");
        lua_setfield(L, -2, "__metatable");
        lua_setmetatable(L, names);
        lua_pushliteral(L, "print");
        // The isolate keeps the target alive as long as the function.
        using Held = std::shared_ptr<PrintTarget>;
        static const ObjectType kHeld = {"print", nullptr, nullptr, destroy_as<Held>};
        push_object<Held>(L, kHeld, print);
        lua_pushlightuserdata(L, print.get());
        lua_insert(L, -2);
        push_native(L, print_values, 2);
        lua_rawset(L, names);
        lua_pushvalue(L, names);
        environment = Ref::pop(L);

        isolate.push_environment(L, sources);
        add_ambient(L, sources, nullptr);
        auto chunk = sources.find("job");
        if (chunk == sources.end()) raise(L, "stdlib/job.lua is missing");
        isolate.push_chunk(L, *chunk->second, -1);
        push_job_host(L, run);
        lua_pushvalue(L, names);
        push_native(L, take_names, 1);
        lua_setfield(L, -2, "interactive");
        return 1;
      },
      [&](lua_State* L, int status) {
        ended = true;
        if (status != LUA_OK) failure = show(L, 1);
      },
      run.shared_from_this(), std::make_unique<SeededRandom>(1));
  if (!spawned) return spawned.error();
  if (!ended) return Error(Code::internal, "the environment of the job could not be made");
  if (!failure.empty()) {
    environment.reset();
    return Error(Code::config, failure);
  }
  return ok_status();
}

}  // namespace

Interactive::Interactive(Parts parts) : parts_(std::move(parts)) {
  thread_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"repl", 1, 5});
  Profile profile;
  profile.budget = parts_.host->job;
  profile.modules = parts_.host->modules;
  profile.tracer = parts_.tracer;
  slot_ = std::make_shared<Slot>(*thread_, std::move(profile));
  core_ = std::make_shared<Core>();
  core_->parts = &parts_;
  auto run = std::make_shared<JobRun>();
  run->program = parts_.program;
  run->slot = slot_;
  run->host = parts_.lines;
  run->input = parts_.input;
  run->executor = parts_.executor;
  run->now = parts_.input.began;
  core_->run = run;
}

Interactive::~Interactive() {
  abandon_flow();
  core_->run->abandoned = true;
  slot_->post([core = core_](Slot& slot) {
    core->environment.reset();
    core->run->functions.reset();
    core->run->environment.reset();
    slot.drop_isolate();
    core->run->slot.reset();
  });
  thread_.reset();  // what was posted is done, then the thread ends
  slot_->close();
}

void Interactive::evaluate(std::string line, InspectOptions options, std::function<void(Evaluated)> done) {
  auto print = std::make_shared<PrintTarget>(PrintTarget{parts_.executor, parts_.print});
  auto answer = [executor = parts_.executor, done = std::move(done)](Evaluated end) {
    executor->post([done, end = std::move(end)] { done(end); });
  };
  Scene* scene = parts_.scene;
  slot_->post([core = core_, print, answer, line = std::move(line), options, scene](Slot& slot) {
    auto isolate = ready(slot, [&](Isolate& made) { return make_environment(made, *core->run, core->environment, print); });
    if (!isolate) return answer({Evaluated::How::error, isolate.error().text()});
    core->options = options;
    std::string why;
    bool loaded = false;
    auto place = std::make_shared<Ref>();
    auto finish = [core, answer, place, scene](lua_State* L, int status) {
      core->waiting = 0;
      if (scene != nullptr && *place) {
        place->push(L);
        scene->leave(L, lua_gettop(L));
        lua_settop(L, 1);
      }
      place->reset();
      if (status != LUA_OK) return answer({Evaluated::How::error, lua_isnil(L, 1) ? "the line was stopped" : error_of(L, 1)});
      if (!lua_istable(L, 1)) return answer({Evaluated::How::nothing, ""});  // nothing to run: it did not compile
      lua_rawgeti(L, 1, 1);
      lua_rawgeti(L, 1, 2);
      answer({lua_toboolean(L, -1) ? Evaluated::How::value : Evaluated::How::nothing, std::string(text_argument(L, 2))});
    };
    static std::atomic<uint64_t> seeds{1};
    auto prepared = (*isolate)->protect([&](lua_State* L) {
      loaded = load_line(L, line, &why);
      lua_settop(L, 0);
    });
    if (!prepared) return answer({Evaluated::How::error, prepared.error().text()});
    if (!loaded) return answer({is_incomplete(why) ? Evaluated::How::incomplete : Evaluated::How::error, why});
    auto spawned = (*isolate)->spawn(
        [&](lua_State* L) {
          lua_pushlightuserdata(L, &core->options);
          push_native(L, run_line, 1);
          core->environment.push(L);
          const int outer = lua_gettop(L);
          if (scene != nullptr && scene->push(L, outer)) {
            lua_pushvalue(L, -1);
            *place = Ref::pop(L);
          } else {
            lua_pushvalue(L, outer);
          }
          lua_remove(L, outer);
          load_line(L, line, &why);
          lua_pushvalue(L, -2);
          lua_setupvalue(L, -2, 1);
          return 2;
        },
        finish, core->run, std::make_unique<SeededRandom>(seeds++));
    if (!spawned) return answer({Evaluated::How::error, spawned.error().text()});
    core->waiting = *spawned;  // an ended one is cancelled without effect
  });
}

void Interactive::interrupt() {
  slot_->post([core = core_](Slot& slot) {
    auto isolate = slot.isolate();
    if (isolate && core->waiting != 0) (*isolate)->cancel(std::exchange(core->waiting, 0));
  });
}

void Interactive::complete(std::string before_cursor, std::function<void(Completions)> done) {
  auto print = std::make_shared<PrintTarget>(PrintTarget{parts_.executor, parts_.print});
  Scene* scene = parts_.scene;
  slot_->post(
      [core = core_, print, scene, before = std::move(before_cursor), done = std::move(done), executor = parts_.executor](Slot& slot) {
        Completions found;
        auto isolate = ready(slot, [&](Isolate& made) { return make_environment(made, *core->run, core->environment, print); });
        if (isolate) {
          auto looked = (*isolate)->protect([&](lua_State* L) {
            core->environment.push(L);
            if (scene != nullptr && scene->push(L, 1)) lua_remove(L, 1);
            found = complete_in(L, 1, before, *core->run->program);
            lua_settop(L, 0);
          });
          if (!looked) found.words.clear();
        }
        executor->post([done, found = std::move(found)] { done(found); });
      });
}

void Interactive::run_flow(std::shared_ptr<engine::RunHost> host, std::function<void(engine::RunEnd)> end) {
  abandon_flow();
  auto run = std::make_shared<JobRun>();
  run->program = parts_.program;
  run->slot = slot_;
  run->host = std::move(host);
  run->end = std::move(end);
  run->input = parts_.input;
  run->executor = parts_.executor;
  slot_->active += 1;
  flow_ = run;
  slot_->post([run](Slot& slot) {
    auto isolate = slot.isolate();
    if (isolate) return run->begin(**isolate);
    run->ended = true;
    slot.active -= 1;
    engine::RunEnd failed;
    failed.how = engine::RunEnd::How::failed;
    failed.code = "exhausted";
    failed.reason = isolate.error().text();
    run->executor->post([run, failed] {
      if (!run->abandoned) run->end(failed);
    });
  });
}

void Interactive::abandon_flow() {
  if (!flow_) return;
  auto run = std::exchange(flow_, nullptr);
  if (run->abandoned.exchange(true)) return;
  slot_->post([run](Slot& slot) {
    if (run->ended) return;
    run->ended = true;
    slot.active -= 1;
    run->functions.reset();
    run->environment.reset();
    auto isolate = slot.isolate();
    if (isolate) (*isolate)->cancel(run->fiber);
  });
}

void Interactive::inspect_state(std::function<std::string(lua_State*)> work, std::function<void(Result<std::string>)> done) {
  slot_->post([work = std::move(work), done = std::move(done), executor = parts_.executor](Slot& slot) {
    Result<std::string> end = std::string();
    auto isolate = slot.isolate();
    if (!isolate) {
      end = isolate.error();
    } else {
      std::string text;
      auto worked = (*isolate)->protect([&](lua_State* L) {
        text = work(L);
        lua_settop(L, 0);
      });
      if (worked) end = std::move(text);
      else end = worked.error();
    }
    executor->post([done, end] { done(end); });
  });
}

}  // namespace mlc::script
