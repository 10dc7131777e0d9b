#include "runtime/remote/real_remote.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/sleep.h"
#include "runtime/base/wall_clock.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/http/follow.h"
#include "runtime/limits/backoff.h"
#include "runtime/remote/access.h"
#include "runtime/remote/admission.h"
#include "runtime/remote/classify.h"
#include "runtime/remote/content.h"
#include "runtime/remote/mark.h"
#include "runtime/remote/pages.h"
#include "runtime/remote/request.h"
#include "runtime/remote/wrapping.h"

namespace mlc::remote {

namespace {

using document::Value;

constexpr Duration kRetryFirst = std::chrono::milliseconds(500);
constexpr Duration kRetryMost = std::chrono::seconds(8);

Result<document::Document> parse_arguments(const std::string& arguments) {
  auto parsed = document::Document::parse(arguments.empty() ? "{}" : arguments);
  if (!parsed) return Error(Code::invalid_argument, "arguments: " + parsed.error().text());
  if (!parsed->root().is_object() && parsed->root().size() > 0) return Error(Code::invalid_argument, "arguments: expected an object");
  return parsed;
}

// A field with a telling name is kept without its value: answers may carry cookies and tokens.
template <class Fields>
std::string header_text(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += name + ": ";
    out += Redactor::names_secret(name) ? std::string(Redactor::kMask) : value;
    out += "\n";
  }
  return out;
}

std::string plain(Value value) { return value.is_string() || value.is_number() ? std::string(value.text()) : std::string(); }

// What a status may mean besides what it says: 404 of a path that a setting is in.
void add_hint(Outcome& outcome, const Connection& connection) {
  for (const auto& [status, sentence] : connection.spec->hints)
    if (status == std::to_string(outcome.exchange.status)) outcome.sentence += "; " + filled(sentence, connection);
}

void add_lacking(Outcome& outcome, const Operation& operation) {
  outcome.verdict = Verdict::rejected;
  outcome.code = "denied";
  outcome.retryable = false;
  outcome.sentence += "; the token is good: this account lacks " + operation.optional;
}

}  // namespace

class RealRemote::HeldTicket : public Ticket {
 public:
  explicit HeldTicket(std::unique_ptr<Admission> held) : admission(std::move(held)) {}
  std::unique_ptr<Admission> admission;
};

RealRemote::RealRemote(Parts parts) : parts_(parts) {}

void RealRemote::configure(std::shared_ptr<const Directory> directory) {
  directory_ = std::move(directory);
  std::vector<auth::ConnectionSetup> connections;
  for (const auto& [key, connection] : directory_->connections) {
    connections.push_back(
        {connection->client, connection->name, connection->grant, connection->owner, connection->spec->auth, connection->hosts});
  }
  identities_.clear();
  parts_.authorizer->configure(directory_->grants, std::move(connections));
}

Result<RealRemote::Target> RealRemote::target(const std::string& client, const std::string& connection,
                                              const std::string& operation) const {
  Target found;
  for (auto& way : ways_in(*directory_, client, connection)) {
    found.operation = way->spec->operation(operation);
    if (found.operation == nullptr && found.connection) continue;
    found.connection = std::move(way);
    if (found.operation != nullptr) return found;
  }
  if (!found.connection) return Error(Code::not_found, "unknown connection " + client + "/" + connection);
  return Error(Code::not_found, "system " + found.connection->spec->name + " has no operation " + operation +
                                    ", or it is of an access that connection " + connection + " does not name");
}

Result<OperationFacts> RealRemote::facts(const std::string& client, const std::string& connection, const std::string& operation) {
  auto found = target(client, connection, operation);
  if (!found) return found.error();
  const Operation& what = *found->operation;
  OperationFacts facts;
  facts.reads = what.reads;
  facts.kind = what.effect.kind;
  facts.create = what.create;
  facts.key_field = what.effect.kind == 'C' ? what.effect.by : what.effect.key;
  facts.may_repeat = what.effect.may_repeat;
  facts.may_skip = what.effect.may_skip;
  facts.id = what.id;
  facts.number = what.number;
  return facts;
}

