// The REPL as its users run it: piped, attached to a running server and without one, and on a real terminal (tmux).
#include <cstdlib>
#include <sstream>

#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

constexpr int kDone = 0, kNo = 1;
const std::string kOrders = "scripts/integrations/bigcommerce_exact_online/orders.lua";

// The line of a script on which a text first stands.
int line_of(const std::string& file, const std::string& text) {
  std::istringstream lines(read_file(mlc::test::source_dir() + "/" + file));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find(text) != std::string::npos) return number;
  }
  ADD_FAILURE() << file << " does not contain " << text;
  return 1;
}

class Repl : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<World>(World::Options{.scale = 60}); }
  static void TearDownTestSuite() { world_.reset(); }

  // A live installation with five orders posted, and the server running.
  static void prepare() {
    if (ready_) return;
    ASSERT_FALSE(std::exchange(tried_, true)) << "the installation did not come up before";
    ASSERT_NO_FATAL_FAILURE(world_->make_ready());
    orders_ = world_->seed({{"orders", 5}})["orders"];
    ASSERT_TRUE(eventually(Seconds(90),
                           [] {
                             const Json told = world_->status();
                             return told.is_object() && told["equation"]["open"] == 0 && !done_jobs().empty();
                           }))
        << world_->shop_state()["deliveries"].dump() << world_->status().dump(2);
    ready_ = true;
    running_ = true;
  }
  static void with_server() {
    ASSERT_NO_FATAL_FAILURE(prepare());
    if (running_) return;
    ASSERT_NO_FATAL_FAILURE(world_->start());
    running_ = true;
  }
  static void without_server() {
    ASSERT_NO_FATAL_FAILURE(prepare());
    if (!running_) return;
    ASSERT_NO_FATAL_FAILURE(world_->stop());
    running_ = false;
  }
  static std::vector<int64_t> done_jobs() {
    std::vector<int64_t> ids;
    const Json told = world_->ask({"jobs", "list", "--state", "done", "--limit", "10000"});
    for (const auto& job : told["jobs"]) ids.push_back(job["id"].get<int64_t>());
    return ids;
  }
  // A job that sent an invoice.
  static int64_t sent_job() {
    const Json told = world_->ask({"jobs", "list", "--state", "done", "--limit", "10000"});
    for (const auto& job : told["jobs"]) {
      if (job["done_as"] == "sent" && job["flow"] == "orders") return job["id"].get<int64_t>();
    }
    ADD_FAILURE() << "no job sent anything";
    return 0;
  }
  static int accounts() { return world_->books_state()["counts"]["accounts"].get<int>(); }
  // What the books have been asked so far: documents, and without a server, whose polls go on, calls too.
  static Json called(bool server) {
    const Json state = world_->control("exact_online", "state");
    return {server ? Json() : state["limits"]["divisions"]["123456"]["day_used"], state["divisions"]["123456"]["counts"]};
  }
  static Ended repl(const std::string& lines) { return world_->run({"repl", "acme"}, lines); }
  static std::string order() { return std::to_string(orders_[0]["id"].get<int64_t>()); }

  static inline std::unique_ptr<World> world_;
  static inline Json orders_;
  static inline bool tried_ = false, ready_ = false, running_ = false;
};

TEST_F(Repl, HelpShowsAnExample) {
  const Ended ended = world_->run_bare({"repl", "--help"});
  EXPECT_EQ(ended.code, kDone);
  EXPECT_NE(ended.out.find("Example:\n  ml-connector repl acme shop_nl"), std::string::npos) << ended.out;
}

TEST_F(Repl, EvaluatesLinesInTheEnvironmentOfAJob) {
  for (const bool server : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(server ? with_server() : without_server());
    const Ended ended = repl(
        "1 + 1\n"
        "local journal = job.settings.journal\n"
        "journal\n"
        "function twice(n)\n"
        "  return n * 2\n"
        "end\n"
        "twice(21)\n"
        "local t = { name = 'a', list = { 1, 2 } } t.self = t\n"
        "t = { name = 'a', list = { 1, 2 } }\n"
        "t.self = t\n"
        "t\n"
        "shop.orders.get(" +
        order() + ").id\n");
    EXPECT_EQ(ended.code, kDone) << ended.err;
    EXPECT_EQ(ended.out, "2\n\"70\"\n42\n{ list = { 1, 2 }, name = \"a\", self = <the same as 1 level up> }\n" + order() + "\n")
        << ended.err;
  }
}

