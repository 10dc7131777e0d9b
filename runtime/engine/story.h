// Reading: what became of a record, what waits and why, the figures. Gives documents for console and cli; payloads
// are opened here and nowhere else outside a run. Owned by Engine; executor's thread.
#pragma once
#include <string>
#include <vector>

#include "runtime/document/node.h"
#include "runtime/engine/context.h"
#include "runtime/engine/intake.h"
#include "runtime/engine/jobs.h"
#include "runtime/engine/schedule.h"

namespace mlc::engine {

struct Metric {
  std::string name;  // Prometheus, without prefix: "jobs_total"
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  bool counter = true;
};

// A flow whose records wait longer than they should.
struct Behind {
  std::string client, instance, flow;
  Duration by{};
  int64_t jobs = 0;        // that wait so long; 0 = a poll that does not come to its end
  std::string connection;  // then: of what
};

class Story {
 public:
  Story(Context& context, const Intake& intake, const Jobs& jobs, const Schedule& schedule)
      : context_(context), intake_(intake), jobs_(jobs), schedule_(schedule) {}

  // By any side's number or id (C3). {"jobs":[{"id","instance","flow","key","state","reason",…,"event":{…},
  // "journal":[{"kind","name","at","value"|"error"}], "effects":[…]}]}; not_found when nothing has it.
  Task<Result<document::Node>> show(std::string client, std::string number);
  Task<Result<document::Node>> job(store::Id id);
  // What the jobs of a record mapped, newest job first, for whoever maps it again. Payloads are JSON texts, so that no
  // number loses a digit on its way. {"jobs":[{"id","instance","flow","source","key","version","mappings":[{"mapping","at",
  // "input","output"}],"answers":[{"name","at","answer"}]}]}; jobs that mapped nothing are left out.
  Task<Result<document::Node>> mappings(std::string client, std::string number);
  // The last recorded answers of a look-up: {"answers":{key: JSON text}}, without those that nobody asked for yet.
  Task<Result<document::Node>> looked_up(std::string client, std::string connection, std::string name, std::vector<std::string> keys);
  Task<Result<document::Node>> jobs(store::JobFilter filter);
  Task<Result<document::Node>> cases(std::string client);
  Task<Result<document::Node>> audit(std::string client, int64_t after, int limit);
  // {"clients":[{"client","lag_seconds","waiting","running","parked","dead","done","instances":[{"name","mode","start","version"}],
  //  "paused":[…],"holds":[{"connection","reason","until"}],"equation":{"jobs_born",…,"balances":true}}]}
  Task<Result<document::Node>> status();
  Task<Result<std::vector<Metric>>> metrics();
  // Flows that are behind by more than this. What is paused, held, back-fill or waits for a retry is not behind.
  Task<Result<std::vector<Behind>>> behind(Duration longer_than);

 private:
  Task<Result<document::Node>> tell(store::Id id);
  Task<Result<std::vector<store::Id>>> find_jobs(std::string client, std::string number);  // newest first; never empty

  Context& context_;
  const Intake& intake_;
  const Jobs& jobs_;
  const Schedule& schedule_;
};

}  // namespace mlc::engine
