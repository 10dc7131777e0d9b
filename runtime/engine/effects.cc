#include "runtime/engine/effects.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/base/sleep.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/effect_key.h"
#include "runtime/engine/mark.h"
#include "runtime/engine/request_key.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {

using store::EffectState;
using store::EntryKind;

std::string sent_json(std::string_view id, std::string_view number, std::string_view record_json, std::string_view state) {
  std::string text;
  document::Writer writer(text);
  writer.begin_object();
  writer.key("id");
  if (id.empty()) writer.null();
  else writer.string(id);
  writer.key("number");
  if (number.empty()) writer.null();
  else writer.string(number);
  writer.key("record");
  if (record_json.empty()) writer.null();
  else writer.raw(record_json);
  writer.key("state");
  writer.string(state);
  writer.end_object();
  return text;
}

namespace {

std::string as_earlier(std::string json) {
  constexpr std::string_view kMark = ",\"earlier\":true";
  if (json.ends_with('}') && json.find(kMark) == std::string::npos) json.insert(json.size() - 1, kMark);
  return json;
}

}  // namespace

Effects::Effects(JobContext& run, Turns& turns, JobCounts& counts, SendRequest request, int index)
    : run_(run), turns_(turns), counts_(counts), request_(std::move(request)), index_(index) {}

std::string Effects::stored_entity() const {
  // A key that came from a record's body may be personal (an e-mail address): the store keeps its digest.
  return entity_ == run_.own_entity() ? entity_ : "#" + to_hex(run_.context.vault.digest(run_.job.client, entity_));
}

store::AuditBirth Effects::audit(std::string_view act, std::string detail) const {
  return {run_.job.client, "engine", std::string(act), "job " + std::to_string(run_.job.id) + " " + connection_ + " " + request_.operation,
          std::move(detail)};
}

Ending Effects::from_error(const Error& error, WallTime not_before) const {
  if (auto held = run_.held(connection_)) return *held;
  if (error.code() == Code::conflict) return Ending::stale();
  if (error.code() == Code::exhausted) {
    return Ending::wait("quota", error.text(), std::max(not_before, run_.context.now() + std::chrono::seconds(1)));
  }
  if (error.code() == Code::denied) {
    Ending ending;
    ending.what = Ending::What::park;
    ending.code = "denied";
    ending.reason = error.text();
    ending.cause = "denied:" + connection_;
    ending.continues = true;
    return ending;
  }
  return Ending::retry(std::string(code_name(error.code())), error.text(), not_before);
}

Effects::Stop Effects::park(std::string code, std::string sentence, std::string fix) const {
  Ending ending;
  ending.what = Ending::What::park;
  ending.code = std::move(code);
  ending.reason = std::move(sentence);
  ending.fix = std::move(fix);
  ending.cause = ending.code + ":" + request_.effect;
  ending.continues = true;
  return Sent(std::move(ending));
}

Task<Effects::Stop> Effects::wait_until(WallTime moment) {
  const auto left = moment - run_.context.now();
  if (left <= Duration::zero()) co_return std::nullopt;
  if (left > run_.context.options.short_wait) {
    co_return Sent(
        Ending::wait("settling", "the outcome of " + request_.effect + " is unknown; it is looked for after the settle time", moment));
  }
  co_await sleep_for(*run_.context.env.timers, left);
  co_return std::nullopt;
}