TEST_F(Repl, AFaultOfALineIsSaidAndTheExitIsOne) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const Ended ended = repl("no_such_name\nwhile true do end\n1 +\n");
  EXPECT_EQ(ended.code, kNo);
  EXPECT_NE(ended.err.find("there is no name 'no_such_name' here"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("was stopped"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("in the middle of a chunk"), std::string::npos) << ended.err;
}

TEST_F(Repl, AWriteIsShownAndNotSentUnlessItIsArmed) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const auto before = accounts();
  const std::string write = "job:send('account', books.accounts.create({ Name = 'Typed by hand', Status = 'C' }), { entity = 'typed' })\n";
  const Ended fenced = repl(write);
  EXPECT_EQ(fenced.code, kNo);
  EXPECT_NE(fenced.out.find("fenced, not sent:\nPOST "), std::string::npos) << fenced.out << fenced.err;
  EXPECT_NE(fenced.out.find("\"Name\":\"Typed by hand\""), std::string::npos) << fenced.out;
  EXPECT_EQ(accounts(), before);

  const Ended armed = repl(":arm\n" + write + write);
  EXPECT_NE(armed.out.find("state = \"settled\""), std::string::npos) << armed.out << armed.err;
  EXPECT_NE(armed.err.find("the write was not sent"), std::string::npos) << "one line was armed, not two: " << armed.out;
  EXPECT_EQ(accounts(), before + 1);
  EXPECT_NE(world_->run({"audit", "acme"}).out.find("repl.armed"), std::string::npos);
}

TEST_F(Repl, AnEditedScriptShowsWhatItWouldMapAndWriteElse) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const std::string layer = world_->workspace() + "/clients/acme/shop_nl/invoice.lua";
  const std::string id = std::to_string(sent_job());
  const Ended same = repl(":load " + id + " --edited\n");
  EXPECT_NE(same.out.find("maps and writes the same"), std::string::npos) << same.out;
  std::filesystem::create_directories(std::filesystem::path(layer).parent_path());
  write_file(layer, "local order, invoice = layer \"invoice\"\ninvoice.SalesInvoiceLines.product.Description = \"EDITED\"\n");
  const Ended ended = repl(":load " + id + " --edited\n:load " + id + "\n");
  EXPECT_NE(ended.out.find("mapping invoice: SalesInvoiceLines[1].Description: "), std::string::npos) << ended.out << ended.err;
  EXPECT_NE(ended.out.find("write invoice: SalesInvoiceLines[1].Description: "), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("job " + id + ": equal, "), std::string::npos) << "the pinned version knows nothing of the edit: " << ended.out;
  std::filesystem::remove(layer);
}

