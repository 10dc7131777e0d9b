// Two sides of a period held against each other (C9): counts and totals by day, by account and cost centre, by state; and each
// difference in a class with a sentence. Pure: it is made as often as more becomes known of what differs.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/reconcile_records.h"
#include "runtime/store/types.h"

namespace mlc::engine {

struct Reconciled {
  enum class Class {
    missing,  // no document
    extra,    // a document without a record
    doubled,
    amount,
    tax,
    date,     // within one month
    period,   // in another
    waiting,  // its job waits or is parked
    skipped,  // by rule
  };
  struct Difference {
    Class kind = Class::missing;
    std::string comparison, key;
    std::string left_number, right_number;  // of the record, of the document
    std::string left, right;                // amounts, "" when absent
    std::string right_date;                 // of the document
    std::string currency, sentence;
    Date date;               // of the record, or of the document where there is none
    std::string connection;  // of the record
    std::string job_key;
    store::Id job = 0, case_id = 0;
    bool explained = false;  // a rule or a person answers for it
    std::string accepted_by, accepted_because;
    WallTime accepted_at{};
  };
  struct Day {
    std::string comparison;
    Date date;
    std::string currency;
    int64_t left_count = 0, right_count = 0;
    Decimal left_total, right_total;
  };
  struct Account {
    std::string comparison, account, name, cost_center, currency;
    int64_t lines = 0;
    Decimal net, tax;
  };
  struct State {
    std::string comparison, state;
    int64_t count = 0;
  };
  struct Comparison {
    std::string name, left_noun, right_noun;
    bool amounts = false;  // else only what is there is compared
    int64_t left_count = 0, right_count = 0, not_sold = 0;
  };
  std::vector<Comparison> comparisons;
  std::vector<Day> days;
  std::vector<Account> accounts;
  std::vector<State> states;
  std::vector<Difference> differences;
  int64_t left_count = 0, right_count = 0;
  bool agrees() const;  // nothing unexplained, nothing waiting
};

std::string_view difference_name(Reconciled::Class kind);

// What the runtime itself knows of a record.
struct ReconcileHint {
  store::Id job = 0;  // open: waiting, running or parked
  std::string job_state, reason;
  store::Id case_id = 0;
  std::string skipped;  // why its job made nothing of it
  std::string was;      // number of the document that was made once
};

struct ReconcileInput {
  const ReconcileSpec* spec = nullptr;  // of the first source: names and rules are the same for all
  std::vector<ReconcileSide> lefts;     // of all sources
  ReconcileRecords left, right;
  std::map<std::string, ReconcileHint> hints;
  std::optional<Date> today;  // in the zone of the left side
};

Reconciled compare(const std::vector<ReconcileInput>& inputs, Date from, Date to,
                   const std::map<std::string, std::string>& account_names = {});

}  // namespace mlc::engine
