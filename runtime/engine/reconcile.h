// Compares what two systems hold over a period: count and total per day, and by reference which records are missing,
// doubled or differ in amount (C9). Reads only; the result is kept in Table::reports. Executor's thread.
#pragma once
#include <string>
#include <vector>

#include "runtime/base/date.h"
#include "runtime/base/decimal.h"
#include "runtime/engine/catalog.h"
#include "runtime/engine/context.h"

namespace mlc::engine {

struct Reconciled {
  struct Day {
    Date date;
    int64_t left_count = 0, right_count = 0;
    Decimal left_total, right_total;
  };
  struct Difference {
    enum class Kind { missing, extra, doubled, amount, date } kind = Kind::missing;
    std::string key;
    Date date;
    std::string left, right;    // amounts or dates as text, "" when absent
    store::Id waiting_job = 0;  // missing, because this job waits or is parked
  };
  std::vector<Day> days;
  std::vector<Difference> differences;
  int64_t left_count = 0, right_count = 0;
  bool agrees() const { return differences.empty(); }
};

std::string_view difference_name(Reconciled::Difference::Kind kind);

class Reconcile {
 public:
  explicit Reconcile(Context& context) : context_(context) {}
  void set(std::vector<ReconcileSpec> specs) { specs_ = std::move(specs); }
  // Both days included. not_found when the integration declares no `reconcile`.
  Task<Result<Reconciled>> run(std::string client, std::string instance, Date from, Date to);

 private:
  struct Record {
    Date date;
    Decimal total;
    int64_t times = 0;
  };
  Task<Result<std::map<std::string, Record>>> read(std::string client, ReconcileSide side, Date from, Date to);

  Context& context_;
  std::vector<ReconcileSpec> specs_;
};

}  // namespace mlc::engine
