#include "runtime/workbench/replay_offline.h"

#include "runtime/base/sleep.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/effects.h"
#include "runtime/engine/request_key.h"
#include "runtime/engine/words.h"
#include "runtime/script/interactive.h"

namespace mlc::workbench {

using document::Document;
using engine::Answer;
using engine::HostError;
using store::EntryKind;

namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(100);  // at the journal of a job that still runs

// A request as a person would write it down.
std::string words_for(const engine::HostRequest& request) {
  return std::visit(
      [](const auto& one) -> std::string {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, engine::ReadRequest>) return "read " + one.role + "." + one.operation + " " + one.arguments;
        else if constexpr (std::is_same_v<Kind, engine::SendRequest>)
          return "send \"" + one.effect + "\" " + one.role + "." + one.operation + " " + one.arguments +
                 (one.version.empty() ? "" : " version " + one.version);
        else if constexpr (std::is_same_v<Kind, engine::SentRequest>) return "sent \"" + one.effect + "\"";
        else if constexpr (std::is_same_v<Kind, engine::WithholdRequest>) return "withhold \"" + one.effect + "\" version " + one.version;
        else if constexpr (std::is_same_v<Kind, engine::LookupRequest> || std::is_same_v<Kind, engine::LookupStore>)
          return "look-up " + one.name;
        else if constexpr (std::is_same_v<Kind, engine::StartRequest>) return "the start";
        else if constexpr (std::is_same_v<Kind, engine::KvGet> || std::is_same_v<Kind, engine::KvSet>) return "kv " + one.key;
        else if constexpr (std::is_same_v<Kind, engine::KvList>) return "kv list " + one.prefix;
        else if constexpr (std::is_same_v<Kind, engine::EmitRequest>) return "emit " + one.flow + " " + one.key;
        else if constexpr (std::is_same_v<Kind, engine::MapRecord>) return "map \"" + one.mapping + "\"";
        else if constexpr (std::is_same_v<Kind, engine::StepRequest> || std::is_same_v<Kind, engine::StepDone>)
          return "step \"" + one.name + "\"";
        else return "note";
      },
      request);
}

std::string map_json(const engine::MapRecord& map) {
  return "{\"input\":" + map.input + ",\"output\":" + (map.output.empty() ? "null" : map.output) + "}";
}

// `name` of an object's JSON, as JSON; "" when it is not there.
std::string part(const std::string& json, std::string_view name) {
  auto parsed = Document::parse(json);
  if (!parsed) return "";
  auto value = parsed->root().get(name);
  return value ? document::write(value) : "";
}

// What stands at the remote came of another write: as in shadow there is nothing to hold this one against.
void in_shadow(Answer& answer) {
  auto parsed = document::Document::parse(answer.json);
  if (answer.failed || !parsed || !parsed->root().is_object()) return;
  auto edited = document::Node::copy_of(parsed->root());
  edited.set("state", "shadow");
  answer.json = document::write(edited);
}

Answer unsent(const std::string& effect) { return {{}, false, engine::sent_json("offline-" + effect, "", "", "shadow")}; }

}  // namespace

std::string ReplayReport::text() const {
  std::string out = "job " + std::to_string(job) + ": ";
  if (equal() && !edited) {
    out += "equal, " + std::to_string(requests) + (requests == 1 ? " request" : " requests") + " byte for byte; " + end + "\n";
    return out;
  }
  if (equal()) return out + "the edited script maps and writes the same; " + end + "\n";
  if (!diverged.empty()) out += "differs: " + diverged + "\n";
  else out += std::to_string(differences.size()) + (differences.size() == 1 ? " difference" : " differences") + "\n";
  for (const auto& one : differences) out += "  " + one.text() + "\n";
  if (!end.empty()) out += "  the re-run: " + end + "\n  the job:    " + was + "\n";
  return out;
}

OfflineHost::OfflineHost(Parts parts, std::function<void()> stopped)
    : parts_(std::move(parts)),
      // Posted: whoever hears of it may end this.
      stopped_([executor = parts_.env.executor, stopped = std::move(stopped)] { executor->post(stopped); }),
      name_(parts_.recording->job().source + ":" + parts_.recording->job().key),
      seen_(parts_.recording->input.began) {}

