// The part of JobRun that answers each kind of request.
#include <algorithm>
#include <map>
#include <set>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/effects.h"
#include "runtime/engine/job_run.h"
#include "runtime/engine/joined_reads.h"
#include "runtime/engine/request_key.h"
#include "runtime/engine/sealed_row.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {

using store::EntryKind;

namespace {

constexpr Duration kAnew{};  // of LookupRequest.fresh: nothing remembered is good enough

Answer error_answer(WallTime now, HostError error) { return {now, true, error_json(error)}; }
// Follows from data alone and is not recorded: it has the time of the entry before it.
Answer unrecorded(HostError error) { return error_answer({}, std::move(error)); }

}  // namespace

std::optional<JobRun::Handled> JobRun::replayed(int index, EntryKind kind, const std::string& name, const std::string& hash) {
  const auto* entry = run_.journal.any_at(index);
  if (entry == nullptr) return std::nullopt;
  if (entry->kind != kind || entry->input_hash != hash) {
    Ending ending;
    ending.what = Ending::What::park;
    ending.code = "journal_mismatch";
    ending.reason = "call " + std::to_string(index + 1) + " was \"" + entry->name + "\" when it was recorded and is now \"" + name + "\"" +
                    (entry->name == name ? " with other input" : "");
    ending.fix = "replay the job on the live version";
    return Handled(std::move(ending));
  }
  auto answer = run_.journal.open(*entry);
  if (!answer) return Handled(Ending::retry("corrupt", answer.error().text()));
  return Handled(std::move(*answer));
}

JobRun::Handled JobRun::record(int index, EntryKind kind, std::string name, std::string hash, std::string json, store::Change change,
                               std::shared_ptr<void> held) {
  Answer answer{run_.context.now(), false, std::move(json)};
  auto entry = run_.journal.seal(kind, index, std::move(name), std::move(hash), answer);
  if (!entry) return Ending::retry("internal", entry.error().text());
  change.entries.push_back(std::move(*entry));
  run_.record(std::move(change), std::move(held));
  return answer;
}

Task<JobRun::Handled> JobRun::handle_read(ReadRequest request) {
  const int index = next_index_++;
  auto connection = run_.connection(request.role, request.connection);
  if (!connection) co_return unrecorded({"not_found", connection.error().text(), false, "", ""});
  const auto hash = key_of(request, *connection).hash;
  auto known = replayed(index, EntryKind::read, request.operation, hash);
  if (known) co_return std::move(*known);

  remote::Call call{run_.job.client, *connection, request.operation, request.arguments, run_.job.lane};
  const auto began = run_.context.now();
  auto read = co_await run_.context.joined_reads->read(std::move(call));
  const auto now = run_.context.now();
  store::Change change;
  if (read) {
    for (const auto& exchange : read->attempts) change.entries.push_back(run_.exchange_entry(request.operation, exchange));
    if (read->outcome.verdict == remote::Verdict::applied) {
      run_.looks[*connection + " " + request.operation] = began;
      co_await run_.context.at("record");
      co_return record(index, EntryKind::read, request.operation, hash, read_json(*read), std::move(change));
    }
  }
  // Quota and a dead grant end the run: it costs the script nothing and is nobody's failure.
  HostError error;
  if (!read) {
    error = {std::string(code_name(read.error().code())), read.error().text(), false, "", ""};
  } else {
    const auto& outcome = read->outcome;
    if (outcome.code == "exhausted" || outcome.verdict == remote::Verdict::again) {
      auto waiting = Ending::wait("quota", outcome.sentence, std::max(outcome.not_before, now + std::chrono::seconds(1)));
      auto hold = run_.held(*connection);
      if (hold) waiting = std::move(*hold);
      co_return waiting;
    }
    error = read_fault(outcome);
  }
  if (auto held = run_.held(*connection)) co_return std::move(*held);
  const auto answer = error_answer(now, error);
  auto entry = run_.journal.seal(EntryKind::read, index, request.operation, hash, answer);
  if (!entry) co_return Ending::retry("internal", entry.error().text());
  change.entries.push_back(std::move(*entry));
  if (error.retryable) passing_error_ = std::move(change);
  else run_.record(std::move(change));
  co_return answer;
}

