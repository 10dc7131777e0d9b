#include "runtime/console/ping.h"

#include <algorithm>

#include "runtime/document/document.h"
#include "runtime/remote/access.h"
#include "runtime/remote/request.h"
#include "runtime/remote/system_spec.h"

namespace mlc::console {
namespace {

constexpr Duration kSkewTold = std::chrono::seconds(30);  // signatures tolerate 300 s

// By the Date of its last answer, which was the question's.
std::string clock_text(const remote::Remote& remote, const remote::Connection& connection) {
  for (const auto& skew : remote.skews()) {
    if (skew.client != connection.client || skew.connection != connection.name || std::chrono::abs(skew.ahead) <= kSkewTold) continue;
    return "; CLOCK: this machine is " + std::to_string(skew.ahead / std::chrono::seconds(1)) + " s off the provider's";
  }
  return "";
}

// Why an answer is not what the system expects of it, "" when it is: the row that is missing, and those that are there.
std::string unexpected(const remote::Operation& operation, const remote::Connection& connection, const std::string& body) {
  constexpr size_t kShown = 20;
  if (!operation.expect) return "";
  const auto parsed = document::Document::parse(body.empty() ? "null" : body);
  if (!parsed) return operation.name + ": the answer is not readable";
  document::Value rows;
  for (const auto& path : operation.expect->rows) {
    rows = remote::find_dotted(parsed->root(), path);
    if (rows.is_array()) break;
  }
  std::string there, wanted = operation.expect->show;
  for (const auto& [field, value] : operation.expect->where) {
    const std::string mark = "{" + field + "}", given = remote::filled(value, connection);
    if (const size_t at = wanted.find(mark); at != std::string::npos) wanted.replace(at, mark.size(), given);
  }
  for (size_t index = 0; index < rows.size(); ++index) {
    const auto row = rows.at(index);
    bool same = true;
    std::string name = operation.expect->show;
    for (const auto& [field, value] : operation.expect->where) {
      const std::string found(remote::find_dotted(row, field).text()), mark = "{" + field + "}";
      same = same && found == remote::filled(value, connection);
      if (const size_t at = name.find(mark); at != std::string::npos) name.replace(at, mark.size(), found);
    }
    if (same) return "";
    if (index < kShown) there += (there.empty() ? "" : ", ") + name;
  }
  if (operation.expect->where.empty()) return operation.name + ": there is nothing";
  return operation.name + ": " + wanted + " is not there; " + (there.empty() ? "nothing is" : "there are " + there);
}

// Which of the secrets that deliveries are checked with is not there, "" when none.
Task<std::string> missing_webhook_secret(Services& services, std::shared_ptr<const remote::Connection> connection) {
  const Json webhooks = connection->spec->webhooks.empty() ? Json() : Json::parse(connection->spec->webhooks, nullptr, false);
  if (!webhooks.is_object() || !webhooks.contains("verify")) co_return "";
  if (!webhooks["verify"].is_object()) co_return "";  // several proofs: which of them the remote gives is not told here
  const std::string name = webhooks["verify"].value("secret", "");
  if (name.empty()) co_return "";
  auto asked = services.vault.secret(connection->owner, name, "");
  auto there = co_await std::move(asked);
  co_return there && !*there ? name : "";
}

bool is_words(const std::string& when) { return when.find_first_of(" .") != std::string::npos; }

// Whether the refusal says these words, in what was made of it or in its body: a code may stand beside the sentence.
bool says(const remote::Outcome& outcome, const std::string& words) {
  return outcome.sentence.find(words) != std::string::npos || outcome.exchange.response_body.find(words) != std::string::npos;
}

// Where every question costs or changes something, one that says nothing is asked: whom the remote tells that it is incomplete may ask it.
bool is_expected_refusal(const remote::Outcome& outcome, const remote::Operation& operation) {
  const std::string status = std::to_string(outcome.exchange.status);
  bool expected = false;
  for (const auto& [when, sentence] : operation.fix) {
    if (is_words(when) && says(outcome, when)) return false;
    expected = expected || (when == status && sentence == "none");
  }
  return expected && status.starts_with("4");
}

std::string what_to_do(const remote::Outcome& outcome, const remote::Operation& operation, const remote::Connection& connection) {
  const std::string who = connection.client + " " + std::string(remote::connection_of_access(connection.name));
  // Before anything was sent: "secret access_token of acme/shop is not set".
  constexpr std::string_view kSecret = "secret ";
  const size_t named = outcome.exchange.status == 0 ? outcome.sentence.find(kSecret) : std::string::npos;
  if (named != std::string::npos && outcome.sentence.ends_with(" is not set")) {
    const size_t begin = named + kSecret.size();
    return "ml-connector secret set " + who + " " + outcome.sentence.substr(begin, outcome.sentence.find(' ', begin) - begin);
  }
  for (const auto& [when, sentence] : operation.fix)
    if (is_words(when) && says(outcome, when)) return remote::filled(sentence, connection);
  for (const std::string& key : {std::to_string(outcome.exchange.status), std::string(outcome.code)})
    for (const auto& [when, sentence] : operation.fix)
      if (when == key) return remote::filled(sentence, connection);
  if (outcome.code == "denied" || outcome.exchange.status == 401)
    return connection.grant.empty() ? "set its credentials again: ml-connector secret set " + who + " KEY"
                                    : "authorise it: ml-connector authorize " + who;
  if (outcome.exchange.status == 403)
    return "the user or app may not do this: check its rights, scopes and licence in " + connection.spec->name;
  if (outcome.exchange.status == 404)
    return "check the connection's settings in client.lua; the address exists, the account or division does not";
  if (outcome.code == "exhausted") return "its quota is used up; wait, or ask the provider for more";
  if (outcome.code == "unavailable" || outcome.code == "timeout") return "check base_url, the network and the provider's status page";
  if (outcome.code == "config")
    return outcome.sentence.find("secret") != std::string::npos ? "ml-connector secret set " + who + " KEY" : "";
  return "";
}

}  // namespace

Task<Json> ping_connection(Services& services, std::shared_ptr<const remote::Connection> connection) {
  Json said = {{"client", connection->client}, {"connection", connection->name}, {"system", connection->spec->name}, {"ok", false}};
  std::vector<const remote::Operation*> operations;
  for (const auto& [name, operation] : connection->spec->operations)
    if (name == "ping" || name.rfind("ping.", 0) == 0) operations.push_back(&operation);
  if (operations.empty()) {
    said["text"] = "the system declares no ping";
    co_return said;
  }
  int64_t slowest_ms = 0;
  size_t passed = 0;
  std::string lacking, to_have;
  for (const remote::Operation* operation : operations) {
    remote::Call call;
    call.client = connection->client;
    call.connection = connection->name;
    call.operation = operation->name;
    call.arguments = "{}";
    if (!operation->asks.empty()) {
      auto asks = remote::ask_arguments(*connection, operation->asks, "", {});
      if (asks) call.arguments = *std::move(asks);
    }
    auto read = co_await services.remote.read(std::move(call));
    if (!read) {
      said["text"] = read.error().text();
      co_return said;
    }
    const auto& outcome = read->outcome;
    const bool refused_as_expected = is_expected_refusal(outcome, *operation);
    slowest_ms = std::max<int64_t>(slowest_ms, (outcome.exchange.ended - outcome.exchange.began) / std::chrono::milliseconds(1));
    if (!operation->optional.empty() && outcome.verdict == remote::Verdict::rejected && outcome.code == "denied") {
      lacking += (lacking.empty() ? "" : ", ") + operation->optional;
      to_have += (to_have.empty() ? "" : "; ") + what_to_do(outcome, *operation, *connection);
      continue;
    }
    if (outcome.verdict != remote::Verdict::applied && !refused_as_expected) {
      said["text"] = outcome.sentence.empty() ? "answered " + std::to_string(outcome.exchange.status) : outcome.sentence;
      said["fix"] = what_to_do(outcome, *operation, *connection);
      co_return said;
    }
    ++passed;
    if (refused_as_expected) continue;
    if (const std::string why = unexpected(*operation, *connection, outcome.body.empty() ? read->rows : outcome.body); !why.empty()) {
      said["text"] = why;
      for (const auto& [when, sentence] : operation->fix)
        if (when == "unexpected") said["fix"] = remote::filled(sentence, *connection);
      co_return said;
    }
  }
  std::string text = std::to_string(passed) + (passed == 1 ? " check" : " checks") + " passed, " + std::to_string(slowest_ms) + " ms";
  if (!lacking.empty()) {
    text += "; goes without " + lacking;
    said["fix"] = "to have it: " + to_have;
  }
  for (const auto& grant : services.authorizer.report())
    if (grant.name == connection->grant && grant.refresh_until != WallTime{})
      text += ", grant good for " + std::to_string((grant.refresh_until - services.env.clock->wall()) / std::chrono::hours(24)) +
              " days if unused";
  const std::string unset = co_await missing_webhook_secret(services, connection);
  if (!unset.empty()) {
    text += "; WEBHOOKS: " + unset + " is not set, what is delivered will be refused";
    said["fix"] = "ml-connector secret set " + connection->client + " " + connection->name + " " + unset;
  }
  said["ok"] = true;
  said["text"] = text + clock_text(services.remote, *connection);
  co_return said;
}

}  // namespace mlc::console