void OfflineHost::request(engine::HostRequest request, Reply reply) {
  parts_.env.executor->post([self = shared_from_this(), request = std::move(request), reply = std::move(reply)]() mutable {
    if (!self->closed_) self->answer(std::move(request), std::move(reply));
  });
}

void OfflineHost::answer(engine::HostRequest request, Reply reply) {
  if (std::holds_alternative<engine::NoteRequest>(request)) return give(reply, Answer{{}, false, "null"});
  const int index = next_++;
  const auto& instance = parts_.program->instance;
  auto connection = engine::connection_for(instance, parts_.recording->job().source, request);
  if (!connection) return give(reply, HostError{"not_found", connection.error().text(), false, "", ""});
  if (auto* sent = std::get_if<engine::SentRequest>(&request); sent != nullptr && sent->entity.empty()) sent->entity = name_;
  if (auto* send = std::get_if<engine::SendRequest>(&request)) {
    const auto facts = parts_.remote->facts(parts_.recording->job().client, *connection, send->operation);
    if (auto refused = engine::refusal_of(*send, facts)) return give(reply, std::move(*refused));
  }
  auto answered = parts_.compare == Compare::strictly     ? strict(request, *connection, index)
                  : parts_.compare == Compare::by_content ? loose(request, *connection)
                                                          : for_line(request, *connection);
  if (answered) return give(reply, std::move(*answered));
  if (!diverged_.empty()) return stopped_();
  if (parts_.follow && !parts_.recording->ended()) {
    --next_;
    scope_.spawn(wait_for_entry(shared_from_this(), std::move(request), std::move(reply), index));
    return;
  }
  ended_here_ = "the recording ends before request " + std::to_string(index + 1) + " (" + words_for(request) + ")";
  stopped_();
}

void OfflineHost::give(const Reply& reply, Answered answered) {
  ++answered_;
  if (auto* error = std::get_if<HostError>(&answered)) {
    engine::HostReply refused;
    refused.value = std::move(*error);
    refused.now = seen_;
    return reply(std::move(refused));
  }
  auto& answer = std::get<Answer>(answered);
  if (answer.at == WallTime{}) answer.at = seen_;
  seen_ = answer.at;
  reply(engine::to_reply(std::move(answer)));
}

void OfflineHost::diverge(std::string why) {
  if (diverged_.empty()) diverged_ = std::move(why);
}

std::optional<OfflineHost::Answered> OfflineHost::strict(const engine::HostRequest& request, const std::string& connection, int index) {
  const auto& journal = *parts_.recording->journal;
  if (const auto* asked = std::get_if<engine::StepRequest>(&request)) return step(*asked, index);
  const auto* entry = journal.any_at(index);
  if (entry == nullptr) {
    const auto* send = std::get_if<engine::SendRequest>(&request);
    if (send == nullptr) return std::nullopt;
    // What can't even be planned was answered and not recorded.
    auto planned = parts_.remote->plan({parts_.recording->job().client, connection, send->operation, send->arguments});
    if (planned) return std::nullopt;
    return HostError{std::string(code_name(planned.error().code())), planned.error().text(), false, "", ""};
  }
  const auto key = engine::key_of(request, connection);
  const bool is_send = std::holds_alternative<engine::SendRequest>(request);
  const bool same_kind = entry->kind == key.kind || (is_send && entry->kind == EntryKind::plan);
  if (!same_kind || entry->name != key.name || entry->input_hash != key.hash) {
    diverge("request " + std::to_string(index + 1) + " was " + std::string(engine::word(entry->kind)) + " \"" + entry->name +
            "\" when it was recorded and is now " + words_for(request));
    return std::nullopt;
  }
  if (is_send) {
    if (const auto* plan = journal.at(index, EntryKind::plan)) {
      auto frozen = journal.open(*plan);
      if (!frozen) diverge(frozen.error().text());
      else compare_plan(std::get<engine::SendRequest>(request), connection, frozen->json);
    }
    if (!differences_.empty()) diverge("the frozen request of \"" + key.name + "\" is another");
    if (!diverged_.empty()) return std::nullopt;
    entry = journal.at(index, EntryKind::outcome);
    if (entry == nullptr) return std::nullopt;  // planned, and its outcome not known yet
  }
  auto answer = journal.open(*entry);
  if (!answer) {
    diverge(answer.error().text());
    return std::nullopt;
  }
  if (const auto* map = std::get_if<engine::MapRecord>(&request); map != nullptr && answer->json != map_json(*map)) {
    compare_json("mapping " + map->mapping, part(answer->json, "output"), part(map_json(*map), "output"), differences_);
    diverge("mapping \"" + map->mapping + "\" gives another record");
    return std::nullopt;
  }
  if (const auto* done = std::get_if<engine::StepDone>(&request);
      done != nullptr && answer->json != (done->value.empty() ? "null" : done->value)) {
    compare_json("step " + done->name, answer->json, done->value, differences_);
    diverge("step \"" + done->name + "\" gives another value");
    return std::nullopt;
  }
  return *answer;
}

