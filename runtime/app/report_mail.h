// Reconcile reports as mails with files attached, given to the command of a mail destination that `alerts` names. A mail is
// complete when it leaves here (RFC 5322, RFC 2045); who carries it is the command's matter.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"
#include "runtime/base/thread_pool.h"
#include "runtime/engine/options.h"
#include "runtime/script/loader.h"

namespace mlc::app {

struct MailDestination {
  std::vector<std::string> command, to;
  std::string from;
};

// `name` of the client's alerts, else of the workspace's.
Result<MailDestination> mail_destination(const script::Workspace& workspace, const std::string& client, const std::string& name);

// The whole mail, lines ended by CR LF.
std::string mail_with_files(const MailDestination& destination, const engine::ReportMail& mail, WallTime now);

class ReportMailer {
 public:
  explicit ReportMailer(Environment env) : env_(env) {}
  // To all of its destinations; the first failure is told, and all are tried again then.
  Task<Status> send(const script::Workspace& workspace, engine::ReportMail mail);

 private:
  Environment env_;
  std::unique_ptr<ThreadPool> worker_;  // made at the first
};

}  // namespace mlc::app
