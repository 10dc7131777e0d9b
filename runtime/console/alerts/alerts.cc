#include "runtime/console/alerts/alerts.h"

#include <algorithm>

#include "runtime/base/date.h"

namespace mlc::console {
namespace {

constexpr std::string_view kPrefix = "open/";

using Due = AlertBook::Due;
using What = AlertBook::What;

std::string_view item_word(What what) { return what == What::ended ? "solved" : what == What::still ? "still" : "new"; }

}  // namespace

Alerts::Alerts(Parts parts) : parts_(std::move(parts)), outbox_(parts_.env, *parts_.store, *parts_.sender, *parts_.log) {}

Task<Status> Alerts::load() {
  auto rows = co_await parts_.store->list(store::Table::alerts, std::string(kPrefix));
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    auto alert = Alert::from_row(row.value);
    if (alert) book_.restore(std::move(*alert));
    else parts_.log->warn("alerts.row_damaged", {{"row", row.key}});
  }
  auto loading = outbox_.load();
  co_return co_await std::move(loading);
}

void Alerts::start() {
  running_ = true;
  outbox_.configure(parts_.settings().destinations);
  outbox_.start();
  wait();
}

void Alerts::stop() {
  running_ = false;
  timer_.reset();
  scope_.clear();
  outbox_.stop();
}

void Alerts::wait() {
  const Duration least(static_cast<int64_t>(static_cast<double>(kLeastLook.count()) * parts_.env.clock->scale()));
  timer_ = parts_.env.timers->after(std::max(kLook, least), [this] { scope_.spawn(round()); });
}

Task<Unit> Alerts::round() {
  auto looking = look_now();
  co_await std::move(looking);
  if (running_) wait();
  co_return Unit{};
}

std::set<std::string> Alerts::hearers(const AlertSettings& settings, const Due& due) const {
  std::set<std::string> list;
  const auto& condition = due.alert.condition;
  for (const auto& one : settings.destinations) {
    // Who heard that it began hears that it ended, and nobody else.
    const bool hears =
        due.what == What::ended ? due.alert.told_to.contains(one.id) : one.hears(condition.client, condition.concern, condition.severity);
    if (hears) list.insert(one.id);
  }
  return list;
}

Task<Message> Alerts::digest(std::string client, std::string concern, std::vector<Due> cases, WallTime now) {
  Message message;
  message.what = Message::What::digest;
  message.kind = "case";
  message.client = client;
  message.concern = concern;
  message.at = message.opened = now;
  const auto rank = [](What what) { return what == What::ended ? 2 : what == What::still ? 1 : 0; };
  std::stable_sort(cases.begin(), cases.end(), [&](const Due& a, const Due& b) { return rank(a.what) < rank(b.what); });
  for (const auto& due : cases) {
    const auto& condition = due.alert.condition;
    message.opened = std::min(message.opened, due.alert.opened);
    Message::Item item{std::string(item_word(due.what)), condition.sentence, "", condition.case_id, condition.count, {}};
    if (due.what != What::ended) {
      item.fix = condition.fix;
      auto asking = parts_.watch->numbers(condition.case_id);
      item.numbers = co_await std::move(asking);
    } else {
      item.count = 0;
    }
    message.items.push_back(std::move(item));
  }
  co_return message;
}

// What is due now, marked as told. Without anybody to hear it, it stays untold: whoever is added later hears it then.
Task<std::vector<Outbox::Addressed>> Alerts::say(const AlertSettings& settings, WallTime now) {
  std::vector<Outbox::Addressed> messages;
  std::map<std::pair<std::string, std::string>, std::vector<Due>> cases;  // client, concern
  for (auto& due : book_.due(now, settings.when.remind)) {
    const auto& condition = due.alert.condition;
    if (condition.kind == "case") {
      cases[{condition.client, condition.concern}].push_back(std::move(due));
      continue;
    }
    const auto to = hearers(settings, due);
    if (to.empty() && due.what != What::ended) continue;
    for (const auto& destination : to) messages.push_back({destination, message_of(due, now)});
    book_.told(condition.key, to, now);
  }
  for (auto& [whom, list] : cases) {
    const auto first = std::min_element(list.begin(), list.end(), [](const Due& a, const Due& b) { return a.since < b.since; })->since;
    if (std::chrono::floor<std::chrono::hours>(now) <= first) continue;  // its hour is not over
    std::map<std::string, std::vector<Due>> by_destination;
    for (const auto& due : list) {
      const auto to = hearers(settings, due);
      for (const auto& destination : to) by_destination[destination].push_back(due);
      if (!to.empty() || due.what == What::ended) book_.told(due.alert.condition.key, to, now);
    }
    for (auto& [destination, own] : by_destination) {
      auto making = digest(whom.first, whom.second, std::move(own), now);
      auto message = co_await std::move(making);
      messages.push_back({destination, std::move(message)});
    }
  }
  co_return messages;
}