Task<JobRun::Handled> JobRun::handle_send(SendRequest request) {
  const int index = next_index_++;
  const std::string role = request.role, wanted = request.connection;
  Effects effects(run_, turns_, counts_, std::move(request), index);
  auto sent = co_await effects.send();
  auto* ending = std::get_if<Ending>(&sent);
  run_.unsettled = ending != nullptr && effects.may_land();
  if (ending == nullptr || (!ending->concern.empty() && ending->concern != "operator")) co_return sent;
  const auto connection = run_.connection(role, wanted);
  const auto* spec = connection ? run_.context.remote.spec(run_.job.client, *connection) : nullptr;
  if (spec != nullptr && !spec->concern.empty()) ending->concern = spec->concern;
  co_return sent;
}

Task<JobRun::Handled> JobRun::handle_sent(SentRequest request) {
  const int index = next_index_++;
  auto connection = run_.connection(request.role, request.connection);
  if (!connection) co_return unrecorded({"not_found", connection.error().text(), false, "", ""});
  if (request.entity.empty()) request.entity = run_.own_entity();
  const auto entity = request.entity;
  const auto hash = key_of(request, *connection).hash;
  auto known = replayed(index, EntryKind::sent, request.effect, hash);
  if (known) co_return std::move(*known);
  auto stored = entity;
  if (entity != run_.own_entity()) stored = "#" + to_hex(run_.context.vault.digest(run_.job.client, entity));
  auto found = co_await run_.context.store.entity(run_.job.client, *connection, stored, request.effect);
  if (!found) co_return Ending::retry(std::string(code_name(found.error().code())), found.error().text());
  co_return record(index, EntryKind::sent, request.effect, hash, entity_json(*found));
}

// By a person, who named the record or its period; and what such a record made jobs of. A poll that had to begin with all there ever was is
// in that lane too, but its records are nobody's wish: their children leave it.
bool JobRun::is_asked_for() const {
  return run_.event_kind == store::EventKind::manual ||
         (run_.event_kind == store::EventKind::child && run_.job.lane == store::Lane::backfill);
}

// In shadow (null) nothing is written anyway, and what would be made of older records is worth seeing. "" says that any date counts.
JobRun::Handled JobRun::handle_start() {
  const int index = next_index_++;
  const auto hash = key_of(StartRequest(), "").hash;
  auto known = replayed(index, EntryKind::kv, "start", hash);
  if (known) return std::move(*known);
  const bool counts = run_.mode.live && !is_asked_for();
  const std::string start = counts ? format_rfc3339(run_.mode.start) : "";
  return record(index, EntryKind::kv, "start", hash, run_.mode.live ? "\"" + start + "\"" : "null");
}

// What is remembered of a look-up's key; nothing when it was never asked, or too long ago. A job that was released asks again for what was
// not there when it was parked: that is what a person was told to add. One that asks anew takes what was answered since its release.
Task<Result<std::optional<std::string>>> JobRun::remembered(std::string place, Duration fresh) {
  auto row = co_await run_.context.store.get(store::Table::lookups, std::move(place));
  if (!row) co_return row.error();
  if (!*row) co_return std::nullopt;
  const auto sealed = unpack((*row)->value);
  const auto plain = sealed ? run_.context.vault.open(run_.job.client, "lookup", *sealed) : Result<std::string>(sealed.error());
  const auto answer = plain ? decode_answer(*plain) : Result<Answer>(plain.error());
  if (!answer) co_return std::nullopt;
  const bool is_revived = run_.job.revived != WallTime{};
  if (is_revived && answer->at >= run_.job.revived) co_return answer->json;
  if (fresh == kAnew || run_.context.now() - answer->at > fresh) co_return std::nullopt;
  if (is_revived && answer->json == "null") co_return std::nullopt;
  co_return answer->json;
}

