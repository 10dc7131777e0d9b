// Runs tests/scripts/host/*_spec.lua inside the host, under production limits: each file returns a table of named cases.
#include <gtest/gtest.h>

#include "bindings/bindings.h"
#include "runtime/base/files.h"
#include "runtime/script/definition.h"
#include "runtime/script/sources.h"
#include "tests/source_dir.h"

namespace mlc::script {
namespace {

std::string run_spec(const std::string& path, int& cases) {
  RealFiles files;
  Host host;
  host.files = &files;
  host.share = mlc::test::source_dir();
  auto text = files.read(path);
  if (!text) return text.error().text();
  auto compiled = compile(path.substr(path.rfind('/') + 1), *text);
  if (compiled.chunk == nullptr) return compiled.problem.text();
  std::vector<Problem> problems;
  Sources sources;
  add_stdlib(host, sources, problems);
  if (!problems.empty()) return problems.front().text();
  Profile profile;
  profile.modules = bindings::job_modules();
  auto isolate = Isolate::make(std::move(profile), [](std::function<void()>) {});
  if (!isolate) return isolate.error().text();
  auto runner = compile("run.lua",
                        "local cases, failed, count = ..., {}, 0\n"
                        "for name, case in pairs(cases) do count = count + 1 local ok, err = pcall(case) if not ok then failed[#failed + "
                        "1] = name .. ': ' .. tostring(err) end end\n"
                        "return count .. '\\n' .. table.concat(failed, '\\n')");
  std::string ended;
  auto started = (*isolate)->spawn(
      [&](lua_State* L) {
        (*isolate)->push_environment(L, sources);
        add_ambient(L, sources, nullptr);
        int environment = lua_gettop(L);
        (*isolate)->push_chunk(L, *runner.chunk, environment);
        (*isolate)->push_chunk(L, *compiled.chunk, environment);
        lua_call(L, 0, 1);
        return 1;
      },
      [&](lua_State* L, int status) { ended = (status == LUA_OK ? "" : "0\n") + show(L, -1); }, {}, std::make_unique<SeededRandom>(1));
  if (!started) return started.error().text();
  cases += std::atoi(ended.c_str());
  return ended.substr(ended.find('\n') + 1);
}

TEST(LuaSpecs, AllCasesHold) {
  RealFiles files;
  std::string folder = mlc::test::source_dir() + "/tests/scripts/host";
  auto names = files.list(folder);
  ASSERT_TRUE(names.ok());
  int cases = 0;
  for (const auto& name : *names) {
    if (!name.ends_with("_spec.lua")) continue;
    EXPECT_EQ(run_spec(folder + "/" + name, cases), "") << name;
  }
  EXPECT_GE(cases, 9);
}

}  // namespace
}  // namespace mlc::script
