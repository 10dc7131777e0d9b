#include "runtime/http/head_check.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/strings.h"

namespace mlc::http {
namespace {

constexpr size_t kMaxMethodBytes = 32;
constexpr size_t kMaxLengthDigits = 18;  // fits in 63 bits

// What the fields of a head say about its framing; the same for both directions.
struct FramingFields {
  int lengths = 0;
  int codings = 0;
  int hosts = 0;
  uint64_t content_length = 0;
  std::string_view host;
  bool close = false;
  bool keep_alive = false;
  bool upgrade_option = false;
  bool upgrade_field = false;
  bool expects_continue = false;
};

bool refuse(HeadRefusal& refusal, std::string_view reason, int status = 400) {
  refusal = {status, reason};
  return false;
}

std::string_view trim_blank(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes one line ending in CR LF off the front; a head that find_head_end called complete has no other line ends.
std::string_view take_line(std::string_view& bytes) {
  size_t end = bytes.find('\n');
  if (end == std::string_view::npos || end == 0) {
    bytes = {};
    return {};
  }
  std::string_view line = bytes.substr(0, end - 1);
  bytes.remove_prefix(end + 1);
  return line;
}

bool read_length(std::string_view value, uint64_t& length) {
  if (value.size() > kMaxLengthDigits || !all_digits(value) || (value.size() > 1 && value.front() == '0')) return false;
  length = 0;
  for (char c : value) length = length * 10 + static_cast<uint64_t>(c - '0');
  return true;
}

void read_connection(std::string_view value, FramingFields& framing) {
  while (!value.empty()) {
    size_t comma = std::min(value.find(','), value.size());
    std::string_view option = trim_blank(value.substr(0, comma));
    value.remove_prefix(std::min(comma + 1, value.size()));
    framing.close |= iequals(option, "close");
    framing.keep_alive |= iequals(option, "keep-alive");
    framing.upgrade_option |= iequals(option, "upgrade");
  }
}

bool note_framing(std::string_view name, std::string_view value, FramingFields& framing, HeadRefusal& refusal) {
  switch (name.size()) {
    case 4:
      if (!iequals(name, "host")) return true;
      if (++framing.hosts > 1) return refuse(refusal, "more than one Host");
      framing.host = value;
      return true;
    case 6:
      if (!iequals(name, "expect")) return true;
      if (!iequals(value, "100-continue")) return refuse(refusal, "unknown expectation", 417);
      framing.expects_continue = true;
      return true;
    case 7:
      if (iequals(name, "trailer")) return refuse(refusal, "trailers are not accepted");
      framing.upgrade_field |= iequals(name, "upgrade");
      return true;
    case 10:
      if (iequals(name, "connection")) read_connection(value, framing);
      return true;
    case 14:
      if (!iequals(name, "content-length")) return true;
      if (++framing.lengths > 1) return refuse(refusal, "more than one Content-Length");
      if (!read_length(value, framing.content_length)) return refuse(refusal, "malformed Content-Length");
      return true;
    case 17:
      if (!iequals(name, "transfer-encoding")) return true;
      if (++framing.codings > 1) return refuse(refusal, "more than one Transfer-Encoding");
      if (value != "chunked") return refuse(refusal, "Transfer-Encoding is not exactly chunked", 501);
      return true;
    default:
      return true;
  }
}

bool parse_fields(std::string_view bytes, Headers& headers, FramingFields& framing, HeadRefusal& refusal) {
  size_t count = 0;
  headers.reserve(16);
  while (true) {
    std::string_view line = take_line(bytes);
    if (line.empty()) return bytes.empty() || refuse(refusal, "bytes after the head");
    if (line.front() == ' ' || line.front() == '\t') return refuse(refusal, "folded field");
    if (++count > kMaxFields) return refuse(refusal, "more than 100 fields", 431);
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) return refuse(refusal, "field without a colon");
    std::string_view name = line.substr(0, colon);
    std::string_view value = trim_blank(line.substr(colon + 1));
    if (!is_token(name)) return refuse(refusal, "malformed field name");
    if (!is_field_value(value)) return refuse(refusal, "control character in a field");
    if (!note_framing(name, value, framing, refusal)) return false;
    headers.add(std::string(name), std::string(value));
  }
}

// uri-host [":" port] (RFC 9112 3.2) as far as telling it apart from tricks needs: no userinfo, path or list.
bool is_host_value(std::string_view value) {
  if (value.empty() || value.size() > 255) return false;
  size_t name_end = value.find(':');
  if (value.front() == '[') {
    size_t close = value.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (char c : value.substr(1, close - 1)) {
      if (std::strchr("0123456789abcdefABCDEF:.", c) == nullptr || c == '\0') return false;
    }
    if (close + 1 == value.size()) return true;
    name_end = close + 1;
    if (value[name_end] != ':') return false;
  } else {
    std::string_view name = value.substr(0, name_end);
    if (name.empty()) return false;
    for (char c : name) {
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' && c != '.' && c != '_') return false;
    }
  }
  if (name_end == std::string_view::npos) return true;
  std::string_view port = value.substr(name_end + 1);
  return port.size() <= 5 && all_digits(port);
}

// Reduces the target to origin form. An absolute form must name the host that Host names, so that nobody in front of us can
// have routed by the other one.
bool read_target(std::string_view target, std::string_view method, std::string_view host, std::string& out, HeadRefusal& refusal) {
  if (!is_target(target) || target.find_first_of("#\\") != std::string_view::npos) return refuse(refusal, "malformed target");
  if (method == "CONNECT") return refuse(refusal, "CONNECT is not served", 501);
  if (target.front() == '/') {
    out = target;
    return true;
  }
  if (target == "*") {
    if (method != "OPTIONS") return refuse(refusal, "asterisk target without OPTIONS");
    out = target;
    return true;
  }
  size_t scheme = target.find("://");
  if (scheme == std::string_view::npos || (!iequals(target.substr(0, scheme), "http") && !iequals(target.substr(0, scheme), "https"))) {
    return refuse(refusal, "malformed target");
  }
  target.remove_prefix(scheme + 3);
  size_t end = std::min(target.find_first_of("/?"), target.size());
  if (!iequals(target.substr(0, end), host)) return refuse(refusal, "target and Host differ");
  out = target.substr(end);
  if (out.empty() || out.front() == '?') out.insert(0, "/");
  return true;
}

bool read_framing(const FramingFields& fields, int minor, Framing without, Framing& framing, uint64_t& length, HeadRefusal& refusal) {
  framing = without;
  if (fields.codings > 0) {
    if (fields.lengths > 0) return refuse(refusal, "both Content-Length and Transfer-Encoding");
    if (minor == 0) return refuse(refusal, "Transfer-Encoding in HTTP/1.0");
    framing = Framing::chunked;
  } else if (fields.lengths > 0) {
    framing = Framing::length;
    length = fields.content_length;
  }
  return true;
}

}  // namespace

HeadState find_head_end(std::string_view bytes, size_t& line_start) {
  if (!bytes.empty() && line_start == 0 && !is_token(bytes.substr(0, 1))) return HeadState::refused;
  while (line_start < bytes.size()) {
    size_t end = bytes.find('\n', line_start);
    if (end == std::string_view::npos) return HeadState::incomplete;
    if (end == line_start || bytes[end - 1] != '\r') return HeadState::refused;
    bool empty_line = end == line_start + 1;
    line_start = end + 1;
    if (empty_line) return HeadState::complete;
  }
  return HeadState::incomplete;
}

bool parse_request_head(std::string_view bytes, RequestHead& head, HeadRefusal& refusal) {
  std::string_view line = take_line(bytes);
  size_t first = line.find(' ');
  size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return refuse(refusal, "malformed request line");
  std::string_view method = line.substr(0, first);
  std::string_view target = line.substr(first + 1, second - first - 1);
  std::string_view version = line.substr(second + 1);
  if (!is_token(method) || method.size() > kMaxMethodBytes) return refuse(refusal, "malformed method");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    bool other_version = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
    return refuse(refusal, "not HTTP/1.0 or 1.1", other_version ? 505 : 400);
  }
  int minor = version.back() - '0';

