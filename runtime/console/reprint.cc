#include "runtime/console/reprint.h"

#include <algorithm>

#include "runtime/base/sleep.h"
#include "runtime/console/api.h"
#include "runtime/console/arguments.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/journal.h"
#include "runtime/remote/directory.h"

namespace mlc::console {
namespace {

constexpr int kWaitSeconds = 30;  // then the answer says that it still waits
constexpr Duration kLook = std::chrono::milliseconds(50);
constexpr int64_t kFirstCopy = 1;
constexpr int kMostJobs = 1000;
constexpr Duration kKept = std::chrono::hours(24 * 30);

// A document that was printed: the first job that did, with what it was given, and the highest copy that there is.
struct Printed {
  store::Job job;
  std::string payload;
  int64_t copy = kFirstCopy;
};

struct Copy {
  std::string instance, flow, key, station;
  int64_t copy = 0;
  store::Id job = 0;
};

bool prints(Services& services, const store::Job& job) {
  const Json flows = services.scripts.standing(job.client, job.instance).value("reprints", Json::array());
  return std::find(flows.begin(), flows.end(), Json(job.flow)) != flows.end();
}

// Jobs that bear the number, oldest first.
Task<Result<std::vector<store::Id>>> jobs_of(Services& services, std::string client, std::string number) {
  auto found = co_await services.store.find(client, services.vault.digest(client, number));
  if (!found) co_return found.error();
  store::JobFilter filter;
  filter.client = client;
  filter.key = number;
  filter.limit = kMostJobs;
  auto by_key = co_await services.store.jobs(filter);
  if (!by_key) co_return by_key.error();
  std::vector<store::Id> all = *found;
  for (const auto& job : *by_key) all.push_back(job.id);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  co_return all;
}

Task<Result<std::vector<Printed>>> printed(Services& services, std::string client, std::string number) {
  auto ids = co_await jobs_of(services, client, number);
  if (!ids) co_return ids.error();
  std::vector<Printed> documents;
  for (const auto id : *ids) {
    auto story = co_await services.store.story(id);
    if (!story) co_return story.error();
    if (!*story || !prints(services, (*story)->job)) continue;
    const auto& told = **story;
    auto payload = services.vault.open(client, "event", told.payload);
    if (!payload) co_return payload.error().wrap("what was printed for " + number + " can't be read any more");
    const auto parsed = document::Document::parse(*payload);
    if (!parsed || !parsed->root().is_object()) continue;
    const int64_t copy = parsed->root().get("copy").integer().value_or(kFirstCopy);
    const auto same = std::find_if(documents.begin(), documents.end(), [&](const Printed& other) {
      return other.job.instance == told.job.instance && other.job.flow == told.job.flow && other.job.key == told.job.key;
    });
    if (same == documents.end()) documents.push_back({told.job, std::move(*payload), copy});
    else same->copy = std::max(same->copy, copy);
  }
  if (documents.empty()) co_return Error(Code::not_found, "nothing that " + client + " printed bears the number " + number);
  co_return documents;
}

Status known_station(Services& services, const std::string& client, const std::string& station) {
  if (station.empty()) return ok_status();
  std::string known;
  for (const auto& connection : services.doors.connections(client)) {
    if (connection->spec->transports.empty()) continue;
    if (connection->name == station) return ok_status();
    known += (known.empty() ? "" : ", ") + connection->name;
  }
  return Error(Code::not_found, "there is no station " + station + " of " + client + (known.empty() ? "" : ": there are " + known));
}

Task<Result<std::vector<Copy>>> give_again(Services& services, std::vector<Printed> documents, std::string station, std::string actor) {
  store::Change change;
  std::vector<Copy> copies;
  for (const auto& each : documents) {
    const auto& job = each.job;
    const auto parsed = document::Document::parse(each.payload);
    if (!parsed) co_return parsed.error();
    auto payload = document::Node::copy_of(parsed->root());
    payload.set("copy", each.copy + 1);
    if (!station.empty()) payload.set("station", station);
    auto sealed = services.vault.seal(job.client, "event", document::write(payload));
    if (!sealed) co_return sealed.error();
    store::EventBirth event;
    event.kind = store::EventKind::manual;
    event.client = job.client;
    event.connection = job.source;
    event.topic = job.flow;
    event.received = services.env.clock->wall();
    // Of two people who ask at once one is told to ask again; never one copy that both take for theirs.
    event.replay_key = engine::hash_parts({"reprint", job.client, job.instance, job.flow, job.key, std::to_string(each.copy + 1)});
    event.replay_until = event.received + kKept;
    event.payload = std::move(*sealed);
    store::JobBirth birth;
    birth.client = job.client;
    birth.instance = job.instance;
    birth.flow = job.flow;
    birth.source = job.source;
    birth.key = job.key;
    event.jobs.push_back(std::move(birth));
    change.events.push_back(std::move(event));
    const std::string place = station.empty() ? std::string(parsed->root().get("station").text()) : station;
    change.audit.push_back({job.client, actor, "reprint", job.instance + "/" + job.flow + " " + job.key,
                            "copy " + std::to_string(each.copy + 1) + (place.empty() ? "" : " at " + place)});
    copies.push_back({job.instance, job.flow, job.key, place, each.copy + 1, 0});
  }
  auto committed = co_await services.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  for (size_t at = 0; at < copies.size(); ++at) {
    const auto& accepted = committed->events[at];
    if (accepted.duplicate || accepted.jobs.empty())
      co_return Error(Code::conflict,
                      "somebody asked for the same copy of " + copies[at].key + " just now: ask again if one more is wanted");
    copies[at].job = accepted.jobs.front();
  }
  services.engine.jobs().wake();
  co_return copies;
}

bool is_over(const std::string& state) { return state == "done" || state == "cancelled" || state == "parked" || state == "dead"; }

// One line a copy, with where its job stands; `open`: how many have not ended.
Task<Result<Json>> standing(Services& services, std::vector<Copy> copies) {
  Json lines = Json::array();
  int64_t open = 0, parked = 0, dead = 0, done = 0;
  for (const auto& copy : copies) {
    auto job = co_await services.store.job(copy.job);
    if (!job) co_return job.error();
    const std::string state = *job ? std::string(state_name((*job)->state)) : "gone";
    parked += state == "parked" ? 1 : 0;
    dead += state == "dead" ? 1 : 0;
    done += state == "done" ? 1 : 0;
    open += is_over(state) ? 0 : 1;
    Json line = Json::object();
    line["instance"] = copy.instance;
    line["flow"] = copy.flow;
    line["key"] = copy.key;
    line["station"] = copy.station;
    line["copy"] = copy.copy;
    line["job"] = copy.job;
    line["state"] = state;
    line["reason"] = *job ? (*job)->reason : "";
    lines.push_back(std::move(line));
  }
  Json told = Json::object();
  told["copies"] = std::move(lines);
  told["done"] = done;
  told["parked"] = parked;
  told["dead"] = dead;
  told["open"] = open;
  co_return told;
}

Task<Result<Json>> reprint(Services& services, Call call) {
  auto number = call.text("number");
  if (!number) co_return number.error();
  auto station = call.text("station");
  if (!station) co_return station.error();
  if (number->empty()) co_return Error(Code::invalid_argument, "`number` is missing: what the document was printed under");
  const std::string client = call.at("client");
  auto running = co_await services.doors.run_jobs();
  if (!running) co_return running.error();
  auto documents = co_await printed(services, client, *number);
  if (!documents) co_return documents.error();
  if (auto known = known_station(services, client, *station); !known) co_return known.error();
  auto giving = give_again(services, std::move(*documents), *station, call.actor);
  auto copies = co_await std::move(giving);
  if (!copies) co_return copies.error();
  auto told = co_await standing(services, *copies);
  const auto looks = std::chrono::seconds(kWaitSeconds) / kLook;
  for (int look = 0; told && call.body.value("wait", true) && told->value("open", int64_t{0}) > 0 && look < looks; ++look) {
    std::unique_ptr<Timer> timer;
    Callback<Unit> waiting(
        [&](Callback<Unit>::Complete done) { timer = services.env.timers->after_real(kLook, [done] { done(Unit{}); }); });
    co_await waiting;
    told = co_await standing(services, *copies);
  }
  co_return told;
}

}  // namespace

std::vector<Route> reprint_routes() {
  return {{"POST", "/api/v1/clients/{client}/reprint", "prints a stored document once more, as a further copy", reprint, {}}};
}

}  // namespace mlc::console
