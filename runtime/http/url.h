// A strict http(s) URL (RFC 3986 with what we never need refused): no userinfo, ASCII host, no control characters, no
// backslash. The path is kept byte for byte; nothing is decoded or normalised, so what was checked is what is sent.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/result.h"

namespace mlc::http {

class Url {
 public:
  Url() = default;
  static Result<Url> parse(std::string_view text);
  // `reference` (a Location field, say) against this URL: absolute, "//host", "/path" or "?query". A reference
  // relative to the current path's folder is resolved literally, without removing dot segments.
  Result<Url> resolve(std::string_view reference) const;

  const std::string& scheme() const { return scheme_; }  // "https" or "http"
  // Lower case; an IPv6 address without its brackets.
  const std::string& host() const { return host_; }
  uint16_t port() const { return port_; }
  const std::string& path() const { return path_; }    // begins with "/"
  const std::string& query() const { return query_; }  // without "?"
  bool secure() const { return scheme_ == "https"; }

  std::string target() const;     // "/path?query": what stands in the request line
  std::string authority() const;  // "host[:port]": what stands in Host; the scheme's own port is left out
  std::string origin() const { return scheme_ + "://" + authority(); }
  std::string text() const { return origin() + target(); }

  // The same URL with another path and query; both must already be encoded.
  Result<Url> with_target(std::string_view target) const;

 private:
  std::string scheme_;
  std::string host_;
  uint16_t port_ = 0;
  std::string path_ = "/";
  std::string query_;
  bool has_query_ = false;
};

// "a=1&b=x%20y", in the order given; also the body of application/x-www-form-urlencoded.
std::string build_query(const std::vector<std::pair<std::string, std::string>>& fields);
// The reverse: names and values decoded, "+" read as a space.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

}  // namespace mlc::http