Result<std::string> RealRemote::take(const std::string& client, const std::string& connection, const std::string& operation,
                                     const std::string& body_json) {
  auto found = target(client, connection, operation);
  if (!found) return found.error();
  auto parsed = document::Document::parse(body_json);
  if (parsed && found->connection->spec->wrapping)
    parsed = document::Document::parse(unwrap_values(*found->connection->spec->wrapping, parsed->root()));
  if (!parsed) return parsed.error().wrap(operation);
  return document::write(unwrapped(*found->operation, parsed->root()));
}

const SystemSpec* RealRemote::spec(const std::string& client, const std::string& connection) {
  auto found = directory_->find(client, connection);
  return found ? found->spec.get() : nullptr;
}

namespace {

// A declared look-up, frozen for one write.
Result<Probe> asked_probe(const Connection& connection, const EffectSpec& effect, const std::string& reference, Value body) {
  const AskSpec& asks = *effect.asks;
  auto arguments = ask_arguments(connection, asks.arguments, reference, body);
  if (!arguments) return arguments.error();
  Probe probe{effect.look_up, std::move(*arguments), effect.field, reference, "", {}};
  probe.found = asks.found;
  probe.id = asks.id;
  probe.number = asks.number;
  probe.gone_field = asks.gone.field;
  probe.gone = asks.gone.values;
  if (!asks.parts.empty()) probe.parts = std::max<size_t>(1, find_dotted(body, asks.parts).size());
  if (!asks.fetch.empty()) {
    auto fetch = ask_arguments(connection, asks.fetch_arguments, reference, body);
    if (!fetch) return fetch.error();
    probe.fetch = asks.fetch;
    probe.fetch_arguments = std::move(*fetch);
  }
  return probe;
}

// The secrets that are put into a body: those that it refers to and that may stand in it.
std::vector<std::string> secrets_in(const std::string& body, const Operation& operation, std::vector<std::string> allowed) {
  allowed.insert(allowed.end(), operation.body_secrets.begin(), operation.body_secrets.end());
  return auth::referred_secrets(body, std::move(allowed));
}

}  // namespace

