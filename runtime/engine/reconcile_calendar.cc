#include "runtime/engine/reconcile_calendar.h"

#include <algorithm>

#include "runtime/engine/schedule.h"

namespace mlc::engine {
namespace {

constexpr Duration kLook = std::chrono::seconds(30);  // the wall clock may be set while the steady one waits
constexpr Duration kFirstRetry = std::chrono::minutes(1), kLongestRetry = std::chrono::hours(1);

std::string key_of(const ReconcileCalendar& calendar) { return calendar.client + "/" + calendar.instance; }

int weekday(Date date) { return static_cast<int>((date.days_since_epoch() % 7 + 10) % 7); }  // 0 = Monday; 1970-01-01 was a Thursday

}  // namespace

Result<ReconcilePeriod> reconcile_due(const ReconcileCalendar& calendar, WallTime now) {
  Trigger daily;
  daily.kind = Trigger::Kind::schedule;
  daily.at = calendar.at;
  auto zone = Zone::find(calendar.zone.empty() ? "UTC" : calendar.zone);
  if (!zone) return zone.error();
  auto newest = nominal_due(daily, calendar.zone, WallTime{}, now);
  if (!newest) return newest.error();
  if (!*newest) return Error(Code::config, "reconcile.at \"" + calendar.at + "\" never falls due");
  const Date day = zone->date_of(**newest);
  ReconcilePeriod period{**newest, day.plus_days(-1), day.plus_days(-1)};
  if (calendar.every == "day") return period;
  const Date first = calendar.every == "week" ? day.plus_days(-weekday(day)) : Date{day.year, day.month, 1};
  if (first != day) {
    // The time of day on that day; its zone's offset may be another than today's.
    auto then =
        nominal_due(daily, calendar.zone, WallTime{},
                    **newest - (day.days_since_epoch() - first.days_since_epoch()) * std::chrono::hours(24) + std::chrono::hours(3));
    if (!then) return then.error();
    if (*then) period.nominal = **then;
  }
  period.to = first.plus_days(-1);
  period.from = calendar.every == "week" ? first.plus_days(-7) : Date{period.to.year, period.to.month, 1};
  return period;
}

void ReconcileCalendars::start() {
  running_ = true;
  context_.scope.spawn(round());
}

void ReconcileCalendars::stop() {
  running_ = false;
  timer_.reset();
}

bool ReconcileCalendars::waits(const std::string& what) const {
  const auto found = failures_.find(what);
  return found != failures_.end() && found->second.until > context_.now();
}

void ReconcileCalendars::failed(const std::string& what, const Error& error) {
  auto& failure = failures_[what];
  const auto wait = std::min<Duration>(kLongestRetry, kFirstRetry * (1 << std::min(failure.times, 8)));
  ++failure.times;
  failure.until = context_.now() + wait;
  context_.log.warn("reconcile.calendar_failed", {{"what", what}, {"error", error.text()}});
}

Task<Unit> ReconcileCalendars::round() {
  if (!running_) co_return Unit{};
  timer_.reset();
  const auto all = calendars_;
  for (const auto& calendar : all) {
    co_await look(calendar);
    co_await deliver(calendar);
  }
  if (running_) timer_ = context_.env.timers->after(kLook, [this] { context_.scope.spawn(round()); });
  co_return Unit{};
}

Task<Unit> ReconcileCalendars::look(ReconcileCalendar calendar) {
  const auto key = key_of(calendar), what = key + "/reconcile";
  if (waits(what)) co_return Unit{};
  auto due = reconcile_due(calendar, context_.now());
  if (!due) {
    failed(what, due.error());
    co_return Unit{};
  }
  auto last = co_await context_.store.get(store::Table::schedules, what);
  if (!last) co_return Unit{};
  const auto nominal = std::to_string(to_micros(due->nominal));
  if (*last && std::stoll((*last)->value) >= to_micros(due->nominal)) co_return Unit{};
  store::Change change;
  change.put.emplace_back(store::Table::schedules, store::Row{what, nominal, context_.now()});
  if (*last) {
    auto report = co_await reconcile_.run(calendar.client, calendar.instance, due->from, due->to, "calendar");
    if (!report) {
      failed(what, report.error());
      co_return Unit{};
    }
    auto parsed = document::Document::parse(*report);
    if (parsed && !calendar.mail.empty())
      change.put.emplace_back(store::Table::reports,
                              store::Row{key + "/mail/" + std::string(parsed->root().get("run").text()), "1", context_.now()});
  }
  // A calendar that is new has missed nothing.
  auto committed = co_await context_.store.commit(std::move(change));
  if (committed) failures_.erase(what);
  else failed(what, committed.error());
  co_return Unit{};
}

Task<Unit> ReconcileCalendars::deliver(ReconcileCalendar calendar) {
  if (calendar.mail.empty() || !context_.options.mail_report) co_return Unit{};
  const auto key = key_of(calendar), what = key + "/mail";
  if (waits(what)) co_return Unit{};
  auto rows = co_await context_.store.list(store::Table::reports, key + "/mail/");
  if (!rows) co_return Unit{};
  for (const auto& row : *rows) {
    const auto number = row.key.substr(row.key.rfind('/') + 1);
    auto text = co_await reconcile_.report(calendar.client, calendar.instance, std::stoll(number));
    auto report = text ? document::Document::parse(*text) : Result<document::Document>(text.error());
    if (!report) {
      failed(what, report.error());
      co_return Unit{};
    }
    auto letter = letter_of(report->root());
    ReportMail mail;
    mail.client = calendar.client;
    mail.to = calendar.mail;
    mail.id = key + "/" + number;
    mail.subject = std::move(letter.subject);
    mail.text = std::move(letter.text);
    mail.files = {{"differences.csv", differences_csv(report->root())}, {"totals.csv", totals_csv(report->root())}};
    auto sending = context_.options.mail_report(std::move(mail));
    auto sent = co_await std::move(sending);
    if (!sent) {
      failed(what, sent.error());
      co_return Unit{};
    }
    store::Change change;
    change.drop.emplace_back(store::Table::reports, row.key);
    change.audit.push_back({calendar.client, "calendar", "reconcile.mailed", calendar.instance, "run " + number});
    auto committed = co_await context_.store.commit(std::move(change));
    if (!committed) co_return Unit{};
    failures_.erase(what);
  }
  co_return Unit{};
}

}  // namespace mlc::engine