// Jobs that lack the same answer at the same time ask for it once: the first one's turn lasts until it has stored what it was told, or
// ends, and the others find it then.
Task<JobRun::Handled> JobRun::handle_lookup(LookupRequest request) {
  const int index = next_index_++;
  looking_.clear();
  auto connection = run_.connection(request.role, request.connection);
  if (!connection) co_return unrecorded({"not_found", connection.error().text(), false, "", ""});
  const auto hash = key_of(request, *connection).hash;
  auto known = replayed(index, EntryKind::lookup, request.name, hash);
  if (known) co_return std::move(*known);
  const std::string prefix = run_.job.client + "/" + *connection + "/" + request.name + "/";
  std::set<std::string> keys(request.keys.begin(),
                             request.keys.end());  // turns are taken in one order, so that no two jobs wait for each other
  std::map<std::string, std::string> answers;
  for (const auto& key : keys) {
    auto answer = co_await remembered(prefix + key, request.fresh);
    if (answer && !*answer) {
      auto turn = co_await turns_.take("look-up " + prefix + key);
      answer = co_await remembered(prefix + key, request.fresh);
      if (answer && !*answer) looking_.push_back(std::move(turn));
    }
    if (!answer) co_return Ending::retry(std::string(code_name(answer.error().code())), answer.error().text());
    if (*answer) answers.emplace(key, std::move(**answer));
  }
  std::string json;
  document::Writer writer(json);
  writer.begin_object();
  for (const auto& key : request.keys) {
    const auto answer = answers.find(key);
    if (answer == answers.end()) continue;
    writer.key(key);
    writer.raw(answer->second);
  }
  writer.end_object();
  co_return record(index, EntryKind::lookup, request.name, hash, std::move(json));
}

Task<JobRun::Handled> JobRun::handle_lookup_store(LookupStore request) {
  const int index = next_index_++;
  auto connection = run_.connection(request.role, request.connection);
  if (!connection) co_return unrecorded({"not_found", connection.error().text(), false, "", ""});
  const auto hash = key_of(request, *connection).hash;
  auto known = replayed(index, EntryKind::lookup, request.name, hash);
  if (known) co_return std::move(*known);
  auto answers = document::Document::parse(request.answers);
  if (!answers) co_return unrecorded({"invalid_argument", answers.error().text(), false, "", ""});
  store::Change change;
  for (const auto field : answers->root().fields()) {
    const auto text = encode_answer({run_.context.now(), false, document::write(field.value)});
    auto sealed = run_.context.vault.seal(run_.job.client, "lookup", text);
    if (!sealed) co_return Ending::retry("internal", sealed.error().text());
    const auto key = run_.job.client + "/" + *connection + "/" + request.name + "/" + std::string(field.key);
    change.put.emplace_back(store::Table::lookups, store::Row{key, pack(*sealed), run_.context.now()});
  }
  auto looked = std::make_shared<std::vector<Turns::Turn>>(std::exchange(looking_, {}));
  co_return record(index, EntryKind::lookup, request.name, hash, "null", std::move(change), std::move(looked));
}

Task<JobRun::Handled> JobRun::handle_kv_get(KvGet request) {
  const int index = next_index_++;
  const auto hash = key_of(request, "").hash;
  auto known = replayed(index, EntryKind::kv, request.key, hash);
  if (known) co_return std::move(*known);
  auto settled = co_await after_own_sets();
  if (!settled) co_return Ending::retry(std::string(code_name(settled.error().code())), settled.error().text());
  auto row = co_await run_.context.store.get(store::Table::kv, run_.job.client + "/" + run_.job.instance + "/" + request.key);
  if (!row) co_return Ending::retry(std::string(code_name(row.error().code())), row.error().text());
  std::string json = "null";
  if (*row) {
    auto sealed = unpack((*row)->value);
    auto plain = sealed ? run_.context.vault.open(run_.job.client, "kv", *sealed) : Result<std::string>(sealed.error());
    if (!plain) co_return Ending::retry("corrupt", plain.error().text());
    json = std::move(*plain);
  }
  co_return record(index, EntryKind::kv, request.key, hash, std::move(json));
}

