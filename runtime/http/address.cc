#include "runtime/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/base/strings.h"

namespace mlc::http {
namespace {

struct Range {
  std::array<uint8_t, 16> prefix;
  int bits;
  AddressClass address_class;
};

bool in_range(const std::array<uint8_t, 16>& address, const Range& range) {
  int whole = range.bits / 8;
  if (!std::equal(range.prefix.begin(), range.prefix.begin() + whole, address.begin())) return false;
  int rest = range.bits % 8;
  if (rest == 0) return true;
  auto mask = static_cast<uint8_t>(0xff << (8 - rest));
  auto at = static_cast<size_t>(whole);
  return (address[at] & mask) == (range.prefix[at] & mask);
}

using enum AddressClass;

// IANA IPv4 Special-Purpose Address Registry and RFC 5771 (multicast), RFC 1112 (240/4). First match counts.
constexpr Range kV4[] = {
    {{0}, 8, unspecified},          {{10}, 8, private_use},          {{100, 64}, 10, shared},
    {{127}, 8, loopback},           {{169, 254}, 16, link_local},    {{172, 16}, 12, private_use},
    {{192, 0, 0}, 24, reserved},    {{192, 0, 2}, 24, reserved},     {{192, 31, 196}, 24, reserved},
    {{192, 52, 193}, 24, reserved}, {{192, 88, 99}, 24, translated},  // 6to4 relay anycast
    {{192, 168}, 16, private_use},  {{192, 175, 48}, 24, reserved},  {{198, 18}, 15, reserved},
    {{198, 51, 100}, 24, reserved}, {{203, 0, 113}, 24, reserved},   {{224}, 4, multicast},
    {{240}, 4, reserved},
};

// IANA IPv6 Special-Purpose Address Registry. Only 2000::/3 is allocated as global unicast; the rest is refused.
constexpr Range kV6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 128, unspecified},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, loopback},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, translated},  // v4-mapped
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, translated},        // v4-translated, RFC 2765
    {{0}, 96, translated},                                         // v4-compatible
    {{0x00, 0x64, 0xff, 0x9b}, 96, translated},                    // NAT64, RFC 6052
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, translated},        // local NAT64, RFC 8215
    {{0x01, 0x00}, 64, reserved},                                  // discard only
    {{0x20, 0x01, 0x00, 0x00}, 32, translated},                    // Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32, reserved},                      // documentation
    {{0x20, 0x01, 0x00}, 23, reserved},                            // protocol assignments
    {{0x20, 0x02}, 16, translated},                                // 6to4
    {{0x3f, 0xff, 0x00}, 20, reserved},                            // documentation, RFC 9637
    {{0xfc}, 7, private_use},
    {{0xfe, 0x80}, 10, link_local},
    {{0xfe, 0xc0}, 10, private_use},  // site local
    {{0xff}, 8, multicast},
};
constexpr Range kGlobalUnicast = {{0x20}, 3, global};

}  // namespace

IpAddress IpAddress::v4(std::array<uint8_t, 4> bytes) {
  IpAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  return address;
}

IpAddress IpAddress::v6(std::array<uint8_t, 16> bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  address.is_v4_ = false;
  return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  std::string copy(text);
  IpAddress address;
  if (copy.size() != text.size() || copy.find('\0') != std::string::npos) return Error(Code::invalid_argument, "not an address");
  // inet_pton takes only four decimal parts without leading zeros, unlike inet_aton.
  if (inet_pton(AF_INET, copy.c_str(), address.bytes_.data()) == 1) return address;
  address.is_v4_ = false;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes_.data()) == 1) return address;
  return Error(Code::invalid_argument, "not an address");
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
  return buffer;
}

std::string_view class_name(AddressClass address_class) {
  switch (address_class) {
    case global:
      return "global";
    case loopback:
      return "loopback";
    case unspecified:
      return "unspecified";
    case private_use:
      return "private";
    case shared:
      return "shared (100.64/10)";
    case link_local:
      return "link-local";
    case multicast:
      return "multicast";
    case reserved:
      return "reserved";
    case translated:
      return "translated (NAT64, 6to4, Teredo or v4-mapped)";
  }
  return "reserved";
}

AddressClass classify(const IpAddress& address) {
  if (address.is_v4()) {
    for (const Range& range : kV4) {
      if (in_range(address.bytes(), range)) return range.address_class;
    }
    return global;
  }
  for (const Range& range : kV6) {
    if (in_range(address.bytes(), range)) return range.address_class;
  }
  // ISATAP carries a v4 address behind the interface id ::0[2]00:5efe (RFC 5214).
  const auto& b = address.bytes();
  if ((b[8] & 0xfd) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe) return translated;
  return in_range(b, kGlobalUnicast) ? global : reserved;
}

bool may_dial(const IpAddress& address, bool allow_loopback) {
  AddressClass found = classify(address);
  return found == global || (allow_loopback && found == loopback);
}

Status check_addresses(std::string_view host, const std::vector<IpAddress>& addresses, bool allow_loopback) {
  if (addresses.empty()) return Error(Code::unavailable, "no address for " + std::string(host));
  for (const IpAddress& address : addresses) {
    if (may_dial(address, allow_loopback)) continue;
    return Error(Code::denied, std::string(host) + " has the " + std::string(class_name(classify(address))) + " address " + address.text());
  }
  return ok_status();
}

bool host_allowed(std::string_view host, uint16_t port, const std::vector<std::string>& allowed) {
  for (const std::string& entry : allowed) {
    std::string wanted = to_lower(entry);
    if (wanted.starts_with("*.")) {
      std::string_view suffix = std::string_view(wanted).substr(1);
      if (host.size() > suffix.size() && host.ends_with(suffix)) return true;
      continue;
    }
    // "[v6]:port" and "name:port"; a bare v6 address has more than one colon and no brackets.
    std::string with_port = host.find(':') == std::string_view::npos ? std::string(host) : "[" + std::string(host) + "]";
    if (wanted == host || wanted == with_port || wanted == with_port + ":" + std::to_string(port)) return true;
  }
  return false;
}

Result<uint16_t> free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  const bool taken = socket >= 0 && bind(socket, raw, size) == 0 && getsockname(socket, raw, &size) == 0;
  if (socket >= 0) close(socket);
  if (!taken) return Error(Code::io, "this machine has no free port on 127.0.0.1");
  return ntohs(address.sin_port);
}

}  // namespace mlc::http