// A step that this attempt finished is run again, so that what it asks is compared too; one of an earlier attempt is taken as it is.
std::optional<OfflineHost::Answered> OfflineHost::step(const engine::StepRequest& request, int index) {
  const auto& journal = *parts_.recording->journal;
  const auto* done = journal.newest(EntryKind::step, request.name);
  const bool here = done != nullptr && done->index > index && journal.at(done->index, EntryKind::step) == done;
  if (done == nullptr || here) return Answer{{}, false, "{\"done\":false}"};
  auto answer = journal.open(*done);
  if (!answer) {
    diverge(answer.error().text());
    return std::nullopt;
  }
  answer->json = "{\"done\":true,\"value\":" + answer->json + "}";
  return *answer;
}

// The frozen bytes now and then. What the engine itself puts in (the idempotency key, a look-up that the flow gave) is not the
// script's and is taken over.
void OfflineHost::compare_plan(const engine::SendRequest& request, const std::string& connection, const std::string& recorded) {
  auto kept = Document::parse(recorded);
  auto before = kept ? remote::Plan::parse(kept->root().get("plan").text()) : Result<remote::Plan>(kept.error());
  if (!before) return diverge("the recorded plan of \"" + request.effect + "\" can't be read: " + before.error().text());
  std::string arguments = request.arguments.empty() ? "{}" : request.arguments;
  if (auto parsed = Document::parse(arguments); parsed && parsed->root().get("expect")) {
    auto rest = document::Node::copy_of(parsed->root());
    rest.erase("expect");
    arguments = document::write(rest);
  }
  auto after = parts_.remote->plan({parts_.recording->job().client, connection, request.operation, arguments});
  const std::string what = "write " + request.effect;
  if (!after) {
    differences_.push_back({what, "", before->method + " " + before->url, after.error().text()});
    return;
  }
  if (after->idempotency_key.empty()) after->idempotency_key = before->idempotency_key;
  if (!request.probe_operation.empty()) after->probe = before->probe;
  if (after->serialise() == before->serialise()) return;
  const size_t known = differences_.size();
  if (before->method != after->method) differences_.push_back({what, "method", before->method, after->method});
  if (before->url != after->url) differences_.push_back({what, "url", before->url, after->url});
  compare_json(what, before->body, after->body, differences_);
  if (differences_.size() == known && parts_.compare == Compare::strictly)
    differences_.push_back({what, "", before->serialise(), after->serialise()});
}

// The next recorded answer to exactly this request; the last one again when all are taken.
const store::Entry* OfflineHost::take(const engine::RequestKey& key) {
  const store::Entry* last = nullptr;
  for (const auto& entry : parts_.recording->entries) {
    if (entry.index < 0 || entry.kind != key.kind || entry.input_hash != key.hash) continue;
    last = &entry;
    if (taken_.insert(entry.row).second) return last;
  }
  return last;
}

