// Several frozen writes as one request, and its answer taken apart again (an operation's `batch` block).
#include <map>

#include "runtime/document/write.h"
#include "runtime/remote/classify.h"
#include "runtime/remote/real_remote.h"

namespace mlc::remote {

namespace {

using document::Value;

std::string plain(Value value) { return value.is_string() || value.is_number() ? std::string(value.text()) : std::string(); }

std::string key_of(const BatchSpec& batch, const std::string& body) {
  auto parsed = document::Document::parse(body);
  return parsed ? plain(find_dotted(parsed->root(), batch.each)) : "";
}

// One result of the list, as if it had been an answer of its own.
Outcome outcome_of(const SystemSpec& spec, const Operation& operation, Value result, const Outcome& all) {
  Outcome outcome = all;
  outcome.exchange.response_body = document::write(result);
  outcome.body = outcome.exchange.response_body;
  if (find_dotted(result, operation.batch->ok).as_bool()) {
    outcome.remote_id = operation.id.empty() ? "" : plain(find_dotted(result, operation.id));
    outcome.number = operation.number.empty() ? "" : plain(find_dotted(result, operation.number));
    return outcome;
  }
  std::string words = operation.batch->message.empty() ? "" : std::string(find_dotted(result, operation.batch->message).text());
  if (words.empty()) words = remote_words(spec, result);
  outcome.verdict = Verdict::rejected;
  outcome.code = "validation";
  outcome.retryable = false;
  outcome.body.clear();
  outcome.sentence = operation.name + ": the remote refused this one of several" + (words.empty() ? "" : ": " + words);
  return outcome;
}

}  // namespace

std::optional<BatchFacts> RealRemote::batch(const std::string& client, const std::string& connection, const std::string& operation) {
  auto found = target(client, connection, operation);
  if (!found || !found->operation->batch) return std::nullopt;
  return BatchFacts{found->operation->batch->max, found->operation->batch->linger};
}

Result<Plan> RealRemote::together(const std::vector<const Plan*>& plans) {
  if (plans.empty()) return Error(Code::invalid_argument, "nothing to send together");
  const Plan& first = *plans.front();
  auto found = target(first.client, first.connection, first.operation);
  if (!found) return found.error();
  if (!found->operation->batch) return Error(Code::config, first.operation + " declares no batch");
  const std::string& as = found->operation->batch->as;
  const Operation* operation = found->connection->spec->operation(as);
  if (operation == nullptr) return Error(Code::not_found, "there is no operation " + as);
  // The bodies as they were frozen: what each was armed with is what goes out.
  std::string bodies = "[";
  for (const Plan* plan : plans) bodies += (bodies.size() > 1 ? "," : "") + plan->body;
  bodies += "]";
  auto planned = this->plan(Call{first.client, first.connection, as, "{\"body\":" + bodies + "}"});
  if (planned) planned->body = std::move(bodies);
  return planned;
}

std::vector<Outcome> RealRemote::apart(const std::vector<const Plan*>& plans, const Outcome& outcome) {
  Outcome common = outcome;
  common.body.clear();
  common.remote_id.clear();
  common.number.clear();
  if (common.verdict == Verdict::rejected) {
    common.verdict = Verdict::again;
    common.retryable = true;
  } else if (common.verdict == Verdict::refusal_like || common.verdict == Verdict::applied_blind) {
    common.verdict = Verdict::unknown;
    common.retryable = true;
  }
  std::vector<Outcome> outcomes(plans.size(), common);
  for (size_t i = 0; i < plans.size(); ++i) outcomes[i].exchange.request_body = plans[i]->body;
  if (outcome.verdict != Verdict::applied || plans.empty()) return outcomes;

  const Plan& first = *plans.front();
  auto found = target(first.client, first.connection, first.operation);
  auto answer = document::Document::parse(outcome.body);
  std::map<std::string, Value> by_key;
  if (found && found->operation->batch && answer) {
    const auto& batch = *found->operation->batch;
    for (auto result : find_dotted(answer->root(), batch.results).items()) by_key[plain(find_dotted(result, batch.each))] = result;
  }
  for (size_t i = 0; i < plans.size(); ++i) {
    const auto result = found && found->operation->batch ? by_key.find(key_of(*found->operation->batch, plans[i]->body)) : by_key.end();
    if (result != by_key.end()) {
      auto exchange = outcomes[i];
      exchange.verdict = Verdict::applied;
      outcomes[i] = outcome_of(*found->connection->spec, *found->operation, result->second, exchange);
    } else {
      outcomes[i].verdict = Verdict::unknown;
      outcomes[i].code = "corrupt";
      outcomes[i].sentence = first.operation + ": the answer for several says nothing of this one";
    }
  }
  return outcomes;
}

}  // namespace mlc::remote
