#include "runtime/console/admin_door.h"

#include "runtime/base/strings.h"
#include "runtime/console/router.h"
#include "runtime/crypto/digest.h"

namespace mlc::console {

AdminDoor::AdminDoor(const Clock& clock, Secret token, std::vector<std::string> hosts)
    : clock_(clock), token_(std::move(token)), hosts_(std::move(hosts)) {}

std::optional<http::Response> AdminDoor::refuse(const http::Request& request) {
  const auto host = request.headers.get("Host");
  // A page of another name that resolves to loopback (DNS rebinding) carries its own name here.
  if (!host || std::find(hosts_.begin(), hosts_.end(), *host) == hosts_.end()) {
    auto refused = problem(Code::denied, "this Host is not served here");
    refused.status = 421;
    return refused;
  }
  const auto site = request.headers.get("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none") return problem(Code::denied, "requests of other sites are refused");
  const auto origin = request.headers.get("Origin");
  if (origin && *origin != "http://" + std::string(*host)) return problem(Code::denied, "this Origin is not ours");

  const SteadyTime now = clock_.steady();
  if (now - window_ > std::chrono::minutes(1)) {
    window_ = now;
    wrong_ = 0;
  }
  constexpr std::string_view kScheme = "Bearer ";
  const auto given = request.headers.get("Authorization").value_or("");
  if (token_.empty() || given.substr(0, kScheme.size()) != kScheme ||
      !crypto::equal_constant_time(given.substr(kScheme.size()), token_.reveal())) {
    if (wrong_ >= kWrongTokensPerMinute) {
      auto refused = problem(Code::exhausted, "too many wrong tokens; wait a minute");
      refused.status = 429;
      refused.headers.add("Retry-After", "60");
      return refused;
    }
    ++wrong_;
    auto refused = problem(Code::denied, "the admin token is missing or wrong; it stands in state/admin.token");
    refused.status = 401;
    refused.headers.add("WWW-Authenticate", "Bearer");
    return refused;
  }
  return std::nullopt;
}

}  // namespace mlc::console
