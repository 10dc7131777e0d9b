// The network of a warehouse, where its printers are (T5). A connection may reach into it where its list of hosts has the entry
// kPrivateNetwork, which no name can be; every address of a name is looked at, as always.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "runtime/http/address.h"

namespace mlc::http {

// In OutgoingRequest::allowed_hosts, beside the host's name: its addresses may be private too, and asked by plain http.
inline constexpr const char* kPrivateNetwork = "@private";

inline bool may_be_private(const std::vector<std::string>& allowed_hosts) {
  return std::find(allowed_hosts.begin(), allowed_hosts.end(), kPrivateNetwork) != allowed_hosts.end();
}

// RFC 1918 and fc00::/7 without what a cloud keeps there for itself (fd00:ec2::/32, its metadata); never link-local addresses.
bool on_private_network(const IpAddress& address);

// As check_addresses; an address of the private network is good as well where `allow_private` says so.
Status check_addresses(std::string_view host, const std::vector<IpAddress>& addresses, bool allow_loopback, bool allow_private);

}  // namespace mlc::http
