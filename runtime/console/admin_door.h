// What stands before the admin API on its TCP door (T13): a token always, our own Host names only, no foreign Origin,
// JSON bodies only, a limit on wrong tokens. The Unix socket has its own check (the peer's user) in the server.
#pragma once
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/secret.h"
#include "runtime/http/message.h"

namespace mlc::console {

class AdminDoor {
 public:
  static constexpr int kWrongTokensPerMinute = 10;

  // `hosts`: what the Host field may say, with port ("127.0.0.1:8081", "localhost:8081").
  AdminDoor(const Clock& clock, Secret token, std::vector<std::string> hosts);

  // nullopt: let it in; else the refusal to send.
  std::optional<http::Response> refuse(const http::Request& request);

 private:
  const Clock& clock_;
  Secret token_;
  std::vector<std::string> hosts_;
  SteadyTime window_{};
  int wrong_ = 0;
};

}  // namespace mlc::console
