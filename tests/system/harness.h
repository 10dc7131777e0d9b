// The whole program under test, as its users run it: `ml-connector sandbox` and `ml-connector serve` as processes of
// their own over TLS on loopback, a workspace in a temporary folder, commands by their arguments.
//
//   World world({.scale = 60});
//   world.make_ready();                       // secrets, serve, grant, live
//   world.seed(R"({"orders": 3})"_json);
//   ASSERT_TRUE(world.comes_to_rest(Seconds(60)));
//
// Single-threaded but for web(), which any thread may use.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/source_dir.h"
#include "tests/system/child.h"
#include "tests/system/web.h"

namespace mlc::system_test {

// A signed delivery as the simulated shop makes it.
struct Delivery {
  std::string id, body;
};

class World {
 public:
  struct Options {
    double scale = 60;                                                                 // virtual seconds in a real one
    std::string share = {};                                                            // "" = the source tree
    std::string workspace = mlc::test::source_dir() + "/examples/clients/quickstart";  // copied; words between @ are filled in
    std::map<std::string, std::string> words = {};                                     // more of them: {"@KIND@": "A"}
    int64_t seed = 1;
  };
  explicit World(Options options);
  World() : World(Options()) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Commands. `ml-connector <arguments> --workspace <ours>`, to its end.
  Ended run(std::vector<std::string> arguments, const std::string& input = "");
  // As they are, without --workspace.
  Ended run_bare(const std::vector<std::string>& arguments, const std::string& input = "");
  // The same as run(), not waited for.
  std::unique_ptr<Child> begin(std::vector<std::string> arguments, const std::string& input = "");
  static std::string program();
  // With --json; fails the test when it does not end with `code` or its output is no JSON.
  Json ask(std::vector<std::string> arguments, int code = 0);

  // serve.
  void start(const Variables& more = {});   // returns when /readyz says so; fails the test otherwise
  void launch(const Variables& more = {});  // returns at once
  bool wait_ready(Seconds patience = Seconds(30));
  void kill9();
  void use_clock(std::string file) { clock_ = std::move(file); }  // of serve from its next start on; "" = the sandbox's
  void stop();                                                    // SIGTERM; fails the test unless it drains and exits 0
  Child& server() { return *server_; }
  std::string server_log() const;  // of all lives

  void set_secrets();
  void authorize();   // follows the link as a browser would
  void make_ready();  // set_secrets, start, authorize, live

  // The public side and the admin side.
  const Web& web() const { return web_; }
  std::string public_url() const { return "https://localhost:" + std::to_string(port_); }
  Answer admin(const std::string& method, const std::string& path, const Json& body = nullptr) const;
  Json status() const { return admin("GET", "/api/v1/status").json(); }
  // Value of a sample such as `mlc_webhooks_total{result="accepted"}`; -1 when it is not there.
  double metric(const std::string& sample) const;

  // The sandbox.
  const Json& sandbox() const { return line_; }
  Json control(const std::string& system, const std::string& what, const Json& body = nullptr) const;  // GET without body
  Json credentials(const std::string& system) const { return line_["systems"][system]["credentials"]; }
  Json seed(const Json& what) const { return control("bigcommerce", "seed", what); }
  Json shop_state() const { return control("bigcommerce", "state"); }
  Json books_state() const { return control("exact_online", "state")["divisions"]["123456"]; }

  // No job is open and the shop has nothing left to deliver; parked jobs count as at rest.
  bool comes_to_rest(Seconds patience) const;
  // Every order that expects an invoice has one, of its total; no other order has any. Empty when so.
  std::vector<std::string> differences() const;

  // Deliveries that the test signs itself.
  Delivery order_event(const std::string& id, int64_t order, const std::string& topic = "store/order/created") const;
  Fields signed_fields(const Delivery& delivery, int64_t seconds_off = 0) const;
  Answer deliver(const Delivery& delivery) const { return deliver(signed_fields(delivery), delivery.body); }
  Answer deliver(const Fields& fields, const std::string& body) const;
  int64_t now() const;  // Unix seconds of the virtual clock
  // A clock file of a machine whose clock is so many real seconds ahead of the sandbox's.
  std::string clock_ahead(int64_t seconds) const;

  std::string workspace() const { return folder_.path + "/workspace"; }
  Variables variables() const;  // of every process of this world
  const std::string& folder() const { return folder_.path; }

 private:
  void make_workspace();

  Options options_;
  Folder folder_;
  std::unique_ptr<Child> sandbox_, server_;
  Json line_;
  Web web_{""};
  std::string clock_;
  int port_ = 0, admin_port_ = 0;
  int commands_ = 0;
  Fields hook_fields_;  // what the runtime asked the shop to send along when it registered
};

}  // namespace mlc::system_test
