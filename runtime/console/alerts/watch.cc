#include "runtime/console/alerts/watch.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "runtime/base/date.h"
#include "runtime/base/files.h"
#include "runtime/console/disk.h"
#include "runtime/console/left_out.h"

namespace mlc::console {
namespace {

constexpr std::string_view kReconciled = "reconciled/";
constexpr int kMostNumbers = 10;
constexpr size_t kMostPeriods = 3;  // named one by one in a sentence
constexpr int64_t kDay = 24 * 3600;
constexpr int64_t kScarceDays = 3, kLastDay = 1;
constexpr int64_t kNoRoom = 200 * 1024 * 1024;  // bytes: critical whatever the growth
constexpr int kRoundsUntilTold = 7;             // an hour of failed rounds: less may be a short outage
constexpr Duration kSkewFresh = std::chrono::hours(1);

std::string days(int64_t count) { return count < 1 ? "less than a day" : std::to_string(count) + (count == 1 ? " day" : " days"); }

std::string minutes(Duration span) {
  const auto count = std::chrono::floor<std::chrono::minutes>(span).count();
  if (count < 1) return std::to_string(std::chrono::floor<std::chrono::seconds>(span).count()) + " s";
  return count < 120 ? std::to_string(count) + " min" : std::to_string(count / 60) + " h";
}

std::string joined(const std::set<std::string>& list) {
  std::string text;
  for (const auto& each : list) text += (text.empty() ? "" : ", ") + each;
  return text;
}

template <class Runs>
void in_order(Runs& runs) {
  std::sort(runs.begin(), runs.end(),
            [](const auto& a, const auto& b) { return std::pair(a.end.from, a.end.to) < std::pair(b.end.from, b.end.to); });
}

// Of a client that is no longer there nothing is anybody's concern any more. One whose file is broken is still there.
bool is_removed(const Services& services, const std::string& client) {
  if (client.empty()) return false;
  const auto clients = services.doors.clients();
  if (std::find(clients.begin(), clients.end(), client) != clients.end()) return false;
  return !RealFiles().exists(services.state_folder + "/../clients/" + client);
}

}  // namespace

Task<Status> ServicesWatch::load() {
  auto rows = co_await services_.store.list(store::Table::alerts, std::string(kReconciled));
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    const Json json = Json::parse(row.value, nullptr, false);
    if (!json.is_object()) continue;
    engine::ReconcileEnd end;
    end.client = json.value("client", "");
    end.instance = json.value("instance", "");
    end.differences = json.value("differences", int64_t{0});
    const auto from = parse_iso_date(json.value("from", "")), to = parse_iso_date(json.value("to", ""));
    if (!from || !to) continue;
    end.from = *from;
    end.to = *to;
    reconciled_[end.client + "/" + end.instance].push_back({row.key, end});
  }
  for (auto& [place, runs] : reconciled_) in_order(runs);
  co_return ok_status();
}

Task<Observed> ServicesWatch::look(AlertWhen when) {
  Observed observed;
  grants(when, observed);
  clock(when, observed);
  subscriptions(observed);
  reconciles(observed);
  broken(observed);
  webhooks(when, observed);
  auto open = cases(&observed);
  co_await std::move(open);
  auto late = behind(when, &observed);
  co_await std::move(late);
  auto room = disk(when, &observed);
  co_await std::move(room);
  std::erase_if(observed.conditions, [this](const Condition& one) { return is_removed(services_, one.client); });
  co_return observed;
}

