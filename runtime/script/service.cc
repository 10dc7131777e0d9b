#include "runtime/script/service.h"

#include "runtime/document/document.h"
#include "runtime/script/libraries.h"
#include "runtime/script/service_context.h"
#include "runtime/script/sources.h"
#include "runtime/script/value.h"

namespace mlc::script {

struct Service::Core {
  ServiceContext context;
  Sources sources;
  std::shared_ptr<const Chunk> main;
  std::unique_ptr<Isolate> isolate;

  ~Core() {
    *context.alive = false;
    context.servers.clear();
    context.timers.clear();
    isolate.reset();
  }
};

void ServiceContext::run(const std::string& what, const Push& prepare, std::function<void(lua_State*, int)> done) {
  Log* log = wiring.log;
  auto told = std::make_shared<std::function<void(lua_State*, int)>>(std::move(done));
  uint64_t seed = 0;
  wiring.env.random->fill(&seed, sizeof seed);
  auto started = isolate->spawn(
      prepare,
      [what, log, told](lua_State* L, int status) {
        if (status != LUA_OK && log != nullptr) log->error("service.script_failed", {{"in", what}, {"error", show(L, -1)}});
        if (*told) (*told)(L, status);
      },
      {}, std::make_unique<SeededRandom>(seed));
  if (!started && log != nullptr) log->error("service.script_failed", {{"in", what}, {"error", started.error().text()}});
}

Result<std::unique_ptr<Service>> Service::start(const Host& host, const std::vector<Module>& modules, ServiceWiring wiring,
                                                const std::string& main, const std::string& arguments,
                                                std::function<void(Result<std::string>)> ready) {
  auto core = std::make_shared<Core>();
  std::vector<Problem> problems;
  core->sources = read_sources(*host.files, wiring.folder, problems);
  if (!wiring.more.empty()) {
    for (auto& [name, chunk] : read_sources(*host.files, wiring.more, problems)) {
      if (!core->sources.emplace(name, chunk).second)
        return Error(Code::config, wiring.more + ": " + name + " has the name of a module that comes with the program; call it otherwise");
    }
  }
  add_stdlib(host, core->sources, problems);
  if (!problems.empty()) return Error(Code::config, problems.front().text());
  std::string name = main.size() > 4 && main.ends_with(".lua") ? main.substr(0, main.size() - 4) : main;
  auto found = core->sources.find(name);
  if (found == core->sources.end()) return Error(Code::not_found, "there is no " + wiring.folder + "/" + name + ".lua");
  core->main = found->second;
  auto parsed = document::Document::parse(arguments);
  if (!parsed) return parsed.error().wrap("arguments of " + main);

  core->context.wiring = std::move(wiring);
  core->context.files = host.files;
  Profile profile;
  profile.budget = host.service;
  profile.modules = modules;
  EventLoop* loop = core->context.wiring.loop;
  auto isolate = Isolate::make(std::move(profile), [loop](std::function<void()> work) { loop->post(std::move(work)); });
  if (!isolate) return isolate.error();
  core->isolate = std::move(*isolate);
  core->isolate->owner = &core->context;
  core->context.isolate = core->isolate.get();

  Core* raw = core.get();
  document::Document given = *parsed;
  core->context.run(
      main,
      [raw, given](lua_State* thread) {
        raw->isolate->push_environment(thread, raw->sources);
        raw->isolate->push_chunk(thread, *raw->main, -1);
        lua_remove(thread, -2);
        push_plain(thread, given.root());
        return 1;
      },
      [ready](lua_State* L, int status) {
        if (status != LUA_OK) {
          ready(Error(Code::config, show(L, -1)));
          return;
        }
        // A main that returns a function wants to be called later, not told of: only values cross.
        ready(to_json(L, -1, {.skip_functions = true}));
      });
  return std::unique_ptr<Service>(new Service(std::move(core)));
}

Service::Service(std::shared_ptr<Core> core) : core_(std::move(core)) {}
Service::~Service() = default;
size_t Service::memory_bytes() const { return core_->isolate->memory_bytes(); }

}  // namespace mlc::script