// The entry that stands for the n-th mapping or write of a name.
const store::Entry* OfflineHost::of_name(EntryKind kind, const std::string& name, bool count) {
  int& seen = occurrences_[std::string(engine::word(kind)) + " " + name];
  int left = seen;
  if (count) ++seen;
  for (const auto& entry : parts_.recording->entries) {
    if (entry.index < 0 || entry.kind != kind || entry.name != name || parts_.recording->journal->any_at(entry.index) == nullptr) continue;
    if (left-- == 0) return &entry;
  }
  return nullptr;
}

// Keys that any recorded look-up or mapping knows an answer to.
std::optional<OfflineHost::Answered> OfflineHost::loose_lookup(const engine::LookupRequest& request) {
  auto known = document::Node::object();
  for (const auto& entry : parts_.recording->entries) {
    const bool looked = entry.kind == EntryKind::lookup && entry.name == request.name;
    if (!looked && entry.kind != EntryKind::map_input) continue;
    auto answer = parts_.recording->journal->open(entry);
    auto parsed = answer ? Document::parse(answer->json) : Result<Document>(answer.error());
    if (!parsed) continue;
    auto answers = looked ? parsed->root() : parsed->root().get("input").get("lookups").get(request.name);
    for (const auto& key : request.keys) {
      if (auto value = answers.get(key)) known.set(key, document::Node::copy_of(value));
    }
  }
  return Answer{{}, false, document::write(known)};
}

// A line of a person's: reads are answered from what was recorded, nothing is compared, nothing leaves.
std::optional<OfflineHost::Answered> OfflineHost::for_line(const engine::HostRequest& request, const std::string& connection) {
  const Answer nothing{{}, false, "null"};
  if (const auto* lookup = std::get_if<engine::LookupRequest>(&request)) return loose_lookup(*lookup);
  if (const auto* send = std::get_if<engine::SendRequest>(&request))
    return HostError{"offline", "a recorded job sends nothing; this would be " + words_for(*send), false, "", ""};
  if (std::holds_alternative<engine::StepRequest>(request)) return Answer{{}, false, "{\"done\":false}"};
  const bool asks = std::holds_alternative<engine::ReadRequest>(request) || std::holds_alternative<engine::SentRequest>(request) ||
                    std::holds_alternative<engine::WithholdRequest>(request) || std::holds_alternative<engine::KvGet>(request) ||
                    std::holds_alternative<engine::KvList>(request);
  if (!asks) return nothing;
  const auto* entry = take(engine::key_of(request, connection));
  if (entry == nullptr)
    return HostError{
        "offline",
        "the job did not ask this, so its recording has no answer: " + words_for(request) + " (:unload leads back to the live systems)",
        false, "", ""};
  auto answer = parts_.recording->journal->open(*entry);
  if (!answer) return HostError{"corrupt", answer.error().text(), false, "", ""};
  return *answer;
}

