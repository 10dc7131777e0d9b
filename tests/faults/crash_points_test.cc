// F1 in whole processes: `serve` ends at every named point of the pipeline for every kind of effect, and is started
// again. Kinds A, B and C end with one record; kind D does, or stops for a person where it may have been sent. The
// system is tests/faults/small_system, its simulation is served by `ml-connector sandbox`.
#include <filesystem>

#include "runtime/crypto/signature.h"
#include "runtime/engine/options.h"
#include "tests/source_dir.h"
#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

namespace fs = std::filesystem;

constexpr int kCrashed = 137;
const std::string kSmall = mlc::test::source_dir() + "/tests/faults/small_system";

// A --share folder whose sandbox is the small system's, on the site of examples/sandbox.
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

class CrashPoints : public ::testing::TestWithParam<char> {
 protected:
  void SetUp() override {
    const std::string kind(1, GetParam());
    world_ = std::make_unique<World>(
        World::Options{.scale = 10, .share = make_share(share_), .workspace = kSmall + "/workspace", .words = {{"@KIND@", kind}}});
    for (const std::string connection : {"source", "target"})
      for (const std::string key : {"key", "signing_key"})
        ASSERT_EQ(world_->run({"secret", "set", "acme", connection, key}, world_->credentials("small")[key].get<std::string>() + "\n").code,
                  0);
    ASSERT_EQ(world_->run({"live", "acme", "relay"}).code, 0);
  }

  Answer deliver(const std::string& thing) {
    const std::string body = Json{{"topic", "thing/created"}, {"id", thing}}.dump(), timestamp = std::to_string(world_->now());
    const std::string key = world_->credentials("small")["signing_key"];
    return world_->web().call("POST", world_->public_url() + "/hooks/acme/source",
                              {{"webhook-id", "event-" + thing},
                               {"webhook-timestamp", timestamp},
                               {"webhook-signature", crypto::sign_standard_webhook(key, "event-" + thing, timestamp, body)}},
                              body);
  }
  Json records(const std::string& thing) {
    Json found = Json::array();
    const Json state = world_->control("small", "state");
    for (const auto& record : state["records"][std::string(1, GetParam())])
      if (record["ref"] == thing) found.push_back(record);
    return found;
  }
  Json job_of(const std::string& thing) {
    for (const std::string state : {"waiting", "running", "parked", "done", "dead", "cancelled"}) {
      const Json listed = world_->admin("GET", "/api/v1/jobs?limit=1000&state=" + state).json();
      for (const auto& job : listed["jobs"])
        if (job["key"] == thing) return job;
    }
    return {};
  }

  Folder share_;
  std::unique_ptr<World> world_;
};

TEST_P(CrashPoints, EachEndsWithOneRecordOrAPerson) {
  int number = 0;
  for (const std::string_view point : engine::kCrashPoints) {
    if (point == "after_confirm" && GetParam() != 'C') continue;  // only what declares a confirmation passes it
    SCOPED_TRACE(std::string(point) + ", kind " + GetParam());
    const std::string thing = "t" + std::to_string(++number);
    ASSERT_NO_FATAL_FAILURE(world_->start({{"MLC_CRASH_POINT", std::string(point) + ":1"}}));
    deliver(thing);  // answered or cut off, as the point has it
    ASSERT_EQ(world_->server().wait(Seconds(30)), kCrashed) << "the point was not reached: " << world_->server().errors();

    ASSERT_NO_FATAL_FAILURE(world_->start());
    ASSERT_EQ(deliver(thing).status, 200);  // the sender repeats itself
    ASSERT_TRUE(eventually(Seconds(60),
                           [&] {
                             const Json job = job_of(thing);
                             return job.is_object() && (job["state"] == "done" || job["state"] == "parked" || job["state"] == "dead");
                           }))
        << job_of(thing).dump(2) << world_->server().errors();

    Json job = job_of(thing);
    const bool in_doubt = point == "after_arm" || point == "before_send" || point == "after_send" || point == "before_outcome";
    if (GetParam() == 'D' && in_doubt) {
      ASSERT_EQ(job["state"], "parked") << job.dump(2);
      EXPECT_LE(records(thing).size(), 1u) << "it was sent again";
      std::vector<std::string> settle = {"jobs", "settle", job["id"].dump()};
      if (records(thing).empty()) settle.push_back("--did-not-happen");
      else settle.insert(settle.end(), {"--happened", records(thing)[0]["id"].get<std::string>()});
      const Ended settled = world_->run(settle);
      ASSERT_EQ(settled.code, 0) << settled.err;
      ASSERT_TRUE(eventually(Seconds(30), [&] { return job_of(thing)["state"] == "done"; })) << job_of(thing).dump(2);
      job = job_of(thing);
    }
    EXPECT_EQ(job["state"], "done") << job.dump(2);
    EXPECT_EQ(records(thing).size(), 1u) << records(thing).dump(2);
    EXPECT_EQ(world_->status()["equation"]["balances"], true);
    ASSERT_NO_FATAL_FAILURE(world_->stop());
  }
  EXPECT_EQ(world_->ask({"audit", "verify"})["intact"], true);
}

INSTANTIATE_TEST_SUITE_P(Kinds, CrashPoints, ::testing::Values('A', 'B', 'C', 'D'),
                         [](const auto& given) { return std::string(1, given.param); });

}  // namespace
}  // namespace mlc::system_test