Result<Plan> RealRemote::plan(const Call& call) {
  auto found = target(call.client, call.connection, call.operation);
  if (!found) return found.error();
  const Operation& operation = *found->operation;
  if (operation.reads) return Error(Code::invalid_argument, call.operation + " only reads: it is no write");
  auto arguments = parse_arguments(call.arguments);
  if (!arguments) return arguments.error().wrap(call.operation);
  auto built = build_request(*found->connection, operation, arguments->root());
  if (!built) return built.error();

  if (operation.content) {
    auto typed = check_content(operation, arguments->root().get("body"), *built);
    if (!typed) return typed.error();
  }

  Plan plan;
  plan.client = call.client;
  plan.connection = call.connection;
  plan.operation = call.operation;
  plan.kind = operation.effect.kind;
  plan.method = built->method;
  plan.url = built->url.text();
  plan.body = std::move(built->body);
  plan.headers = std::move(built->headers);
  plan.quiet = operation.effect.quiet;
  plan.retention = operation.effect.retention;
  plan.deadline = operation.deadline;
  plan.confirm_operation = operation.confirm_read;
  plan.confirm_fields = operation.confirm_fields;
  plan.body_secrets = call.body_secrets;

  const auto& effect = operation.effect;
  const Value root = arguments->root();
  if (effect.kind == 'C' && !effect.header.empty()) {
    const Operation* list = found->connection->spec->operation(effect.look_up);
    if (list != nullptr)
      plan.probe = Probe{effect.look_up, find_arguments(*list, effect.field, kMark, root), effect.field, std::string(kMark), "", {}};
  } else if (effect.kind == 'C') {
    const Operation* list = found->connection->spec->operation(effect.look_up);
    std::string value = plain(find_dotted(root.get("body"), effect.by));
    for (const auto& path : effect.by_else) {
      if (value.empty()) value = plain(find_dotted(root.get("body"), path));
    }
    if (effect.asks && list != nullptr && !value.empty()) {
      auto probe = asked_probe(*found->connection, effect, value, root.get("body"));
      if (!probe) return probe.error().wrap(call.operation);
      plan.probe = std::move(*probe);
    } else if (list != nullptr && !value.empty()) {
      plan.probe = Probe{effect.look_up, find_arguments(*list, effect.field, value, root), effect.field, value, "", {}};
    }
    if (plan.probe) plan.probe->first = effect.first, plan.probe->within = effect.within;
  } else if (effect.kind == 'A' && !effect.read.empty()) {
    const Operation* read = found->connection->spec->operation(effect.read);
    const Value in_path = root.get("path").get(effect.key);
    const std::string value = in_path ? plain(in_path) : plain(find_dotted(root.get("body"), effect.key));
    if (value.empty()) return Error(Code::invalid_argument, call.operation + ": its key " + effect.key + " is not given");
    if (in_path || (read != nullptr && read->path.find("{" + effect.key + "}") != std::string::npos)) {
      // Read by the key itself: the record bears it under its own name.
      auto path = document::Node::copy_of(root.get("path"));
      path.set(effect.key, value);
      auto by_path = document::Node::object();
      by_path.set("path", std::move(path));
      const std::string& field = !effect.field.empty() ? effect.field : read != nullptr && !read->id.empty() ? read->id : effect.key;
      plan.probe = Probe{effect.read, document::write(by_path), field, value, "", {}};
    } else if (read != nullptr) {
      const std::string asked = plain(find_dotted(root.get("body"), effect.ask));
      if (asked.empty())
        return Error(Code::invalid_argument, call.operation + ": " + effect.ask + ", which it is looked up by, is not given");
      const std::string& field = effect.field.empty() ? effect.key : effect.field;
      const std::string& by = effect.ask == effect.key ? field : effect.ask;
      plan.probe = Probe{effect.read, find_arguments(*read, by, asked, root), field, value, "", {}};
    }
    if (plan.probe) {
      plan.probe->state_field = effect.updatable.field;
      plan.probe->states = effect.updatable.values;
    }
  }
  return plan;
}

std::optional<Remote::Hold> RealRemote::held(const std::string& client, const std::string& connection) {
  auto found = directory_->find(client, connection);
  if (!found) return Hold{"unknown", "unknown connection " + client + "/" + connection, WallTime::max()};
  if (auto holding = parts_.authorizer->held(client, connection)) {
    parts_.authorizer->wanted(client, connection);
    return Hold{holding->reason_code, holding->reason, holding->until};
  }
  auto identity = identities_.find(client + "/" + connection);
  if (identity == identities_.end()) return std::nullopt;
  limits::Request request;
  request.system = found->spec->name;
  request.rules = found->rules;
  request.values = found->settings;
  request.values["app"] = identity->second.app;
  request.values["user"] = request.values["grant"] = identity->second.user;
  request.values["connection"] = client + "/" + connection;
  auto stopped = parts_.limits->held(request);
  if (!stopped) return std::nullopt;
  return Hold{"quota", stopped->reason, stopped->until};
}

Task<limits::Request> RealRemote::wish(Target target, store::Lane lane) {
  const Connection& connection = *target.connection;
  const std::string title = connection.client + "/" + connection.name;
  auto identity = co_await parts_.authorizer->identity(connection.client, connection.name);
  identities_[title] = identity;
  limits::Request request;
  request.system = connection.spec->name;
  request.rules = connection.rules;
  request.values = connection.settings;
  request.values["app"] = identity.app;
  request.values["user"] = request.values["grant"] = identity.user;
  request.values["endpoint"] = target.operation->path;
  request.values["connection"] = title;
  request.lane = lane;
  co_return request;
}