Task<Unit> Alerts::look_now() {
  if (busy_) co_return Unit{};
  busy_ = true;
  const auto settings = parts_.settings();
  outbox_.configure(settings.destinations);
  auto looking = parts_.watch->look(settings.when);
  const auto observed = co_await std::move(looking);
  const auto now = parts_.env.clock->wall();
  looked_ = now;
  book_.observe(observed, now);
  auto saying = say(settings, now);
  auto messages = co_await std::move(saying);
  store::Change change;
  outbox_.prepare(messages, change);
  const auto rows = book_.changed();
  for (const auto& [key, json] : rows.put) change.put.emplace_back(store::Table::alerts, store::Row{std::string(kPrefix) + key, json, now});
  for (const auto& key : rows.drop) change.drop.emplace_back(store::Table::alerts, std::string(kPrefix) + key);
  if (!change.put.empty() || !change.drop.empty()) {
    auto committed = co_await parts_.store->commit(std::move(change));
    if (!committed) {
      // A full disk is itself something to tell: what is to be said is said from memory.
      parts_.log->error("alerts.not_saved", {{"error", committed.error().text()}});
      book_.not_saved(rows);
    }
  }
  for (const auto& one : messages)
    parts_.log->info("alerts.told", {{"destination", one.destination},
                                     {"what", what_name(one.message.what)},
                                     {"kind", one.message.kind},
                                     {"client", one.message.client}});
  outbox_.queue(std::move(messages));
  busy_ = false;
  co_return Unit{};
}

Json Alerts::report(const std::string& client) {
  const auto instant = [](WallTime at) { return at == WallTime{} ? Json() : Json(format_rfc3339(at)); };
  Json list = Json::array();
  for (const auto& [key, alert] : book_.all()) {
    const auto& condition = alert.condition;
    if (!alert.open() || (!client.empty() && condition.client != client)) continue;
    Json one = {{"key", key},
                {"kind", condition.kind},
                {"client", condition.client},
                {"concern", condition.concern},
                {"severity", severity_name(condition.severity)},
                {"sentence", condition.sentence},
                {"fix", condition.fix},
                {"opened", instant(alert.opened)},
                {"told", instant(alert.told)},
                {"times", alert.times},
                {"told_to", alert.told_to}};
    if (condition.case_id > 0) one["case"] = condition.case_id, one["count"] = condition.count;
    list.push_back(std::move(one));
  }
  if (!running_) outbox_.configure(parts_.settings().destinations);
  Json destinations = Json::array();
  const auto standings = outbox_.report();
  for (size_t i = 0; i < standings.size(); ++i) {
    const auto& of = outbox_.destinations()[i];
    const auto& standing = standings[i];
    if (!client.empty() && !of.client.empty() && of.client != client) continue;
    destinations.push_back({{"destination", of.id},
                            {"client", of.client},
                            {"form", std::string(kind_name(of.kind))},
                            {"concerns", of.concerns},
                            {"severities", of.severities},
                            {"waiting", standing.waiting},
                            {"sent", standing.sent},
                            {"failed", standing.failed},
                            {"failing_since", instant(standing.failing_since)},
                            {"error", standing.error}});
  }
  return {{"alerts", list}, {"destinations", destinations}, {"looked", instant(looked_)}};
}

Json Alerts::summary() {
  if (!running_) outbox_.configure(parts_.settings().destinations);
  Json failing = Json::array();
  size_t waiting = 0;
  for (const auto& standing : outbox_.report()) {
    waiting += standing.waiting;
    if (standing.failing_since == WallTime{}) continue;
    failing.push_back(
        {{"destination", standing.destination}, {"since", format_rfc3339(standing.failing_since)}, {"error", standing.error}});
  }
  return {{"open", book_.open(Severity::warning)},
          {"critical", book_.open(Severity::critical)},
          {"destinations", outbox_.destinations().size()},
          {"waiting", waiting},
          {"failing", failing}};
}

std::vector<engine::Metric> Alerts::metrics() const {
  std::vector<engine::Metric> list;
  const auto critical = book_.open(Severity::critical);
  list.push_back({"alerts_open", {{"severity", "critical"}}, static_cast<double>(critical), false});
  list.push_back({"alerts_open", {{"severity", "warning"}}, static_cast<double>(book_.open(Severity::warning) - critical), false});
  for (const auto& standing : outbox_.report()) {
    const std::vector<std::pair<std::string, std::string>> labels{{"destination", standing.destination}};
    list.push_back({"alerts_waiting", labels, static_cast<double>(standing.waiting), false});
    list.push_back({"alerts_sent_total", labels, static_cast<double>(standing.sent), true});
    list.push_back({"alerts_failed_total", labels, static_cast<double>(standing.failed), true});
  }
  return list;
}

Task<Result<Json>> Alerts::test(std::string client, std::string destination) {
  const auto settings = parts_.settings();
  Json tried = Json::array();
  std::string known;
  for (const auto& one : settings.destinations) {
    known += (known.empty() ? "" : ", ") + one.id;
    if (!client.empty() && one.client != client) continue;
    if (!destination.empty() && one.id != destination) continue;
    auto message = test_message(parts_.env.clock->wall());
    message.client = one.client;
    message.id = "test-" + std::to_string(parts_.env.random->next());
    auto sending = parts_.sender->send(one, std::move(message));
    const auto sent = co_await std::move(sending);
    tried.push_back({{"destination", one.id}, {"form", std::string(kind_name(one.kind))}, {"ok", sent.delivered}, {"error", sent.error}});
  }
  if (tried.empty())
    co_return Error(Code::not_found, known.empty() ? "no destination is set: `alerts` in ml-connector.lua or client.lua (docs/alerts.md)"
                                                   : "there is no such destination; there are " + known);
  co_return Json{{"tests", tried}};
}

}  // namespace mlc::console
