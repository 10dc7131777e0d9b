// A backup becomes the state of a workspace, on this machine or another (G14, F21): verified, opened with the recovery key
// where the master key is not, given a new incarnation so that it starts in hold. Everything is made beside and renamed
// into place at the end: a kill leaves the workspace without state, and it can be done again.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/secret.h"

namespace mlc::app {

struct RestoreOptions {
  std::string workspace = ".";
  std::string share;
  std::string clock;  // of a sandbox
  std::string file;
  std::string actor;
  std::string erasures;  // list of who was forgotten, of the lost installation; "" = only the one that lies in the state folder
  // Asked only when the master key that is here, if any, does not open the backup. Empty text = the person has none.
  std::function<Secret()> ask_recovery_key;
};

struct RestoreReport {
  std::string state;       // folder
  std::string master_key;  // its file; "" = the one of the service manager
  bool new_master = false, recovered = false;
  std::string earlier_key;      // the kept key of before a rotation that opened it; "" = the one of now, or the recovery key
  bool erasures_known = false;  // a list was there
  int64_t erased = 0;           // people of it that the backup still knew
  int64_t entries = 0;          // of the audit trail
  std::string taken;            // RFC 3339, newest thing in the backup
  std::vector<std::string> clients;
};

Result<RestoreReport> restore(const RestoreOptions& options);

}  // namespace mlc::app
