// Determinism (design.md): between two journal entries a job depends only on event, settings, version and journal. Two
// hundred jobs run in two processes, each with its own addresses and its own seed of Lua's hashes; their journals, unsealed
// and in the engine's canonical form, are equal byte for byte.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "bindings/bindings.h"
#include "runtime/script/runner.h"
#include "tests/unit/engine/world.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

constexpr int kJobs = 200;

const char kFlow[] = R"(
local crypto, decimal = require 'crypto', require 'decimal'
local seen = require 'seen'

local function run(job, shop, books)
  seen.count = seen.count + 1
  local order = shop.orders.get(job.key)
  local bag = { [1.5] = 'real', [true] = 'yes', [-3] = 'minus', [7] = 'seven' }
  for _ = 1, 12 do bag['k' .. math.random(100000)] = crypto.uuid() end
  local walked = {}
  for key, value in pairs(bag) do walked[#walked + 1] = tostring(key) .. '=' .. value end
  local first, nexts = next(bag), 0
  for _ in next, bag do nexts = nexts + 1 end

  local lines = {}
  for index, line in ipairs(order.lines) do lines[index] = { sku = line.sku, price = line.price, at = index } end
  table.sort(lines, function(a, b) return a.sku < b.sku end)
  local total, text = decimal '0', {}
  for _, line in ipairs(lines) do
    total = total + line.price
    text[#text + 1] = line.sku .. line.at .. ':' .. tostring(job:look_up('items', line.sku))
  end

  local before = job.kv.get('last ' .. job.source)
  job.kv.set('last ' .. job.source, { key = job.key, total = total, random = math.random(1 << 40) })
  local step = job:step('once', function() return { drawn = math.random(), at = job:now(), id = crypto.uuid() } end)
  job:note('walked', { walked = table.concat(walked, ' '), first = tostring(first), nexts = nexts, seen = seen.count,
    shown = tostring(bag) .. tostring(run) .. tostring({}), before = before and before.key })
  local sent = job:send('invoice', books.invoices.create_c { Ref = job.source .. '-' .. job.key, Amount = total, Lines = text })
  return { sent = sent.id, now = job:now(), step = step, order = table.concat(text, ','), kinds = { order = order.note } }
end

return integration { roles = { shop = 'toyshop', books = 'ledger' }, settings = schema {},
  lookups = { items = { from = 'books.items.list', key = 'Code', value = 'ID', fresh = '1h' } },
  flows = { orders = flow { on = { webhook('shop', { 'order/created' }, { key = 'data.id' }) }, run = run } } }
)";

class Determinism : public WorkspaceFixture {
 protected:
  Determinism() {
    host_.modules = bindings::job_modules();
    write("clients/acme/client.lua",
          "zone = 'Europe/Amsterdam'\n"
          "connections = { shop = connection 'toyshop' { store = 's1' }, books = connection 'ledger' { division = 7 } }\n"
          "instances = { main = use 'orders' { bind = { shop = 'shop', books = 'books' } } }\n");
    write("scripts/systems/ledger/init.lua",
          "return system { name = 'ledger', base_url = 'https://books.example.com', operations = {\n"
          "  ['items.list'] = { GET = '/items', gives = 'Item', pages = 'odata', find = { param = '$filter', format = 'odata' } },\n"
          "  ['invoices.find'] = { GET = '/invoices', pages = 'odata' },\n"
          "  ['invoices.create_c'] = { POST = '/invoices', effect = look_up { 'invoices.find', by = 'Ref' } } },\n"
          "  types = { Item = { fields = { ID = { type = 'text' }, Code = { type = 'text' } } } } }\n");
    write("scripts/integrations/orders/seen.lua", "return { count = 0 }\n");
    write("scripts/integrations/orders/init.lua", kFlow);
  }

  // Runs the jobs and gives their journals.
  std::string journals() {
    auto workspace = load();
    EXPECT_EQ(all_of(workspace.problems), "");
    engine::testing::World world;
    world.make_runner = [&](const Environment& env) {
      auto runner = std::make_unique<Runner>(host_, env, *env.executor);
      runner->set_live(workspace.programs);
      return runner;
    };
    std::string items;
    for (char sku = 'A'; sku <= 'H'; ++sku)
      items += std::string(items.empty() ? "[" : ",") + R"({"Code":")" + sku + R"(","ID":"id-)" + sku + R"("})";
    world.remote.lists["items.list"] = items + "]";
    for (int i = 0; i < kJobs; ++i) {
      std::string lines;
      for (int line = 0; line <= i % 7; ++line) {
        lines += std::string(line == 0 ? "" : ",") + R"({"sku":")" + static_cast<char>('A' + (i * 5 + line * 3) % 9) + R"(","price":)" +
                 std::to_string(i + line) + ".10}";
      }
      std::string id = std::to_string(1000 + i);
      world.remote.orders[id] = R"({"id":)" + id + R"(,"date_modified":"2025-10-14T20:00:00Z","total":"1.00","note":")" +
                                std::string(i % 3, 'n') + R"(","lines":[)" + lines + "]}";
    }
    world.start();
    auto live = world.run(world.engine->operations().live("acme", "main", std::nullopt, "test"));
    EXPECT_TRUE(live) << live.error().text();
    for (int i = 0; i < kJobs; ++i) {
      // Every ninth read fails: those jobs run again from their journals.
      if (i % 9 == 4) world.remote.read_faults = {"", "unavailable"};
      auto answer = world.deliver(engine::testing::World::order_event(std::to_string(1000 + i), "order/created"));
      EXPECT_EQ(answer.status, 200);
      if (i % 5 == 0) world.loop->run_for(std::chrono::seconds(3));
    }
    EXPECT_TRUE(world.settle_down());
    std::string all;
    int done = 0;
    for (const auto& job : world.jobs()) {
      if (job.state == store::JobState::done) ++done;
      all += "job " + job.key + " of " + job.source + "\n" + world.canonical_journal(job.id);
    }
    EXPECT_EQ(done, kJobs);
    return all;
  }
};

constexpr const char* kFileVariable = "MLC_DETERMINISM_JOURNALS";

// The process that the test below starts; by itself it has nowhere to write to.
TEST_F(Determinism, ChildProcessWritesItsJournals) {
  const char* path = std::getenv(kFileVariable);
  if (path == nullptr) GTEST_SKIP() << "run by JournalsOfTwoProcessesAreEqual";
  std::ofstream(path) << journals();
}

TEST_F(Determinism, JournalsOfTwoProcessesAreEqual) {
  std::string texts[2];
  for (int i = 0; i < 2; ++i) {
    std::string path = folder_ + "/journals-" + std::to_string(i);
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      setenv(kFileVariable, path.c_str(), 1);
      execl("/proc/self/exe", "unit_bindings", "--gtest_filter=Determinism.ChildProcessWritesItsJournals", static_cast<char*>(nullptr));
      _exit(127);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    texts[i] = text.str();
  }
  size_t jobs = 0;
  for (size_t at = texts[0].find("job "); at != std::string::npos; at = texts[0].find("\njob ", at + 1)) ++jobs;
  EXPECT_EQ(jobs, static_cast<size_t>(kJobs));
  EXPECT_NE(texts[0].find("walked"), std::string::npos);
  std::istringstream first(texts[0]), second(texts[1]);
  for (std::string a, b; std::getline(first, a) && std::getline(second, b);) ASSERT_EQ(a, b);
  EXPECT_EQ(texts[0].size(), texts[1].size());
}

}  // namespace
}  // namespace mlc::script
