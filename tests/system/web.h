// A blocking HTTP client for tests, over TLS or plain: one connection a call. Also sends bytes as they are, so that a
// test can say what no client library would. Any thread.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mlc::system_test {

using Json = nlohmann::json;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;  // 0: no answer came
  Fields fields;
  std::string body;
  std::string field(const std::string& name) const;  // the first of that name, case ignored
  Json json() const { return Json::parse(body, nullptr, false); }
};

class Web {
 public:
  explicit Web(std::string ca_file) : ca_file_(std::move(ca_file)) {}
  Answer call(const std::string& method, const std::string& url, const Fields& fields = {}, const std::string& body = "") const;
  Answer get(const std::string& url, const Fields& fields = {}) const { return call("GET", url, fields); }
  Answer post(const std::string& url, const Json& body, const Fields& fields = {}) const;
  // Sends these bytes to the host of `url` and gives all that comes back until the peer closes or nothing comes for
  // `silence_ms`.
  std::string raw(const std::string& url, const std::string& bytes, int silence_ms = 1000) const;

 private:
  std::string ca_file_;
};

// A TCP port of loopback that nobody listens on now.
int free_port();

}  // namespace mlc::system_test
