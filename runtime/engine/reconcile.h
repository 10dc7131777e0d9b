// Compares what two systems hold over a period (C9). Only reads, behind live work and page by page; what was read is kept until
// the end, so a run that waits for a quota or loses its process goes on where it was. Every report is kept, sealed; differences
// that a person accepted stay accepted while their amounts stand. Owned by Engine; executor's thread.
//
// Rows of Table::reports, by "client/instance/": "run/<number>", "accepted/<comparison>/<key>", "part/<period>/<side>/<page>".
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/context.h"
#include "runtime/engine/reconcile_report.h"

namespace mlc::engine {

struct ReconcileProgress {
  std::string client, instance, by;
  Date from, to;
  std::string state = "running";  // running | done | failed
  std::string doing;              // "reading orders of shop_nl"
  int64_t rows = 0;
  bool resumed = false;
  WallTime began{}, waits_until{};
  Error failure{Code::unavailable, ""};
  std::string report;  // JSON, when done
};

struct ReconcileAcceptance {
  std::string comparison, key, by, because, left, right, right_number;
  WallTime at{};
  bool revoked = false;
};

class Reconcile {
 public:
  explicit Reconcile(Context& context) : context_(context) {}
  void set(ReconcileSpecs specs) { specs_ = std::move(specs); }

  // Both days included. Begins a run, or joins the one of that period; conflict while another period's is under way; not_found
  // when the integration declares no comparison.
  Result<ReconcileProgress> begin(std::string client, std::string instance, Date from, Date to, std::string by);
  // The one that runs, else the last that ended in this process.
  std::optional<ReconcileProgress> progress(const std::string& client, const std::string& instance) const;
  // begin() and the end of it: the report as JSON.
  Task<Result<std::string>> run(std::string client, std::string instance, Date from, Date to, std::string by);

  Task<Result<std::vector<std::string>>> reports(std::string client, std::string instance);  // newest first
  Task<Result<std::string>> report(std::string client, std::string instance, int64_t number);

  // A difference of the newest report that names it. `comparison` may be "" where the key is in one only.
  Task<Result<ReconcileAcceptance>> accept(std::string client, std::string instance, std::string key, std::string comparison,
                                           std::string because, std::string actor);
  Task<Result<ReconcileAcceptance>> revoke(std::string client, std::string instance, std::string key, std::string comparison,
                                           std::string actor);
  Task<Result<std::vector<ReconcileAcceptance>>> accepted(std::string client, std::string instance);

 private:
  using Inputs = std::vector<ReconcileInput>;
  Task<Unit> work(std::string key);
  Task<Result<std::string>> compared(std::string key);
  struct Taking;
  Task<Status> read_kept(std::string key, const Taking& taking);
  Task<Status> read(std::string key, ReconcileSide side, std::string part, bool is_right, std::vector<std::string> foreign,
                    ReconcileRecords* into);
  // One call; waits out a quota.
  Task<Result<remote::Remote::Read>> ask(std::string key, remote::Call call);
  Task<Status> look_around(std::string key, Inputs* inputs);  // beyond the period, for what seems missing
  Task<Status> find(std::string key, ReconcileInput* input, std::vector<std::string> keys);
  Task<Status> fetch(std::string key, ReconcileInput* input, std::vector<std::string> keys);
  Task<Status> give_hints(std::string key, Inputs* inputs);
  Task<Result<std::map<std::string, std::string>>> account_names(std::string key);
  Task<Result<std::string>> keep(std::string key, Reconciled result);
  std::vector<ReconcileSpec> specs_of(const std::string& client, const std::string& instance) const;

  Context& context_;
  ReconcileSpecs specs_;
  std::map<std::string, ReconcileProgress> runs_;  // by "client/instance"
};

}  // namespace mlc::engine
