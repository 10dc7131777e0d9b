// A field that the system declares as {request_id}.
#include <gtest/gtest.h>

#include <cstring>

#include "runtime/remote/request.h"

namespace mlc::remote {
namespace {

class Counting : public Random {
 public:
  void fill(void* bytes, size_t count) override { std::memset(bytes, ++times_, count); }

 private:
  int times_ = 0;
};

TEST(RequestId, IsNewForEachReadAndLeavesWhatTheCallerGave) {
  auto spec = std::make_shared<SystemSpec>();
  spec->headers = {{"Accept", "application/json"}, {"transId", "{request_id}"}};
  Connection connection;
  connection.spec = spec;
  Counting random;
  std::vector<std::pair<std::string, std::string>> first = system_headers(connection), second = first, given = {{"TransID", "ours"}};
  ASSERT_EQ(first.size(), 1u) << "no setting of that name is looked for";
  add_request_ids(connection, random, first);
  add_request_ids(connection, random, second);
  add_request_ids(connection, random, given);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[1].first, "transId");
  EXPECT_EQ(first[1].second, "01010101010101010101010101010101");
  EXPECT_EQ(second[1].second, "02020202020202020202020202020202");
  ASSERT_EQ(given.size(), 1u);
  EXPECT_EQ(given[0].second, "ours");
}

}  // namespace
}  // namespace mlc::remote
