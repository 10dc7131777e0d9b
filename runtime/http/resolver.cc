#include "runtime/http/resolver.h"

#include <boost/asio/ip/tcp.hpp>

#include "runtime/base/event_loop.h"

namespace mlc::http {
namespace {

using Addresses = std::vector<IpAddress>;
using tcp = boost::asio::ip::tcp;

Addresses addresses_of(const tcp::resolver::results_type& found) {
  Addresses addresses;
  for (const auto& entry : found) {
    auto address = entry.endpoint().address();
    IpAddress ours = address.is_v4() ? IpAddress::v4(address.to_v4().to_bytes()) : IpAddress::v6(address.to_v6().to_bytes());
    if (std::find(addresses.begin(), addresses.end(), ours) == addresses.end()) addresses.push_back(ours);
  }
  return addresses;
}

// RFC 6761 section 6.3: a resolver answers localhost names itself, with loopback, and never asks a name server. Not every machine's
// hosts file names it.
bool is_localhost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

class SystemResolver : public Resolver {
 public:
  explicit SystemResolver(EventLoop& loop) : loop_(loop) {}

  Task<Result<Addresses>> resolve(std::string host) override {
    auto literal = IpAddress::parse(host);
    if (literal) co_return Addresses{*literal};
    if (is_localhost(host)) co_return Addresses{IpAddress::v4({127, 0, 0, 1}), *IpAddress::parse("::1")};
    // Owned by its handler as well: a cancelled task must not take it from under the running look-up.
    auto resolver = std::make_shared<tcp::resolver>(loop_.context());
    Callback<Result<Addresses>> looked_up([resolver, host](Callback<Result<Addresses>>::Complete done) {
      resolver->async_resolve(host, "", [resolver, host, done](boost::system::error_code failed, const tcp::resolver::results_type& found) {
        if (failed) return done(Error(Code::unavailable, "resolving " + host + ": " + failed.message()));
        done(addresses_of(found));
      });
    });
    co_return co_await looked_up;
  }

 private:
  EventLoop& loop_;
};

}  // namespace

std::unique_ptr<Resolver> system_resolver(EventLoop& loop) { return std::make_unique<SystemResolver>(loop); }

}  // namespace mlc::http