void ServicesWatch::grants(const AlertWhen& when, Observed& into) const {
  const auto now = services_.env.clock->wall();
  std::map<std::string, std::set<std::string>> users;  // grant -> clients
  for (const auto& connection : services_.doors.connections(""))
    if (!connection->grant.empty()) users[connection->grant].insert(connection->client);
  for (const auto& grant : services_.authorizer.report()) {
    const auto& clients = users[grant.name];
    Condition one;
    one.key = "grant:" + grant.name;
    one.kind = "grant";
    // An invitation to a grant that several clients share is for the workspace's own people.
    if (clients.size() == 1) one.client = *clients.begin();
    one.grant = grant.name;
    const std::string whose = "grant " + grant.name + (clients.size() > 1 ? " of " + joined(clients) : "");
    one.solved = whose + " works";
    one.fix = "have it authorised again by an administrator of " + grant.system;
    if (grant.state == "reauthorise") {
      one.severity = Severity::critical;
      one.stage = 9;
      one.sentence = whose + " is dead: " + grant.reason + "; what needs it waits";
      into.conditions.push_back(std::move(one));
      continue;
    }
    if (grant.state != "ok" || grant.refresh_until == WallTime{}) continue;
    // Kept alive it never comes near its end; a short-lived one may lose a third of its life.
    const Duration left = grant.refresh_until - now, life = grant.refresh_until - grant.issued;
    if (left > std::min<Duration>(std::chrono::seconds(when.grant_days * kDay), life / 3)) continue;
    const int64_t left_days = std::max<int64_t>(0, left / std::chrono::seconds(kDay));
    one.stage = left_days <= kLastDay ? 4 : left_days <= kScarceDays ? 3 : left_days <= 6 ? 2 : 1;
    one.severity = one.stage >= 3 ? Severity::critical : Severity::warning;
    one.sentence =
        whose + " ends in " + days(left_days) + ": it could not be renewed" + (grant.reason.empty() ? "" : " (" + grant.reason + ")");
    into.conditions.push_back(std::move(one));
  }
}

Task<Unit> ServicesWatch::cases(Observed* into) {
  auto open = co_await services_.store.cases("", true);
  if (!open) {
    into->unknown.insert("case");
    co_return Unit{};
  }
  for (auto& found : *open) {
    Condition one;
    one.key = "case:" + found.client + "/" + found.instance + "/" + found.flow + "/" + found.cause;
    one.kind = "case";
    one.client = found.client;
    one.concern = found.concern;
    one.sentence = found.sentence;
    one.fix = found.fix;
    one.case_id = found.id;
    one.count = found.jobs;
    into->conditions.push_back(std::move(one));
  }
  co_return Unit{};
}

Task<std::vector<std::string>> ServicesWatch::numbers(int64_t case_id) {
  store::JobFilter filter;
  filter.case_id = case_id;
  filter.limit = kMostNumbers;
  filter.newest_first = false;
  auto jobs = co_await services_.store.jobs(filter);
  std::vector<std::string> list;
  if (!jobs) co_return list;
  for (const auto& job : *jobs)
    if (std::find(list.begin(), list.end(), job.key) == list.end()) list.push_back(job.key);
  co_return list;
}

Task<Unit> ServicesWatch::behind(AlertWhen when, Observed* into) {
  auto asking = services_.engine.story().behind(when.lag);
  auto list = co_await std::move(asking);
  if (!list) {
    into->unknown.insert("lag");
    co_return Unit{};
  }
  for (const auto& flow : *list) {
    Condition one;
    one.key = "lag:" + flow.client + "/" + flow.instance + "/" + flow.flow;
    one.kind = "lag";
    one.client = flow.client;
    const std::string name = flow.instance + "/" + flow.flow;
    one.solved = name + " has caught up";
    if (flow.jobs > 0) {
      one.sentence =
          name + " is " + minutes(flow.by) + " behind: " + std::to_string(flow.jobs) + (flow.jobs == 1 ? " record waits" : " records wait");
      one.fix = "ml-connector status shows quotas and holds; ml-connector jobs list --client " + flow.client + " shows what waits";
    } else {
      one.sentence = name + " has not read " + flow.connection + " to the end for " + minutes(flow.by) + " longer than it should";
      one.fix = "ml-connector ping " + flow.client + " " + flow.connection;
    }
    into->conditions.push_back(std::move(one));
  }
  co_return Unit{};
}

