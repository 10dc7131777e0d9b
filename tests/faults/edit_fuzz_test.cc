// Hot reload under load: random edits, valid and broken, saved the ways that editors save, while webhooks come in. No event
// is lost or doubled, and through every broken edit the version before it serves.
//
// MLC_EDITS=<n> makes n edits (60), MLC_SEED=<n> seeds them.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "runtime/crypto/signature.h"
#include "tests/source_dir.h"
#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

namespace fs = std::filesystem;

constexpr Seconds kPatience{30};
const std::string kSmall = mlc::test::source_dir() + "/tests/faults/small_system";

int number_from(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

std::string make_share(const Folder& folder) {
  const std::string share = folder.path + "/share", source = mlc::test::source_dir();
  fs::create_directories(share + "/sandbox");
  fs::copy(source + "/stdlib", share + "/stdlib", fs::copy_options::recursive);
  fs::copy(source + "/scripts", share + "/scripts", fs::copy_options::recursive);
  for (const std::string part : {"faults", "host", "journal", "site", "wire"})
    fs::copy(source + "/examples/sandbox/" + part + ".lua", share + "/sandbox/" + part + ".lua");
  fs::copy(kSmall + "/sandbox/init.lua", share + "/sandbox/init.lua");
  return share;
}

// Tells of things, each until it is acknowledged.
class Sender {
 public:
  explicit Sender(const World& world) : world_(world), thread_([this] { run(); }) {}
  ~Sender() { stop(); }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int sent() const { return sent_; }        // acknowledged; after stop()
  int refused() const { return refused_; }  // answers that were not 200

 private:
  void run() {
    const std::string key = world_.credentials("small")["signing_key"], url = world_.public_url() + "/hooks/acme/source";
    while (!stopping_) {
      const std::string thing = "t" + std::to_string(sent_ + 1);
      const std::string body = Json{{"topic", "thing/created"}, {"id", thing}}.dump(), at = std::to_string(world_.now());
      const Answer answer = world_.web().call("POST", url,
                                              {{"webhook-id", "event-" + thing},
                                               {"webhook-timestamp", at},
                                               {"webhook-signature", crypto::sign_standard_webhook(key, "event-" + thing, at, body)}},
                                              body);
      if (answer.status == 200) ++sent_;
      else ++refused_;
      pause_between_looks();
    }
  }

  const World& world_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> sent_{0}, refused_{0};
  std::thread thread_;
};

class EditFuzz : public ::testing::Test {
 protected:
  void SetUp() override {
    world_ = std::make_unique<World>(
        World::Options{.scale = 1, .share = make_share(share_), .workspace = kSmall + "/workspace", .words = {{"@KIND@", "C"}}});
    for (const std::string connection : {"source", "target"})
      for (const std::string key : {"key", "signing_key"})
        ASSERT_EQ(world_->run({"secret", "set", "acme", connection, key}, world_->credentials("small")[key].get<std::string>() + "\n").code,
                  0);
    ASSERT_NO_FATAL_FAILURE(world_->start());
    ASSERT_EQ(world_->run({"live", "acme", "relay"}).code, 0);
    for (const std::string& file : {kIntegration, kClient, kSystem}) texts_[file] = read_file(path(file));
  }

  std::string path(const std::string& file) const { return world_->workspace() + "/" + file; }
  Json versions() const { return world_->admin("GET", "/api/v1/clients/acme/instances/relay/versions").json(); }
  Json report() const { return world_->status()["reload"]; }

  // The flow writes `mark` into every record that it makes.
  std::string marked(const std::string& mark) const {
    return replaced(texts_.at(kIntegration), "text = thing.text", "text = thing.text .. \" " + mark + "\"");
  }

  void save(const std::string& file, const std::string& text, int way) const {
    const std::string name = path(file);
    switch (way % 4) {
      case 0:
        return write_file(name, text);
      case 1:
        write_file(name + ".new", text);
        return fs::rename(name + ".new", name);
      case 2:
        fs::rename(name, name + "~");
        return write_file(name, text);
      default: {
        // Half of it stands on the disk for a while.
        std::ofstream out(name, std::ios::trunc);
        out << text.substr(0, text.size() / 2) << std::flush;
        pause_between_looks();
        out << text.substr(text.size() / 2);
      }
    }
  }

  struct Broken {
    std::string file, text;  // "" = removed
  };
  Broken broken(int kind) const {
    const std::string& flow = texts_.at(kIntegration);
    switch (kind % 9) {
      case 0:
        return {kIntegration, flow + "\nend end ="};
      case 1:
        return {kIntegration, "error(\"not today\")\n" + flow};
      case 2:
        return {kIntegration, flow.substr(0, flow.size() / 2)};
      case 3:
        return {kIntegration, " "};
      case 4:
        return {kClient, texts_.at(kClient) + "\nconnections = {"};
      case 5:
        return {kClient, texts_.at(kClient) + "\nnonsense = 1\n"};
      case 6:
        return {kClient, " "};
      case 7:
        return {kClient, replaced(texts_.at(kClient), "source = \"source\"", "source = \"nobody\"")};
      default:
        return {kSystem, replaced(texts_.at(kSystem), "operations = {", "operatoins = {")};
    }
  }

  static inline const std::string kIntegration = "scripts/integrations/relay/init.lua", kClient = "clients/acme/client.lua",
                                  kSystem = "scripts/systems/small/init.lua";
  Folder share_;
  std::unique_ptr<World> world_;
  std::map<std::string, std::string> texts_;
};

TEST_F(EditFuzz, NoEventIsLostOrDoubledAndBrokenEditsChangeNothing) {
  const int edits = number_from("MLC_EDITS", 60);
  std::mt19937 random(static_cast<unsigned>(number_from("MLC_SEED", 1)));
  std::uniform_int_distribution<int> any(0, 1 << 20);
  std::set<std::string> marks = {"thing"};
  std::vector<double> took;
  int broken_ones = 0, sent = 0, refused = 0;
  {
    Sender sender(*world_);
    for (int edit = 0; edit < edits; ++edit) {
      SCOPED_TRACE("edit " + std::to_string(edit));
      const std::string before = versions()["version"];
      if (any(random) % 5 < 2) {
        ++broken_ones;
        const Broken what = broken(any(random));
        const std::string sound = read_file(path(what.file));
        save(what.file, what.text, any(random));
        ASSERT_TRUE(eventually(kPatience, [&] { return !report()["problems"].empty(); })) << what.text << world_->server().errors();
        ASSERT_EQ(versions()["version"], before) << what.text;
        save(what.file, sound, any(random));
        ASSERT_TRUE(eventually(kPatience, [&] { return report()["problems"].empty(); })) << report().dump(2);
        ASSERT_EQ(versions()["version"], before);
        continue;
      }
      const std::string mark = "mark-" + std::to_string(edit);
      marks.insert(mark);
      const auto began = std::chrono::steady_clock::now();
      if (any(random) % 3 == 0) save(kSystem, texts_.at(kSystem) + "-- " + mark + "\n", 1);
      save(kIntegration, marked(mark), any(random));
      ASSERT_TRUE(eventually(kPatience,
                             [&] {
                               const Json now = versions();
                               return now["version"] != before && now["state"] == "live";
                             }))
          << versions().dump(2) << world_->server().errors();
      took.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    sender.stop();
    sent = sender.sent();
    refused = sender.refused();
  }
  ASSERT_GT(sent, edits / 2);
  EXPECT_EQ(refused, 0) << "a reload is nothing that a sender notices";
  ASSERT_TRUE(eventually(Seconds(120), [&] {
    const Json client = world_->status()["clients"][0];
    return client["waiting"] == 0 && client["running"] == 0;
  })) << world_->status().dump(2);

  std::map<std::string, int> made;
  std::set<std::string> used;
  const Json state = world_->control("small", "state");
  for (const auto& record : state["records"]["C"]) {
    ++made[record["ref"]];
    const std::string text = record["text"];
    const std::string mark = text.substr(text.rfind(' ') + 1);
    const bool known = marks.contains(mark) || text.find("mark-") == std::string::npos;
    EXPECT_TRUE(known) << text << " was made by a version that was never sound";
    used.insert(mark);
  }
  for (int i = 1; i <= sent; ++i) EXPECT_EQ(made["t" + std::to_string(i)], 1) << "t" << i;
  EXPECT_EQ(made.size(), static_cast<size_t>(sent));
  EXPECT_GT(used.size(), 2u) << "the edits reached the records";
  const Json status = world_->status();
  EXPECT_EQ(status["equation"]["balances"], true);
  EXPECT_EQ(status["clients"][0]["parked"], 0) << world_->ask({"jobs"}).dump(2);
  EXPECT_EQ(status["clients"][0]["dead"], 0);
  std::sort(took.begin(), took.end());
  if (!took.empty())
    std::cout << edits << " edits, " << broken_ones << " of them broken, " << sent << " events; save to live p50 " << took[took.size() / 2]
              << " ms, p99 " << took[took.size() * 99 / 100] << " ms, most " << took.back() << " ms\n";
}

}  // namespace
}  // namespace mlc::system_test
