#include "tests/unit/store/fixture.h"

namespace mlc::store {
namespace {

class Records : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Effect effect(const std::string& key, EffectState state) {
    Effect one;
    one.key = key;
    one.job = 1;
    one.client = "acme";
    one.connection = "books";
    one.operation = "invoice.create";
    one.entity = "shop:118";
    one.name = "invoice";
    one.kind = 'C';
    one.state = state;
    return one;
  }
  Change change(EffectState to, std::vector<EffectState> from) {
    Change made;
    made.effects.push_back({effect("k1", to), std::move(from), false, false});
    return made;
  }
};

TEST_F(Records, AnEffectMovesOnlyFromTheStatesItsChangeNames) {
  EXPECT_EQ(Code::conflict, bad(store_->commit(change(EffectState::armed, {EffectState::planned})))) << "not there yet";
  commit(change(EffectState::planned, {}));
  EXPECT_EQ(Code::conflict, bad(store_->commit(change(EffectState::planned, {})))) << "there already";
  commit(change(EffectState::armed, {EffectState::planned}));
  EXPECT_EQ(Code::conflict, bad(store_->commit(change(EffectState::armed, {EffectState::planned}))));
  commit(change(EffectState::settled, {EffectState::armed, EffectState::unknown}));
  EXPECT_EQ(EffectState::settled, good(store_->effect("k1"))->state);
}

TEST_F(Records, ARefusedEffectTakesTheWholeChangeWithIt) {
  commit(change(EffectState::planned, {}));
  Change both = change(EffectState::settled, {EffectState::armed});
  both.effects.insert(both.effects.begin(), {effect("k2", EffectState::planned), {}, false, false});
  both.audit = {{"acme", "engine", "settle", "", ""}};
  both.entities = {{"acme", "books", "shop:118", "invoice", "", "id", "", "k1", false, {}}};
  EXPECT_EQ(Code::conflict, bad(store_->commit(both)));
  EXPECT_EQ(std::nullopt, good(store_->effect("k2")));
  EXPECT_EQ(std::nullopt, good(store_->entity("acme", "books", "shop:118", "invoice")));
  EXPECT_EQ(0, good(store_->verify_audit()).entries);
}

TEST_F(Records, AnEffectLeadsToItsPlanAndItsOutcome) {
  accept_one("118");
  auto run = claim();
  Change plan = change(EffectState::planned, {});
  plan.job = run[0].job.id;
  plan.epoch = run[0].job.epoch;
  plan.entries = {entry("read"), entry("invoice", EntryKind::plan)};
  plan.effects[0].plan_in_this_change = true;
  plan.effects[0].effect.planned = loop_.wall();
  const auto planned = commit(plan);
  EXPECT_EQ(planned.entry_rows[1], good(store_->effect("k1"))->plan_row);
  Change outcome = change(EffectState::settled, {EffectState::planned});
  outcome.job = plan.job;
  outcome.epoch = plan.epoch;
  outcome.entries = {entry("invoice", EntryKind::outcome)};
  outcome.effects[0].outcome_in_this_change = true;
  const auto settled = commit(outcome);
  const auto stored = good(store_->effect("k1"));
  EXPECT_EQ(planned.entry_rows[1], stored->plan_row) << "kept by a change that does not name it";
  EXPECT_EQ(loop_.wall(), stored->planned);
  EXPECT_EQ(settled.entry_rows[0], stored->outcome_row);
  EXPECT_EQ("invoice", good(store_->entry(stored->outcome_row))->name);
}

TEST_F(Records, OpenEffectsOfAnEntityAreFoundByTheirState) {
  commit(change(EffectState::planned, {}));
  EffectFilter open_ones{"acme", "books", "shop:118", "", {EffectState::armed, EffectState::unknown}, 0, {}, {}, 10};
  EXPECT_TRUE(good(store_->effects(open_ones)).empty());
  commit(change(EffectState::armed, {EffectState::planned}));
  EXPECT_EQ(1u, good(store_->effects(open_ones)).size());
}

TEST_F(Records, AnEntityRemembersWhatWasSentLast) {
  Change first;
  first.entities = {{"acme", "books", "shop:118", "invoice", "v1", "guid-1", "2025-1", "k1", false, {}}};
  commit(first);
  first.entities[0].version = "v2";
  first.entities[0].by_person = true;
  commit(first);
  const auto stored = good(store_->entity("acme", "books", "shop:118", "invoice"));
  EXPECT_EQ("v2", stored->version);
  EXPECT_EQ("2025-1", stored->number);
  EXPECT_TRUE(stored->by_person);
  EXPECT_EQ(std::nullopt, good(store_->entity("acme", "other", "shop:118", "invoice")));
}

TEST_F(Records, SearchTermsLeadToJobsAtOnceAndAfterARestart) {
  accept({event("1"), event("2")});
  for (const auto& one : claim(2)) {
    Change terms;
    terms.job = one.job.id;
    terms.epoch = one.job.epoch;
    terms.terms = {{"acme", "digest"}, {"acme", "own " + one.job.key}, {"acme", "digest"}};
    commit(terms);
  }
  EXPECT_EQ((std::vector<Id>{2, 1}), good(store_->find("acme", "digest")));
  crash_and_open();
  EXPECT_EQ((std::vector<Id>{2}), good(store_->find("acme", "own 2")));
  EXPECT_TRUE(good(store_->find("zeta", "digest")).empty());
}

TEST_F(Records, KeyedRowsArePutDroppedAndListedByPrefix) {
  Change rows;
  for (const char* key : {"a", "a/1", "a/2", "b", "a\xff"}) rows.put.push_back({Table::kv, {key, std::string("v\0", 2) + key, {}}});
  rows.put.push_back({Table::pauses, {"a/1", "another table", {}}});
  commit(rows);
  EXPECT_EQ(2u, good(store_->list(Table::kv, "a/")).size());
  EXPECT_EQ(5u, good(store_->list(Table::kv, "")).size());
  EXPECT_EQ(4u, good(store_->list(Table::kv, "a")).size());
  const auto all = good(store_->list(Table::kv, "a"));
  const auto part = good(store_->list_part(Table::kv, "a", all[0].key, 2));
  ASSERT_EQ(2u, part.size());
  EXPECT_EQ(all[1].key, part[0].key);
  EXPECT_EQ(all[2].key, part[1].key);
  EXPECT_EQ(1u, good(store_->list_part(Table::kv, "a", all[2].key, 0)).size());
  EXPECT_EQ(std::string("v\0", 2) + "a/1", good(store_->get(Table::kv, "a/1"))->value);
  Change drop;
  drop.drop = {{Table::kv, "a/1"}, {Table::kv, "never was"}};
  commit(drop);
  EXPECT_EQ(std::nullopt, good(store_->get(Table::kv, "a/1")));
  EXPECT_EQ("another table", good(store_->get(Table::pauses, "a/1"))->value);
}

TEST_F(Records, ALeaseKeepsOthersOutUntilItsTimeAndFencesTheirWrites) {
  const auto minute = loop_.wall() + std::chrono::minutes(1);
  const auto first = good(store_->take_lease("g", "one", minute));
  ASSERT_TRUE(first);
  EXPECT_EQ(std::nullopt, good(store_->take_lease("g", "two", minute)));
  loop_.run_for(std::chrono::minutes(1));
  const auto second = good(store_->take_lease("g", "two", loop_.wall() + std::chrono::minutes(1)));
  ASSERT_TRUE(second);
  EXPECT_GT(*second, *first);
  Grant grant;
  grant.id = "g";
  grant.generation = 5;
  grant.refreshing = 5;
  EXPECT_EQ(Code::conflict, bad(store_->save_grant(grant, *first, true, {})));
  good(store_->save_grant(grant, *second, false, {}));
  EXPECT_EQ(5, good(store_->grant("g"))->refreshing);
  grant.generation = 6;
  grant.refreshing.reset();
  grant.current = {"sealed tokens", "key"};
  good(store_->save_grant(grant, *second, true, {{"", "engine", "grant.renewed", "g", ""}}));
  EXPECT_EQ(Code::conflict, bad(store_->save_grant(grant, *second, true, {}))) << "one result a lease";
  const auto stored = good(store_->grant("g"));
  EXPECT_EQ(6, stored->generation);
  EXPECT_EQ(std::nullopt, stored->refreshing);
  EXPECT_EQ("sealed tokens", stored->current.bytes);
  EXPECT_EQ(*second, stored->committed_epoch);
  EXPECT_TRUE(good(store_->take_lease("g", "one", minute))) << "a result ends the lease";
  EXPECT_EQ(1u, good(store_->grants()).size());
}

TEST_F(Records, TheAuditTrailIsListedInOrderAndChained) {
  Change acts;
  acts.audit = {{"acme", "ann", "pause", "acme", ""}, {"zeta", "bob", "resume", "zeta", ""}, {"acme", "ann", "resume", "acme", ""}};
  commit(acts);
  const auto all = good(store_->audit("", 0, 10));
  ASSERT_EQ(3u, all.size());
  EXPECT_EQ(1, all[0].seq);
  EXPECT_EQ(32u, all[0].hash.size());
  EXPECT_EQ(2u, good(store_->audit("acme", 0, 10)).size());
  EXPECT_EQ(3, good(store_->audit("", 2, 10)).at(0).seq);
  EXPECT_EQ(3, good(store_->verify_audit()).entries);
}

TEST_F(Records, TheProofNamesTheChainsHeadWhateverTheNewestEntryIs) {  // G12
  const AuditProof none = good(store_->verify_audit());
  EXPECT_EQ(0, none.entries);
  EXPECT_EQ(std::string(32, '\0'), none.head);
  Change act;
  act.audit = {{"acme", "ann", "pause", "acme", ""}};
  commit(act);
  const AuditProof with_act = good(store_->verify_audit());
  EXPECT_EQ(good(store_->audit("", 0, 10)).at(0).hash, with_act.head);
  accept_one("118");
  const AuditProof with_intake = good(store_->verify_audit());
  EXPECT_EQ(2, with_intake.entries);
  EXPECT_EQ(32u, with_intake.head.size());
  EXPECT_NE(with_act.head, with_intake.head);
  EXPECT_NE(none.head, with_intake.head);
}

TEST_F(Records, TheIncarnationIsMadeOnce) {
  const std::string incarnation = good(store_->incarnation());
  EXPECT_FALSE(incarnation.empty());
  open();
  EXPECT_EQ(incarnation, good(store_->incarnation()));
}

}  // namespace
}  // namespace mlc::store