Effects::Stop Effects::resolve_names() {
  const auto refuse = [&](std::string code, std::string message) -> Stop {
    return Sent(Answer{{}, true, error_json({std::move(code), std::move(message), false, "", ""})});
  };
  auto connection = run_.connection(request_.role, request_.connection);
  if (!connection) return refuse("not_found", connection.error().text());
  connection_ = *connection;
  auto facts = run_.context.remote.facts(run_.job.client, connection_, request_.operation);
  if (auto refused = refusal_of(request_, facts)) return refuse(refused->code, refused->message);
  facts_ = *facts;
  auto parsed = document::Document::parse(request_.arguments.empty() ? "{}" : request_.arguments);
  if (!parsed) return refuse("invalid_argument", "arguments of " + request_.operation + ": " + parsed.error().text());
  const auto root = parsed->root();
  arguments_ = request_.arguments;
  if (const auto expect = root.get("expect")) {
    expect_ = document::write(expect);
    auto rest = document::Node::copy_of(root);
    rest.erase("expect");
    arguments_ = document::write(rest);
  }
  entity_ = request_.entity;
  if (!facts_.key_field.empty()) {
    const auto in_path = root.get("path").get(facts_.key_field);
    path_id_ = std::string(in_path.text());
    if (entity_.empty()) entity_ = std::string((in_path ? in_path : remote::find_dotted(root.get("body"), facts_.key_field)).text());
  }
  if (entity_.empty()) entity_ = run_.own_entity();
  input_hash_ = key_of(request_, connection_).hash;
  return std::nullopt;
}

// From this chapter of the journal: the answer that the script already got.
Effects::Stop Effects::answered_before() {
  const auto* any = run_.journal.any_at(index_);
  if (any == nullptr) return std::nullopt;
  if ((any->kind != EntryKind::plan && any->kind != EntryKind::outcome) || any->input_hash != input_hash_) {
    Ending ending;
    ending.what = Ending::What::park;
    ending.code = "journal_mismatch";
    ending.reason = "call " + std::to_string(index_ + 1) + " was \"" + any->name + "\" when it was recorded and is now send \"" +
                    request_.effect + "\" with other input";
    ending.fix = "replay the job on the live version";
    return Sent(std::move(ending));
  }
  planned_here_ = run_.journal.at(index_, EntryKind::plan) != nullptr;
  const auto* outcome = run_.journal.at(index_, EntryKind::outcome);
  if (outcome == nullptr) return std::nullopt;
  auto answer = run_.journal.open(*outcome);
  if (!answer) return Sent(Ending::retry("corrupt", answer.error().text()));
  return Sent(std::move(*answer));
}

Task<Result<Answer>> Effects::recorded(const store::Effect& effect) {
  auto entry = co_await run_.context.store.entry(effect.outcome_row);
  if (!entry) co_return entry.error();
  auto answer = *entry ? run_.journal.open(**entry) : Result<Answer>(Code::not_found, "");
  // Erased with the person it told of (forget): what the record is called there stays known.
  if (answer || answer.error().code() != Code::not_found) co_return answer;
  co_return Answer{effect.ended, false, sent_json(effect.remote_id, "", "", "settled")};
}

Task<Effects::Stop> Effects::choose_effect() {
  for (int generation = 1;; ++generation) {
    const auto key = effect_key(run_.job.client, connection_, request_.operation, entity_, request_.effect,
                                facts_.create ? std::string() : request_.version, generation);
    auto found = co_await run_.context.store.effect(key);
    if (!found) co_return Sent(from_error(found.error(), {}));
    if (*found && (*found)->state == EffectState::rejected) continue;  // replayed with new bytes under a new key
    if (*found) {
      effect_ = **found;
      earlier_ = !planned_here_ || effect_->job != run_.job.id;
      co_return std::nullopt;
    }
    effect_.emplace();
    effect_->key = key;
    effect_->generation = generation;
    effect_->job = 0;  // not in the store yet
    effect_->client = run_.job.client;
    effect_->connection = connection_;
    effect_->operation = request_.operation;
    effect_->entity = stored_entity();
    effect_->name = request_.effect;
    effect_->version = request_.version;
    effect_->kind = facts_.kind;
    co_return std::nullopt;
  }
}

