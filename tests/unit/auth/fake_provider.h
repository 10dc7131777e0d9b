// A provider of tokens as strict as the strictest: refuses renewals that come too early, and what it does with an old
// refresh token is a setting. It is the transport, so that a test decides whether a request or its answer is lost.
#pragma once
#include <map>
#include <set>

#include "runtime/auth/spec.h"
#include "runtime/base/encoding.h"
#include "runtime/base/executor.h"
#include "runtime/base/strings.h"
#include "runtime/http/transport.h"
#include "runtime/vault/vault.h"

namespace mlc::auth {

class FakeProvider : public http::Transport {
 public:
  enum class Fault { none, lost_before, lost_after, timeout_before, timeout_after, not_sent, status_503, status_403 };

  explicit FakeProvider(Environment env) : env_(env) {}

  Reuse reuse = Reuse::strict;
  Duration grace = std::chrono::minutes(30), life = std::chrono::seconds(600), too_early_before{};
  Fault fault = Fault::none;  // of the next request only
  int requests = 0, renewals = 0, reuses = 0, early = 0;
  bool revoked = false;
  std::vector<std::string> bodies;
  http::Headers headers;  // of the last request
  std::vector<std::string> hosts;

  bool accepts(const std::string& access) const { return access == "access!" + std::to_string(number_) && env_.clock->wall() < until_; }

  Task<http::SendResult> send(http::OutgoingRequest request) override {
    ++requests;
    std::string target = request.url.target();
    if (request.credentials) request.credentials(request.headers, target, request.body);
    bodies.push_back(request.body);
    headers = request.headers;
    hosts.push_back(request.url.host());
    const Fault now = std::exchange(fault, Fault::none);
    if (now == Fault::lost_before) co_await never();
    if (now == Fault::not_sent) co_return failure(http::SendFailure::Stage::not_sent);
    if (now == Fault::timeout_before) co_return failure(http::SendFailure::Stage::unknown);
    if (now == Fault::status_503) co_return http::Response{503, {}, "busy"};
    if (now == Fault::status_403) co_return http::Response{403, {}, "forbidden"};
    co_await turn();
    http::Response answer = judge(request.body);
    if (now == Fault::lost_after) co_await never();
    if (now == Fault::timeout_after) co_return failure(http::SendFailure::Stage::unknown);
    co_await turn();
    co_return answer;
  }

 private:
  static http::SendResult failure(http::SendFailure::Stage stage) { return http::SendFailure{stage, Error(Code::timeout, "no answer")}; }
  static http::Response refuse(std::string error, std::string description = "") {
    return {400, {}, R"({"error":")" + error + R"(","error_description":")" + description + R"("})"};
  }
  Callback<Unit> never() {
    return Callback<Unit>([](Callback<Unit>::Complete) {});
  }
  Callback<Unit> turn() {
    return Callback<Unit>([this](Callback<Unit>::Complete done) { env_.executor->post([done] { done(Unit{}); }); });
  }

  http::Response judge(const std::string& body) {
    std::map<std::string, std::string> fields;
    for (auto piece : split(body, '&')) {
      const size_t equals = piece.find('=');
      fields[std::string(piece.substr(0, equals))] = *percent_decode(piece.substr(equals + 1));
    }
    if (fields["client_id"] != "app" || fields["client_secret"] != "app secret") return refuse("invalid_client");
    if (fields["grant_type"] == "client_credentials") return issue(false);
    if (fields["grant_type"] == "authorization_code") {
      if (fields["code"] != "good!code") return refuse("invalid_grant");
      revoked = false;
      first_ = number_ + 1;
      return issue();
    }
    const std::string current = "refresh!" + std::to_string(rotates() ? number_ : first_);
    if (fields["refresh_token"] != current) {
      if (reuse == Reuse::grace && fields["refresh_token"] == "refresh!" + std::to_string(number_ - 1) &&
          env_.clock->wall() < issued_ + grace) {
        return issue();
      }
      ++reuses;
      revoked = true;
    }
    if (revoked) return refuse("invalid_grant", "Token is not allowed");
    if (env_.clock->wall() < issued_ + too_early_before) {
      ++early;
      return refuse("access_denied", "Rate limit exceeded: access_token not expired");
    }
    ++renewals;
    return issue();
  }
  bool rotates() const { return reuse != Reuse::tolerated; }

  http::Response issue(bool with_refresh = true) {
    ++number_;
    issued_ = env_.clock->wall();
    until_ = issued_ + life;
    std::string json = R"({"access_token":"access!)" + std::to_string(number_) + R"(","expires_in":"600")";
    if (with_refresh && (rotates() || number_ == first_)) json += R"(,"refresh_token":"refresh!)" + std::to_string(number_) + "\"";
    return {200, {}, json + "}"};
  }

  Environment env_;
  int number_ = 0, first_ = 1;
  WallTime issued_{}, until_{};
};

// Seals nothing: what is tested is what is kept where. Lives as long as a host's disk.
class FakeVault : public vault::Vault {
 public:
  std::map<std::string, std::string> secrets;  // "owner name"
  std::map<std::string, Escrowed> escrows;
  std::function<void()> on_escrow;
  bool escrow_works = true;

  Result<store::Sealed> seal(const std::string& client, std::string_view, std::string_view plain) override {
    return store::Sealed{std::string(plain), client};
  }
  Result<std::string> open(const std::string& client, std::string_view, const store::Sealed& sealed) override {
    if (sealed.key != client) return Error(Code::corrupt, "sealed for somebody else");
    return sealed.bytes;
  }
  std::string digest(const std::string&, std::string_view) override { return std::string(16, '0'); }
  Task<Status> prepare(std::string) override { co_return ok_status(); }
  Task<Status> prepare_all(std::vector<std::string>) override { co_return ok_status(); }
  Task<Status> put_secret(std::string owner, std::string name, Secret value, std::vector<std::string>, std::string) override {
    secrets[owner + " " + name] = std::string(value.reveal());
    co_return ok_status();
  }
  Task<Result<std::optional<Secret>>> secret(std::string owner, std::string name, std::string) override {
    auto found = secrets.find(owner + " " + name);
    if (found == secrets.end()) co_return std::optional<Secret>();
    co_return std::optional<Secret>(Secret(found->second));
  }
  Task<Result<std::vector<Listed>>> list_secrets(std::string) override { co_return std::vector<Listed>(); }
  Task<Status> drop_secret(std::string owner, std::string name, std::string) override {
    secrets.erase(owner + " " + name);
    co_return ok_status();
  }
  Status escrow(std::string grant, int64_t generation, int64_t epoch, std::string_view tokens) override {
    if (!escrow_works) return Error(Code::io, "no escrow");
    escrows[grant] = {generation, epoch, std::string(tokens)};
    if (on_escrow) on_escrow();
    return ok_status();
  }
  Result<std::optional<Escrowed>> escrowed(const std::string& grant) override {
    auto found = escrows.find(grant);
    return found == escrows.end() ? std::optional<Escrowed>() : std::optional<Escrowed>(found->second);
  }
  Task<Status> rotate(Secret, std::string) override { co_return ok_status(); }
  Task<Result<Secret>> export_recovery(std::string) override { co_return Secret("recovery"); }
  Task<Result<bool>> has_recovery() override { co_return true; }
};

}  // namespace mlc::auth