std::optional<OfflineHost::Answered> OfflineHost::loose(const engine::HostRequest& request, const std::string& connection) {
  const auto& journal = *parts_.recording->journal;
  const Answer nothing{{}, false, "null"};
  const auto open = [&](const store::Entry& entry) -> std::optional<Answered> {
    auto answer = journal.open(entry);
    if (answer) return *answer;
    diverge(answer.error().text());
    return std::nullopt;
  };
  // Nothing, at the time when it was recorded: what the script makes of job:now() stays the same.
  const auto nothing_at = [&](const store::Entry* entry) {
    auto then = entry != nullptr ? journal.open(*entry) : Result<Answer>(nothing);
    return Answer{then ? then->at : WallTime{}, false, "null"};
  };
  if (const auto* lookup = std::get_if<engine::LookupRequest>(&request)) {
    const auto* same = take(engine::key_of(request, connection));
    return same != nullptr ? open(*same) : loose_lookup(*lookup);
  }
  if (std::holds_alternative<engine::LookupStore>(request)) return nothing_at(take(engine::key_of(request, connection)));
  if (std::holds_alternative<engine::StepRequest>(request)) return Answer{{}, false, "{\"done\":false}"};
  if (std::holds_alternative<engine::StepDone>(request)) return nothing_at(take(engine::key_of(request, connection)));
  if (const auto* map = std::get_if<engine::MapRecord>(&request)) {
    const auto* before = of_name(EntryKind::map_input, map->mapping, true);
    auto answer = before != nullptr ? journal.open(*before) : Result<Answer>(Answer{});
    if (!answer) diverge(answer.error().text());
    else compare_json("mapping " + map->mapping, before != nullptr ? part(answer->json, "output") : "", map->output, differences_);
    return nothing_at(before);
  }
  if (const auto* send = std::get_if<engine::SendRequest>(&request)) {
    sent_.insert(send->effect);
    const auto* plan = of_name(EntryKind::plan, send->effect, true);
    const auto* outcome = of_name(EntryKind::outcome, send->effect, true);
    const size_t before = differences_.size();
    if (plan != nullptr) {
      auto frozen = journal.open(*plan);
      if (frozen) compare_plan(*send, connection, frozen->json);
      else diverge(frozen.error().text());
    } else if (outcome == nullptr) {  // with an outcome and no plan it was another job's write, which this one shared
      differences_.push_back({"write " + send->effect, "", "", send->operation + " " + send->arguments});
    }
    if (outcome == nullptr) return unsent(send->effect);
    auto answered = open(*outcome);
    if (auto* answer = answered ? std::get_if<Answer>(&*answered) : nullptr; answer != nullptr && differences_.size() > before)
      in_shadow(*answer);
    return answered;
  }
  if (const auto* set = std::get_if<engine::KvSet>(&request)) {
    const auto* before = take(engine::key_of(request, connection));
    if (before == nullptr) differences_.push_back({"kv " + set->key, "", "", set->value});
    return nothing_at(before);
  }
  if (const auto* emit = std::get_if<engine::EmitRequest>(&request)) {
    if (take(engine::key_of(request, connection)) == nullptr)
      differences_.push_back({"emit " + emit->flow + " " + emit->key, "", "", emit->payload});
    return nothing;
  }
  if (const auto* entry = take(engine::key_of(request, connection))) return open(*entry);
  if (std::holds_alternative<engine::WithholdRequest>(request)) return nothing;
  diverge("the edited script asks for what was not recorded: " + words_for(request));
  return std::nullopt;
}

Task<Unit> OfflineHost::wait_for_entry(std::shared_ptr<OfflineHost> self, engine::HostRequest request, Reply reply, int index) {
  const auto id = parts_.recording->job().id;
  const int attempt = parts_.recording->job().attempt;
  for (;;) {
    std::unique_ptr<Timer> timer;
    Callback<Unit> tick(
        [&](Callback<Unit>::Complete done) { timer = parts_.env.timers->after_real(kLookEvery, [done] { done(Unit{}); }); });
    co_await tick;
    auto fresh = co_await read_recording(*parts_.store, *parts_.vault, id);
    if (!fresh) {
      diverge(fresh.error().text());
      break;
    }
    if ((*fresh)->job().attempt != attempt) {
      ended_here_ = "the job was revived meanwhile";
      break;
    }
    const bool is_send = std::holds_alternative<engine::SendRequest>(request);
    const auto& journal = *(*fresh)->journal;
    const bool there = is_send ? journal.at(index, EntryKind::outcome) != nullptr : journal.any_at(index) != nullptr;
    parts_.recording = *fresh;
    if (!there && !parts_.recording->ended()) continue;
    answer(std::move(request), std::move(reply));
    co_return Unit{};
  }
  stopped_();
  (void)self;
  co_return Unit{};
}