Task<Result<std::unique_ptr<RealRemote::Admission>>> RealRemote::enter(Target target, http::Url url, std::vector<std::string> body_secrets,
                                                                       Duration deadline, store::Lane lane, Duration patience,
                                                                       WallTime* not_before) {
  const SteadyTime began = parts_.env.clock->steady();
  if (auto over = days_over_.find(part_of(*target.connection, *target.operation)); over != days_over_.end()) {
    if (parts_.env.clock->wall() < over->second) {
      if (not_before != nullptr) *not_before = over->second;
      co_return Error(Code::exhausted, "the remote's quota of the day is used up; it begins anew at " + format_rfc3339(over->second));
    }
    days_over_.erase(over);
  }
  auto request = co_await wish(target, lane);
  auto permit = co_await parts_.limits->acquire(std::move(request), patience, not_before);
  if (!permit) co_return permit.error().wrap(target.connection->client + "/" + target.connection->name);

  auth::Need need;
  need.client = target.connection->client;
  need.connection = target.connection->name;
  need.host = url.host();
  need.port = url.port();
  // On a scaled clock (sandbox only) the deadline counts in the clock's seconds too: scaled up, no token of a fast
  // sandbox would ever live long enough, and a 401 of the rare late call only puts it back to planned.
  need.must_live = deadline;
  need.patience = std::max<Duration>(Duration::zero(), patience - (parts_.env.clock->steady() - began));
  need.body_secrets = std::move(body_secrets);
  auto credentials = co_await parts_.authorizer->credentials(std::move(need), not_before);
  if (!credentials) co_return credentials.error();
  co_return std::make_unique<Admission>(Admission{std::move(target), std::move(*permit), std::move(*credentials)});
}

// Exactly one request, its record and what limits learn from it. not_before: set when the remote said so.
Task<http::SendResult> RealRemote::exchange(http::OutgoingRequest request, Admission& admission, bool follow, Exchange& record,
                                            WallTime* not_before, Counting counting) {
  record.method = request.method;
  record.url = request.url.text();
  record.request_headers = header_text(request.headers);
  record.request_body = request.body;
  request.credentials = admission.credentials.apply;
  request.tls = admission.target.connection->tls;
  request.allowed_hosts = admission.target.connection->hosts;

  record.began = parts_.env.clock->wall();
  if (counting != Counting::none) admission.permit.begin();
  http::SendResult end = http::SendFailure{http::SendFailure::Stage::unknown, Error(Code::internal, "not sent")};
  if (follow) end = co_await http::follow_get(*parts_.transport, std::move(request));
  else end = co_await parts_.transport->send(std::move(request));
  record.ended = parts_.env.clock->wall();

  if (auto* failure = std::get_if<http::SendFailure>(&end)) {
    if (counting == Counting::whole) admission.permit.finish(0, {});
    record.failure = failure->error.text();
  } else {
    auto& response = std::get<http::Response>(end);
    std::optional<WallTime> later;
    if (counting == Counting::whole) later = admission.permit.finish(response.status, response.headers);
    if (later && not_before != nullptr) *not_before = *later;
    const Connection& connection = *admission.target.connection;
    parts_.authorizer->answered(connection.client, connection.name, admission.credentials.generation, response.headers);
    if (response.body.starts_with("\xef\xbb\xbf")) response.body.erase(0, 3);  // the byte order mark some servers put before JSON
    response.body = admission.credentials.scrub(std::move(response.body));
    record.status = response.status;
    note_clock(*admission.target.connection, response.headers, record.ended);
    record.response_headers = header_text(response.headers);
    record.response_body = response.body;
    note_day(admission.target, response);
    if (connection.spec->wrapping && response.status < 300) {
      // Not for refusals: there the remote's own form tells which field is at fault.
      if (auto parsed = document::Document::parse(response.body)) response.body = unwrap_values(*connection.spec->wrapping, parsed->root());
    }
  }
  if (parts_.redactor != nullptr) {
    for (auto* text :
         {&record.url, &record.request_headers, &record.request_body, &record.response_headers, &record.response_body, &record.failure}) {
      *text = parts_.redactor->redact(*text);
    }
  }
  co_return end;
}

