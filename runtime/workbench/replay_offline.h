// A recorded job run again without any call: every request of the flow is answered from its journal.
//
// On the version that the job ran on, requests, mappings and frozen writes must equal the recorded ones byte for byte; the
// first that does not ends the run and is reported. On an edited script what the flow asks is looked for among what was
// recorded, and the differences of mappings and writes are the result.
//
//   auto report = co_await replay_offline(parts, job, {.edited = false});
//   if (!report->equal()) std::cout << report->text();
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/scope.h"
#include "runtime/engine/request_key.h"
#include "runtime/workbench/difference.h"
#include "runtime/workbench/recording.h"

namespace mlc::workbench {

struct ReplayReport {
  store::Id job = 0;
  std::string version;  // that ran
  bool edited = false;
  int requests = 0;      // answered
  int recorded = 0;      // that the journal holds
  std::string diverged;  // the first request that differs; "" = none
  std::string end;       // how the re-run ended
  std::string was;       // how the job ended
  std::vector<Difference> differences;

  bool equal() const { return diverged.empty() && differences.empty(); }
  std::string text() const;  // some lines for people
};

// Answers a flow from a recording. Made for one run; request() from any thread, the rest on the executor's.
class OfflineHost : public engine::RunHost, public std::enable_shared_from_this<OfflineHost> {
 public:
  enum class Compare {
    strictly,    // by number, byte for byte
    by_content,  // an edited script: by what is asked
    lines,       // no flow but a person's lines: by what is asked; what was not recorded is an error of the line
  };
  struct Parts {
    Environment env;
    remote::Remote* remote = nullptr;  // its pure parts: facts and plan
    store::Store* store = nullptr;     // of follow
    vault::Vault* vault = nullptr;
    std::shared_ptr<const Recording> recording;
    std::shared_ptr<const script::Program> program;
    Compare compare = Compare::strictly;
    bool follow = false;  // the job may still run: what its journal lacks is waited for
  };
  // `stopped`: the flow can't go on (it diverged, or the recording ends here); its run is to be abandoned.
  OfflineHost(Parts parts, std::function<void()> stopped);

  void request(engine::HostRequest request, std::function<void(engine::HostReply)> reply) override;
  // What was compared; with the flow's end, once it ended by itself.
  ReplayReport report(const engine::RunEnd* end) const;
  void close() { closed_ = true, scope_.clear(); }

 private:
  using Reply = std::function<void(engine::HostReply)>;
  using Answered = std::variant<engine::Answer, engine::HostError>;

  void answer(engine::HostRequest request, Reply reply);
  std::optional<Answered> strict(const engine::HostRequest& request, const std::string& connection, int index);
  std::optional<Answered> loose(const engine::HostRequest& request, const std::string& connection);
  std::optional<Answered> for_line(const engine::HostRequest& request, const std::string& connection);
  std::optional<Answered> step(const engine::StepRequest& request, int index);
  std::optional<Answered> loose_lookup(const engine::LookupRequest& request);
  void compare_plan(const engine::SendRequest& request, const std::string& connection, const std::string& recorded);
  void compare_end(ReplayReport& report, const engine::RunEnd& end) const;
  void diverge(std::string why);
  const store::Entry* take(const engine::RequestKey& key);
  const store::Entry* of_name(store::EntryKind kind, const std::string& name, bool with_answer);
  Task<Unit> wait_for_entry(std::shared_ptr<OfflineHost> self, engine::HostRequest request, Reply reply, int index);
  void give(const Reply& reply, Answered answered);

  Parts parts_;
  std::function<void()> stopped_;
  std::string name_;  // of the entity when a request gives none: source:key
  int next_ = 0, answered_ = 0;
  WallTime seen_;
  std::string diverged_, ended_here_;
  std::vector<Difference> differences_;
  std::set<store::Id> taken_;               // rows that answered, when compared by content
  std::map<std::string, int> occurrences_;  // of mappings and writes by name
  std::set<std::string> sent_;
  bool closed_ = false;
  Scope scope_;
};

struct ReplayParts {
  Environment env;
  const script::Host* host = nullptr;
  remote::Remote* remote = nullptr;
  store::Store* store = nullptr;
  vault::Vault* vault = nullptr;
};

// `edited`: the program to run instead of the job's own; null = the pinned one.
Task<Result<ReplayReport>> replay_offline(ReplayParts parts, store::Id job, std::shared_ptr<const script::Program> edited);

}  // namespace mlc::workbench