void OfflineHost::compare_end(ReplayReport& report, const engine::RunEnd& end) const {
  using How = engine::RunEnd::How;
  const auto& job = parts_.recording->job();
  std::string now;
  switch (end.how) {
    case How::done:
      now = "done";
      break;
    case How::skipped:
      now = "skipped: " + end.reason;
      break;
    default:
      now = (end.how == How::refused ? "refused: " : "failed: ") + end.reason +
            (end.script_position.empty() ? "" : " (" + end.script_position + ")");
  }
  report.end = now;
  std::string then;
  if (job.state == store::JobState::done) then = job.done_as == store::DoneAs::skipped ? "skipped: " + job.reason : "done";
  if (then.empty()) {
    // A parked job keeps the sentence it was parked with; one that waits, was cancelled or settled by hand has another's.
    const bool ours = job.state == store::JobState::parked && now.find(": " + job.reason) != std::string::npos;
    if (ours || end.how != How::done) return;
    then = std::string(engine::word(job.state)) + ": " + job.reason;
  }
  if (then != now) report.differences.push_back({"end", "", then, now});
}

ReplayReport OfflineHost::report(const engine::RunEnd* end) const {
  ReplayReport report;
  const auto& job = parts_.recording->job();
  report.job = job.id;
  report.version = parts_.program->instance.version;
  report.edited = parts_.compare == Compare::by_content;
  report.requests = answered_;
  report.recorded = parts_.recording->calls();
  report.diverged = diverged_;
  report.was = parts_.recording->end_text();
  report.differences = differences_;
  if (end != nullptr && diverged_.empty()) compare_end(report, *end);
  if (end == nullptr) report.end = ended_here_;
  if (parts_.compare == Compare::strictly) {
    const bool to_its_end = end != nullptr || !ended_here_.empty();
    if (report.diverged.empty() && to_its_end && next_ < report.recorded)
      report.diverged = "the re-run ends after " + std::to_string(next_) + " of " + std::to_string(report.recorded) + " recorded requests";
    // A job that is done has a whole recording.
    if (report.diverged.empty() && end == nullptr && job.state == store::JobState::done) report.diverged = ended_here_;
  } else if (end != nullptr) {
    for (const auto& entry : parts_.recording->entries) {
      if (entry.kind != EntryKind::plan || parts_.recording->journal->any_at(entry.index) == nullptr || sent_.contains(entry.name))
        continue;
      report.differences.push_back({"write " + entry.name, "", "sent", ""});
    }
  }
  return report;
}

Task<Result<ReplayReport>> replay_offline(ReplayParts parts, store::Id job, std::shared_ptr<const script::Program> edited) {
  auto recording = co_await read_recording(*parts.store, *parts.vault, job);
  if (!recording) co_return recording.error();
  std::shared_ptr<const script::Program> program = edited;
  if (!program) {
    auto pinned = co_await read_program(*parts.store, *parts.host, (*recording)->job().version);
    if (!pinned) co_return pinned.error().wrap("job " + std::to_string(job));
    program = *pinned;
  }
  OfflineHost::Parts host_parts;
  host_parts.env = parts.env;
  host_parts.remote = parts.remote;
  host_parts.store = parts.store;
  host_parts.vault = parts.vault;
  host_parts.recording = *recording;
  host_parts.program = program;
  host_parts.compare = edited ? OfflineHost::Compare::by_content : OfflineHost::Compare::strictly;

  std::optional<engine::RunEnd> end;
  std::shared_ptr<OfflineHost> host;
  std::unique_ptr<script::Interactive> run;
  Callback<Unit> ended([&](Callback<Unit>::Complete done) {
    host = std::make_shared<OfflineHost>(std::move(host_parts), [done] { done(Unit{}); });
    script::Interactive::Parts wanted;
    wanted.host = parts.host;
    wanted.program = program;
    wanted.input = (*recording)->input;
    wanted.executor = parts.env.executor;
    wanted.lines = host;
    wanted.print = [](const std::string&) {};
    run = std::make_unique<script::Interactive>(std::move(wanted));
    run->run_flow(host, [&end, done](engine::RunEnd how) {
      end = std::move(how);
      done(Unit{});
    });
  });
  co_await ended;
  auto report = host->report(end ? &*end : nullptr);
  host->close();
  run.reset();
  co_return report;
}

}  // namespace mlc::workbench