Task<Unit> ServicesWatch::disk(AlertWhen when, Observed* into) {
  auto looking = look_at_disk(services_.state_folder, services_.store, *services_.env.clock);
  const auto seen = co_await std::move(looking);
  if (!seen) {
    into->unknown.insert("disk");
    co_return Unit{};
  }
  const bool no_room = seen->free_bytes < kNoRoom;
  if (!no_room && (!seen->days_left || *seen->days_left > when.disk_days)) co_return Unit{};
  Condition one;
  one.key = "disk";
  one.kind = "disk";
  const std::string room = std::to_string(seen->free_bytes / (1024 * 1024)) + " MiB";
  const bool scarce = no_room || *seen->days_left <= kScarceDays;
  one.severity = scarce ? Severity::critical : Severity::warning;
  one.stage = scarce ? 1 : 0;
  one.sentence = no_room ? "the state folder has " + room + " left; without room no webhook is accepted"
                         : "the state folder has room for " + days(*seen->days_left) + " (" + room + ")";
  one.fix = "make room on its disk, or move the workspace to a larger one";
  one.solved = "the state folder has room again";
  into->conditions.push_back(std::move(one));
  co_return Unit{};
}

// One remote may be wrong about the time; when all of them are, and the same way, it is us.
void ServicesWatch::clock(const AlertWhen& when, Observed& into) const {
  const auto now = services_.env.clock->wall();
  std::optional<remote::Remote::Skew> least;
  bool ahead = false, behind = false;
  for (const auto& skew : services_.remote.skews()) {
    if (std::chrono::abs(now - skew.at) > kSkewFresh) continue;
    (skew.ahead > Duration::zero() ? ahead : behind) = true;
    if (!least || std::chrono::abs(skew.ahead) < std::chrono::abs(least->ahead)) least = skew;
  }
  // Nobody answered lately, after a start for example: what was wrong may still be.
  if (!least && !services_.doors.connections("").empty()) into.unknown.insert("clock");
  if (!least || (ahead && behind) || std::chrono::abs(least->ahead) <= when.clock) return;
  Condition one;
  one.key = "clock";
  one.kind = "clock";
  const bool far = std::chrono::abs(least->ahead) > std::chrono::minutes(4);  // signatures tolerate five
  one.severity = far ? Severity::critical : Severity::warning;
  one.stage = far ? 1 : 0;
  one.sentence = "this machine's clock is " + minutes(std::chrono::abs(least->ahead)) + (ahead ? " slow" : " fast") +
                 ": the remotes give another time in their answers, " + least->connection + " of " + least->client +
                 " too; from 5 min on webhooks are refused and tokens fail";
  one.fix = "set up time synchronisation on this machine: timedatectl set-ntp true, then look at timedatectl timesync-status";
  one.solved = "this machine's clock is right again";
  into.conditions.push_back(std::move(one));
}

void ServicesWatch::subscriptions(Observed& into) const {
  for (const auto& [place, standing] : services_.engine.subscriptions().standings()) {
    const size_t slash = place.find('/');
    const std::string client = place.substr(0, slash), connection = place.substr(slash + 1);
    const bool failing = standing.failures >= kRoundsUntilTold && !services_.remote.held(client, connection);
    if (standing.lost.empty() && !failing) continue;
    Condition one;
    one.key = "subscription:" + place;
    one.kind = "subscription";
    one.client = client;
    one.solved = "the webhooks of " + connection + " are registered";
    if (failing) {
      one.severity = Severity::critical;
      one.stage = 1;
      one.sentence = "the webhooks of " + connection + " can't be kept registered: " + standing.failure;
      one.fix = "ml-connector ping " + client + " " + connection + "; until then only polls bring news";
    } else {
      one.sentence = "webhooks of " + connection + " were deactivated or gone at the remote and were registered again: " +
                     joined({standing.lost.begin(), standing.lost.end()});
      one.fix = "if it happens often, look at how we answer: ml-connector status, and the proxy's log";
    }
    into.conditions.push_back(std::move(one));
  }
}

