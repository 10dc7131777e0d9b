// What a live isolate of a shipped integration takes (W4: at most 400 KiB): while a job waits in it, and idle.
#include "bindings/bindings.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/script/isolate.h"
#include "runtime/script/runner.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

Isolate* isolate = nullptr;
void (*more_of_json)(lua_State*) = nullptr;

void see_isolate(lua_State* L) {
  isolate = &Isolate::of(L);
  more_of_json(L);
}

class SilentHost : public engine::RunHost {
 public:
  void request(engine::HostRequest, std::function<void(engine::HostReply)>) override { ++asked; }
  int asked = 0;
};

TEST(Footprint, ALiveIsolateOfAShippedIntegration) {
  RealFiles files;
  Host host;
  host.files = &files;
  host.share = mlc::test::source_dir();
  host.modules = bindings::job_modules();
  for (auto& module : host.modules) {
    if (module.name != "json") continue;
    more_of_json = module.more;
    module.more = see_isolate;
  }
  auto workspace = load_workspace(host, mlc::test::source_dir() + "/examples/clients/quickstart");
  ASSERT_FALSE(workspace.programs.empty());
  const auto& instance = workspace.programs[0]->instance;
  VirtualLoop loop;
  Runner runner(host, Environment{&loop, &loop, &loop, nullptr}, loop);
  runner.set_live(workspace.programs);
  engine::RunInput input;
  input.job.client = instance.client;
  input.job.instance = instance.name;
  input.job.flow = instance.flows.begin()->name;
  input.job.source = "shop";
  input.job.key = "118";
  input.event = R"({"topic":"store/order/created","body":"{}"})";
  auto asked = std::make_shared<SilentHost>();
  isolate = nullptr;
  auto run = runner.start(input, asked, [](engine::RunEnd) {});
  ASSERT_TRUE(run.ok());
  loop.run_until_idle();
  ASSERT_EQ(asked->asked, 1);
  ASSERT_NE(isolate, nullptr);
  size_t waiting = isolate->memory_bytes();
  lua_gc(isolate->state(), LUA_GCCOLLECT);
  size_t collected = isolate->memory_bytes();
  (*run)->abandon();
  loop.run_until_idle();
  lua_gc(isolate->state(), LUA_GCCOLLECT);
  size_t idle = isolate->memory_bytes();
  RecordProperty("waiting_bytes", static_cast<int>(waiting));
  RecordProperty("waiting_collected_bytes", static_cast<int>(collected));
  RecordProperty("idle_bytes", static_cast<int>(idle));
  std::cout << "live isolate: " << waiting / 1024 << " KiB with a job that waits (" << collected / 1024 << " KiB without garbage), "
            << idle / 1024 << " KiB idle\n";
  EXPECT_LE(collected, 400u << 10);
  EXPECT_LE(idle, 400u << 10);
}

}  // namespace
}  // namespace mlc::script