// Equal = already settled, older = superseded, changed by a person = theirs. A create that exists was met by its key.
Task<Effects::Stop> Effects::check_versions() {
  const std::vector<std::string> entities = {stored_entity(), run_.own_entity()};
  for (const auto& entity : entities) {
    auto found = co_await run_.context.store.entity(run_.job.client, connection_, entity, request_.effect);
    if (!found) co_return Sent(from_error(found.error(), {}));
    if (!*found) continue;
    const auto& known = **found;
    if (known.by_person) {
      co_return park("changed_by_person",
                     "a person changed or removed " + request_.effect + " " + known.number + " there; it is not overwritten",
                     "decide with `jobs settle` or cancel the job");
    }
    if (request_.version.empty() || known.version.empty()) continue;
    const auto order = compare_versions(request_.version, known.version);
    if (order == std::strong_ordering::greater) continue;
    // A state that was withheld and another of the same instant can't be told apart: no document is the safe reading.
    const bool equal = order == std::strong_ordering::equal && !is_withheld(known);
    // The same version of another operation (created, now to be updated) is the same record: nothing to send.
    Answer answer{run_.context.now(), false, sent_json(known.remote_id, known.number, "", equal ? "settled" : "superseded")};
    if (equal && !known.effect_key.empty()) {
      auto first = co_await run_.context.store.effect(known.effect_key);
      if (!first) co_return Sent(from_error(first.error(), {}));
      if (*first) {
        auto full = co_await recorded(**first);
        if (full && !full->failed) answer.json = as_earlier(std::move(full->json));
      }
    }
    auto entry = run_.journal.seal(EntryKind::outcome, index_, request_.effect, input_hash_, answer);
    if (!entry) co_return Sent(from_error(entry.error(), {}));
    store::Change change;
    change.entries.push_back(std::move(*entry));
    if (!equal) change.audit.push_back(audit("effect.superseded", request_.effect));
    if (effect_->job != 0 && effect_->state == EffectState::planned && !equal) {
      auto committed = co_await change_state(EffectState::superseded, states(EffectState::planned), std::move(change));
      if (!committed) co_return Sent(from_error(committed.error(), {}));
    } else {
      auto committed = co_await run_.commit(std::move(change));
      if (!committed) co_return Sent(from_error(committed.error(), {}));
    }
    if (equal) ++run_.settled;
    else ++run_.superseded, ++counts_.effects_superseded;
    co_return Sent(answer);
  }
  co_return std::nullopt;
}

// Nothing goes out for an entity while an older write to it may still land.
Task<Effects::Stop> Effects::behind_unknown() {
  store::EffectFilter filter;
  filter.client = run_.job.client;
  filter.connection = connection_;
  filter.entity = stored_entity();
  filter.states = {EffectState::armed, EffectState::unknown};
  auto open = co_await run_.context.store.effects(filter);
  if (!open) co_return Sent(from_error(open.error(), {}));
  for (const auto& other : *open) {
    if (other.key == effect_->key) continue;
    if (other.job == run_.job.id) {  // left by an attempt on another version: nothing will come back to it by itself
      co_return park("unknown_effect", "whether " + other.name + " (" + other.operation + ") of an earlier attempt happened is unknown",
                     "look there, then `jobs settle " + std::to_string(run_.job.id) + " --happened ID` or `--did-not-happen`");
    }
    co_return Sent(Ending::behind_unknown(
        "the outcome of " + other.name + " sent by job " + std::to_string(other.job) + " for the same record is unknown",
        run_.context.now() + run_.context.options.behind_unknown));
  }
  co_return std::nullopt;
}

Task<Result<store::Committed>> Effects::change_state(EffectState to, std::vector<EffectState> from, store::Change change) {
  store::EffectChange effect;
  effect.effect = *effect_;
  effect.effect.state = to;
  effect.effect.job = run_.job.id;
  effect.from = std::move(from);
  for (const auto& entry : change.entries) {
    if (entry.kind == EntryKind::plan) effect.plan_in_this_change = true;
    if (entry.kind == EntryKind::outcome) effect.outcome_in_this_change = true;
  }
  const auto next = effect.effect;
  const auto entries = change.entries;
  change.effects.push_back(std::move(effect));
  auto committed = co_await run_.commit(std::move(change));
  if (!committed) co_return committed;
  effect_ = next;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind == EntryKind::plan) effect_->plan_row = committed->entry_rows[i];
    if (entries[i].kind == EntryKind::outcome) effect_->outcome_row = committed->entry_rows[i];
    run_.journal.add(entries[i], committed->entry_rows[i], run_.job.id);
  }
  co_return committed;
}

