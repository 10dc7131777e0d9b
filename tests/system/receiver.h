// A web server of a test that takes what alerts are told by: JSON by POST, answered as the test says.
#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/system/web.h"

namespace mlc::system_test {

class Receiver {
 public:
  Receiver();
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/services/T0/s3cr3tpath"; }
  std::atomic<int> status{200};
  std::atomic<int> refused{0};
  std::vector<Json> bodies() const;
  // Those of a kind ("grant"), in order.
  std::vector<Json> of(const std::string& kind) const;

 private:
  void work();

  int listener_ = -1, port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::vector<Json> bodies_;
};

}  // namespace mlc::system_test
