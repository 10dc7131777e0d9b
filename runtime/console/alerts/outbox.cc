#include "runtime/console/alerts/outbox.h"

#include <algorithm>

#include "runtime/base/ids.h"
#include "runtime/limits/backoff.h"

namespace mlc::console {
namespace {

constexpr std::string_view kPrefix = "out/";

// "out/<destination>/<when it was made, and which of that moment>": in order.
std::string row_key(const std::string& destination, WallTime made, uint64_t number) {
  char order[40];
  std::snprintf(order, sizeof order, "%020lld-%06llu", static_cast<long long>(to_micros(made)),
                static_cast<unsigned long long>(number % 1'000'000));
  return std::string(kPrefix) + destination + "/" + order;
}

std::string destination_of(const std::string& key) {
  const size_t last = key.rfind('/');
  return key.substr(kPrefix.size(), last - kPrefix.size());
}

}  // namespace

Task<Status> Outbox::load() {
  auto rows = co_await store_.list(store::Table::alerts, std::string(kPrefix));
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    auto message = Message::from_json(row.value);
    if (message) queues_[destination_of(row.key)].messages.emplace_back(row.key, std::move(*message));
    else log_.warn("alerts.row_damaged", {{"row", row.key}});
  }
  co_return ok_status();
}

const Destination* Outbox::find(const std::string& id) const {
  for (const auto& one : destinations_)
    if (one.id == id) return &one;
  return nullptr;
}

void Outbox::configure(std::vector<Destination> destinations) {
  const auto before = std::exchange(destinations_, std::move(destinations));
  std::vector<std::string> rows;
  for (auto at = queues_.begin(); at != queues_.end();) {
    const auto* now = find(at->first);
    if (now != nullptr || at->second.busy) {
      // Perhaps its address was mended: tried at once.
      const auto old = std::find_if(before.begin(), before.end(), [&](const Destination& one) { return one.id == at->first; });
      if (now != nullptr && running_ && (old == before.end() || !(*old == *now))) at->second.timer.reset();
      ++at;
      continue;
    }
    for (const auto& [key, message] : at->second.messages) rows.push_back(key);
    if (!at->second.messages.empty())
      log_.warn("alerts.dropped", {{"destination", at->first}, {"messages", at->second.messages.size()}, {"why", "no longer configured"}});
    at = queues_.erase(at);
  }
  if (!rows.empty()) scope_.spawn(forget(std::move(rows)));
  if (running_)
    for (const auto& one : destinations_) kick(one.id);
}

void Outbox::prepare(std::vector<Addressed>& messages, store::Change& change) {
  const auto now = env_.clock->wall();
  std::erase_if(messages, [&](const Addressed& one) {
    const auto known = queues_.find(one.destination);
    const bool full = known != queues_.end() && known->second.messages.size() >= kMostWaiting;
    if (full) log_.error("alerts.overflow", {{"destination", one.destination}, {"waiting", known->second.messages.size()}});
    return full;
  });
  for (auto& one : messages) {
    one.message.id = new_id(*env_.random, now);
    one.row = row_key(one.destination, now, number_++);
    change.put.emplace_back(store::Table::alerts, store::Row{one.row, one.message.to_json(), now});
  }
}

void Outbox::queue(std::vector<Addressed> messages) {
  for (auto& one : messages) queues_[one.destination].messages.emplace_back(std::move(one.row), std::move(one.message));
  if (running_)
    for (const auto& one : destinations_) kick(one.id);
}

void Outbox::start() {
  running_ = true;
  for (const auto& one : destinations_) kick(one.id);
}

void Outbox::stop() {
  running_ = false;
  for (auto& [id, queue] : queues_) queue.timer.reset();
  scope_.clear();
}

void Outbox::kick(const std::string& id) {
  const auto at = queues_.find(id);
  if (at == queues_.end() || at->second.busy || at->second.timer != nullptr || at->second.messages.empty()) return;
  at->second.busy = true;
  scope_.spawn(deliver(id));
}

Task<Unit> Outbox::deliver(std::string id) {
  while (running_) {
    auto& queue = queues_[id];
    const auto* destination = find(id);
    if (destination == nullptr || queue.messages.empty()) break;
    const std::string key = queue.messages.front().first;
    auto sending = sender_.send(*destination, queue.messages.front().second);
    const auto sent = co_await std::move(sending);
    auto& after = queues_[id];
    if (sent.delivered) {
      if (after.failing_since != WallTime{}) log_.info("alerts.channel_works", {{"destination", id}});
      after.failing_since = {};
      after.error.clear();
      after.failures = 0;
      ++after.sent;
      after.messages.pop_front();
      auto forgetting = forget({key});
      co_await std::move(forgetting);
      continue;
    }
    ++after.failed;
    after.error = sent.error;
    if (after.failing_since == WallTime{}) {
      after.failing_since = env_.clock->wall();
      log_.error("alerts.channel_failing", {{"destination", id}, {"error", sent.error}});
    }
    // Full jitter, but never at once.
    auto wait = kFirstWait / 2 + limits::full_jitter(after.failures++, kFirstWait, kLongestWait, *env_.random);
    wait = std::max(wait, sent.retry_after);
    after.timer = env_.timers->after(wait, [this, id] {
      queues_[id].timer.reset();
      kick(id);
    });
    break;
  }
  queues_[id].busy = false;
  co_return Unit{};
}

// A row that can't be removed now (a full disk) is removed with the next that can.
Task<Unit> Outbox::forget(std::vector<std::string> rows) {
  done_.insert(rows.begin(), rows.end());
  store::Change change;
  const std::vector<std::string> trying(done_.begin(), done_.end());
  for (const auto& key : trying) change.drop.emplace_back(store::Table::alerts, key);
  auto dropped = co_await store_.commit(std::move(change));
  if (!dropped) {
    log_.warn("alerts.row_stays", {{"error", dropped.error().text()}});
    co_return Unit{};
  }
  for (const auto& key : trying) done_.erase(key);
  co_return Unit{};
}

std::vector<Outbox::Standing> Outbox::report() const {
  std::vector<Standing> list;
  for (const auto& one : destinations_) {
    Standing standing;
    standing.destination = one.id;
    if (const auto at = queues_.find(one.id); at != queues_.end()) {
      standing.waiting = at->second.messages.size();
      standing.sent = at->second.sent;
      standing.failed = at->second.failed;
      standing.failing_since = at->second.failing_since;
      standing.error = at->second.error;
    }
    list.push_back(std::move(standing));
  }
  return list;
}

}  // namespace mlc::console