Task<Effects::Stop> Effects::plan() {
  remote::Call call{run_.job.client, connection_, request_.operation, arguments_, run_.job.lane};
  auto planned = run_.context.remote.plan(call);
  if (!planned)
    co_return Sent(Answer{{}, true, error_json({std::string(code_name(planned.error().code())), planned.error().text(), false, "", ""})});
  plan_ = std::move(*planned);
  earlier_ = false;
  put_mark(plan_, effect_->key);
  if (!request_.probe_operation.empty()) {
    plan_.probe = remote::Probe{request_.probe_operation, request_.probe_arguments, request_.probe_field, request_.probe_value};
  }
  auto kept = document::Node::object();
  kept.set("plan", plan_.serialise()).set("entity", entity_).set("version", request_.version).set("expect", expect_);
  const auto now = run_.context.now();
  auto entry = run_.journal.seal(EntryKind::plan, index_, request_.effect, input_hash_, {now, false, document::write(kept)});
  if (!entry) co_return Sent(from_error(entry.error(), {}));

  store::Change change;
  change.entries.push_back(std::move(*entry));
  const auto from = effect_->job == 0 ? std::vector<EffectState>{} : std::vector<EffectState>{effect_->state};
  effect_->version = request_.version;
  effect_->kind = plan_.kind;
  effect_->planned = now;
  if (!run_.mode.live) {  // shadow ends here: a placeholder, so that later sends are planned too
    const std::string json = sent_json(shadow_id(effect_->key), "", "", "shadow");
    auto outcome = run_.journal.seal(EntryKind::outcome, index_, request_.effect, input_hash_, {now, false, json});
    if (!outcome) co_return Sent(from_error(outcome.error(), {}));
    change.entries.push_back(std::move(*outcome));
    effect_->ended = now;
    auto committed = co_await change_state(EffectState::shadow, from, std::move(change));
    if (!committed) co_return Sent(from_error(committed.error(), {}));
    co_await run_.context.at("after_plan");
    ++run_.shadowed;
    co_return Sent(Answer{now, false, json});
  }
  auto committed = co_await change_state(EffectState::planned, from, std::move(change));
  if (!committed) co_return Sent(from_error(committed.error(), {}));
  co_await run_.context.at("after_plan");
  co_return std::nullopt;
}

Task<Effects::Stop> Effects::load_plan() {
  auto entry = co_await run_.context.store.entry(effect_->plan_row);
  if (!entry) co_return Sent(from_error(entry.error(), {}));
  if (!*entry) co_return park("plan_missing", "the frozen request of " + request_.effect + " is gone", "settle the effect by hand");
  auto answer = run_.journal.open(**entry);
  if (!answer) co_return Sent(from_error(answer.error(), {}));
  auto kept = document::Document::parse(answer->json);
  auto frozen = kept ? remote::Plan::parse(kept->root().get("plan").text()) : Result<remote::Plan>(kept.error());
  if (!frozen)
    co_return park("plan_unreadable", "the frozen request of " + request_.effect + " is unreadable: " + frozen.error().text(),
                   "settle the effect by hand");
  plan_ = std::move(*frozen);
  expect_ = std::string(kept->root().get("expect").text());
  co_return std::nullopt;
}

