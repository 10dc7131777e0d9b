// Which connections are kept, for whom, and who waits for one.
#include <gtest/gtest.h>

#include "tests/unit/http/peers.h"

namespace mlc::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class ClientPoolTest : public ::testing::Test {
 protected:
  LoopThread thread_;
};

TEST_F(ClientPoolTest, KeepsAConnectionAndAFreshSendTakesItForTwoSecondsOnly) {
  RunningServer server(thread_, {}, [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  RunningClient client(thread_);
  OutgoingRequest fresh = get(server.port());
  fresh.fresh = true;
  EXPECT_EQ(outcome_of(client.send(fresh)), "200");
  EXPECT_EQ(outcome_of(client.send(fresh)), "200");
  EXPECT_EQ(client.counters().opened, 1U);
  EXPECT_EQ(client.counters().reused, 1U);
  std::promise<void> later;  // real time is what the rule is about
  auto timer = thread_.call([&] { return thread_.loop().after_real(milliseconds(2050), [&] { later.set_value(); }); });
  later.get_future().wait();
  EXPECT_EQ(outcome_of(client.send(fresh)), "200");
  EXPECT_EQ(client.counters().opened, 2U) << "older than 2 s: not for a fresh send";
  EXPECT_EQ(outcome_of(client.send(get(server.port()))), "200");
  EXPECT_EQ(client.counters().opened, 2U) << "but still for another one";
  thread_.call([&] { timer.reset(); });
}

TEST_F(ClientPoolTest, DropsAConnectionThatTheRemoteHasClosedOrSpokenOn) {
  for (const std::string& after : {std::string(), std::string("HTTP/1.1 408 Request Timeout\r\n\r\n")}) {
    std::promise<void> closed;
    RawRemote remote([&](RawPeer& peer, int number) {
      peer.read_until("\r\n\r\n");
      peer.send(kOk);
      if (number > 0) return;
      if (!after.empty()) peer.send(after);
      peer.close();
      closed.set_value();
    });
    RunningClient client(thread_);
    EXPECT_EQ(outcome_of(client.send(get(remote.port()))), "200");
    closed.get_future().wait();
    EXPECT_EQ(outcome_of(client.send(get(remote.port()))), "200");
    EXPECT_EQ(client.counters().opened, 2U);
  }
}

TEST_F(ClientPoolTest, DoesNotKeepWhatTheRemoteWillCloseOrSaidTooMuchOn) {
  for (const std::string& answer : {std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
                                    std::string("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"), kOk + kOk}) {
    RawRemote remote([&](RawPeer& peer, int) {
      peer.read_until("\r\n\r\n");
      peer.send(answer);
      peer.read_to_end();
    });
    RunningClient client(thread_);
    EXPECT_EQ(outcome_of(client.send(get(remote.port()))), "200");
    EXPECT_EQ(client.counters().open, 0U);
  }
}

TEST_F(ClientPoolTest, SendsWaitInABoundedLineForAConnection) {
  std::vector<Respond> held;
  RunningServer server(thread_, {}, [&](Request&&, Respond respond) { held.push_back(std::move(respond)); });
  ClientOptions options;
  options.max_connections_per_host = 1;
  options.max_waiting = 2;
  RunningClient client(thread_, options);
  auto first = client.begin(get(server.port()));
  auto second = client.begin(get(server.port()));
  OutgoingRequest hasty = get(server.port());
  hasty.total_deadline = milliseconds(50);
  EXPECT_EQ(outcome_of(client.send(hasty)), "not sent timeout");
  auto third = client.begin(get(server.port()));
  EXPECT_EQ(outcome_of(client.send(get(server.port()))), "not sent exhausted");
  auto limit = steady_clock::now() + kPatience;
  for (auto* result : {&first, &second, &third}) {
    while (thread_.call([&] { return held.empty(); })) ASSERT_LT(steady_clock::now(), limit);
    thread_.call([&] { std::exchange(held, {}).front()({200, {}, "ok"}); });
    EXPECT_EQ(outcome_of(result->get()), "200");
  }
  EXPECT_EQ(client.counters().opened, 1U);
}

TEST_F(ClientPoolTest, IdleConnectionsOfOneHostMakeRoomForAnother) {
  RunningServer a(thread_, {}, [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  RunningServer b(thread_, {}, [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  ClientOptions options;
  options.max_connections = 1;
  RunningClient client(thread_, options);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(outcome_of(client.send(get(a.port()))), "200");
    EXPECT_EQ(outcome_of(client.send(get(b.port()))), "200");
  }
  EXPECT_EQ(client.counters().open, 1U);
}

}  // namespace
}  // namespace mlc::http::test
