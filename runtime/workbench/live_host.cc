#include "runtime/workbench/live_host.h"

#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/effects.h"
#include "runtime/engine/request_key.h"
#include "runtime/engine/sealed_row.h"

namespace mlc::workbench {

using engine::HostReply;

namespace {

constexpr Duration kPatience = std::chrono::seconds(20);  // of a person for a permit

// "expect" is for the engine's comparison after the write, not for the remote.
std::string for_the_remote(const std::string& arguments) {
  auto parsed = document::Document::parse(arguments.empty() ? "{}" : arguments);
  if (!parsed || !parsed->root().get("expect")) return arguments.empty() ? "{}" : arguments;
  auto rest = document::Node::copy_of(parsed->root());
  rest.erase("expect");
  return document::write(rest);
}

}  // namespace

std::string shown_plan(const remote::Plan& plan) {
  std::string text = plan.method + " " + plan.url + "\n";
  for (const auto& [name, value] : plan.headers) text += name + ": " + value + "\n";
  if (!plan.body.empty()) text += "\n" + plan.body + "\n";
  text.pop_back();
  return text;
}

HostReply LiveHost::fault(std::string code, std::string sentence, bool retryable) const {
  return {engine::HostError{std::move(code), std::move(sentence), retryable, "", ""}, parts_.env.clock->wall()};
}

void LiveHost::request(engine::HostRequest request, Reply reply) {
  parts_.env.executor->post([self = shared_from_this(), request = std::move(request), reply = std::move(reply)]() mutable {
    if (!self->closed_) self->scope_.spawn(self->serve(self, std::move(request), std::move(reply)));
  });
}

Task<Unit> LiveHost::serve(std::shared_ptr<LiveHost> self, engine::HostRequest request, Reply reply) {
  auto answered = co_await self->answer(std::move(request));
  reply(std::move(answered));
  co_return Unit{};
}

Task<HostReply> LiveHost::answer(engine::HostRequest request) {
  auto connection = engine::connection_for(parts_.program->instance, parts_.job.source, request);
  if (!connection) co_return fault(connection.error());
  if (auto* asked = std::get_if<engine::ReadRequest>(&request)) co_return co_await read(std::move(*asked), *connection);
  if (auto* asked = std::get_if<engine::SendRequest>(&request)) co_return co_await send(std::move(*asked), *connection);
  if (auto* asked = std::get_if<engine::SentRequest>(&request)) co_return co_await sent(std::move(*asked), *connection);
  if (auto* asked = std::get_if<engine::WithholdRequest>(&request)) {  // a person only looks
    engine::SentRequest look{std::move(asked->effect), std::move(asked->role), std::move(asked->connection), ""};
    co_return co_await sent(std::move(look), *connection);
  }
  if (auto* asked = std::get_if<engine::KvGet>(&request)) co_return co_await kv(asked->key);
  if (auto* asked = std::get_if<engine::KvList>(&request)) co_return co_await kv_list(std::move(*asked));
  if (auto* asked = std::get_if<engine::KvSet>(&request)) {
    kept_[asked->key] = asked->value;
    parts_.say("kv " + asked->key + " is set for this session only");
    co_return value("null");
  }
  if (auto* asked = std::get_if<engine::EmitRequest>(&request)) {
    parts_.say("fenced: no job of flow " + asked->flow + " is made for " + asked->key);
    co_return value("null");
  }
  if (std::holds_alternative<engine::LookupRequest>(request)) co_return value("{}");  // nothing is known: the remote is asked
  if (std::holds_alternative<engine::StepRequest>(request)) co_return value("{\"done\":false}");
  if (auto* asked = std::get_if<engine::NoteRequest>(&request)) parts_.say("note: " + asked->text);
  co_return value("null");
}

Task<HostReply> LiveHost::read(engine::ReadRequest request, std::string connection) {
  // Behind the jobs, which may need what is left of a quota.
  remote::Call call{parts_.job.client, connection, request.operation, request.arguments, store::Lane::retry};
  auto read = co_await parts_.remote->read(std::move(call));
  if (!read) co_return fault(read.error());
  if (read->outcome.verdict == remote::Verdict::applied) co_return value(engine::read_json(*read));
  HostReply failed;
  failed.value = engine::read_fault(read->outcome);
  failed.now = parts_.env.clock->wall();
  co_return failed;
}

Task<HostReply> LiveHost::sent(engine::SentRequest request, std::string connection) {
  const std::string own = parts_.job.source + ":" + parts_.job.key;
  std::string entity = request.entity.empty() ? own : request.entity;
  if (entity != own) entity = "#" + to_hex(parts_.vault->digest(parts_.job.client, entity));
  auto found = co_await parts_.store->entity(parts_.job.client, connection, entity, request.effect);
  if (!found) co_return fault(found.error());
  co_return value(engine::entity_json(*found));
}

Task<HostReply> LiveHost::kv(std::string key) {
  if (auto own = kept_.find(key); own != kept_.end()) co_return value(own->second);
  auto row = co_await parts_.store->get(store::Table::kv, parts_.job.client + "/" + parts_.job.instance + "/" + key);
  if (!row) co_return fault(row.error());
  if (!*row) co_return value("null");
  auto sealed = engine::unpack((*row)->value);
  if (!sealed) co_return fault(sealed.error());
  auto plain = parts_.vault->open(parts_.job.client, "kv", *sealed);
  if (!plain) co_return fault(plain.error());
  co_return value(std::move(*plain));
}

// As many more are read as this session has forgotten, so that a part is full where there is more.
Task<HostReply> LiveHost::kv_list(engine::KvList request) {
  const auto own = parts_.job.client + "/" + parts_.job.instance + "/";
  auto after = request.after.empty() ? std::string() : own + request.after;
  auto rows = co_await parts_.store->list_part(store::Table::kv, own + request.prefix, std::move(after),
                                               request.limit + static_cast<int64_t>(kept_.size()));
  if (!rows) co_return fault(rows.error());
  std::map<std::string, std::string> all;
  for (const auto& row : *rows) {
    auto sealed = engine::unpack(row.value);
    if (!sealed) co_return fault(sealed.error());
    auto plain = parts_.vault->open(parts_.job.client, "kv", *sealed);
    if (!plain) co_return fault(plain.error());
    all[row.key.substr(own.size())] = std::move(*plain);
  }
  for (const auto& [key, json] : kept_) {
    if (!key.starts_with(request.prefix) || key <= request.after) continue;
    if (json == "null") all.erase(key);
    else all[key] = json;
  }
  auto list = document::Node::array();
  for (const auto& [key, json] : all) {
    if (static_cast<int64_t>(list.size()) == request.limit) break;
    auto parsed = document::Document::parse(json);
    if (!parsed) co_return fault(parsed.error());
    auto one = document::Node::object();
    one.set("key", key).set("value", document::Node::copy_of(parsed->root()));
    list.push(std::move(one));
  }
  co_return value(document::write(list));
}

Task<Status> LiveHost::audit(std::string act, std::string subject, std::string detail) {
  store::Change change;
  change.audit.push_back({parts_.job.client, parts_.actor, std::move(act), std::move(subject), std::move(detail)});
  auto committed = co_await parts_.store->commit(std::move(change));
  if (!committed) co_return committed.error();
  co_return ok_status();
}

Task<HostReply> LiveHost::send(engine::SendRequest request, std::string connection) {
  const auto facts = parts_.remote->facts(parts_.job.client, connection, request.operation);
  if (auto refused = engine::refusal_of(request, facts)) co_return fault(refused->code, refused->message);
  auto plan = parts_.remote->plan({parts_.job.client, connection, request.operation, for_the_remote(request.arguments)});
  if (!plan) co_return fault(plan.error());
  if (!armed_) {
    parts_.say("fenced, not sent:\n" + shown_plan(*plan));
    co_return fault("fenced", "the write was not sent; `:arm` lets the next line send one");
  }
  armed_ = false;
  if (parts_.engine->doors().holds(parts_.job.client))
    co_return fault("denied",
                    "client " + parts_.job.client + " is held after a restore; `ml-connector arm " + parts_.job.client + "` first");
  co_return co_await send_armed(std::move(*plan));
}

Task<HostReply> LiveHost::send_armed(remote::Plan plan) {
  std::string key(16, '\0');
  parts_.env.random->fill(key.data(), key.size());
  if (plan.kind == 'B' && plan.idempotency_key.empty()) plan.idempotency_key = to_hex(key);
  const std::string subject = plan.connection + " " + plan.operation;
  WallTime not_before{};
  auto ticket = co_await parts_.remote->admit(plan, store::Lane::live, kPatience, &not_before);
  if (!ticket) co_return fault(ticket.error());
  // Written down before the first byte goes, so that no write of a person's is without a trace.
  auto arming = audit("repl.armed", subject, "");
  auto armed = co_await std::move(arming);
  if (!armed) co_return fault(armed.error());
  auto outcome = co_await parts_.remote->send(std::move(plan), std::move(*ticket));
  const bool applied = outcome.verdict == remote::Verdict::applied || outcome.verdict == remote::Verdict::applied_blind;
  const std::string came = applied ? "applied" : outcome.verdict == remote::Verdict::unknown ? "unknown" : "not applied";
  std::string detail = outcome.remote_id.empty() ? came : came + " id " + outcome.remote_id;
  auto telling = audit("repl.sent", subject, std::move(detail));
  auto told = co_await std::move(telling);
  if (!told) parts_.say("the audit entry of the outcome could not be written: " + told.error().text());
  if (applied) co_return value(engine::sent_json(outcome.remote_id, outcome.number, outcome.body, "settled"));
  std::string sentence = outcome.sentence;
  if (outcome.verdict == remote::Verdict::unknown) sentence += "; whether it happened is unknown: look there before you send again";
  co_return fault(outcome.code.empty() ? "unknown" : outcome.code, sentence);
}

}  // namespace mlc::workbench