TEST_F(Repl, WhyTellsWhereAFieldHasItsValueFrom) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const Ended ended =
      repl(":why " + std::to_string(sent_job()) + " SalesInvoiceLines[1].CostCenter\n:doc shop.orders.get\n:doc job:skip\n:jobs done\n");
  EXPECT_EQ(ended.code, kDone) << ended.err;
  EXPECT_NE(ended.out.find("SalesInvoiceLines[1].CostCenter = \"NL\""), std::string::npos) << ended.out;
  const int line = line_of("scripts/integrations/bigcommerce_exact_online/invoice.lua", "line.CostCenter = product.cost_center");
  EXPECT_NE(ended.out.find("invoice.lua:" + std::to_string(line) + ":"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("setting.cost_center"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("shop.orders.get  GET "), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("function Job:skip(reason)\n  Ends the run: there is nothing to do.\n"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("done, sent"), std::string::npos) << ended.out;
}

TEST_F(Repl, ABreakpointStopsTheOfflineRunAndStepsThroughIt) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const int status = line_of(kOrders, "local status = order.status_id");
  const Ended ended =
      repl(":break bigcommerce_exact_online/orders.lua:" + std::to_string(status) + "\n:load " + std::to_string(sent_job()) +
           "\n"
           ":locals\n"
           ":next\n"
           "status + 0\n"
           ":up\n"
           "order.id == tonumber(job.key)\n"
           ":down\n"
           ":out\n"
           ":where\n"
           ":continue\n");
  EXPECT_EQ(ended.code, kDone) << ended.out << ended.err;
  EXPECT_NE(ended.out.find("stands at " + kOrders + ":" + std::to_string(status)), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("in not_sold (breakpoint 1)"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("  order = {"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("  NEVER_SOLD = { [0] = true, [5] = true, [6] = true }"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find(":" + std::to_string(status + 1) + " in not_sold (step)"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("\ntrue\n"), std::string::npos) << "the frame that called has the order: " << ended.out;
  EXPECT_NE(ended.out.find("bigcommerce_exact_online/posting.lua:"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find(": equal, "), std::string::npos) << "standing still changes nothing: " << ended.out;
}

TEST_F(Repl, AConditionDecidesWhetherABreakpointStops) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const std::string place =
      ":break bigcommerce_exact_online/orders.lua:" + std::to_string(line_of(kOrders, "local status = order.status_id"));
  const std::string id = std::to_string(sent_job());
  EXPECT_EQ(repl(place + " if order.id == 1\n:load " + id + "\n").out.find("stands at"), std::string::npos);
  EXPECT_NE(repl(place + " if order.id > 1\n:load " + id + "\n").out.find("stands at"), std::string::npos);
}

TEST_F(Repl, ABreakpointOnALiveJobStopsAShadowAndNeverTheJob) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const size_t before = world_->books_state()["invoices"].size();
  auto shadow = world_->begin(
      {"repl", "acme"}, ":break bigcommerce_exact_online/orders.lua:" + std::to_string(line_of(kOrders, "local status = order.status_id")) +
                            "\n:follow\norder.id\n:continue\n");
  ASSERT_TRUE(eventually(Seconds(20), [&] { return shadow->output().find("waiting for the next job") != std::string::npos; }))
      << shadow->output() << shadow->errors();
  const auto seeded = world_->seed({{"orders", 1}, {"kinds", {"registered"}}})["orders"];
  ASSERT_EQ(shadow->wait(Seconds(60)), kDone) << shadow->output() << shadow->errors();
  EXPECT_NE(shadow->output().find("in not_sold (breakpoint 1)"), std::string::npos) << shadow->output();
  EXPECT_NE(shadow->output().find("\n" + std::to_string(seeded[0]["id"].get<int64_t>()) + "\n"), std::string::npos) << shadow->output();
  EXPECT_NE(shadow->output().find(": equal, "), std::string::npos) << "the shadow follows to the job's end: " << shadow->output();
  EXPECT_TRUE(eventually(Seconds(30), [&] { return world_->books_state()["invoices"].size() == before + 1; }));
  EXPECT_EQ(world_->differences(), std::vector<std::string>());
}

// A terminal of 100 by 40 characters, driven by keys, read by what stands on it.
class Tmux {
 public:
  Tmux(const std::string& folder, const std::string& command) : socket_(folder + "/tmux") {
    run("new-session -d -x 100 -y 40 " + quoted(command));
  }
  ~Tmux() { run("kill-server"); }
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;

  void type(const std::string& text) { run("send-keys -l " + quoted(text)); }
  void key(const std::string& name) { run("send-keys " + name); }
  std::string screen() { return run("capture-pane -p -S -200"); }
  bool shows(const std::string& text, Seconds patience = Seconds(20)) {
    return eventually(patience, [&] { return screen().find(text) != std::string::npos; });
  }

 private:
  static std::string quoted(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }
  std::string run(const std::string& arguments) {
    std::string out;
    FILE* pipe = popen(("tmux -S " + quoted(socket_) + " -f /dev/null " + arguments + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return out;
    char block[4096];
    while (const size_t got = fread(block, 1, sizeof block, pipe)) out.append(block, got);
    pclose(pipe);
    return out;
  }
  std::string socket_;
};

TEST_F(Repl, OnATerminalItCompletesRemembersAndStepsThroughABreakpoint) {
  if (std::system("tmux -V >/dev/null 2>&1") != 0) FAIL() << "tmux is not installed: cmake/packages.sh test installs it";
  ASSERT_NO_FATAL_FAILURE(with_server());
  const int status = line_of(kOrders, "local status = order.status_id");
  std::string command = "env TERM=screen XDG_STATE_HOME=" + world_->folder() + "/state";
  for (const auto& [name, value] : world_->variables()) command += " " + name + "='" + value + "'";
  Tmux terminal(world_->folder(), command + " " + World::program() + " repl acme --workspace " + world_->workspace());
  ASSERT_TRUE(terminal.shows("acme/shop_nl>")) << terminal.screen();
  EXPECT_TRUE(terminal.shows("attached to the running server"));

  terminal.type("shop.ord");
  terminal.key("Tab");
  ASSERT_TRUE(terminal.shows("shop.orders")) << terminal.screen();
  terminal.type(".g");
  terminal.key("Tab");
  ASSERT_TRUE(terminal.shows("shop.orders.get")) << terminal.screen();
  terminal.type("(" + order() + ").id");
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows("\n" + order() + "\n")) << terminal.screen();

  terminal.type("x = 6 *");
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows("\n>>")) << terminal.screen();
  terminal.type("7");
  terminal.key("Enter");
  terminal.type("x");
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows("\n42\n")) << terminal.screen();

  terminal.type("not finished(");
  terminal.key("C-c");
  ASSERT_TRUE(terminal.shows("^C")) << terminal.screen();
  terminal.key("Up");
  terminal.key("Up");
  terminal.key("C-u");

  terminal.type(":br");
  terminal.key("Tab");
  terminal.type(" bigcommerce_exact_online/orders.lua:" + std::to_string(status));
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows("breakpoint 1  bigcommerce_exact_online/orders.lua:" + std::to_string(status))) << terminal.screen();
  terminal.type(":load " + std::to_string(sent_job()));
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows("debug orders.lua:" + std::to_string(status) + ">")) << terminal.screen();
  terminal.type(":step");
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows("debug orders.lua:" + std::to_string(status + 1) + ">")) << terminal.screen();
  terminal.type("stat");
  terminal.key("Tab");
  terminal.type(" == order.status_id");
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows("\ntrue\n")) << terminal.screen();
  terminal.type(":continue");
  terminal.key("Enter");
  ASSERT_TRUE(terminal.shows(": equal, ")) << terminal.screen();
  terminal.type(":quit");
  terminal.key("Enter");
  EXPECT_TRUE(eventually(Seconds(10), [&] {
    return read_file(world_->folder() + "/state/ml-connector/repl_history").find("x\\040=\\0406") != std::string::npos;
  })) << read_file(world_->folder() + "/state/ml-connector/repl_history");
}

TEST_F(Repl, TwoHundredRecordedJobsRunAgainOfflineByteForByte) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  world_->seed({{"orders", 200}});
  ASSERT_TRUE(world_->comes_to_rest(Seconds(180))) << world_->status().dump(2);
  const auto jobs = done_jobs();
  ASSERT_GE(jobs.size(), 200U);
  std::string lines;
  for (const auto id : jobs) lines += ":load " + std::to_string(id) + "\n";
  ASSERT_EQ(world_->run({"pause", "acme"}).code, kDone);  // sweeps write what lost deliveries told nobody
  for (const bool server : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(server ? with_server() : without_server());
    const Json before = called(server);
    const Ended ended = repl(lines);
    EXPECT_EQ(ended.code, kDone) << ended.err;
    for (const auto id : jobs)
      EXPECT_NE(ended.out.find("job " + std::to_string(id) + ": equal, "), std::string::npos) << ended.out << ended.err;
    EXPECT_EQ(called(server), before) << "an offline re-run called out";
  }
  EXPECT_EQ(world_->run({"resume", "acme"}).code, kDone);
}

}  // namespace
}  // namespace mlc::system_test
