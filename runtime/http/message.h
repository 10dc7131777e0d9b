// The plain values that travel between the network and the rest of the program: fields in the order they came or will
// be written, a request that the server accepted, a response that the client received. Owned by whoever holds them.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlc::http {

struct Field {
  std::string name;
  std::string value;
};

// Fields keep their order; names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  // Replaces every field of this name by one.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  // The first field of this name.
  std::optional<std::string_view> get(std::string_view name) const;
  size_t count(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;

  bool empty() const { return fields_.empty(); }
  size_t size() const { return fields_.size(); }
  void reserve(size_t count) { fields_.reserve(count); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  auto begin() { return fields_.begin(); }
  auto end() { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

struct Request {
  std::string method;
  std::string target;  // origin form ("/path?query") or "*"; an absolute form has been reduced to origin form
  Headers headers;
  std::string body;
  std::string peer;  // "ip:port", "[ip6]:port" or "unix"; the client named by a trusted proxy, if there was one
  bool tls = false;  // arrived over TLS, here or at a trusted proxy
};

// How a server ends an exchange on purpose without a whole answer; for simulated systems, and nothing else.
enum class Cut {
  none,
  before,   // the connection is closed instead of an answer
  halfway,  // after half of the answer's bytes
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  Cut cut = Cut::none;
};

// RFC 9110 tchar: what a method or a field name consists of.
bool is_token(std::string_view text);
// A field value that can be written without changing the framing: no control character but tab (T7).
bool is_field_value(std::string_view text);
// A request target that can be written: visible ASCII only.
bool is_target(std::string_view text);

// The reason phrase of a status, "" if it has no common one.
std::string_view reason_phrase(int status);

}  // namespace mlc::http