std::string RealRemote::part_of(const Connection& connection, const Operation& operation) {
  const std::string_view path = std::string_view(operation.path).substr(std::min<size_t>(1, operation.path.size()));
  return connection.client + "/" + connection.name + "/" + std::string(path.substr(0, path.find('/')));
}

void RealRemote::note_day(const Target& target, const http::Response& response) {
  if (response.status < 400 || target.connection->spec->meanings.empty()) return;
  auto parsed = document::Document::parse(response.body);
  const Meaning* meaning = meaning_of(*target.connection->spec, response.status, parsed ? parsed->root() : Value(), response.body);
  if (meaning == nullptr || meaning->is != Meaning::Is::busy || !meaning->until_day) return;
  days_over_[part_of(*target.connection, *target.operation)] = again_at(*meaning, parts_.env.clock->wall());
}

// In real time: on a scaled clock a second between two machines, and on the wire, counts as many.
void RealRemote::note_clock(const Connection& connection, const http::Headers& headers, WallTime at) {
  const auto date = headers.get("Date");
  if (!date) return;
  const auto there = parse_instant(*date);
  if (!there) return;
  const Duration ahead(static_cast<int64_t>(static_cast<double>((*there - at).count()) / parts_.env.clock->scale()));
  skews_[connection.client + "/" + connection.name] = {connection.client, connection.name, ahead, at};
}

std::vector<Remote::Skew> RealRemote::skews() const {
  std::vector<Skew> list;
  for (const auto& [key, skew] : skews_) list.push_back(skew);
  return list;
}

Task<Result<std::unique_ptr<Ticket>>> RealRemote::admit(const Plan& plan, store::Lane lane, Duration patience, WallTime* not_before) {
  auto found = target(plan.client, plan.connection, plan.operation);
  if (!found) co_return found.error();
  auto url = http::Url::parse(plan.url);
  if (!url) co_return url.error().wrap("plan of " + plan.operation);
  auto secrets = secrets_in(plan.body, *found->operation, plan.body_secrets);
  auto admission = co_await enter(*found, *url, std::move(secrets), plan.deadline, lane, patience, not_before);
  if (!admission) co_return admission.error();
  co_return std::unique_ptr<Ticket>(std::make_unique<HeldTicket>(std::move(*admission)));
}

