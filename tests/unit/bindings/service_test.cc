// The service profile over real sockets on loopback: a script that serves, calls itself, waits and ends.
#include "runtime/script/service.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "bindings/bindings.h"
#include "runtime/base/system_clock.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/http/certificate_authority.h"
#include "runtime/http/client.h"
#include "tests/source_dir.h"
#include "tests/temp_folder.h"

namespace mlc::script {
namespace {

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    host_.files = &files_;
    host_.share = mlc::test::source_dir();
  }

  // Runs main.lua until it calls process.exit(code, why); gives the text, or the error it ended with.
  std::string run(const std::string& text, const std::string& arguments = "{}") {
    std::ofstream(folder_ + "/main.lua") << text;
    return start(folder_, arguments, true);
  }

  std::string start(const std::string& folder, const std::string& arguments, bool until_exit) {
    std::string ended = "timed out";
    ServiceWiring wiring;
    wiring.loop = &loop_;
    wiring.env = {&clock_, &loop_, &loop_, &random_};
    wiring.transport = &client_;
    wiring.log = &log_;
    wiring.folder = folder;
    wiring.exit = [&](int, std::string why) {
      ended = std::move(why);
      loop_.post([this] { loop_.stop(); });  // it may be called before the loop runs
    };
    auto limit = loop_.after_real(std::chrono::seconds(20), [this] { loop_.stop(); });
    auto service = Service::start(host_, bindings::service_modules(), std::move(wiring), until_exit ? "main.lua" : "init.lua", arguments,
                                  [&](Result<std::string> ready) {
                                    if (!ready) ended = "error: " + ready.error().text();
                                    else if (!until_exit) ended = *ready;
                                    if (!ready || !until_exit) loop_.post([this] { loop_.stop(); });
                                  });
    if (!service) return "error: " + service.error().text();
    loop_.run();
    (*service).reset();
    return ended;
  }

  RealFiles files_;
  Host host_;
  SystemClock clock_;
  EventLoop loop_{clock_};
  SeededRandom random_{5};
  http::Client client_{loop_};
  std::string logged_;
  Log log_{clock_, [this](std::string_view line) { logged_ += line; }, Level::debug};
  test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(ServiceTest, ServesItselfAndSeesTheRequest) {
  EXPECT_EQ(run(R"(
    local http, json, process = require "http", require "json", require "process"
    local server = http.serve { handler = function(request)
      return { status = 201, headers = { ["X-Seen"] = request.headers["x-sent"] }, body = request.method .. " " .. request.path .. " " .. request.query.a .. " " .. request.raw_query .. " " .. request.body }
    end }
    local answer, err = http.request { method = "POST", url = "http://127.0.0.1:" .. server.port .. "/a%20b?a=1%262", headers = { ["X-Sent"] = "yes" }, body = "hello" }
    if not answer then return process.exit(1, tostring(err)) end
    process.exit(0, answer.status .. " " .. answer.headers["x-seen"] .. " " .. answer.body)
  )"),
            "201 yes POST /a b 1&2 a=1%262 hello");
}

TEST_F(ServiceTest, AnswersCanBeDelayedAndCut) {
  EXPECT_EQ(run(R"(
    local http, process, timers = require "http", require "process", require "timers"
    local handled = 0
    local server = http.serve { handler = function(request)
      handled = handled + 1
      if request.path == "/slow" then return { delay = 0.05, body = "late" } end
      if request.path == "/waits" then timers.sleep(0.01) return { body = "waited" } end
      return { cut = request.path == "/before" and "before" or "after", body = ("x"):rep(1000) }
    end }
    local url = "http://127.0.0.1:" .. server.port
    local slow, waits = http.request { url = url .. "/slow" }, http.request { url = url .. "/waits" }
    local before, err = http.request { url = url .. "/before" }
    local after = http.request { url = url .. "/after" }
    process.exit(0, slow.body .. " " .. waits.body .. " " .. tostring(before) .. " " .. tostring(after) .. " " .. handled)
  )"),
            "late waited nil nil 4");
}

TEST_F(ServiceTest, AHandlerThatFailsAnswers500AndIsLogged) {
  EXPECT_EQ(run(R"(
    local http, process = require "http", require "process"
    local server = http.serve { handler = function() error("broken on purpose") end }
    process.exit(0, tostring(http.request { url = "http://127.0.0.1:" .. server.port .. "/" }.status))
  )"),
            "500");
  EXPECT_NE(logged_.find("broken on purpose"), std::string::npos) << logged_;
}

TEST_F(ServiceTest, TimersRunInOrderAndCanBeCancelled) {
  EXPECT_EQ(run(R"(
    local timers, process = require "timers", require "process"
    local seen, every = "", nil
    timers.after(0.03, function() seen = seen .. "b" end)
    timers.after(0.01, function() seen = seen .. "a" end)
    timers.cancel(timers.after(0.02, function() seen = seen .. "never" end))
    local count = 0
    every = timers.every(0.005, function() count = count + 1 if count == 3 then timers.cancel(every) end end)
    timers.after(0.08, function() process.exit(0, seen .. count) end)
  )"),
            "ab3");
}

TEST_F(ServiceTest, FilesOutsideTheFolderAreNotRead) {
  std::ofstream(folder_ + "/seed.txt") << "inside";
  EXPECT_EQ(run(R"(
    local files, process = require "files", require "process"
    local out = files.read "seed.txt"
    for _, path in ipairs { "/etc/passwd", "../x", "a/../../x", "./seed.txt", "" } do out = out .. " " .. select(2, files.read(path)).code end
    process.exit(0, out)
  )"),
            "inside denied denied denied denied denied");
}

TEST_F(ServiceTest, TheSimulatedSystemsStartAndSayWhereTheyAre) {
  auto authority = http::CertificateAuthority::make("test authority");
  ASSERT_TRUE(authority.ok());
  auto leaf = authority->issue();
  ASSERT_TRUE(leaf.ok());
  auto tls = document::Node::object();
  tls.set("cert", leaf->certificate_pem).set("key", leaf->key_pem);
  auto arguments = document::Node::object();
  arguments.set("tls", std::move(tls)).set("only", document::Node::array());
  std::string ready = start(mlc::test::source_dir() + "/examples/sandbox", document::write(arguments), false);
  EXPECT_NE(ready.find("\"url\":\"https://localhost:"), std::string::npos) << ready << logged_;
}

}  // namespace
}  // namespace mlc::script
