#include "runtime/http/url.h"

#include <algorithm>
#include <charconv>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/http/address.h"
#include "runtime/http/message.h"

namespace mlc::http {
namespace {

constexpr size_t kMaxUrlBytes = 8192;
constexpr size_t kMaxHostBytes = 253;
constexpr size_t kMaxLabelBytes = 63;

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_unreserved(char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

uint16_t usual_port(std::string_view scheme) {
  constexpr uint16_t kHttp = 80, kHttps = 443, kIpp = 631, kRaw = 9100;
  if (scheme == "https") return kHttps;
  if (scheme == "http") return kHttp;
  if (scheme == "ipp" || scheme == "ipps") return kIpp;
  return scheme == "raw" ? kRaw : 0;
}

Error bad(std::string why) { return Error(Code::invalid_argument, "URL: " + why); }

// Characters of path and query (RFC 3986 pchar, "/", "?") plus "[" "]" "|" that OData and others send bare. What an
// HTTP parser in the middle could misread (space, quotes, "<", "\", "^", "`", "{") must be escaped.
bool is_path_or_query(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_unreserved(c) && std::string_view("!$&'()*+,;=:@/?[]|").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// A registered name (letters, digits, "-", "_" in labels) or an IPv4 address in four plain decimal parts. A last label of
// digits, or of 0x…, is what some resolvers read as a number ("127.1", "0x7f.1"), so it must be a real address.
bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostBytes) return false;
  if (host.back() == '.') host.remove_suffix(1);
  size_t start = 0;
  std::string_view last;
  while (start <= host.size()) {
    size_t dot = std::min(host.find('.', start), host.size());
    last = host.substr(start, dot - start);
    if (last.empty() || last.size() > kMaxLabelBytes || last.front() == '-' || last.back() == '-') return false;
    if (!std::all_of(last.begin(), last.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_'; })) return false;
    start = dot + 1;
  }
  if (last.front() >= '0' && last.front() <= '9') return IpAddress::parse(host).ok();
  return true;
}

Result<std::string> decode_form(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return bad("longer than 8 KiB");
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return bad("contains a space or control character");
    if (c == '\\') return bad("contains a backslash");
    if (static_cast<unsigned char>(c) >= 0x80) return bad("contains a character outside ASCII (write the host as xn--, escape the rest)");
  }
  Url url;
  size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad("no scheme");
  url.scheme_ = to_lower(text.substr(0, colon));
  // The client speaks https and http; the others are those of printers, and of a system that declares them.
  constexpr std::string_view kSchemes[] = {"https", "http", "ipps", "ipp", "raw", "folder"};
  if (std::find(std::begin(kSchemes), std::end(kSchemes), url.scheme_) == std::end(kSchemes))
    return bad("scheme is neither https nor http");
  text.remove_prefix(colon + 3);

  size_t hash = text.find('#');
  if (hash != std::string_view::npos) return bad("has a fragment");
  size_t end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, end);
  std::string_view rest = text.substr(end);
  if (authority.find('@') != std::string_view::npos) return bad("has user information");

  if (url.scheme_ == "folder") {
    if (!authority.empty()) return bad("a folder has no host: write folder:///path");
    return url.with_target(rest);
  }
  std::string_view port;
  bool has_port = false;
  if (!authority.empty() && authority.front() == '[') {
    size_t close = authority.find(']');
    if (close == std::string_view::npos) return bad("host has no closing bracket");
    auto address = IpAddress::parse(authority.substr(1, close - 1));
    if (!address || address->is_v4()) return bad("host in brackets is no IPv6 address");
    url.host_ = address->text();
    std::string_view after = authority.substr(close + 1);
    if (!after.empty()) {
      if (after.front() != ':') return bad("text after the host's bracket");
      has_port = true;
      port = after.substr(1);
    }
  } else {
    size_t mark = authority.find(':');
    if (mark != std::string_view::npos) {
      has_port = true;
      port = authority.substr(mark + 1);
      authority = authority.substr(0, mark);
    }
    if (!is_host_name(authority)) return bad("host is not a plain name or address");
    url.host_ = to_lower(authority);
    if (url.host_.back() == '.') url.host_.pop_back();
  }

  url.port_ = usual_port(url.scheme_);
  if (has_port) {
    unsigned number = 0;
    auto [stop, fault] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (port.empty() || port.size() > 5 || fault != std::errc() || stop != port.data() + port.size() || number == 0 || number > 65535) {
      return bad("port is not 1 to 65535");
    }
    url.port_ = static_cast<uint16_t>(number);
  }
  return url.with_target(rest.empty() || rest.front() == '?' ? "/" + std::string(rest) : std::string(rest));
}

Result<Url> Url::with_target(std::string_view target) const {
  if (target.empty() || target.front() != '/') return bad("path does not begin with a slash");
  if (target.size() > kMaxUrlBytes) return bad("longer than 8 KiB");
  if (!is_path_or_query(target)) return bad("path or query has a character that must be escaped");
  Url url = *this;
  size_t mark = target.find('?');
  url.path_ = target.substr(0, mark);
  url.has_query_ = mark != std::string_view::npos;
  url.query_ = url.has_query_ ? target.substr(mark + 1) : std::string_view();
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return *this;
  // A colon before any slash or question mark is a scheme; only ours are parsed, so "javascript:" is refused there.
  size_t colon = reference.find(':');
  if (colon != std::string_view::npos && colon < reference.find_first_of("/?")) return parse(reference);
  if (reference.starts_with("//")) return parse(scheme_ + ":" + std::string(reference));
  if (reference.front() == '/') return with_target(reference);
  if (reference.front() == '?') return with_target(path_ + std::string(reference));
  return with_target(path_.substr(0, path_.rfind('/') + 1) + std::string(reference));
}

std::string Url::target() const { return has_query_ ? path_ + "?" + query_ : path_; }

std::string Url::authority() const {
  std::string text = host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
  if (port_ != usual_port(scheme_)) text += ":" + std::to_string(port_);
  return text;
}

std::string build_query(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + "=" + percent_encode(value);
  }
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    size_t mark = std::min(part.find('='), part.size());
    auto name = decode_form(part.substr(0, mark));
    if (!name) return name.error();
    auto value = decode_form(part.substr(std::min(mark + 1, part.size())));
    if (!value) return value.error();
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

}  // namespace mlc::http
