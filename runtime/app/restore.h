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
  // Asked only when the master key that is here, if any, does not open the backup. Empty text = the person has none.
  std::function<Secret()> ask_recovery_key;
};

struct RestoreReport {
  std::string state;       // folder
  std::string master_key;  // its file; "" = the one of the service manager
  bool new_master = false, recovered = false;
  int64_t entries = 0;  // of the audit trail
  std::string taken;    // RFC 3339, newest thing in the backup
  std::vector<std::string> clients;
};

Result<RestoreReport> restore(const RestoreOptions& options);

}  // namespace mlc::app
