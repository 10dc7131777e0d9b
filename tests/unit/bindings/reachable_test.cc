// Everything that a script can reach, by name: from a flow of a job, from a mapping, from a client's settings file. Walked
// in C, so that locked metatables and the methods of host objects are seen too, and compared with golden files: a new name
// is a decision, not an accident. MLC_UPDATE_GOLDEN=1 writes them anew.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "bindings/bindings.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/script/isolate.h"
#include "runtime/script/runner.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

class Walk {
 public:
  explicit Walk(lua_State* L) : state_(L) {}

  void value(int index, const std::string& path) {
    lua_State* L = state_;
    luaL_checkstack(L, 8, nullptr);
    index = lua_absindex(L, index);
    std::string line = path + "  " + type_of(L, index);
    int type = lua_type(L, index);
    if (type == LUA_TTABLE || type == LUA_TUSERDATA) {
      auto [seen, fresh] = seen_.emplace(lua_topointer(L, index), path);
      if (!fresh) {
        lines_.push_back(line + " = " + seen->second);
        return;
      }
    }
    lines_.push_back(line);
    if (type == LUA_TTABLE) fields(index, path);
    // Strings share one metatable, reached from any of them.
    if ((type != LUA_TSTRING || path.ends_with("''")) && lua_getmetatable(L, index)) {
      value(-1, path + " <metatable>");
      lua_pop(L, 1);
    }
  }

  std::string text() {
    std::string all;
    for (const auto& line : lines_) all += line + "\n";
    return all;
  }

 private:
  void fields(int index, const std::string& path) {
    lua_State* L = state_;
    std::map<std::string, Ref> found;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
      std::string key = lua_type(L, -2) == LUA_TSTRING ? "." + show(L, -2) : "[" + show(L, -2) + "]";
      found[key] = Ref::pop(L);
    }
    for (auto& [key, ref] : found) {
      ref.push(L);
      value(-1, path + key);
      lua_pop(L, 1);
    }
  }

  lua_State* state_;
  std::map<const void*, std::string> seen_;
  std::vector<std::string> lines_;
};

// walker.walk{ name = value, … }: what can be reached from the values
std::string walked;
int walk(lua_State* L) {
  table_argument(L, 1);
  Walk walk(L);
  std::vector<std::string> names;
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    lua_pop(L, 1);
    names.push_back(show(L, -1));
  }
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    lua_getfield(L, 1, name.c_str());
    walk.value(-1, name);
    lua_pop(L, 1);
  }
  walked = walk.text();
  return 0;
}

