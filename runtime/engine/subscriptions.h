// Keeps webhook registrations at the remotes as the triggers need them: missing ones made, inactive ones revived,
// their ids remembered, each act audited. Also in shadow (C13). Owned by Engine; executor's thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/catalog.h"
#include "runtime/engine/context.h"

namespace mlc::engine {

class Subscriptions {
 public:
  explicit Subscriptions(Context& context) : context_(context) {}

  void set(std::vector<SubscriptionSpec> specs);
  void start();  // now and hourly
  void stop();
  void again() {
    if (running_) context_.scope.spawn(hourly());
  }

  struct Upkept {
    int64_t made = 0, revived = 0, kept = 0;
    std::vector<std::string> failures;  // sentences
  };
  Task<Result<Upkept>> upkeep(std::string client, std::string connection);  // "" = all

  // What the last round found of a connection.
  struct Standing {
    std::vector<std::string> lost;  // topics that were deactivated or gone at the remote, and were made again
    std::string failure;            // a sentence; "" when all is as it should be
    int failures = 0;               // rounds in a row
  };
  const std::map<std::string, Standing>& standings() const { return standings_; }  // by "client/connection"

 private:
  Task<Status> keep(SubscriptionSpec spec, Upkept* upkept);
  Task<Status> ensure_token(const SubscriptionSpec& spec);
  Task<Result<remote::Outcome>> write(const SubscriptionSpec& spec, std::string operation, std::string arguments);
  Task<Unit> hourly();

  Context& context_;
  std::vector<SubscriptionSpec> specs_;
  std::map<std::string, Standing> standings_;
  std::unique_ptr<Timer> timer_;
  bool running_ = false;
};

}  // namespace mlc::engine