void ServicesWatch::reconciled(const engine::ReconcileEnd& end) {
  const std::string place = end.client + "/" + end.instance;
  auto& runs = reconciled_[place];
  store::Change change;
  std::erase_if(runs, [&](const Reconciled& known) {
    const bool looked_at_again = end.from <= known.end.from && end.to >= known.end.to;
    if (looked_at_again) change.drop.emplace_back(store::Table::alerts, known.key);
    return looked_at_again;
  });
  if (end.differences > 0) {
    const Json json = {{"client", end.client},
                       {"instance", end.instance},
                       {"from", end.from.text()},
                       {"to", end.to.text()},
                       {"differences", end.differences}};
    const std::string key = std::string(kReconciled) + place + "/" + end.from.text() + "/" + end.to.text();
    std::erase(change.drop, std::pair(store::Table::alerts, key));
    change.put.emplace_back(store::Table::alerts, store::Row{key, json.dump(), services_.env.clock->wall()});
    runs.push_back({key, end});
    in_order(runs);
  }
  if (runs.empty()) reconciled_.erase(place);
  if (!change.put.empty() || !change.drop.empty()) scope_.spawn(keep(std::move(change)));
}

Task<Unit> ServicesWatch::keep(store::Change change) {
  auto committed = co_await services_.store.commit(std::move(change));
  if (!committed) services_.log.warn("alerts.not_saved", {{"error", committed.error().text()}});
  co_return Unit{};
}

void ServicesWatch::reconciles(Observed& into) const {
  for (const auto& [place, runs] : reconciled_) {
    const auto& newest = runs.back().end;
    if (!services_.engine.zone_of(newest.client, newest.instance)) continue;  // no longer there
    Condition one;
    one.key = "reconcile:" + place;
    one.kind = "reconcile";
    one.client = newest.client;
    one.concern = "finance";
    one.stage = static_cast<int>(runs.size());
    Date last = newest.to;
    for (const auto& run : runs) last = std::max(last, run.end.to);
    std::string found;
    for (size_t i = runs.size() - std::min(runs.size(), kMostPeriods); i < runs.size(); ++i) {
      const auto& end = runs[i].end;
      found += (found.empty() ? "" : ", ") + std::to_string(end.differences) +
               (found.empty() ? (end.differences == 1 ? " difference between both systems" : " differences between both systems") : "") +
               " from " + end.from.text() + " to " + end.to.text();
    }
    if (runs.size() > kMostPeriods) found += ", and some in earlier periods";
    const std::string command = newest.client + " " + newest.instance;
    one.sentence = newest.instance + ": " + found;
    one.fix = "ml-connector reconcile " + command + " --from " + runs.front().end.from.text() + " --to " + last.text() +
              " names them; mend each in one of the systems, or ml-connector reconcile accept " + command +
              " REFERENCE --because WHY, then run it again";
    one.solved = newest.instance + ": both systems agree again, over all days that differed";
    into.conditions.push_back(std::move(one));
  }
}

void ServicesWatch::broken(Observed& into) const {
  for (const auto& out : left_out(services_.doors)) {
    Condition one;
    one.key = "client:" + out.client;
    one.kind = "client";
    one.client = out.client;
    one.severity = Severity::critical;
    one.sentence = "nothing of " + out.client + " runs: " + out.why;
    one.fix = "mend the file; ml-connector check says when it is good, and what was saved holds at once";
    one.solved = "the files of " + out.client + " are good again";
    into.conditions.push_back(std::move(one));
  }
}

void ServicesWatch::webhooks(const AlertWhen& when, Observed& into) {
  for (const auto& [place, rate] : hooks_.rates(services_.env.clock->wall())) {
    const int64_t percent = 100 * (rate.deliveries - rate.refused) / rate.deliveries;
    if (percent >= when.webhook_success) continue;
    Condition one;
    one.key = "webhooks:" + place;
    one.kind = "webhooks";
    one.client = rate.client;
    one.severity = Severity::critical;  // remotes stop sending to who refuses
    one.sentence = "we refused " + std::to_string(rate.refused) + " of " + std::to_string(rate.deliveries) + " webhooks of " +
                   rate.connection + " within 10 minutes, most as " + rate.problem;
    one.fix = rate.problem == "unavailable" || rate.problem == "overloaded" ? "look at this machine: disk, load and ml-connector status"
              : rate.problem == "no_keys"
                  ? "the keys that its deliveries are signed with can't be had: ml-connector ping " + rate.client + "; the log says why"
                  : "if they are the remote's own, check the webhook secret of " + rate.connection + "; else somebody forges them";
    one.solved = "webhooks of " + rate.connection + " are accepted again";
    into.conditions.push_back(std::move(one));
  }
}

}  // namespace mlc::console
