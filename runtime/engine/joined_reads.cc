#include "runtime/engine/joined_reads.h"

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

using document::Document;
using document::Node;
using document::Value;
using remote::Verdict;
using Read = remote::Remote::Read;

std::string plain(Value value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  return std::string(value.text());
}

std::string with_query(const std::string& others, const std::string& param, const std::string& asked) {
  auto parsed = Document::parse(others);
  if (!parsed) return others;
  Node arguments = Node::object(), query = Node::object();
  for (const auto field : parsed->root().fields())
    if (field.key != "query") arguments.set(field.key, Node::copy_of(field.value));
  for (const auto field : parsed->root().get("query").fields()) query.set(field.key, Node::copy_of(field.value));
  query.set(param, asked);
  arguments.set("query", std::move(query));
  return document::write(arguments);
}

// The remote may not like several at once; each of them alone is another matter.
bool is_refusal(const remote::Outcome& outcome) {
  const int status = outcome.exchange.status;
  return status >= 400 && status < 500 && status != 401 && status != 403 && status != 429;
}

}  // namespace

JoinedReads::JoinedReads(Context& context) : context_(context), turns_(*context.env.executor) {}

Task<Result<Read>> JoinedReads::read(remote::Call call) {
  auto question = context_.remote.question(call);
  if (!question || question->field.empty()) co_return co_await context_.remote.read(std::move(call));
  co_return co_await ask(std::move(call), std::move(*question), true);
}

Task<Result<Read>> JoinedReads::rows(remote::Call call, std::string field, std::string value) {
  auto question = context_.remote.question(call);
  if (!question || !question->field.empty()) co_return co_await context_.remote.read(std::move(call));
  question->field = std::move(field), question->value = std::move(value);
  co_return co_await ask(std::move(call), std::move(*question), false);
}

Task<Result<Read>> JoinedReads::ask(remote::Call call, remote::Question question, bool is_record) {
  const std::string name = call.client + "/" + call.connection + "/" + question.operation + "/" + question.others;
  auto& known = places_[name];
  if (known == nullptr) known = std::make_shared<Place>();
  const auto place = known;
  const auto mine = std::make_shared<Waiting>(Waiting{question.asked, question.field, question.value, is_record, {}});
  place->waiting.push_back(mine);
  struct Leave {
    std::shared_ptr<Place> place;
    std::shared_ptr<Waiting> mine;
    ~Leave() { place->waiting.remove(mine); }
  } leave{place, mine};

  auto turn = co_await turns_.take(name);
  if (mine->answer) co_return std::move(*mine->answer);
  std::list<std::shared_ptr<Waiting>> group{mine};
  std::string asked = mine->asked;
  for (const auto& other : place->waiting) {
    if (group.size() >= question.max) break;
    if (other == mine || other->answer) continue;
    group.push_back(other);
    asked += question.join + other->asked;
  }
  if (group.size() == 1) co_return co_await context_.remote.read(std::move(call));

  remote::Call joined{call.client, call.connection, question.operation, with_query(question.others, question.param, asked), call.lane};
  auto read = co_await context_.remote.read(std::move(joined));
  if (!read) co_return read;
  const bool applied = read->outcome.verdict == Verdict::applied;
  // Quota, grant, outage: the others find out by themselves, each for its own job.
  if (!applied && !is_refusal(read->outcome)) co_return read;
  if (applied && read->next_arguments.empty()) tell(group, *read);
  if (mine->answer) {
    mine->answer->attempts = std::move(read->attempts);
    co_return std::move(*mine->answer);
  }
  auto alone = co_await context_.remote.read(std::move(call));
  if (alone) alone->attempts.insert(alone->attempts.begin(), read->attempts.begin(), read->attempts.end());
  co_return alone;
}

void JoinedReads::tell(const std::list<std::shared_ptr<Waiting>>& group, const Read& read) {
  const auto parsed = Document::parse(read.rows.empty() ? "[]" : read.rows);
  if (!parsed) return;
  for (const auto& one : group) {
    std::string rows;
    size_t count = 0;
    for (const auto row : parsed->root().items()) {
      if (plain(remote::find_dotted(row, one->field)) != one->value) continue;
      rows += (count++ == 0 ? "" : ",") + document::write(row);
    }
    // A record that is not there is asked for alone: what the remote says of that is for it to say.
    if (one->is_record && count != 1) continue;
    Read answer;
    answer.outcome = read.outcome;
    answer.outcome.body = one->is_record ? rows : "";
    answer.rows = one->is_record ? "" : "[" + rows + "]";
    // In the trail of each stands its own part of the answer.
    auto exchange = read.outcome.exchange;
    exchange.response_body = "[" + rows + "]";
    answer.outcome.exchange = exchange;
    answer.attempts.push_back(std::move(exchange));
    one->answer = std::move(answer);
  }
}

}  // namespace mlc::engine
