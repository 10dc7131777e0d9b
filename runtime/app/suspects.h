// Which jobs an ended process named: `suspects` in the state folder, one job number a line, written by the watchdog or in
// the handler of a fatal signal, read by the next start. A job named so is set aside sooner (docs/decisions/0009).
#pragma once
#include <set>
#include <string>

#include "runtime/base/work_board.h"

namespace mlc::app {

// Opens the file for the end and gives the set of an earlier one. The board must outlive the process's last script.
class Suspects {
 public:
  Suspects(const std::string& state_folder, const WorkBoard& board);
  ~Suspects();
  Suspects(const Suspects&) = delete;
  Suspects& operator=(const Suspects&) = delete;

  bool named(int64_t job) const { return named_.contains(job); }
  // Names one job, for good. Safe in a signal handler.
  void name(int64_t job) const;
  // From now on a fatal signal (SEGV, BUS, ABRT, FPE, ILL) names the jobs of the thread it struck and says on stderr
  // where that was, then has its usual end.
  void watch_signals();
  const WorkBoard& board() const { return board_; }

 private:
  const WorkBoard& board_;
  std::set<int64_t> named_;
  int file_ = -1;
};

}  // namespace mlc::app