Task<Outcome> RealRemote::send(Plan plan, std::unique_ptr<Ticket> ticket) {
  Outcome outcome;
  auto* held = dynamic_cast<HeldTicket*>(ticket.get());
  auto url = http::Url::parse(plan.url);
  if (held == nullptr || !held->admission || !url) {
    outcome.verdict = Verdict::not_sent;
    outcome.code = "internal";
    outcome.sentence = plan.operation + ": sent without a ticket of admit()";
    co_return outcome;
  }
  Admission& admission = *held->admission;
  const Connection& connection = *admission.target.connection;
  // Several that go out together were admitted as one of them is.
  const Operation* own = connection.spec->operation(plan.operation);
  const Operation& operation = own != nullptr ? *own : *admission.target.operation;

  http::OutgoingRequest request;
  request.method = plan.method;
  request.url = *url;
  for (const auto& [name, value] : plan.headers) request.headers.add(name, value);
  if (!operation.effect.header.empty() && !plan.idempotency_key.empty()) request.headers.set(operation.effect.header, plan.idempotency_key);
  request.body = plan.body;
  if (operation.content && operation.content->alone) request.body = document_of(*operation.content, plan.body).value_or("");
  request.total_deadline = plan.deadline;
  request.fresh = plan.kind == 'C' || plan.kind == 'D';

  Exchange record;
  WallTime not_before{};
  const Counting counting = operation.end ? Counting::begin : Counting::whole;
  auto sending = exchange(std::move(request), admission, false, record, &not_before, counting);
  auto end = co_await std::move(sending);
  bool ran = false;  // over more than one answer
  if (operation.end) {
    const auto* begun = std::get_if<http::Response>(&end);
    ran = begun != nullptr && begun->status == operation.end->status;
    if (ran) {
      auto following = follow_operation(operation, admission, std::move(end), record);
      end = co_await std::move(following);
    }
    const auto* last = std::get_if<http::Response>(&end);
    auto later = last == nullptr ? admission.permit.finish(0, {}) : admission.permit.finish(last->status, last->headers);
    if (later) not_before = *later;
  }
  outcome = classify_write(*connection.spec, operation, end);
  outcome.exchange = std::move(record);
  add_hint(outcome, connection);
  if (ran && outcome.exchange.status >= 400) {
    // Its own status page says that it failed; one that is not there any more says nothing.
    const bool says = outcome.exchange.status != 401 && outcome.exchange.status != 404;
    outcome.verdict = says ? Verdict::rejected : Verdict::unknown;
    outcome.code = says ? "validation" : "http_" + std::to_string(outcome.exchange.status);
    outcome.retryable = !says;
  }
  if (const auto* answer = std::get_if<http::Response>(&end); answer != nullptr && outcome.verdict == Verdict::again) {
    auto parsed = document::Document::parse(answer->body);
    const Meaning* meaning = meaning_of(*connection.spec, answer->status, parsed ? parsed->root() : Value(), answer->body);
    if (meaning != nullptr) not_before = std::max(not_before, again_at(*meaning, parts_.env.clock->wall()));
  }
  outcome.not_before = not_before;
  if (learn_lacking(plan.client, connection.name, operation, outcome.exchange.status, admission.credentials.generation)) {
    add_lacking(outcome, operation);
  } else if (outcome.exchange.status == 401) {
    WallTime later{};
    auto renewed =
        co_await parts_.authorizer->after_401(plan.client, connection.name, admission.credentials.generation, Duration::zero(), &later);
    if (!renewed) {
      outcome.not_before = std::max(outcome.not_before, later);
      outcome.retryable = renewed.error().code() != Code::denied;
      outcome.sentence += "; " + renewed.error().text();
    }
  } else if (outcome.exchange.status != 0 && outcome.exchange.status < 500) {
    parts_.authorizer->worked(plan.client, connection.name, admission.credentials.generation);
  }
  co_return outcome;
}

// A 401 of what an account may lack, with keys that other calls were answered with, or with another token than was refused before: they are
// not at fault, and the connection is not held for it.
bool RealRemote::learn_lacking(const std::string& client, const std::string& connection, const Operation& operation, int status,
                               int64_t generation) {
  if (operation.optional.empty()) return false;
  const std::string key = client + "/" + connection;
  if (status != 401) {
    if (status != 0 && status < 500) refused_.erase(key);
    return false;
  }
  // Keys that work elsewhere are right. A token that did may have been forgotten since: only a second one tells.
  if (generation == 0) return parts_.authorizer->has_worked(client, connection, generation);
  const auto [before, is_first] = refused_.try_emplace(key, generation);
  return !is_first && before->second != generation;
}

