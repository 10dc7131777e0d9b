#include "runtime/base/sleep.h"
#include "runtime/engine/effect_key.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/probe.h"
#include "runtime/engine/request_key.h"
#include "runtime/engine/sealed_row.h"
#include "runtime/engine/turns.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

TEST(Routing, C14_RecordsGoWhereTheTableSaysAndNowhereByGuess) {
  Instance instance;
  instance.roles = {{"shop", {"nl", "de", "be"}}, {"books", {"b1", "b2"}}, {"carrier", {"ups"}}};
  instance.routes = {{"books", "nl", "b1"}, {"books", "be", "b1"}, {"books", "de", "b2"}};
  const auto of = [&](const char* source, const char* role, const char* asked = "") {
    auto found = connection_for(instance, source, role, asked);
    return found ? *found : std::string("-");
  };
  EXPECT_EQ(of("nl", "books"), "b1");
  EXPECT_EQ(of("de", "books"), "b2");
  EXPECT_EQ(of("de", "shop"), "de");
  EXPECT_EQ(of("b2", "shop"), "de");  // read backwards
  EXPECT_EQ(of("b1", "shop"), "-");   // two shops: the flow has to say
  EXPECT_EQ(of("b1", "shop", "be"), "be");
  EXPECT_EQ(of("schedule", "books"), "-");
  EXPECT_EQ(of("schedule", "carrier"), "ups");
  EXPECT_EQ(of("nl", "books", "b3"), "-");
  auto none = connection_for(instance, "schedule", "books", "");
  EXPECT_NE(none.error().text().find("books:at \"b1\""), std::string::npos) << none.error().text();
}

TEST(EffectKey, NoTwoListsOfPartsAreOneText) {
  EXPECT_NE(effect_key("a", "bc", "o", "e", "n", "v", 1), effect_key("ab", "c", "o", "e", "n", "v", 1));
  EXPECT_NE(effect_key("a", "b", "o", "e", "n", "v", 1), effect_key("a", "b", "o", "e", "n", "v", 2));
  EXPECT_EQ(effect_key("a", "b", "o", "e", "n", "v", 1).size(), 32u);
}

TEST(EffectKey, VersionsAreOrderedByTheirMeaning) {
  EXPECT_TRUE(compare_versions("9", "10") < 0);
  EXPECT_TRUE(compare_versions("Tue, 14 Oct 2025 21:58:03 +0000", "2025-10-14T21:58:03Z") == 0);
  EXPECT_TRUE(compare_versions("Wed, 15 Oct 2025 00:00:00 +0000", "Tue, 14 Oct 2025 21:58:03 +0000") > 0);
  EXPECT_TRUE(compare_versions("0000000000AA1", "0000000000AA2") < 0);
}

TEST(Journal, AnswersSurviveTheirForm) {
  const Answer value{from_micros(1'760'479'083'000'001), false, "{\"a\": 1.50}"};
  auto read = decode_answer(encode_answer(value));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at, value.at);
  EXPECT_EQ(read->json, value.json);
  EXPECT_FALSE(read->failed);
  const auto error = error_from_json(error_json({"rejected", "no", true, "their words", "{\"status\":400}"}));
  EXPECT_EQ(error.code, "rejected");
  EXPECT_TRUE(error.retryable);
  EXPECT_EQ(error.cause, "their words");
  for (const char* wrong : {"", "1", "x v {}", "1 q {}", "1v {}"}) EXPECT_FALSE(decode_answer(wrong)) << wrong;
}

TEST(Journal, ARevivalOpensAChapterAndAContinuationDoesNot) {
  std::map<std::string, std::string> secrets;
  FakeVault vault(secrets);
  const auto entry = [](store::Id row, store::EntryKind kind, int index, std::string name) {
    store::Entry made;
    made.row = row;
    made.kind = kind;
    made.index = index;
    made.name = std::move(name);
    return made;
  };
  std::vector<store::Entry> entries = {entry(1, store::EntryKind::read, 0, "orders.get")};
  EXPECT_NE(Journal(vault, "acme", entries, 1).any_at(0), nullptr);
  const Journal fresh(vault, "acme", entries, 2);
  EXPECT_TRUE(fresh.needs_mark());
  EXPECT_EQ(fresh.any_at(0), nullptr);
  entries.push_back(entry(2, store::EntryKind::note, -1, Journal::mark(2, true)));
  const Journal continued(vault, "acme", entries, 2);
  EXPECT_FALSE(continued.needs_mark());
  EXPECT_NE(continued.any_at(0), nullptr);
  entries.push_back(entry(3, store::EntryKind::note, -1, Journal::mark(3, false)));
  EXPECT_EQ(Journal(vault, "acme", entries, 3).any_at(0), nullptr);
}

TEST(SealedRow, RoundTrips) {
  auto sealed = unpack(pack({"bytes:with:colons", "key"}));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->bytes, "bytes:with:colons");
  EXPECT_EQ(sealed->key, "key");
  for (const char* wrong : {"", ":", "9:abc", "x", "3"}) EXPECT_FALSE(unpack(wrong)) << wrong;
}

Task<Unit> hold(Turns& turns, Timers& timers, std::string name, std::vector<std::string>& order) {
  auto turn = co_await turns.take("k");
  order.push_back(name);
  co_await sleep_for(timers, std::chrono::seconds(1));
  co_return Unit{};
}

TEST(Turns, GoRoundInOrderAndPassOverWhoIsGone) {
  VirtualLoop loop;
  Turns turns(loop);
  std::vector<std::string> order;
  Scope first, gone, last;
  first.spawn(hold(turns, loop, "first", order));
  gone.spawn(hold(turns, loop, "gone", order));
  last.spawn(hold(turns, loop, "last", order));
  gone.clear();
  loop.run_for(std::chrono::seconds(5));
  EXPECT_EQ(order, (std::vector<std::string>{"first", "last"}));
}

TEST(Scope, DropsWhatIsSuspended) {
  VirtualLoop loop;
  Turns turns(loop);
  std::vector<std::string> order;
  {
    Scope scope;
    scope.spawn(hold(turns, loop, "a", order));
    scope.spawn(hold(turns, loop, "b", order));
    EXPECT_EQ(scope.size(), 2u);
  }
  loop.run_for(std::chrono::seconds(5));
  EXPECT_EQ(order, std::vector<std::string>{"a"});
}

TEST(Confirm, C12_ComparesByMeaningAndNamesTheField) {
  EXPECT_EQ(compare_confirmed({"Amount", "Note"}, "{\"Amount\":\"40.00\"}", "", "{\"Amount\":40}"), "");
  EXPECT_NE(compare_confirmed({"Amount"}, "{\"Amount\":\"40.00\"}", "", "{}"), "");
  EXPECT_NE(compare_confirmed({"Total"}, "{}", "{\"Total\":\"40.00\"}", "{\"Total\":39}"), "");
  EXPECT_TRUE(holds_fields("{\"a\":1,\"b\":2}", "{\"a\":\"1.0\"}"));
  EXPECT_FALSE(holds_fields("{\"a\":1}", "{\"a\":2}"));
}

}  // namespace
}  // namespace mlc::engine::testing
