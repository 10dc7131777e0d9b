// Tells people what they should know (C4, C6): looks once a minute what is wrong, remembers what was said to whom, and says
// it to the destinations of `alerts`. Conditions are told one by one; cases in a digest for each client, concern and hour,
// when the hour is over. What was said and what is still to be delivered survive a restart.
//
//   look: conditions -> AlertBook -> messages + rows in one commit -> Outbox -> AlertSender
//
// Owned by Runtime; executor's thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/console/alerts/book.h"
#include "runtime/console/alerts/outbox.h"
#include "runtime/console/router.h"
#include "runtime/engine/story.h"

namespace mlc::console {

// Where conditions come from; watch.h has the real one.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual Task<Observed> look(AlertWhen when) = 0;
  // Keys of records that wait for a case, some of them.
  virtual Task<std::vector<std::string>> numbers(int64_t case_id) = 0;
};

class Alerts {
 public:
  static constexpr Duration kLook = std::chrono::minutes(1);       // on the clock, which may be scaled
  static constexpr Duration kLeastLook = std::chrono::seconds(1);  // in real time
  static constexpr Duration kDigest = std::chrono::hours(1);

  struct Parts {
    Environment env;
    store::Store* store = nullptr;
    Log* log = nullptr;
    AlertSender* sender = nullptr;
    Watch* watch = nullptr;
    std::function<AlertSettings()> settings;  // as they are now
  };
  explicit Alerts(Parts parts);
  ~Alerts() { stop(); }

  Task<Status> load();
  void start();
  void stop();
  Task<Unit> look_now();

  // {"alerts":[…],"destinations":[…],"serving":…}
  Json report(const std::string& client);
  // For `status`: {"open","critical","waiting","failing":[{"destination","since","error"}]}
  Json summary();
  std::vector<engine::Metric> metrics() const;
  // Says a test to this destination, "" = to all (of a client, or all there are), and what came of it.
  Task<Result<Json>> test(std::string client, std::string destination);

 private:
  Task<Unit> round();
  Task<std::vector<Outbox::Addressed>> say(const AlertSettings& settings, WallTime now);
  Task<Message> digest(std::string client, std::string concern, std::vector<AlertBook::Due> cases, WallTime now);
  std::set<std::string> hearers(const AlertSettings& settings, const AlertBook::Due& due) const;
  void wait();

  Parts parts_;
  AlertBook book_;
  Outbox outbox_;
  std::unique_ptr<Timer> timer_;
  WallTime looked_{};
  bool running_ = false, busy_ = false;
  Scope scope_;  // last
};

}  // namespace mlc::console