Task<Effects::Sent> Effects::send() {
  if (auto stop = resolve_names()) co_return *stop;
  auto before = answered_before();
  if (before && !std::holds_alternative<Answer>(*before)) co_return *before;
  auto record = co_await record_turn(turns_, run_, connection_);
  auto turn_key = hash_parts({run_.job.client, connection_, entity_});
  auto turn = co_await turns_.take(std::move(turn_key));

  Stop stop = co_await choose_effect();
  if (stop) co_return *stop;
  if (before) {  // what remains of an answered send is its confirmation, if the process ended before it
    auto& answer = std::get<Answer>(*before);
    if (!answer.failed) {
      const auto parsed = document::Document::parse(answer.json);
      const auto root = parsed ? parsed->root() : document::Value();
      const auto state = root.get("state").text();
      if (state == "settled") ++run_.settled;
      if (state == "superseded") ++run_.superseded;
      if (state == "shadow") ++run_.shadowed;
      if (state == "settled" && planned_here_ && effect_->state == EffectState::settled && effect_->job == run_.job.id) {
        stop = co_await load_plan();
        if (stop) co_return *stop;
        stop = co_await confirm(std::string(root.get("id").text()));
        if (stop) co_return *stop;
      }
    }
    co_return *before;
  }

  const bool known = effect_->job != 0;
  if (known && effect_->state == EffectState::settled) {  // a second create: the first one's result, nothing sent
    auto answer = co_await recorded(*effect_);
    if (!answer) co_return from_error(answer.error(), {});
    answer->at = run_.context.now();
    if (!answer->failed) answer->json = as_earlier(std::move(answer->json));
    auto entry = run_.journal.seal(EntryKind::outcome, index_, request_.effect, input_hash_, *answer);
    if (!entry) co_return from_error(entry.error(), {});
    store::Change change;
    change.entries.push_back(std::move(*entry));
    auto committed = co_await run_.commit(std::move(change));
    if (!committed) co_return from_error(committed.error(), {});
    ++run_.settled;
    co_return *answer;
  }
  const bool unknown = known && (effect_->state == EffectState::unknown || effect_->state == EffectState::armed);
  if (!unknown) {
    stop = co_await check_versions();
    if (stop) co_return *stop;
    const bool frozen = known && effect_->state == EffectState::planned && (planned_here_ || keeps_bytes());
    if (frozen) stop = co_await load_plan();
    else stop = co_await plan();
  } else {
    stop = co_await load_plan();
  }
  if (stop) co_return *stop;

  for (;;) {
    if (effect_->state == EffectState::unknown || effect_->state == EffectState::armed) {
      stop = co_await clear_unknown();
      if (stop) co_return *stop;
    }
    stop = co_await behind_unknown();
    if (stop) co_return *stop;
    stop = co_await deliver();
    if (stop) co_return *stop;
  }
}

Task<Effects::Stop> Effects::deliver() {
  const auto& context = run_.context;
  const auto shut = context.doors.shut(run_.job.client, run_.job.instance, run_.job.flow);
  if (!shut.empty()) co_return Sent(Ending::wait("paused", shut, context.now()));
  if (auto held = run_.held(connection_)) co_return Sent(std::move(*held));
  Stop doubtful = co_await after_restore();
  if (doubtful) co_return doubtful;
  const bool before_restore = context.doors.restored() && effect_->planned <= context.doors.restored()->at;
  if (facts_.create && plan_.kind == 'C' && plan_.probe && (effect_->sends == 0 || before_restore)) {
    Stop stop = co_await search_first();
    if (stop) co_return stop;
  }

  if (const auto together = run_.context.remote.batch(run_.job.client, connection_, request_.operation)) {
    auto delivery = deliver_together(*together);
    co_return co_await std::move(delivery);
  }

  WallTime not_before{};
  auto ticket = co_await run_.context.remote.admit(plan_, run_.job.lane, context.options.permit_patience, &not_before);
  if (!ticket) co_return Sent(from_error(ticket.error(), not_before));

  co_await run_.context.at("before_arm");
  const auto admitted = context.env.clock->steady();
  auto armed = co_await arm();
  if (!armed) co_return Sent(from_error(armed.error(), {}));

  const auto waited = std::chrono::duration<double, std::micro>(context.env.clock->steady() - admitted) / context.env.clock->scale();
  if (waited > context.options.arm_to_send) {
    // Permit and token were checked too long ago. Nothing left: it is planned again.
    --effect_->sends;
    ++counts_.effects_disarmed;
    auto disarmed =
        co_await change_state(repeated_ ? EffectState::unknown : EffectState::planned, states(EffectState::armed), store::Change());
    if (!disarmed) co_return Sent(from_error(disarmed.error(), {}));
    co_return std::nullopt;
  }
  co_await run_.context.at("before_send");
  auto outcome = co_await run_.context.remote.send(plan_, std::move(*ticket));
  co_await run_.context.at("after_send");
  co_return co_await take_outcome(std::move(outcome));
}

