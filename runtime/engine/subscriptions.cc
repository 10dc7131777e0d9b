#include "runtime/engine/subscriptions.h"

#include <algorithm>
#include <array>

#include "runtime/auth/authorizer.h"
#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/probe.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

constexpr Duration kRound = std::chrono::hours(1), kFirstRetry = std::chrono::minutes(1);
constexpr size_t kTokenBytes = 32;
constexpr int kMaxPages = 50;

std::string filled(std::string_view text, const SubscriptionSpec& spec, const std::string& topic) {
  std::string out(text);
  const std::array<std::pair<std::string, std::string>, 3> values = {
      {{"{topic}", topic}, {"{url}", spec.url}, {"{hook_token}", auth::secret_reference(spec.token_name)}}};
  for (const auto& [name, value] : values) {
    for (size_t at = out.find(name); at != std::string::npos; at = out.find(name, at + value.size())) out.replace(at, name.size(), value);
  }
  return out;
}

// The body's template with its texts filled in; whatever stands in a topic stays a text.
document::Node fill(document::Value value, const SubscriptionSpec& spec, const std::string& topic) {
  if (value.is_string()) return filled(value.text(), spec, topic);
  if (value.is_object()) {
    auto node = document::Node::object();
    for (const auto field : value.fields()) node.set(field.key, fill(field.value, spec, topic));
    return node;
  }
  if (value.is_array()) {
    auto node = document::Node::array();
    for (const auto item : value.items()) node.push(fill(item, spec, topic));
    return node;
  }
  return document::Node::copy_of(value);
}

std::string text_of(document::Value value) { return value.is_bool() ? (value.as_bool() ? "true" : "false") : std::string(value.text()); }

struct Registration {
  std::string id;
  bool active = true;
};

}  // namespace

void Subscriptions::set(std::vector<SubscriptionSpec> specs) {
  specs_ = std::move(specs);
  std::erase_if(standings_, [&](const auto& one) {
    return std::none_of(specs_.begin(), specs_.end(),
                        [&](const SubscriptionSpec& spec) { return spec.client + "/" + spec.connection == one.first; });
  });
}

void Subscriptions::start() {
  running_ = true;
  context_.scope.spawn(hourly());
}

void Subscriptions::stop() {
  running_ = false;
  timer_.reset();
}

Task<Unit> Subscriptions::hourly() {
  auto upkept = co_await upkeep("", "");
  if (!upkept) context_.log.warn("subscriptions.failed", {{"error", upkept.error().text()}});
  // Credentials and grants mostly come minutes after their connection: what fails is tried again sooner, less often each time.
  Duration next = kRound;
  for (const auto& [place, standing] : standings_)
    if (standing.failures > 0) next = std::min<Duration>(next, kFirstRetry * (1 << std::min(standing.failures - 1, 6)));
  if (running_) timer_ = context_.env.timers->after(next, [this] { context_.scope.spawn(hourly()); });
  co_return Unit{};
}

Task<Result<Subscriptions::Upkept>> Subscriptions::upkeep(std::string client, std::string connection) {
  Upkept upkept;
  const auto specs = specs_;
  for (const auto& spec : specs) {
    if ((!client.empty() && spec.client != client) || (!connection.empty() && spec.connection != connection)) continue;
    if (context_.doors.holds(spec.client)) continue;  // G14: the lost installation's may still be somebody's
    const std::string place = spec.client + "/" + spec.connection;
    standings_[place].lost.clear();
    auto kept = co_await keep(spec, &upkept);
    auto& standing = standings_[place];
    standing.failure = kept ? "" : kept.error().text();
    standing.failures = kept ? 0 : standing.failures + 1;
    if (kept) continue;
    upkept.failures.push_back(place + ": " + kept.error().text());
    context_.log.warn("subscriptions.failed", {{"client", spec.client}, {"connection", spec.connection}, {"error", kept.error().text()}});
  }
  co_return upkept;
}

Task<Status> Subscriptions::ensure_token(const SubscriptionSpec& spec) {
  auto known = co_await context_.vault.secret(spec.secret_owner, spec.token_name, "");
  if (!known) co_return known.error();
  if (*known) co_return ok_status();
  std::string bytes(kTokenBytes, '\0');
  context_.env.random->fill(bytes.data(), bytes.size());
  Secret token(to_base64url(bytes));
  wipe(bytes.data(), bytes.size());
  co_return co_await context_.vault.put_secret(spec.secret_owner, spec.token_name, std::move(token), spec.hosts, "engine");
}