Task<JobRun::Handled> JobRun::handle_kv_set(KvSet request) {
  const int index = next_index_++;
  const auto hash = key_of(request, "").hash;
  auto known = replayed(index, EntryKind::kv, request.key, hash);
  if (known) co_return std::move(*known);
  store::Change change;
  auto key = run_.job.client + "/" + run_.job.instance + "/" + request.key;
  if (request.value == "null") {
    change.drop.emplace_back(store::Table::kv, std::move(key));
  } else {
    auto sealed = run_.context.vault.seal(run_.job.client, "kv", request.value);
    if (!sealed) co_return Ending::retry("internal", sealed.error().text());
    change.put.emplace_back(store::Table::kv, store::Row{std::move(key), pack(*sealed), run_.context.now()});
  }
  sets_queued_ = true;
  co_return record(index, EntryKind::kv, request.key, hash, "null", std::move(change));
}

// A set is recorded without waiting; what is read after it in the same run has to see it.
Task<Status> JobRun::after_own_sets() {
  if (!sets_queued_) co_return ok_status();
  store::Change nothing;
  auto behind = co_await run_.commit(std::move(nothing));
  if (!behind) co_return behind.error();
  sets_queued_ = false;
  co_return ok_status();
}

Task<JobRun::Handled> JobRun::handle_kv_list(KvList request) {
  const int index = next_index_++;
  auto key = key_of(request, "");
  auto known = replayed(index, EntryKind::kv, key.name, key.hash);
  if (known) co_return std::move(*known);
  const auto failed = [](const Error& error) { return Ending::retry(std::string(code_name(error.code())), error.text()); };
  auto settled = co_await after_own_sets();
  if (!settled) co_return failed(settled.error());
  const auto own = run_.job.client + "/" + run_.job.instance + "/";
  auto after = request.after.empty() ? std::string() : own + request.after;
  auto rows = co_await run_.context.store.list_part(store::Table::kv, own + request.prefix, std::move(after), request.limit);
  if (!rows) co_return failed(rows.error());
  std::string json;
  document::Writer writer(json);
  writer.begin_array();
  for (const auto& row : *rows) {
    auto sealed = unpack(row.value);
    auto plain = sealed ? run_.context.vault.open(run_.job.client, "kv", *sealed) : Result<std::string>(sealed.error());
    if (!plain) co_return Ending::retry("corrupt", plain.error().text());
    writer.begin_object();
    writer.key("key");
    writer.string(std::string_view(row.key).substr(own.size()));
    writer.key("value");
    writer.raw(*plain);
    writer.end_object();
  }
  writer.end_array();
  co_return record(index, EntryKind::kv, std::move(key.name), std::move(key.hash), std::move(json));
}

