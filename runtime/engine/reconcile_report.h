// A comparison as what people and programs read: one JSON document that is kept, and from it two CSV files and a letter. Pure.
#pragma once
#include <string>

#include "runtime/engine/reconcile_compare.h"

namespace mlc::engine {

struct ReconcileRun {  // what a report is about
  int64_t number = 0;
  std::string client, instance, by;  // by: who asked, or "calendar"
  Date from, to;
  WallTime began{}, ended{};
};

document::Node report_of(const ReconcileRun& run, const Reconciled& result);

// RFC 4180 with CRLF. A text that a spreadsheet would run as a formula begins with an apostrophe; a negative number stays one.
std::string differences_csv(document::Value report);
std::string totals_csv(document::Value report);

struct ReconcileLetter {
  std::string subject, text;
};
// For who closes the month and never opens a terminal.
ReconcileLetter letter_of(document::Value report);

// "All 1,203 documents agree to the cent", or how much does not.
std::string verdict_of(document::Value report);

}  // namespace mlc::engine