Task<Result<remote::Outcome>> Subscriptions::write(const SubscriptionSpec& spec, std::string operation, std::string arguments) {
  remote::Call call{spec.client, spec.connection, operation, arguments, store::Lane::live};
  if (spec.hook_token) call.body_secrets.push_back(spec.token_name);
  auto plan = context_.remote.plan(call);
  if (!plan) co_return plan.error();
  WallTime not_before{};
  auto ticket = co_await context_.remote.admit(*plan, store::Lane::live, std::chrono::seconds(30), &not_before);
  if (!ticket) co_return ticket.error();
  auto outcome = co_await context_.remote.send(std::move(*plan), std::move(*ticket));
  if (outcome.verdict == remote::Verdict::applied || outcome.verdict == remote::Verdict::applied_blind) co_return outcome;
  // Whatever else it was, the next round lists before it makes one: nothing doubles.
  co_return Error(Code::unavailable, operation + ": " + outcome.sentence);
}

Task<Status> Subscriptions::keep(SubscriptionSpec spec, Upkept* upkept) {
  if (spec.topics.empty()) co_return ok_status();
  std::string own_url = spec.url;  // as it stands there; the token in it is a reference wherever else we write it
  if (spec.hook_token) {
    auto token = co_await ensure_token(spec);
    if (!token) co_return token.error();
    constexpr std::string_view kToken = "{hook_token}";
    if (const size_t at = own_url.find(kToken); at != std::string::npos) {
      auto known = co_await context_.vault.secret(spec.secret_owner, spec.token_name, "");
      if (!known) co_return known.error();
      if (*known) own_url.replace(at, kToken.size(), (*known)->reveal());
    }
  }
  // All registrations there, by the fields that make two the same.
  std::map<std::string, Registration> there;
  remote::Call call{spec.client, spec.connection, spec.list, "{}", store::Lane::live};
  for (int page = 0; page < kMaxPages; ++page) {
    auto read = co_await context_.remote.read(call);
    if (!read) co_return read.error();
    if (read->outcome.verdict != remote::Verdict::applied) co_return read_error(read->outcome);
    auto parsed = document::Document::parse(!read->rows.empty() ? read->rows : read->outcome.body.empty() ? "[]" : read->outcome.body);
    if (!parsed) co_return parsed.error().wrap(spec.list);
    for (const auto row : parsed->root().items()) {
      std::string same;
      for (const auto& [what, field] : spec.same) same += what + "=" + text_of(remote::find_dotted(row, field)) + "\n";
      const bool active = spec.active.empty() || text_of(remote::find_dotted(row, spec.active)) == "true";
      auto& known = there[same];
      if (known.id.empty() || active) known = {text_of(remote::find_dotted(row, spec.id)), active};
    }
    if (read->next_arguments.empty()) break;
    call.arguments = read->next_arguments;
  }

  auto body = document::Document::parse(spec.body.empty() ? "{}" : spec.body);
  if (!body) co_return body.error().wrap("webhooks.subscribe.body");
  for (const auto& topic : spec.topics) {
    std::string same;
    for (const auto& [what, field] : spec.same)
      same += what + "=" + (what == "url" ? own_url : filled("{" + what + "}", spec, topic)) + "\n";
    const auto known = there.find(same);
    std::string id = known == there.end() ? std::string() : known->second.id, act;
    if (known != there.end() && known->second.active) {
      ++upkept->kept;
    } else {
      auto arguments = document::Node::object();
      arguments.set("body", fill(body->root(), spec, topic));
      const bool revive = known != there.end() && !spec.revive.empty();
      if (revive) {
        auto path = document::Node::object();
        path.set("id", id);
        arguments.set("path", std::move(path));
      }
      auto outcome = co_await write(spec, revive ? spec.revive : spec.create, document::write(arguments));
      if (!outcome) co_return outcome.error();
      if (!outcome->remote_id.empty()) {
        id = outcome->remote_id;
      } else if (!revive) {
        auto answer = document::Document::parse(outcome->body.empty() ? "null" : outcome->body);
        if (answer) id = text_of(remote::find_dotted(answer->root(), spec.id));
      }
      act = revive ? "subscription.revived" : "subscription.made";
      ++(revive ? upkept->revived : upkept->made);
    }
    const auto key = spec.client + "/" + spec.connection + "/" + topic;
    auto row = co_await context_.store.get(store::Table::subscriptions, key);
    if (!row) co_return row.error();
    if (act.empty() && *row && (*row)->value == id) continue;
    if (!act.empty() && *row) standings_[spec.client + "/" + spec.connection].lost.push_back(topic);
    store::Change change;
    change.put.emplace_back(store::Table::subscriptions, store::Row{key, id, context_.now()});
    if (!act.empty()) change.audit.push_back({spec.client, "engine", act, spec.connection + " " + topic, "id " + id});
    auto committed = co_await context_.store.commit(std::move(change));
    if (!committed) co_return committed.error();
  }
  co_return ok_status();
}

}  // namespace mlc::engine
