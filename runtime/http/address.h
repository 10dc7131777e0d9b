// Which addresses we may dial (T5). A name's every address must be public, or, with allow_loopback, loopback; one bad
// address refuses the name, so that a mixed answer can't be used to probe.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace mlc::http {

// An IPv4 or IPv6 address as bytes in network order.
class IpAddress {
 public:
  static Result<IpAddress> parse(std::string_view text);  // dotted quad in four plain decimal parts, or RFC 4291 text
  static IpAddress v4(std::array<uint8_t, 4> bytes);
  static IpAddress v6(std::array<uint8_t, 16> bytes);

  bool is_v4() const { return is_v4_; }
  // The first 4 hold a v4 address.
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  std::string text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<uint8_t, 16> bytes_{};
  bool is_v4_ = true;
};

enum class AddressClass {
  global,       // the only one that may be dialled without allow_loopback
  loopback,     // 127.0.0.0/8, ::1
  unspecified,  // 0.0.0.0/8, ::
  private_use,  // RFC 1918, fc00::/7, fec0::/10
  shared,       // 100.64.0.0/10
  link_local,   // 169.254.0.0/16 with the clouds' metadata address, fe80::/10
  multicast,
  reserved,    // documentation, benchmarking, protocol assignments, 240/4, broadcast, outside 2000::/3
  translated,  // NAT64, 6to4, Teredo, ISATAP, v4-mapped and v4-compatible: they reach another address than they show
};

std::string_view class_name(AddressClass address_class);
AddressClass classify(const IpAddress& address);
bool may_dial(const IpAddress& address, bool allow_loopback);

// All or nothing: refuses if the list is empty or any address may not be dialled.
Status check_addresses(std::string_view host, const std::vector<IpAddress>& addresses, bool allow_loopback);

// Whether `host` (and port) is in a connection's allow-list; see OutgoingRequest::allowed_hosts.
bool host_allowed(std::string_view host, uint16_t port, const std::vector<std::string>& allowed);

// A port of this machine that nobody listens on now.
Result<uint16_t> free_port();

}  // namespace mlc::http
