#include "runtime/limits/budget.h"

#include <algorithm>
#include <limits>

#include "runtime/base/date.h"
#include "runtime/base/strings.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"

namespace mlc::limits {

namespace {

constexpr Duration kLongestReset = std::chrono::hours(24 * 32);

// A whole number of at most 15 digits, as limits headers carry; anything else says nothing.
std::optional<int64_t> header_number(const http::Headers& headers, const std::string& name) {
  if (name.empty()) return std::nullopt;
  auto text = headers.get(name);
  if (!text) return std::nullopt;
  std::string_view digits = trim(*text);
  if (!all_digits(digits) || digits.size() > 15) return std::nullopt;
  int64_t number = 0;
  for (char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

}  // namespace

Budget::Budget(Rule rule, std::string key) : rule_(std::move(rule)), key_(std::move(key)), window_(rule_.per) {}

int64_t Budget::limit() const {
  if (rule_.in_flight > 0) return rule_.in_flight;
  if (rule_.errors > 0) return rule_.errors;
  if (!remote_limit_) return rule_.calls;
  return rule_.is_cap ? std::min(rule_.calls, *remote_limit_) : *remote_limit_;
}

int64_t Budget::used(SteadyTime now) { return window_.used(now) + (rule_.errors > 0 ? 0 : in_flight_); }

int64_t Budget::reserve(int64_t limit, store::Lane lane) {
  if (lane != store::Lane::backfill || limit < 2) return 0;
  return std::max<int64_t>(1, limit / 25);
}

std::optional<SteadyTime> Budget::reset(SteadyTime now) const {
  if (remote_reset_ <= now) return std::nullopt;
  return remote_reset_;
}

SteadyTime Budget::ready_at(SteadyTime now, store::Lane lane, int64_t ahead) {
  SteadyTime ready = std::max(now, held_until_);
  const int64_t most = limit() - reserve(limit(), lane);
  if (rule_.in_flight > 0) return in_flight_ < most ? ready : SteadyTime::max();

  const int64_t past = window_.used(now);
  if (rule_.errors > 0) {
    // Every call in flight may yet become an error; one is kept in reserve for a crash between an error and its record.
    const int64_t allowed = std::max<int64_t>(1, rule_.errors - 1);
    const int64_t excess = past + in_flight_ + 1 - allowed;
    if (excess <= 0) return ready;
    return excess > past ? SteadyTime::max() : std::max(ready, window_.free_at(now, excess));
  }

  const int64_t excess = past + in_flight_ + ahead + 1 - most;
  if (excess > 0 && excess <= past) ready = std::max(ready, window_.free_at(now, excess));
  if (excess > past) ready = std::max(ready, now + rule_.per * (1 + (excess - past - 1) / std::max<int64_t>(1, most)));
  if (remote_left_ && now < remote_reset_) {
    // Calls in flight may or may not be in the remote's count yet, those that ended without a count neither.
    const int64_t left = *remote_left_ - in_flight_ - blind_ - reserve(limit(), lane);
    if (left <= ahead) ready = std::max(ready, remote_reset_);
  }
  return ready;
}

void Budget::began() {
  ++in_flight_;
  if (allowance_ > 0) --allowance_;
}

void Budget::unused() {
  --in_flight_;
  if (rule_.calls > 0) ++allowance_;
}

void Budget::ended(SteadyTime now, int status) {
  --in_flight_;
  if (rule_.calls > 0) {
    window_.add(now);
    ++blind_;
  } else if (rule_.errors > 0 && rule_.counts(status)) {
    window_.add(now);
  }
}

bool Budget::learn(SteadyTime now, WallTime wall, const http::Headers& headers) {
  if (rule_.calls == 0) return false;
  const Learn& learn = rule_.learn;
  const auto left = header_number(headers, learn.left);
  const auto most = header_number(headers, learn.limit);
  if (most && *most > 0) remote_limit_ = most;

  std::optional<Duration> until;
  if (auto in = header_number(headers, learn.reset_in_ms)) {
    until = std::chrono::milliseconds(*in);
  } else if (auto at = header_number(headers, learn.reset_ms)) {
    // The remote's clock decides: its Date tells how far ours is off. Date and minute marks have whole seconds.
    WallTime there = wall;
    if (auto date = headers.get("Date")) {
      if (auto instant = parse_instant(*date)) there = *instant;
    }
    until = WallTime(std::chrono::milliseconds(*at)) - there + std::chrono::seconds(1);
  }
  if (!left && !until) return most.has_value();

  const Duration wait = std::clamp<Duration>(until.value_or(rule_.per), Duration::zero(), kLongestReset);
  const SteadyTime reset = now + wait;
  // The same window shows up with slightly different ends.
  const Duration same = std::max<Duration>(rule_.per / 50, std::chrono::seconds(2));
  const bool fresh_window = !remote_left_ || now >= remote_reset_ || (until && reset > remote_reset_ + same);
  if (left) {
    if (fresh_window || *left <= *remote_left_) {
      remote_left_ = *left;
      blind_ = -1;  // this call's own ended() follows and is in the count
    } else {
      --blind_;
    }
    remote_reset_ = fresh_window ? reset : std::max(remote_reset_, reset);
  } else if (fresh_window) {
    remote_reset_ = reset;
    remote_left_.reset();
  }
  return true;
}

void Budget::hold(SteadyTime until, std::string reason) {
  if (until <= held_until_) return;
  held_until_ = until;
  held_reason_ = std::move(reason);
}

int64_t Budget::wanted_allowance() const { return std::clamp<int64_t>(limit() / kReserveShare, 1, kReserveMost); }

std::string Budget::stored(SteadyTime now, WallTime wall, int64_t allowance) const {
  std::string out;
  document::Writer json(out);
  json.begin_object();
  json.key("open");
  json.integer(rule_.calls > 0 ? in_flight_ + allowance : 0);
  json.key("used");
  json.begin_array();
  for (const auto& entry : window_.entries()) {
    json.begin_array();
    json.integer(to_micros(wall - (now - entry.last)));
    json.integer(entry.count);
    json.end_array();
  }
  json.end_array();
  if (remote_limit_) {
    json.key("limit");
    json.integer(*remote_limit_);
  }
  if (held_until_ > now) {
    json.key("held");
    json.integer(to_micros(wall + (held_until_ - now)));
    json.key("reason");
    json.string(held_reason_);
  }
  json.end_object();
  return out;
}

Status Budget::restore(SteadyTime now, WallTime wall, std::string_view json) {
  auto parsed = document::Document::parse(std::string(json));
  if (!parsed) return parsed.error().wrap("budget " + key_);
  for (auto item : parsed->root().get("used").items()) {
    auto at = item.at(0).integer();
    auto count = item.at(1).integer();
    if (!at || !count || *count < 0) return Error(Code::corrupt, "budget " + key_ + ": unreadable use");
    // A wall clock that went back makes a use look younger, never older than it is.
    const Duration age = std::max<Duration>(wall - from_micros(*at), Duration::zero());
    if (age <= rule_.per * 2) window_.add(now - age, *count);
  }
  auto open = parsed->root().get("open").integer();
  if (open && *open > 0) window_.add(now, *open);
  // Without it, a budget whose use is above the usual limit would let no call out that could tell the real one.
  auto limit = parsed->root().get("limit").integer();
  if (limit && *limit > 0) remote_limit_ = *limit;
  auto held = parsed->root().get("held").integer();
  if (held && from_micros(*held) > wall) {
    hold(now + std::min<Duration>(from_micros(*held) - wall, kLongestReset), std::string(parsed->root().get("reason").text()));
  }
  return ok_status();
}

}  // namespace mlc::limits