Task<Result<Remote::Read>> RealRemote::read(Call call) {
  auto found = target(call.client, call.connection, call.operation);
  if (!found) co_return found.error();
  const Target target = *found;
  const Operation& operation = *target.operation;
  if (!operation.reads) co_return Error(Code::invalid_argument, call.operation + " is a write: send it");
  auto arguments = parse_arguments(call.arguments);
  if (!arguments) co_return arguments.error().wrap(call.operation);
  auto built = build_request(*target.connection, operation, arguments->root());
  if (!built) co_return built.error();

  Read read;
  const SteadyTime give_up = parts_.env.clock->steady() + kReadWithin;
  bool renewed_once = false;
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    const Duration left = give_up - parts_.env.clock->steady();
    WallTime not_before{};
    auto secrets = secrets_in(built->body, operation, call.body_secrets);
    auto admission = co_await enter(target, built->url, std::move(secrets), operation.deadline, call.lane,
                                    std::max<Duration>(left, Duration::zero()), &not_before);
    if (!admission) {
      const Code code = admission.error().code();
      Outcome& outcome = read.outcome;
      outcome = Outcome{};
      outcome.verdict = code == Code::exhausted ? Verdict::again : Verdict::not_sent;
      outcome.code = code == Code::exhausted ? "exhausted" : code == Code::denied || code == Code::config ? "denied" : "unavailable";
      outcome.sentence = call.operation + ": " + admission.error().text();
      outcome.retryable = outcome.code != "denied";
      outcome.not_before = not_before;
      co_return read;
    }

    http::OutgoingRequest request;
    request.method = built->method;
    request.url = built->url;
    auto headers = built->headers;
    add_request_ids(*target.connection, *parts_.env.random, headers);
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    request.body = built->body;
    request.total_deadline = operation.deadline;
    Exchange record;
    auto end = co_await exchange(std::move(request), **admission, operation.method == "GET", record, &not_before);
    const int64_t generation = (*admission)->credentials.generation;
    admission->reset();
    read.outcome = classify_read(*target.connection->spec, operation, end);
    read.outcome.exchange = record;
    add_hint(read.outcome, *target.connection);
    read.outcome.not_before = not_before;
    read.attempts.push_back(std::move(record));

    const int status = read.outcome.exchange.status;
    if (status != 0 && status != 401 && status < 500) parts_.authorizer->worked(call.client, target.connection->name, generation);
    if (read.outcome.verdict == Verdict::applied) {
      if (operation.pages) {
        const auto& body = std::get<http::Response>(end).body;
        auto parsed = document::Document::parse(read.outcome.body.empty() ? "null" : body);
        if (!parsed) co_return parsed.error().wrap(call.operation);
        auto page = take_page(operation, arguments->root(), parsed->root());
        if (!page) {
          read.outcome.verdict = Verdict::unknown;
          read.outcome.code = "corrupt";
          read.outcome.sentence = page.error().text();
          co_return read;
        }
        read.rows = std::move(page->rows);
        read.next_arguments = std::move(page->next_arguments);
        read.outcome.body.clear();  // its rows are the answer
      }
      co_return read;
    }

    if (learn_lacking(call.client, target.connection->name, operation, status, generation)) {
      add_lacking(read.outcome, operation);
      co_return read;
    }
    if (status == 401) {
      WallTime later{};
      const Duration patience = std::max<Duration>(give_up - parts_.env.clock->steady(), Duration::zero());
      auto renewed = co_await parts_.authorizer->after_401(call.client, target.connection->name, generation, patience, &later);
      if (renewed && !renewed_once) {
        renewed_once = true;
        continue;
      }
      if (!renewed) {
        read.outcome.sentence += "; " + renewed.error().text();
        read.outcome.not_before = later;
        if (renewed.error().code() == Code::exhausted) read.outcome.code = "exhausted";
        if (renewed.error().code() == Code::unavailable) read.outcome.code = "unavailable";
        read.outcome.retryable = renewed.error().code() != Code::denied;
      }
      co_return read;
    }
    if (!read.outcome.retryable) co_return read;
    if (const auto* answer = std::get_if<http::Response>(&end)) {
      auto parsed = document::Document::parse(answer->body);
      const Meaning* meaning = meaning_of(*target.connection->spec, answer->status, parsed ? parsed->root() : Value(), answer->body);
      if (meaning != nullptr) read.outcome.not_before = not_before = std::max(not_before, again_at(*meaning, parts_.env.clock->wall()));
    }
    const Duration pause = limits::full_jitter(attempt, kRetryFirst, kRetryMost, *parts_.env.random);
    SteadyTime again = parts_.env.clock->steady() + pause;
    // A remote that said when is asked then; the permit waits for it by itself.
    if (not_before > WallTime{}) again = std::max(again, parts_.env.clock->steady() + (not_before - parts_.env.clock->wall()));
    if (again >= give_up || attempt + 1 == kReadAttempts) co_return read;
    co_await sleep_for(*parts_.env.timers, again - parts_.env.clock->steady());
  }
  co_return read;
}

}  // namespace mlc::remote
