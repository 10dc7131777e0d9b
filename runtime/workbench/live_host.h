// What lines typed in the REPL ask while no recorded job is loaded: reads go to the remotes, through the same permits, tokens and
// limits as a job's; a write is planned, shown and refused, unless it was armed. Nothing becomes a job's journal.
// request() from any thread, the rest on the executor's.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "runtime/base/executor.h"
#include "runtime/base/scope.h"
#include "runtime/engine/engine.h"
#include "runtime/script/program.h"
#include "runtime/vault/vault.h"

namespace mlc::workbench {

// The request as it would go over the wire, credentials left out, for a person.
std::string shown_plan(const remote::Plan& plan);

class LiveHost : public engine::RunHost, public std::enable_shared_from_this<LiveHost> {
 public:
  struct Parts {
    Environment env;
    remote::Remote* remote = nullptr;
    store::Store* store = nullptr;
    vault::Vault* vault = nullptr;
    engine::Engine* engine = nullptr;
    std::shared_ptr<const script::Program> program;
    store::Job job;     // whose name lines speak in
    std::string actor;  // for the audit trail
    std::function<void(std::string)> say;
  };
  explicit LiveHost(Parts parts) : parts_(std::move(parts)) {}

  void request(engine::HostRequest request, std::function<void(engine::HostReply)> reply) override;
  // The next write is sent; arm(false) takes it back.
  void arm(bool armed) { armed_ = armed; }
  bool armed() const { return armed_; }
  void drop_waiting() { scope_.clear(); }  // what a line waited for comes no more
  void close() { closed_ = true, scope_.clear(); }

 private:
  using Reply = std::function<void(engine::HostReply)>;
  Task<Unit> serve(std::shared_ptr<LiveHost> self, engine::HostRequest request, Reply reply);
  Task<engine::HostReply> answer(engine::HostRequest request);
  Task<engine::HostReply> read(engine::ReadRequest request, std::string connection);
  Task<engine::HostReply> send(engine::SendRequest request, std::string connection);
  Task<engine::HostReply> send_armed(remote::Plan plan);
  Task<engine::HostReply> sent(engine::SentRequest request, std::string connection);
  Task<engine::HostReply> kv(std::string key);
  Task<engine::HostReply> kv_list(engine::KvList request);
  Task<Status> audit(std::string act, std::string subject, std::string detail);
  engine::HostReply value(std::string json) const { return {std::move(json), parts_.env.clock->wall()}; }
  engine::HostReply fault(std::string code, std::string sentence, bool retryable = false) const;
  engine::HostReply fault(const Error& error) const { return fault(std::string(code_name(error.code())), error.text()); }

  Parts parts_;
  bool armed_ = false, closed_ = false;
  std::map<std::string, std::string> kept_;  // kv of this session only
  Scope scope_;
};

}  // namespace mlc::workbench
