// Settings of the engine that tests and benchmarks vary.
#pragma once
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/date.h"
#include "runtime/base/task.h"
#include "runtime/base/time.h"

namespace mlc::engine {

// Where a kill tells most (F1). Order of a job's life.
inline constexpr std::array<std::string_view, 13> kCrashPoints = {
    "accept_before_commit", "accept_after_commit", "claim",          "record",        "after_plan",    "before_arm", "after_arm",
    "before_send",          "after_send",          "before_outcome", "after_outcome", "after_confirm", "after_done",
};

// What a reconcile run found.
struct ReconcileEnd {
  std::string client, instance;
  Date from, to;
  int64_t differences = 0;
};

// A reconcile report on its way to people.
struct ReportMail {
  std::string client, id;       // id: the same at every attempt
  std::vector<std::string> to;  // names of destinations
  std::string subject, text;
  std::vector<std::pair<std::string, std::string>> files;  // name, CSV
};

struct Options {
  // Runs at once, of all and of one client. With few, each waits little for its permits; a client whose quota is used up
  // keeps its own waiting and nobody else's.
  int in_flight = 256;
  int in_flight_of_client = 32;
  int polls_at_once = 32;  // of all clients, however many are due at a start
  // Poison (T12): a job that the ended process named (its watchdog knows whose script ran) is dead after two such ends.
  // Ends that name nobody, a power cut or kill -9, hit whoever was running: only many of them in a row, none of which
  // found the job any further, speak against it.
  int max_named_crashes = 2;
  int max_crashes = 10;
  std::function<bool(int64_t job)> named_by_watchdog;
  int max_again = 3;                                    // 401/429 answers to one effect in one run, then the job waits
  size_t max_pending_intake = 4096;                     // requests waiting for a commit; more are answered 503
  size_t accept_batch = 256;                            // events in one commit
  Duration arm_to_send = std::chrono::seconds(2);       // real time; later means disarm
  Duration permit_patience = std::chrono::seconds(50);  // longer waits end the run (a run waits at most a minute)
  Duration short_wait = std::chrono::seconds(5);        // a settle time up to this is waited for inside the run
  Duration backoff_first = std::chrono::seconds(2);     // ceiling of the first retry; doubles, full jitter (C4)
  Duration backoff_max = std::chrono::minutes(15);
  Duration behind_unknown = std::chrono::minutes(1);   // asks again whether an older write became known
  Duration keeps_key = std::chrono::minutes(2);        // a job that waits no longer is not overtaken by others of its key
  Duration drain = std::chrono::seconds(30);           // stop() waits so long for runs
  Duration replay_kept = std::chrono::hours(24 * 30);  // T2: replay keys of webhooks
  Duration secrets_fresh = std::chrono::minutes(1);    // webhook secrets are asked again after this
  // Called at every named point; true = the process is to be treated as gone: nothing behind the point happens.
  // A fault test ends the process inside the call.
  std::function<bool(std::string_view point)> crash_point;
  // A reconcile run ended and is kept; differences that somebody accepted are not counted.
  std::function<void(const ReconcileEnd& end)> on_reconciled;
  // Delivers it, or says why not; then it is tried again later.
  std::function<Task<Status>(ReportMail mail)> mail_report;
};

}  // namespace mlc::engine
