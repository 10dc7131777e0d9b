// Reconciles by itself: for the day, week or month that ended, at a time of the client's zone, and mails who is to know. What fell
// due while nothing ran is done afterwards, the last period only. A letter is kept until it was delivered. Owned by Engine;
// executor's thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/reconcile.h"

namespace mlc::engine {

struct ReconcilePeriod {
  WallTime nominal{};  // when it fell due
  Date from, to;
};
// The newest that fell due by `now`.
Result<ReconcilePeriod> reconcile_due(const ReconcileCalendar& calendar, WallTime now);

class ReconcileCalendars {
 public:
  ReconcileCalendars(Context& context, Reconcile& reconcile) : context_(context), reconcile_(reconcile) {}
  void set(std::vector<ReconcileCalendar> calendars) { calendars_ = std::move(calendars); }
  void start();
  void stop();

 private:
  Task<Unit> round();
  Task<Unit> look(ReconcileCalendar calendar);
  Task<Unit> deliver(ReconcileCalendar calendar);
  bool waits(const std::string& what) const;
  void failed(const std::string& what, const Error& error);

  Context& context_;
  Reconcile& reconcile_;
  std::vector<ReconcileCalendar> calendars_;
  struct Failure {
    int times = 0;
    WallTime until{};
  };
  std::map<std::string, Failure> failures_;
  std::unique_ptr<Timer> timer_;
  bool running_ = false;
};

}  // namespace mlc::engine
