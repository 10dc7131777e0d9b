// The world around an engine under test: a remote system that outlives crashes, a vault without cryptography, and
// flows written in C++. One thread, virtual time.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/scope.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/engine/engine.h"

namespace mlc::engine::testing {

// What the remote holds, and how it misbehaves. Operations: "orders.get" and "orders.list" read; "invoices.create_b",
// "_c", "_d" create by kind, "invoices.put_a" upserts by Ref; "invoices.find" and "invoices.get" look.
struct RemoteWorld {
  struct Record {
    std::string id, ref, body;
  };
  std::vector<Record> invoices;
  std::map<std::string, std::string> orders;  // id -> JSON
  std::map<std::string, std::string> by_key;  // idempotency key -> id
  std::map<std::string, std::string> hooks;   // id -> JSON
  std::map<std::string, std::string> lists;   // rows of further operations that list
  std::string begins;  // answer of the read that says where accounts.changed begins, or its status; "" = there is none
  int begins_asked = 0;
  int sends = 0, reads = 0, hook_writes = 0, updates = 0;
  int reads_under_way = 0, most_reads_at_once = 0;
  size_t any_of = 0;  // so many orders.get may be asked as one orders.any
  bool refuses_several = false;
  std::vector<size_t> asked_together;
  bool may_repeat = false;
  std::string zone;               // orders are dated by its clock, without an offset
  size_t batch = 0;               // of invoices.put_a: so many go out together
  std::vector<size_t> batched;    // how many went out in each request of several
  std::set<std::string> refused;  // references that such a request refuses

  enum class Fault { none, lose_answer, lose_request, reject, again, not_sent, refusal_like, blind };
  std::deque<Fault> faults;                      // of the next sends
  std::function<void()> after_page;              // runs once the next page of a list was read
  std::deque<std::string> read_faults;           // codes of the next reads
  Duration again_in = std::chrono::seconds(30);  // what Fault::again asks to wait
  WallTime quota_until{};                        // admit() refuses until then
  std::optional<remote::Remote::Hold> hold;
  Duration quiet = std::chrono::minutes(3);
  std::vector<std::string> confirm_fields;    // of invoices.create_c
  std::function<void(remote::Probe&)> probe;  // of invoices.create_c: how else it is looked for
  std::set<std::string> unseen;               // references that a look-up does not see yet

  int count(const std::string& ref) const;
};

class FakeRemote : public remote::Remote {
 public:
  FakeRemote(RemoteWorld& world, Environment env) : world_(world), env_(env) {}
  Result<remote::OperationFacts> facts(const std::string& client, const std::string& connection, const std::string& operation) override;
  Result<remote::Since> since(const std::string& client, const std::string& connection, const std::string& operation,
                              std::optional<WallTime> from) override;
  Result<std::optional<Begins>> begins(const std::string& client, const std::string& connection, const std::string& operation,
                                       WallTime moment) override;
  Task<Result<Read>> read(remote::Call call) override;
  std::optional<remote::Question> question(const remote::Call& call) override;
  Result<remote::Plan> plan(const remote::Call& call) override;
  Task<Result<std::unique_ptr<remote::Ticket>>> admit(const remote::Plan& plan, store::Lane lane, Duration patience,
                                                      WallTime* not_before) override;
  Task<remote::Outcome> send(remote::Plan plan, std::unique_ptr<remote::Ticket> ticket) override;
  std::optional<Hold> held(const std::string& client, const std::string& connection) override;
  std::optional<remote::BatchFacts> batch(const std::string& client, const std::string& connection, const std::string& operation) override;
  Result<remote::Plan> together(const std::vector<const remote::Plan*>& plans) override;
  std::vector<remote::Outcome> apart(const std::vector<const remote::Plan*>& plans, const remote::Outcome& outcome) override;

 private:
  void apply(const remote::Plan& plan, remote::Outcome* outcome);
  RemoteWorld& world_;
  Environment env_;
};

// Seals by writing the context before the text: what is opened under another context fails.
class FakeVault : public vault::Vault {
 public:
  explicit FakeVault(std::map<std::string, std::string>& secrets) : secrets_(secrets) {}
  Result<store::Sealed> seal(const std::string& client, std::string_view context, std::string_view plain) override;
  Result<std::string> open(const std::string& client, std::string_view context, const store::Sealed& sealed) override;
  std::string digest(const std::string& client, std::string_view subject) override;
  Task<Status> prepare(std::string client) override;
  Task<Status> prepare_all(std::vector<std::string>) override { co_return ok_status(); }
  Task<Status> put_secret(std::string owner, std::string name, Secret value, std::vector<std::string> hosts, std::string actor) override;
  Task<Result<std::optional<Secret>>> secret(std::string owner, std::string name, std::string host) override;
  Task<Result<std::vector<Listed>>> list_secrets(std::string) override { co_return std::vector<Listed>(); }
  Task<Status> drop_secret(std::string, std::string, std::string) override { co_return ok_status(); }
  Status escrow(std::string, int64_t, int64_t, std::string_view) override { return ok_status(); }
  Result<std::optional<Escrowed>> escrowed(const std::string&) override { return std::optional<Escrowed>(); }
  Task<Status> rotate(Secret, std::string) override { co_return ok_status(); }
  Task<Result<Secret>> export_recovery(std::string) override { co_return Secret("recovery"); }
  Task<Result<bool>> has_recovery() override { co_return true; }

 private:
  std::map<std::string, std::string>& secrets_;
};

using HostPtr = std::shared_ptr<RunHost>;
using FlowBody = Task<RunEnd> (*)(HostPtr host, RunInput input);

Task<HostReply> ask(HostPtr host, HostRequest request);
RunEnd ended(RunEnd::How how, std::string code = "", std::string reason = "", bool retryable = false);
RunEnd failed(const HostReply& reply);
std::string value_of(const HostReply& reply);

class FakeRunner : public Runner {
 public:
  FakeRunner(std::vector<Instance>& instances, std::map<std::string, FlowBody>& flows, Executor& executor)
      : instances_(instances), flows_(flows), executor_(executor) {}
  std::vector<InstancePtr> instances() override {
    std::vector<InstancePtr> all;
    for (const auto& instance : instances_) all.push_back(std::make_shared<const Instance>(instance));
    return all;
  }
  Result<std::unique_ptr<Run>> start(RunInput input, HostPtr host, std::function<void(RunEnd)> end) override;
  bool has_version(const std::string&, const std::string&, const std::string& version) override { return version != "gone"; }

 private:
  std::vector<Instance>& instances_;
  std::map<std::string, FlowBody>& flows_;  // by flow name
  Executor& executor_;
};

}  // namespace mlc::engine::testing
