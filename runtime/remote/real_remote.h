// Remote over the network: takes permit and credentials, sends through the transport, classifies, learns. Executor's
// thread only; outlives the calls made through it.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "runtime/auth/authorizer.h"
#include "runtime/base/redactor.h"
#include "runtime/http/transport.h"
#include "runtime/limits/limits.h"
#include "runtime/remote/directory.h"
#include "runtime/remote/remote.h"

namespace mlc::remote {

class RealRemote : public Remote {
 public:
  static constexpr Duration kReadWithin = std::chrono::seconds(60);  // all attempts of a read together
  static constexpr int kReadAttempts = 4;

  struct Parts {
    http::Transport* transport = nullptr;
    limits::Limits* limits = nullptr;
    auth::Authorizer* authorizer = nullptr;
    const Redactor* redactor = nullptr;  // of exchange records; may be null
    Environment env;
  };
  explicit RealRemote(Parts parts);

  // Replaces all connections and their grants (also the authorizer's).
  void configure(std::shared_ptr<const Directory> directory);

  Result<OperationFacts> facts(const std::string& client, const std::string& connection, const std::string& operation) override;
  Result<Since> since(const std::string& client, const std::string& connection, const std::string& operation,
                      std::optional<WallTime> from) override;
  Result<std::optional<Begins>> begins(const std::string& client, const std::string& connection, const std::string& operation,
                                       WallTime moment) override;
  Result<Since> period(const std::string& client, const std::string& connection, const std::string& operation, std::optional<WallTime> from,
                       std::optional<WallTime> to) override;
  Task<Result<Read>> read(Call call) override;
  std::optional<Question> question(const Call& call) override;
  Result<Plan> plan(const Call& call) override;
  Task<Result<std::unique_ptr<Ticket>>> admit(const Plan& plan, store::Lane lane, Duration patience, WallTime* not_before) override;
  Task<Outcome> send(Plan plan, std::unique_ptr<Ticket> ticket) override;
  std::optional<BatchFacts> batch(const std::string& client, const std::string& connection, const std::string& operation) override;
  Result<Plan> together(const std::vector<const Plan*>& plans) override;
  std::vector<Outcome> apart(const std::vector<const Plan*>& plans, const Outcome& outcome) override;
  std::optional<Hold> held(const std::string& client, const std::string& connection) override;
  std::vector<Skew> skews() const override;
  Result<std::string> take(const std::string& client, const std::string& connection, const std::string& operation,
                           const std::string& body_json) override;
  const SystemSpec* spec(const std::string& client, const std::string& connection) override;

 private:
  struct Target {  // what one call needs; keeps the connection it began with
    std::shared_ptr<const Connection> connection;
    const Operation* operation = nullptr;
  };
  struct Admission;
  class HeldTicket;

  Result<Target> target(const std::string& client, const std::string& connection, const std::string& operation) const;
  Task<limits::Request> wish(Target target, store::Lane lane);
  // A quota of the day that is used up is one of a part of the API (its paths' first segment): what else there is goes on.
  static std::string part_of(const Connection& connection, const Operation& operation);
  void note_day(const Target& target, const http::Response& response);
  // Permit, then token: what is fetched before a long wait for the permit would be too old after it.
  Task<Result<std::unique_ptr<Admission>>> enter(Target target, http::Url url, std::vector<std::string> body_secrets, Duration deadline,
                                                 store::Lane lane, Duration patience, WallTime* not_before);
  // The permit's calls: counted whole, or only its beginning where more requests belong to the same call.
  enum class Counting { whole, begin, none };
  Task<http::SendResult> exchange(http::OutgoingRequest request, Admission& admission, bool follow, Exchange& record, WallTime* not_before,
                                  Counting counting = Counting::whole);
  // Asks for the end of an operation that only began (EndSpec), under the permit of the call that began it.
  Task<http::SendResult> follow_operation(const Operation& operation, Admission& admission, http::SendResult begun, Exchange& record);

  // What a status says of an optional operation's product is kept; true when the account lacks it.
  bool learn_lacking(const std::string& client, const std::string& connection, const Operation& operation, int status, int64_t generation);

  void note_clock(const Connection& connection, const http::Headers& headers, WallTime at);

  Parts parts_;
  std::map<std::string, int64_t> refused_;  // "client/connection" -> generation of the token that an optional operation was refused with
  std::shared_ptr<const Directory> directory_ = std::make_shared<Directory>();
  std::map<std::string, WallTime> days_over_;                     // part_of -> when its quota begins anew
  std::map<std::string, auth::Authorizer::Identity> identities_;  // "client/connection", as last seen
  std::map<std::string, Skew> skews_;                             // the same
};

}  // namespace mlc::remote
