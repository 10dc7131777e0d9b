// Looks at the running installation for what people should know: grants that die, open cases, flows that are behind, the
// disk, the clock, webhook registrations, what reconcile found, how we answered webhooks, clients that can't run. Reads what the other
// rooms tell anyway, and keeps nothing but the last reconcile runs. Owned by Runtime; executor's thread.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "runtime/base/scope.h"
#include "runtime/console/alerts/alerts.h"
#include "runtime/console/alerts/hook_answers.h"
#include "runtime/console/services.h"

namespace mlc::console {

class ServicesWatch : public Watch {
 public:
  explicit ServicesWatch(Services& services) : services_(services) {}

  Task<Status> load();
  Task<Observed> look(AlertWhen when) override;
  Task<std::vector<std::string>> numbers(int64_t case_id) override;

  HookAnswers& hooks() { return hooks_; }
  // A run has ended: its differences stand until a run over all of its days finds none.
  void reconciled(const engine::ReconcileEnd& end);

 private:
  void grants(const AlertWhen& when, Observed& into) const;
  Task<Unit> cases(Observed* into);
  Task<Unit> behind(AlertWhen when, Observed* into);
  Task<Unit> disk(AlertWhen when, Observed* into);
  void clock(const AlertWhen& when, Observed& into) const;
  void subscriptions(Observed& into) const;
  void reconciles(Observed& into) const;
  void broken(Observed& into) const;
  void webhooks(const AlertWhen& when, Observed& into);
  // The row that an earlier run stands in; a period has one.
  struct Reconciled {
    std::string key;
    engine::ReconcileEnd end;
  };
  Task<Unit> keep(store::Change change);

  Services& services_;
  HookAnswers hooks_;
  std::map<std::string, std::vector<Reconciled>> reconciled_;  // those with differences, in order of their days, by "client/instance"
  Scope scope_;                                                // last
};

}  // namespace mlc::console
