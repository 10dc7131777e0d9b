#include "runtime/http/resolver.h"

#include <gtest/gtest.h>

#include <future>

#include "runtime/base/event_loop.h"
#include "tests/unit/http/peers.h"

namespace mlc::http {
namespace {

using test::LoopThread;

std::string addresses(const std::string& host) {
  using Found = Result<std::vector<IpAddress>>;
  LoopThread thread;
  std::promise<std::string> told;
  std::unique_ptr<Resolver> resolver;
  thread.call([&] {
    resolver = system_resolver(thread.loop());
    spawn<Found>(resolver->resolve(host), [&told](Found found) {
      std::string text = found ? "" : found.error().message();
      if (found) {
        for (const auto& address : *found) text += address.text() + " ";
      }
      told.set_value(text);
    });
    return 0;
  });
  std::string text = told.get_future().get();
  thread.call([&] { return resolver.reset(), 0; });
  return text;
}

// Also where the machine's hosts file has no such line (RFC 6761 section 6.3).
TEST(Resolver, LocalhostAndNamesBelowItAreLoopback) {
  for (const char* host : {"localhost", "localhost.", "shop.localhost"}) EXPECT_EQ(addresses(host), "127.0.0.1 ::1 ") << host;
}

TEST(Resolver, AnAddressIsItself) {
  EXPECT_EQ(addresses("192.0.2.7"), "192.0.2.7 ");
  EXPECT_EQ(addresses("::1"), "::1 ");
}

}  // namespace
}  // namespace mlc::http
