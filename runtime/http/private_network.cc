#include "runtime/http/private_network.h"

#include <array>

namespace mlc::http {

bool on_private_network(const IpAddress& address) {
  constexpr std::array<uint8_t, 4> kCloudsOwn = {0xfd, 0x00, 0x0e, 0xc2};
  if (classify(address) != AddressClass::private_use) return false;
  return address.is_v4() || !std::equal(kCloudsOwn.begin(), kCloudsOwn.end(), address.bytes().begin());
}

Status check_addresses(std::string_view host, const std::vector<IpAddress>& addresses, bool allow_loopback, bool allow_private) {
  if (!allow_private || addresses.empty()) return check_addresses(host, addresses, allow_loopback);
  std::vector<IpAddress> others;
  for (const IpAddress& address : addresses)
    if (!on_private_network(address)) others.push_back(address);
  return others.empty() ? ok_status() : check_addresses(host, others, allow_loopback);
}

}  // namespace mlc::http