Task<Effects::Stop> Effects::take_outcome(remote::Outcome outcome) {
  using remote::Verdict;
  const auto now = run_.context.now();
  if (outcome.verdict == Verdict::applied) {
    if (repeated_ && plan_.kind == 'C' && plan_.probe) {
      Stop doubled = co_await after_check();
      if (doubled) co_return doubled;
    }
    co_return co_await settle(outcome.remote_id, outcome.number, outcome.body, &outcome.exchange, "settled");
  }

  store::Change change;
  change.entries.push_back(run_.exchange_entry(request_.operation, outcome.exchange));
  const bool rejected = outcome.verdict == Verdict::rejected;
  const bool back = outcome.verdict == Verdict::again || outcome.verdict == Verdict::not_sent;
  const std::string code = outcome.verdict == Verdict::applied_blind  ? "applied_blind"
                           : outcome.verdict == Verdict::refusal_like ? "refusal_like"
                           : rejected                                 ? "rejected"
                                                                      : outcome.code;
  auto detail = document::Node::object();
  detail.set("code", outcome.code).set("status", outcome.exchange.status);
  const Answer answer{now, true, error_json({code, outcome.sentence, false, outcome.sentence, document::write(detail)})};
  if (!back) {
    // An unknown outcome answers no call of the script: it has no position, and the effect's row leads to it.
    auto entry = run_.journal.seal(EntryKind::outcome, rejected ? index_ : -1, request_.effect, input_hash_, answer);
    if (!entry) co_return Sent(from_error(entry.error(), {}));
    change.entries.push_back(std::move(*entry));
    change.audit.push_back(audit(rejected ? "effect.rejected" : "effect.unknown", request_.effect + " " + outcome.code));
    effect_->ended = now;
  }
  if (outcome.verdict == Verdict::not_sent) --effect_->sends;
  co_await run_.context.at("before_outcome");
  // What was unknown before this send stays so: an answer to the second request says nothing about the first.
  const auto to = back       ? (repeated_ ? EffectState::unknown : EffectState::planned)
                  : rejected ? EffectState::rejected
                             : EffectState::unknown;
  auto committed = co_await change_state(to, states(EffectState::armed), std::move(change));
  if (!committed) co_return Sent(from_error(committed.error(), {}));
  co_await run_.context.at("after_outcome");

  if (rejected) {
    ++counts_.effects_rejected;
    co_return Sent(answer);
  }
  if (outcome.verdict == Verdict::not_sent) co_return Sent(Ending::retry(outcome.code, outcome.sentence, outcome.not_before));
  if (outcome.verdict == Verdict::again) {
    if (outcome.not_before <= now && ++again_ < run_.context.options.max_again) co_return std::nullopt;
    if (auto held = run_.held(connection_)) co_return Sent(std::move(*held));
    co_return Sent(Ending::wait(outcome.code, outcome.sentence, std::max(outcome.not_before, now + std::chrono::seconds(1))));
  }
  ++counts_.effects_unknown;
  if (plan_.kind == 'A' || plan_.kind == 'B' || facts_.may_repeat) {  // may be sent again, but not at once
    auto later = Ending::retry(outcome.code, outcome.sentence, now + plan_.quiet);
    later.continues = true;
    co_return Sent(std::move(later));
  }
  co_return std::nullopt;
}

