// How a message leaves: AlertSender is the interface that the outbox knows, AlertPost the real one. A webhook is one POST
// under the address policy (T5: the host of its URL only, public addresses, loopback when it says so, no redirect); a mail is
// one run of the destination's command. Executor's thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "runtime/base/executor.h"
#include "runtime/base/log.h"
#include "runtime/base/task.h"
#include "runtime/base/thread_pool.h"
#include "runtime/console/alerts/message.h"
#include "runtime/console/alerts/settings.h"
#include "runtime/http/transport.h"
#include "runtime/vault/vault.h"

namespace mlc::console {

class AlertSender {
 public:
  struct Sent {
    bool delivered = false;
    std::string error;       // a sentence without addresses that are secrets
    Duration retry_after{};  // as the destination wishes
  };
  virtual ~AlertSender() = default;
  virtual Task<Sent> send(Destination destination, Message message) = 0;
};

class AlertPost : public AlertSender {
 public:
  // A new invitation to authorise this grant, as a link; "" when there can be none.
  using Invite = std::function<Task<std::string>(std::string grant)>;
  struct Parts {
    Environment env;
    http::Transport* transport = nullptr;
    vault::Vault* vault = nullptr;
    Log* log = nullptr;
    std::string workspace;  // its id
    Invite invite;
  };
  explicit AlertPost(Parts parts) : parts_(std::move(parts)) {}

  Task<Sent> send(Destination destination, Message message) override;

 private:
  Task<std::string> link(std::string grant);
  Task<Result<std::string>> address(Destination destination);
  Task<Sent> post(Destination destination, std::string body);
  Task<Sent> mail(Destination destination, std::string text);

  struct Invitation {
    std::string link;
    WallTime made{};
  };
  Parts parts_;
  std::map<std::string, Invitation> invitations_;  // by grant: one for all who are told
  std::set<std::string> hidden_;                   // what the redactor was told
  std::unique_ptr<ThreadPool> worker_;             // for mail commands, made at the first
};

}  // namespace mlc::console