Task<JobRun::Handled> JobRun::handle_emit(EmitRequest request) {
  const int index = next_index_++;
  const auto hash = key_of(request, "").hash;
  auto known = replayed(index, EntryKind::emit, request.flow, hash);
  if (known) co_return std::move(*known);
  if (find_flow(*run_.instance, request.flow) == nullptr && !request.flow.empty()) {
    co_return unrecorded({"not_found", "no flow " + request.flow, false, "", ""});
  }
  const auto source = request.connection.empty() ? run_.job.source : request.connection;
  if (!request.connection.empty() && !is_bound(*run_.instance, source)) {
    co_return unrecorded({"not_found", "connection " + source + " is bound to no role", false, "", ""});
  }
  store::Change change;
  if (!request.flow.empty()) {
    auto sealed = run_.context.vault.seal(run_.job.client, "event", request.payload);
    if (!sealed) co_return Ending::retry("internal", sealed.error().text());
    store::EventBirth child;
    child.kind = store::EventKind::child;
    child.client = run_.job.client;
    child.connection = source;
    child.topic = request.flow;
    child.received = run_.context.now();
    child.replay_key = hash_parts({"child", std::to_string(run_.job.id), request.flow, request.key, request.payload});
    child.replay_until = child.received + run_.context.options.replay_kept;
    child.payload = std::move(*sealed);
    store::JobBirth birth;
    birth.client = run_.job.client;
    birth.instance = run_.job.instance;
    birth.flow = request.flow;
    birth.source = source;
    birth.key = request.key;
    birth.lane = run_.job.lane == store::Lane::backfill && !is_asked_for() ? store::Lane::retry : run_.job.lane;
    if (request.delay > Duration{}) birth.not_before = child.received + request.delay;
    child.jobs.push_back(std::move(birth));
    change.events.push_back(std::move(child));
  }
  if (!request.cursor.empty()) {
    const auto key = run_.job.client + "/" + run_.job.instance + "/" + request.cursor;
    change.put.emplace_back(store::Table::cursors, store::Row{key, request.cursor_value, run_.context.now()});
  }
  auto handled = record(index, EntryKind::emit, request.flow, hash, "null", std::move(change));
  run_.context.wake_jobs();
  co_return handled;
}

Task<JobRun::Handled> JobRun::handle_map(MapRecord request) {
  const int index = next_index_++;
  const auto hash = key_of(request, "").hash;
  auto known = replayed(index, EntryKind::map_input, request.mapping, hash);
  if (known) co_return std::move(*known);
  co_return record(index, EntryKind::map_input, request.mapping, hash,
                   "{\"input\":" + request.input + ",\"output\":" + (request.output.empty() ? "null" : request.output) + "}");
}

// A recorded step stands for all calls inside it: counting goes on behind it.
JobRun::Handled JobRun::handle_step(const StepRequest& request) {
  const int index = next_index_++;
  const auto* done = run_.journal.newest(EntryKind::step, request.name);
  if (done == nullptr) return Answer{{}, false, "{\"done\":false}"};
  auto answer = run_.journal.open(*done);
  if (!answer) return Ending::retry("corrupt", answer.error().text());
  if (done->index > index && run_.journal.at(done->index, EntryKind::step) == done) next_index_ = done->index + 1;
  answer->json = "{\"done\":true,\"value\":" + answer->json + "}";
  return *answer;
}

JobRun::Handled JobRun::handle_step_done(const StepDone& request) {
  const int index = next_index_++;
  const auto hash = key_of(request, "").hash;
  auto known = replayed(index, EntryKind::step, request.name, hash);
  if (known) return std::move(*known);
  return record(index, EntryKind::step, request.name, hash, request.value.empty() ? "null" : request.value);
}

// Notes answer nothing; a replayed run says them again, and only new calls are worth a note.
JobRun::Handled JobRun::handle_note(const NoteRequest& request) {
  const Answer answer{{}, false, "null"};
  if (run_.journal.any_at(next_index_) != nullptr) return answer;
  auto note = document::Node::object();
  note.set("level", request.level).set("text", request.text);
  std::string json = document::write(note);
  if (!request.fields.empty()) json.insert(json.size() - 1, ",\"fields\":" + request.fields);
  auto entry = run_.journal.seal(EntryKind::note, -1, "note", "", {run_.context.now(), false, json});
  if (!entry) return answer;
  store::Change change;
  change.entries.push_back(std::move(*entry));
  // A number that the record bears elsewhere: it is found by it too.
  const auto fields = document::Document::parse(request.fields.empty() ? "{}" : request.fields);
  if (const auto number = fields ? std::string(fields->root().get("number").text()) : std::string(); !number.empty())
    change.terms.push_back({run_.job.client, run_.context.vault.digest(run_.job.client, number)});
  run_.record(std::move(change));
  return answer;
}

}  // namespace mlc::engine
