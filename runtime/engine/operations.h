// What an operator may do. Every act writes its audit entry in the same change as its effect; `actor` is the
// operator's name as the admin API knows it ("cli:uid1000"). Errors: not_found, conflict (the job is not in a state
// that allows it), invalid_argument. Owned by Engine; executor's thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/engine/context.h"

namespace mlc::engine {

class Operations {
 public:
  explicit Operations(Context& context) : context_(context) {}

  // instance and flow may be empty: the whole client or instance.
  Task<Status> pause(std::string client, std::string instance, std::string flow, std::string actor);
  Task<Status> resume(std::string client, std::string instance, std::string flow, std::string actor);
  // Nothing older than the start makes a document; what is not older and was read in shadow is read again. Default: now, for one that is
  // live already the start it has.
  struct Live {
    WallTime start{};
    std::string text;          // of the start, in the instance's zone
    bool reads_again = false;  // polls begin at the start anew
  };
  Task<Result<Live>> live(std::string client, std::string instance, std::optional<WallTime> start, std::string actor);
  // When a day begins for an instance, in its zone.
  Result<WallTime> beginning_of(const std::string& client, const std::string& instance, Date day) const;
  Task<Status> shadow(std::string client, std::string instance, std::string actor);
  // Ends the hold of a restored installation; "" = all clients.
  Task<Status> arm(std::string client, std::string actor);

  // Which script version a revived job runs on.
  enum class Version { pinned, live };
  // Parked, dead or done jobs run again; settled effects and finished steps are not repeated.
  Task<Result<int64_t>> replay(std::vector<store::Id> jobs, Version version, std::string actor);
  Task<Result<int64_t>> release(store::Id case_id, Version version, std::string actor);  // all jobs of a case
  Task<Status> cancel(store::Id job, std::string why, std::string actor);

  // A person says what became of an unknown effect of this job ("" = its only unknown one).
  struct Settlement {
    bool happened = false;
    std::string reference;  // the remote's id, when it happened
    std::string effect;     // name
  };
  Task<Status> settle(store::Id job, Settlement settlement, std::string actor);
  // A person says whose version of a record counts, where the job was parked with that question. It runs again and is told.
  enum class Decision { theirs, ours };
  Task<Status> decide(store::Id job, Decision decision, std::string actor);

 private:
  Status must_exist(const std::string& client, const std::string& instance, const std::string& flow) const;
  Task<Result<int64_t>> revive(std::vector<store::Id> jobs, Version version, store::AuditBirth audit);

  Context& context_;
};

}  // namespace mlc::engine