Task<Effects::Stop> Effects::settle(std::string id, std::string number, std::string record, const remote::Exchange* exchange,
                                    std::string_view state) {
  if (id.empty()) id = path_id_;
  if (id.empty() || number.empty()) {  // an update's answer may name neither: they stay what they were
    auto known = co_await run_.context.store.entity(run_.job.client, connection_, stored_entity(), request_.effect);
    if (known && !*known) known = co_await run_.context.store.entity(run_.job.client, connection_, run_.own_entity(), request_.effect);
    if (!known) co_return Sent(from_error(known.error(), {}));
    if (*known && id.empty()) id = (*known)->remote_id;
    if (*known && number.empty() && (*known)->remote_id == id) number = (*known)->number;
  }
  const auto now = run_.context.now();
  std::string told = sent_json(id, number, record, state);
  const Answer answer{now, false, earlier_ ? as_earlier(std::move(told)) : std::move(told)};
  auto entry = run_.journal.seal(EntryKind::outcome, index_, request_.effect, input_hash_, answer);
  if (!entry) co_return Sent(from_error(entry.error(), {}));
  store::Change change;
  change.entries.push_back(std::move(*entry));
  if (exchange != nullptr) change.entries.push_back(run_.exchange_entry(request_.operation, *exchange));

  store::Entity entity;
  entity.client = run_.job.client;
  entity.connection = connection_;
  entity.entity = stored_entity();
  entity.name = request_.effect;
  entity.version = effect_->version;  // of the bytes that went out: a newer job may have found what an older one sent
  entity.remote_id = id;
  entity.number = number;
  entity.effect_key = effect_->key;
  entity.at = now;
  change.entities.push_back(entity);
  if (entity_ != run_.own_entity()) {  // job:sent() asks by the job's own key
    entity.entity = run_.own_entity();
    change.entities.push_back(entity);
  }
  for (const auto& term : {id, number, entity_}) {
    if (!term.empty()) change.terms.push_back({run_.job.client, run_.context.vault.digest(run_.job.client, term)});
  }
  change.audit.push_back(audit("effect.settled", request_.effect + " id " + id));
  effect_->ended = now;
  effect_->remote_id = id;
  co_await run_.context.at("before_outcome");
  auto committed = co_await change_state(EffectState::settled, states(EffectState::planned, EffectState::armed, EffectState::unknown),
                                         std::move(change));
  if (!committed) co_return Sent(from_error(committed.error(), {}));
  ++counts_.effects_settled;
  ++run_.settled;
  co_await run_.context.at("after_outcome");
  Stop stop = co_await confirm(id);
  if (stop) co_return stop;
  co_return Sent(answer);
}

// C12: posted means that the remote's own version holds what was sent.
Task<Effects::Stop> Effects::confirm(std::string id) {
  if (plan_.confirm_operation.empty()) co_return std::nullopt;
  if (run_.journal.newest_after(effect_->outcome_row, EntryKind::note, note("confirmed")) != nullptr) co_return std::nullopt;
  auto path = document::Node::object();
  path.set("id", id);
  auto arguments = document::Node::object();
  arguments.set("path", std::move(path));
  remote::Call call{run_.job.client, connection_, plan_.confirm_operation, document::write(arguments), run_.job.lane};
  auto read = co_await run_.context.remote.read(std::move(call));
  std::string difference;
  store::Change change;
  if (!read) co_return Sent(from_error(read.error(), {}));
  for (const auto& exchange : read->attempts) change.entries.push_back(run_.exchange_entry(plan_.confirm_operation, exchange));
  if (read->outcome.verdict == remote::Verdict::applied) {
    difference = compare_confirmed(plan_.confirm_fields, said(run_.context.remote, plan_), expect_, read->outcome.body);
  } else if (read->outcome.code == "not_found") {
    difference = "the record " + id + " is not there any more";
  } else {
    co_return Sent(from_error(read_error(read->outcome), read->outcome.not_before));
  }
  auto entry = run_.journal.seal(EntryKind::note, -1, note(difference.empty() ? "confirmed" : "differs"), "",
                                 {run_.context.now(), false, document::quoted(difference)});
  if (!entry) co_return Sent(from_error(entry.error(), {}));
  change.entries.push_back(std::move(*entry));
  if (!difference.empty()) change.audit.push_back(audit("effect.differs", request_.effect + " id " + id));
  auto committed = co_await run_.commit(std::move(change));
  if (!committed) co_return Sent(from_error(committed.error(), {}));
  co_await run_.context.at("after_confirm");
  if (difference.empty()) co_return std::nullopt;
  Stop parked = park("confirm_differs", request_.effect + ": " + difference, "correct the record there, then release the job");
  std::get<Ending>(*parked).concern = "finance";
  co_return parked;
}

}  // namespace mlc::engine
