// A store in memory for rooms below the engine: small rows and grants, with the same fences. Commits complete on the
// executor, so that a test can end a process between asking and completion.
#pragma once
#include <map>

#include "runtime/store/store.h"

namespace mlc::store {

class FakeStore : public Store {
 public:
  explicit FakeStore(Environment env) : env_(env) {}

  std::map<std::pair<Table, std::string>, Row> rows;
  std::map<std::string, Grant> saved_grants;
  int commits = 0;
  bool full = false;    // the disk: nothing is written, reads work
  bool frozen = false;  // nothing asked from now on is done or answered

  Task<Result<Committed>> commit(Change change) override {
    co_await turn();
    if (full) co_return Error(Code::exhausted, "disk full");
    ++commits;
    for (auto& [table, row] : change.put) rows[{table, row.key}] = row;
    for (auto& [table, key] : change.drop) {
      if (rows.erase({table, key}) == 0) co_return Error(Code::conflict, "no such row");
    }
    co_return Committed{};
  }
  Task<Result<std::optional<Row>>> get(Table table, std::string key) override {
    co_await turn();
    auto found = rows.find({table, key});
    co_return found == rows.end() ? std::optional<Row>() : std::optional<Row>(found->second);
  }
  Task<Result<std::vector<Row>>> list_part(Table table, std::string prefix, std::string after, int64_t most) override {
    co_await turn();
    std::vector<Row> all;
    for (auto& [place, row] : rows) {
      if (most != 0 && static_cast<int64_t>(all.size()) == most) break;
      if (place.first == table && row.key.starts_with(prefix) && row.key > after) all.push_back(row);
    }
    co_return all;
  }
  Task<Result<std::optional<Grant>>> grant(std::string id) override {
    co_await turn();
    auto found = saved_grants.find(id);
    co_return found == saved_grants.end() ? std::optional<Grant>() : std::optional<Grant>(found->second);
  }
  Task<Result<std::vector<Grant>>> grants() override {
    std::vector<Grant> all;
    for (auto& [id, grant] : saved_grants) all.push_back(grant);
    co_return all;
  }
  Task<Result<std::optional<int64_t>>> take_lease(std::string id, std::string owner, WallTime until) override {
    co_await turn();
    if (full) co_return Error(Code::exhausted, "disk full");
    Grant& grant = saved_grants[id];
    grant.id = id;
    if (grant.lease_until > env_.clock->wall() && grant.lease_owner != owner) co_return std::optional<int64_t>();
    grant.lease_owner = owner;
    grant.lease_until = until;
    co_return std::optional<int64_t>(++grant.lease_epoch);
  }
  Task<Status> save_grant(Grant grant, int64_t epoch, bool is_result, std::vector<AuditBirth>) override {
    co_await turn();
    if (full) co_return Error(Code::exhausted, "disk full");
    Grant& row = saved_grants[grant.id];
    if (row.lease_epoch != epoch) co_return Error(Code::conflict, "the lease was lost");
    if (is_result && epoch <= row.committed_epoch) co_return Error(Code::conflict, "this lease has its result");
    grant.lease_epoch = row.lease_epoch;
    grant.lease_owner = row.lease_owner;
    grant.lease_until = is_result ? WallTime{} : row.lease_until;
    grant.committed_epoch = is_result ? epoch : row.committed_epoch;
    row = std::move(grant);
    co_return ok_status();
  }

  Task<Result<std::vector<Accepted>>> accept(std::vector<EventBirth>) override { co_return none(); }
  Task<Result<std::vector<Claimed>>> claim(ClaimRequest) override { co_return none(); }
  Task<Result<std::optional<WallTime>>> next_due() override { co_return none(); }
  Task<Result<int64_t>> revive(std::vector<Id>, std::string, std::vector<AuditBirth>) override { co_return none(); }
  Task<Result<std::optional<Job>>> job(Id) override { co_return none(); }
  Task<Result<std::vector<Job>>> jobs(JobFilter) override { co_return none(); }
  Task<Result<std::optional<Claimed>>> story(Id) override { co_return none(); }
  Task<Result<std::optional<Entry>>> entry(Id) override { co_return none(); }
  Task<Result<std::optional<Effect>>> effect(std::string) override { co_return none(); }
  Task<Result<std::vector<Effect>>> effects(EffectFilter) override { co_return none(); }
  Task<Result<std::optional<Entity>>> entity(std::string, std::string, std::string, std::string) override { co_return none(); }
  Task<Result<std::vector<Id>>> find(std::string, std::string) override { co_return none(); }
  Task<Result<std::vector<Case>>> cases(std::string, bool) override { co_return none(); }
  Task<Result<Counts>> counts(std::string) override { co_return none(); }
  Task<Result<std::vector<AuditEntry>>> audit(std::string, int64_t, int) override { co_return none(); }
  Task<Result<AuditProof>> verify_audit() override { co_return none(); }
  Task<Result<std::string>> incarnation() override { co_return none(); }
  Task<Status> backup(std::string) override { co_return none(); }
  Task<Status> flush() override { co_return ok_status(); }

 private:
  static Error none() { return Error(Code::unsupported, "not kept by the fake store"); }
  Callback<Unit> turn() {
    return Callback<Unit>([this](Callback<Unit>::Complete done) {
      if (!frozen) env_.executor->post([done] { done(Unit{}); });
    });
  }
  Environment env_;
};

}  // namespace mlc::store