  FramingFields fields;
  if (!parse_fields(bytes, head.headers, fields, refusal)) return false;
  if (fields.hosts != 1) return refuse(refusal, "no Host");
  if (!is_host_value(fields.host)) return refuse(refusal, "malformed Host");
  if (!read_target(target, method, fields.host, head.target, refusal)) return false;
  if (!read_framing(fields, minor, Framing::none, head.framing, head.content_length, refusal)) return false;
  if (fields.expects_continue && minor == 0) fields.expects_continue = false;  // RFC 9110 10.1.1

  head.method = method;
  head.keep_alive = !fields.close && minor == 1;  // 1.0 gets one answer a connection
  head.expects_continue = fields.expects_continue;
  head.wants_upgrade = fields.upgrade_option && fields.upgrade_field && minor == 1;
  return true;
}

bool parse_response_head(std::string_view bytes, std::string_view method, ResponseHead& head, HeadRefusal& refusal) {
  std::string_view line = take_line(bytes);
  bool version_ok = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
  if (!version_ok || line.size() < 12 || !all_digits(line.substr(9, 3)) || (line.size() > 12 && line[12] != ' ')) {
    return refuse(refusal, "malformed status line");
  }
  if (!is_field_value(line)) return refuse(refusal, "control character in the status line");
  int minor = line[7] - '0';
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (head.status < 100 || head.status > 599) return refuse(refusal, "status out of range");

  FramingFields fields;
  if (!parse_fields(bytes, head.headers, fields, refusal)) return false;
  if (!read_framing(fields, minor, Framing::until_close, head.framing, head.content_length, refusal)) return false;
  // RFC 9112 6.3: these have no body, whatever their fields say.
  if (method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) head.framing = Framing::none;
  head.keep_alive = !fields.close && (minor == 1 || fields.keep_alive) && head.framing != Framing::until_close;
  return true;
}

}  // namespace mlc::http
