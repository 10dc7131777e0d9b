// A client.lua that is broken when serve begins: what is said of it by the server, by commands, to its remotes and to people, and that
// mending the file is all there is to do.
#include <filesystem>

#include "tests/system/harness.h"
#include "tests/system/receiver.h"

namespace mlc::system_test {
namespace {

bool holds(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST(BrokenClient, TheOnlyClientsFileIsNamedEverywhereAndMendingItIsEnough) {
  Receiver receiver;
  World world({.scale = 120});
  const std::string settings = world.workspace() + "/ml-connector.lua", file = world.workspace() + "/clients/acme/client.lua";
  write_file(settings,
             read_file(settings) + "alerts = { ops = webhook \"generic\" { url = \"" + receiver.url() + "\", allow_loopback = true } }\n");
  const std::string good = read_file(file);
  write_file(file, replaced(good, "instances = {", "instances = {{"));
  const Ended checked = world.run({"check"});
  EXPECT_EQ(checked.code, 1);
  const std::string fault = checked.out.substr(0, checked.out.find('\n'));
  ASSERT_TRUE(holds(fault, "clients/acme/client.lua:")) << checked.out;

  ASSERT_NO_FATAL_FAILURE(world.start());
  EXPECT_TRUE(eventually(Seconds(20), [&] { return holds(world.server_log(), "client.left_out"); })) << world.server_log();
  EXPECT_TRUE(holds(world.server_log(), "nothing of this client runs")) << world.server_log();

  // Everything that names the client says why, with the server and without.
  const std::string says = "client acme does not run: " + fault;
  const auto commands = [&](const std::string& when) {
    const Ended status = world.run({"status"});
    EXPECT_EQ(status.code, 0) << when;
    EXPECT_TRUE(holds(status.out, "LEFT OUT acme: nothing of it runs")) << when << status.out;
    EXPECT_TRUE(holds(status.out, fault)) << when << status.out;
    const Json left = world.ask({"status"})["left_out"];
    ASSERT_EQ(left.size(), 1u) << when;
    EXPECT_EQ(left[0]["client"], "acme") << when;
    EXPECT_EQ(left[0]["why"], fault) << when;
    for (const auto& command :
         std::vector<std::vector<std::string>>{{"ping", "acme"}, {"live", "acme", "shop_nl"}, {"sync", "acme", "shop_nl"}}) {
      const Ended asked = world.run(command);
      EXPECT_EQ(asked.code, 1) << when << command.front();
      EXPECT_TRUE(holds(asked.err, says)) << when << command.front() << ": " << asked.err;
    }
    const Ended listed = world.run({"settings", "acme", "shop_nl"});
    EXPECT_NE(listed.code, 0) << when;
    EXPECT_TRUE(holds(listed.err, fault)) << when << listed.err;
  };
  commands("served: ");
  // Its remotes come again; of a client that never was nobody does.
  EXPECT_EQ(world.deliver({}, "{}").status, 503);
  EXPECT_FALSE(world.deliver({}, "{}").field("Retry-After").empty());
  EXPECT_EQ(world.web().call("POST", world.public_url() + "/hooks/nobody/shop", {}, "{}").status, 404);
  ASSERT_TRUE(eventually(Seconds(60), [&] { return !receiver.of("client").empty(); })) << world.server_log();
  EXPECT_EQ(receiver.of("client").front()["severity"], "critical");
  EXPECT_TRUE(holds(receiver.of("client").front()["sentence"], "nothing of acme runs: " + fault)) << receiver.of("client").front();
  ASSERT_NO_FATAL_FAILURE(world.stop());
  commands("not served: ");

  // The file is mended while serve runs.
  ASSERT_NO_FATAL_FAILURE(world.start());
  write_file(file, good);
  ASSERT_TRUE(eventually(Seconds(60), [&] { return world.status()["left_out"].empty(); })) << world.server_log();
  EXPECT_FALSE(holds(world.run({"status"}).out, "LEFT OUT"));
  EXPECT_EQ(world.status()["clients"].size(), 1u);
  EXPECT_EQ(world.deliver({}, "{}").status, 401) << "it is there again, and asks for a signature";
  ASSERT_TRUE(eventually(Seconds(60), [&] { return receiver.of("client").size() == 2; })) << world.server_log();
  EXPECT_EQ(receiver.of("client")[1]["what"], "ended");
}

TEST(BrokenClient, OneWhoseSystemCannotBeReadIsLeftOutAndTheOthersRun) {
  World world({.scale = 120});
  const std::string system = world.workspace() + "/scripts/systems/wacky", client = world.workspace() + "/clients/ander";
  std::filesystem::create_directories(system);
  std::filesystem::create_directories(client);
  write_file(system + "/init.lua", "return system {{\n");
  const std::string of_wacky = "zone = 'Europe/Amsterdam'\nconnections = { own = connection 'wacky' {} }\n";
  write_file(client + "/client.lua", of_wacky);

  ASSERT_NO_FATAL_FAILURE(world.start());
  const Json left = world.status()["left_out"];
  ASSERT_EQ(left.size(), 1u) << left;
  EXPECT_EQ(left[0]["client"], "ander");
  const std::string why = left[0]["why"];
  EXPECT_TRUE(holds(why, "clients/ander/client.lua: connection own: unknown system \"wacky\"")) << why;
  EXPECT_TRUE(holds(why, "scripts/systems/wacky/init.lua:2")) << why;
  EXPECT_TRUE(holds(world.server_log(), "nothing of this client runs")) << world.server_log();
  EXPECT_EQ(world.deliver({}, "{}").status, 401) << "acme is there, and asks for a signature";
  EXPECT_EQ(world.run({"settings", "acme", "shop_nl"}).code, 0);
  write_file(client + "/client.lua", "zone = 'Europe/Amsterdam'\nconnections = {}\n");
  EXPECT_TRUE(eventually(Seconds(60), [&] { return world.status()["left_out"].empty(); })) << world.server_log();

  // The same while it serves: what others save goes live all the same.
  write_file(client + "/client.lua", of_wacky);
  EXPECT_TRUE(eventually(Seconds(60), [&] { return !world.status()["left_out"].empty(); })) << world.server_log();
  EXPECT_FALSE(holds(world.server_log(), "reload.refused")) << world.server_log();
  EXPECT_EQ(world.deliver({}, "{}").status, 401);
}

}  // namespace
}  // namespace mlc::system_test
