#include "runtime/engine/arming.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/probe.h"

namespace mlc::engine {
namespace {

using document::Node;
using store::EffectState;

constexpr int64_t kFirstTime = 946'684'800'000'000;  // 2000-01-01

// Some remotes pad their numbers.
std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

Node node_of(const store::Effect& effect) {
  auto node = Node::object();
  node.set("job", effect.job).set("effect", effect.name).set("connection", effect.connection).set("operation", effect.operation);
  node.set("kind", std::string(1, effect.kind)).set("since", format_rfc3339(effect.ended == WallTime{} ? effect.planned : effect.ended));
  return node;
}

}  // namespace

Task<Result<std::vector<store::Effect>>> Arming::open_effects(std::string client, EffectState state) {
  store::EffectFilter filter;
  filter.client = std::move(client);
  filter.states.push_back(state);
  return context_.store.effects(std::move(filter));
}

Task<Result<Node>> Arming::forecast(std::string client) {
  const auto clients = context_.registry.clients();
  if (std::find(clients.begin(), clients.end(), client) == clients.end()) co_return Error(Code::not_found, "no client " + client);
  auto node = Node::object();
  node.set("client", client).set("held", context_.doors.holds(client));
  if (const auto& restored = context_.doors.restored()) {
    auto mark = Node::object();
    mark.set("at", format_rfc3339(restored->at)).set("taken", format_rfc3339(restored->taken)).set("file", restored->file);
    node.set("restored", std::move(mark));
  }
  auto counts = co_await context_.store.counts(client);
  if (!counts) co_return counts.error();
  auto jobs = Node::object();
  jobs.set("waiting", counts->waiting + counts->running).set("parked", counts->parked);
  node.set("jobs", std::move(jobs));

  auto unknown = co_await open_effects(client, EffectState::unknown);
  if (!unknown) co_return unknown.error();
  auto list = Node::array();
  for (const auto& effect : *unknown) list.push(node_of(effect));
  node.set("unknown", std::move(list));
  auto planned = co_await open_effects(client, EffectState::planned);
  if (!planned) co_return planned.error();
  node.set("planned", static_cast<int64_t>(planned->size()));

  auto cursors = co_await context_.store.list(store::Table::cursors, client + "/");
  if (!cursors) co_return cursors.error();
  auto polls = Node::array();
  for (const auto& row : *cursors) {
    const auto micros = Decimal::parse(row.value);
    if (!micros) continue;
    // A list that is followed by row versions has a count for a cursor, which is no time.
    const int64_t at = micros->to_int64().value_or(0);
    auto one = Node::object();
    one.set("poll", row.key.substr(client.size() + 1)).set("from", at < kFirstTime ? Node() : Node(format_rfc3339(from_micros(at))));
    polls.push(std::move(one));
  }
  node.set("polls", std::move(polls));
  co_return node;
}

// One search, by the plan's own probe. That nothing is found proves nothing yet: the job searches again, after the settle time.
Task<Arming::Looked> Arming::look(store::Effect effect) {
  auto entry = co_await context_.store.entry(effect.plan_row);
  if (!entry || !*entry) co_return Looked{"its frozen request is gone", ""};
  const Journal journal(context_.vault, effect.client, {}, 1);
  auto answer = journal.open(**entry);
  auto kept = answer ? document::Document::parse(answer->json) : Result<document::Document>(answer.error());
  auto plan = kept ? remote::Plan::parse(kept->root().get("plan").text()) : Result<remote::Plan>(kept.error());
  if (!plan) co_return Looked{"its frozen request can't be read: " + plan.error().text(), ""};
  if (!plan->probe || effect.kind == 'D') co_return Looked{"can't be looked up: a person says what became of it", ""};
  auto found = co_await look_up(context_, effect.client, effect.connection, *plan->probe, effect.operation);
  if (!found) co_return Looked{"not looked up: " + found.error().text(), ""};
  if (found->records.empty() && plan->probe->within != Duration::zero())
    co_return Looked{"not there yet; looked for again, and then a person says what became of it", ""};
  if (found->records.empty()) co_return Looked{"not there; searched again before anything is sent", ""};
  if (found->records.size() > 1) co_return Looked{std::to_string(found->records.size()) + " records bear its reference", ""};
  auto& record = found->records.front();
  if (effect.kind == 'A' && !holds_fields(record.json, plan->body)) co_return Looked{"there, with other contents; sent again", ""};
  co_return Looked{"found there as " + (record.number.empty() ? record.id : trimmed(record.number)), record.id};
}

Task<Result<Node>> Arming::arm(std::string client, std::string actor) {
  const auto clients = context_.registry.clients();
  if (std::find(clients.begin(), clients.end(), client) == clients.end()) co_return Error(Code::not_found, "no client " + client);
  int64_t settled = 0;
  auto list = Node::array();
  auto unknown = co_await open_effects(client, EffectState::unknown);
  if (!unknown) co_return unknown.error();
  const bool held = context_.doors.holds(client);
  context_.doors.set_arming(client, true);
  for (const auto& effect : *unknown) {
    if (!held) break;
    auto looked = co_await look(effect);
    auto one = node_of(effect);
    if (!looked.id.empty()) {
      Operations::Settlement settlement{true, looked.id, effect.name};
      auto done = co_await operations_.settle(effect.job, std::move(settlement), actor);
      if (done) ++settled;
      else looked.word += ", not settled: " + done.error().text();
    }
    one.set("found", looked.word);
    list.push(std::move(one));
  }
  auto armed = co_await operations_.arm(client, actor);
  context_.doors.set_arming(client, false);
  if (!armed) co_return armed.error();
  auto node = Node::object();
  node.set("client", client).set("was_held", held).set("unknown", std::move(list)).set("settled", settled).set("armed", true);
  co_return node;
}

}  // namespace mlc::engine