void compare_with_golden(const std::string& text, const std::string& name) {
  std::string path = mlc::test::source_dir() + "/tests/unit/bindings/reachable/" + name + ".txt";
  if (std::getenv("MLC_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  std::vector<std::string> was, is;
  std::string line;
  for (std::istringstream lines(golden.str()); std::getline(lines, line);) was.push_back(line);
  for (std::istringstream lines(text); std::getline(lines, line);) is.push_back(line);
  std::string differences;
  for (const auto& each : is) {
    if (std::find(was.begin(), was.end(), each) == was.end()) differences += "+ " + each + "\n";
  }
  for (const auto& each : was) {
    if (std::find(is.begin(), is.end(), each) == is.end()) differences += "- " + each + "\n";
  }
  EXPECT_EQ(differences, "") << "what scripts reach has changed; if that is meant: MLC_UPDATE_GOLDEN=1 and look at the difference";
  EXPECT_GT(is.size(), 20u);
}

class SilentHost : public engine::RunHost {
 public:
  void request(engine::HostRequest, std::function<void(engine::HostReply)>) override {}
};

class ReachableTest : public WorkspaceFixture {
 protected:
  ReachableTest() {
    host_.modules = bindings::job_modules();
    host_.modules.push_back({"walker", {{"walk", walk}}, nullptr});
    walked.clear();
  }
};

TEST_F(ReachableTest, FromAFlow) {
  flow(
      "local modules = {} for _, name in ipairs { 'json', 'decimal', 'time', 'crypto', 'text', 'csv', 'xml', 'http', 'clock', 'timers', "
      "'random', 'files', 'log', 'process', 'address', 'allocate', 'ambient', 'countries', 'doc', 'failure', 'job', 'odata', 'paging', "
      "'record', 'recorder', 'spec', 'totals', 'tracking', 'units', 'workspace' } do\n"
      "  local ok, module = pcall(require, name) modules[name] = ok and module or 'not there' end\n"
      "local rows = modules.json.record '{\"list\":[{\"a\":1.5}]}'\n"
      "local _, failure = modules.json.decode '{'\n"
      "local _ = shop.orders, books.items, books.invoices\n"
      "require 'walker'.walk { _ENV = _ENV, job = job, shop = shop, books = books, modules = modules, record = rows, list = rows.list,\n"
      "  decimal = modules.decimal '1.50', failure = failure, text = { \"''\" }, coroutine = coroutine.create(function() end), write = "
      "books.invoices.create {}, function_ = function() end, [\"''\"] = '' }");
  auto workspace = load();
  ASSERT_EQ(all_of(workspace.problems), "");
  VirtualLoop loop;
  Runner runner(host_, Environment{&loop, &loop, &loop, nullptr}, loop);
  runner.set_live(workspace.programs);
  engine::RunInput input;
  input.job.client = "acme";
  input.job.instance = "main";
  input.job.flow = "orders";
  input.job.source = "shop";
  input.job.key = "118";
  input.event = R"({"topic":"order/created","body":"{}"})";
  engine::RunEnd ended;
  auto started = runner.start(input, std::make_shared<SilentHost>(), [&](engine::RunEnd end) { ended = std::move(end); });
  ASSERT_TRUE(started.ok());
  loop.run_until_idle();
  ASSERT_EQ(ended.how, engine::RunEnd::How::done) << ended.reason;
  compare_with_golden(walked, "flow");
}

TEST_F(ReachableTest, FromAMapping) {
  write("scripts/integrations/orders/invoice.lua",
        "require 'walker'.walk { _ENV = _ENV, [\"''\"] = '' }\n"
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "invoice.Amount = order.total\n");
  auto workspace = load();
  ASSERT_EQ(all_of(workspace.problems), "");
  compare_with_golden(walked, "mapping");
}

// A settings file is given nothing to look around with, so every name that any script knows is tried, one file each.
TEST_F(ReachableTest, FromASettingsFile) {
  auto said = [&](const std::string& file, const std::string& line) {
    write(file, line + "\n");
    auto workspace = load();
    return workspace.problems.empty() ? std::string() : workspace.problems[0].sentence;
  };
  std::vector<std::string> names = {"grant", "connection", "use", "host", "made", "known", "words", "_ENV._ENV"};
  std::ifstream flow_names(mlc::test::source_dir() + "/tests/unit/bindings/reachable/flow.txt");
  std::vector<std::string> methods;
  for (std::string line; std::getline(flow_names, line);) {
    std::string_view path = std::string_view(line).substr(0, line.find(' '));
    if (path.starts_with("_ENV.") && path.find('.', 5) == std::string_view::npos) names.emplace_back(path.substr(5));
    if (path.starts_with("_ENV.string.")) methods.emplace_back(path.substr(12));
  }
  ASSERT_GT(names.size(), 30u);
  ASSERT_GT(methods.size(), 10u);
  std::string found;
  for (const char* file : {"ml-connector.lua", "clients/acme/client.lua"}) {
    for (const auto& name : names) {
      std::string answer = said(file, "local reached = " + name + " local stop = reached.nothing.at_all");
      if (answer.find("unknown name") == std::string::npos) found += std::string(file) + "  " + name + "\n";
    }
    for (const auto& method : methods) {
      std::string answer = said(file, "local reached = (''):" + method + "(1, 1)" + " local stop = nil .. ''");
      if (answer.find("attempt to call a nil value") == std::string::npos) found += std::string(file) + "  ''." + method + "\n";
    }
    write("ml-connector.lua", "id = 'ws-1'\npublic_url = 'https://hooks.example.com'\n");
  }
  compare_with_golden(found, "settings");
}

}  // namespace
}  // namespace mlc::script
