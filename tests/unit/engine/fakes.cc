#include "tests/unit/engine/fakes.h"

#include "runtime/base/date.h"
#include "runtime/base/sleep.h"
#include "runtime/base/strings.h"
#include "runtime/base/wall_clock.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::engine::testing {
namespace {

constexpr Duration kLatency = std::chrono::milliseconds(40);

struct NoTicket : remote::Ticket {};

std::string text_at(const std::string& json, std::string_view key) {
  auto parsed = document::Document::parse(json);
  return parsed ? std::string(parsed->root().get(key).text()) : std::string();
}

}  // namespace

int RemoteWorld::count(const std::string& ref) const {
  int found = 0;
  for (const auto& invoice : invoices) found += invoice.ref == ref ? 1 : 0;
  return found;
}

Result<remote::OperationFacts> FakeRemote::facts(const std::string&, const std::string&, const std::string& operation) {
  remote::OperationFacts facts;
  if (world_.lists.contains(operation) || operation.starts_with("orders.") || operation == "invoices.find" || operation == "invoices.get" ||
      operation == "hooks.list") {
    facts.reads = true;
    return facts;
  }
  if (operation == "lines.update_a") {  // by the id in its path; answers nothing
    facts.kind = 'A';
    facts.key_field = "id";
    return facts;
  }
  facts.kind = operation.starts_with("invoices.") ? static_cast<char>(operation.back() - 'a' + 'A') : 'D';
  facts.create = operation != "invoices.put_a";
  facts.key_field = "Ref";
  facts.may_repeat = world_.may_repeat;
  facts.id = "ID";
  facts.number = "Number";
  return facts;
}

Result<remote::Since> FakeRemote::since(const std::string&, const std::string&, const std::string& operation,
                                        std::optional<WallTime> from) {
  remote::Since since;
  if (operation == "accounts.changed") {
    since.field = "Timestamp";
    since.counts = since.sorted = true;
    since.arguments = "{\"query\":{\"after\":\"" + std::to_string(to_micros(from.value_or(WallTime{}))) + "\"}}";
    return since;
  }
  const auto zone = Zone::find(world_.zone.empty() ? "UTC" : world_.zone);
  const auto text =
      world_.zone.empty() ? format_rfc3339(from.value_or(WallTime{})) : format_wall_clock_from(from.value_or(WallTime{}), *zone);
  since.zone = world_.zone;
  since.arguments = "{\"query\":{\"since\":\"" + text + "\",\"page\":\"1\"}}";
  since.field = "date_modified";
  since.sorted = since.shifts = true;
  return since;
}

Result<std::optional<remote::Remote::Begins>> FakeRemote::begins(const std::string& client, const std::string& connection,
                                                                 const std::string& operation, WallTime moment) {
  if (world_.begins.empty() || operation != "accounts.changed") return std::optional<Begins>();
  return std::optional<Begins>(
      Begins{{client, connection, "sync.timestamp", "{\"path\":{\"modified\":\"" + format_rfc3339(moment) + "\"}}", {}}, "count"});
}

// Rows behind the count that the list is asked for.
std::string rows_after(const std::string& rows, std::string_view after) {
  const auto all = document::Document::parse(rows);
  const auto from = Decimal::parse(after);
  std::string out = "[";
  for (auto row : all->root().items()) {
    if (from && *Decimal::parse(row.get("Timestamp").text()) <= *from) continue;
    out += (out.size() > 1 ? "," : "") + document::write(row);
  }
  return out + "]";
}

std::optional<remote::Question> FakeRemote::question(const remote::Call& call) {
  const auto arguments = document::Document::parse(call.arguments);
  if (world_.any_of == 0 || call.operation != "orders.get" || !arguments) return std::nullopt;
  const auto id = std::string(arguments->root().get("path").get("id").text());
  return remote::Question{"orders.any", "ids", id, "|", "{\"query\":{\"expand\":\"all\"}}", world_.any_of, "id", id};
}

Task<Result<remote::Remote::Read>> FakeRemote::read(remote::Call call) {
  ++world_.reads;
  world_.most_reads_at_once = std::max(world_.most_reads_at_once, ++world_.reads_under_way);
  co_await sleep_for(*env_.timers, kLatency);
  --world_.reads_under_way;
  Read read;
  read.outcome.verdict = remote::Verdict::applied;
  read.outcome.exchange.method = "GET";
  read.outcome.exchange.url = "https://remote.test/" + call.operation;
  read.outcome.exchange.status = 200;
  read.outcome.exchange.began = read.outcome.exchange.ended = env_.clock->wall();
  if (!world_.read_faults.empty()) {
    read.outcome.code = world_.read_faults.front();
    world_.read_faults.pop_front();
    if (!read.outcome.code.empty()) {
      read.outcome.verdict = remote::Verdict::unknown;
      read.outcome.sentence = "the remote said " + read.outcome.code;
      read.outcome.not_before = env_.clock->wall() + std::chrono::minutes(10);
      read.attempts.push_back(read.outcome.exchange);
      co_return read;
    }
  }
  auto arguments = document::Document::parse(call.arguments);
  if (!arguments) co_return arguments.error();
  const auto path_id = std::string(arguments->root().get("path").get("id").text());
  const auto query = arguments->root().get("query");
  if (call.operation == "orders.get" || call.operation == "invoices.get") {
    const std::string* body = nullptr;
    if (call.operation == "orders.get" && world_.orders.contains(path_id)) body = &world_.orders[path_id];
    for (const auto& invoice : world_.invoices) {
      if (call.operation == "invoices.get" && invoice.id == path_id) body = &invoice.body;
    }
    if (body == nullptr) {
      read.outcome.verdict = remote::Verdict::rejected;
      read.outcome.code = "not_found";
      read.outcome.sentence = "there is no " + path_id;
      read.outcome.exchange.status = 404;
    } else {
      read.outcome.body = *body;
    }
  } else if (call.operation == "orders.list" || call.operation == "orders.others") {  // two rows a page
    const auto from = parse_instant(query.get("since").text());
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& [id, order] : world_.orders) {
      const auto changed = text_at(order, "date_modified");
      // A remote without offsets compares what its clock showed.
      const bool wanted = world_.zone.empty() ? parse_instant(changed).value_or(WallTime{}) >= from.value_or(WallTime{})
                                              : changed >= std::string(query.get("since").text());
      if (wanted) rows.emplace_back(changed, order);
    }
    std::sort(rows.begin(), rows.end());
    const auto page = query.get("page").text() == "1" ? 0u : static_cast<unsigned>(query.get("page").text()[0] - '1');
    read.rows = "[";
    for (size_t i = page * 2; i < rows.size() && i < page * 2 + 2; ++i) read.rows += (read.rows.size() > 1 ? "," : "") + rows[i].second;
    read.rows += "]";
    if (rows.size() > page * 2 + 2) {
      read.next_arguments =
          "{\"query\":{\"since\":\"" + std::string(query.get("since").text()) + "\",\"page\":\"" + std::to_string(page + 2) + "\"}}";
    }
    if (auto then = std::exchange(world_.after_page, nullptr)) then();
  } else if (call.operation == "orders.any") {
    const std::string asked(query.get("ids").text());
    const auto ids = split(asked, '|');
    world_.asked_together.push_back(ids.size());
    if (query.get("expand").text() != "all") co_return Error(Code::invalid_argument, "what else the list is called with is lost");
    if (world_.refuses_several) {
      read.outcome.verdict = remote::Verdict::rejected;
      read.outcome.code = "invalid_argument";
      read.outcome.exchange.status = 400;
    } else {
      read.rows = "[";
      for (const auto& [id, order] : world_.orders)
        if (std::find(ids.begin(), ids.end(), id) != ids.end()) read.rows += (read.rows.size() > 1 ? "," : "") + order;
      read.rows += "]";
    }
  } else if (call.operation == "invoices.find") {
    const auto ref = query.get("ref").text();
    read.rows = "[";
    for (const auto& invoice : world_.invoices) {
      if ((ref.empty() || invoice.ref == ref) && !world_.unseen.contains(invoice.ref))
        read.rows += (read.rows.size() > 1 ? "," : "") + invoice.body;
    }
    read.rows += "]";
  } else if (call.operation == "sync.timestamp") {
    ++world_.begins_asked;
    if (world_.begins.starts_with('{')) {
      read.outcome.body = world_.begins;
    } else {
      read.outcome.verdict = remote::Verdict::rejected;
      read.outcome.code = "invalid_argument";
      read.outcome.exchange.status = std::stoi(world_.begins);
    }
  } else if (world_.lists.contains(call.operation)) {
    const auto listed =
        query.get("after") ? rows_after(world_.lists[call.operation], query.get("after").text()) : world_.lists[call.operation];
    (listed.starts_with('{') ? read.outcome.body : read.rows) = listed;  // one record, or rows
  } else if (call.operation == "hooks.list") {
    read.rows = "[";
    for (const auto& [id, hook] : world_.hooks) read.rows += (read.rows.size() > 1 ? "," : "") + hook;
    read.rows += "]";
  }
  read.outcome.exchange.response_body = read.rows.empty() ? read.outcome.body : read.rows;
  read.attempts.push_back(read.outcome.exchange);
  co_return read;
}

Result<remote::Plan> FakeRemote::plan(const remote::Call& call) {
  auto facts = this->facts(call.client, call.connection, call.operation);
  auto arguments = document::Document::parse(call.arguments);
  if (!arguments) return arguments.error();
  remote::Plan plan;
  plan.client = call.client;
  plan.connection = call.connection;
  plan.operation = call.operation;
  plan.kind = facts->kind;
  plan.method = "POST";
  plan.url = "https://remote.test/" + call.operation + "/" + std::string(arguments->root().get("path").get("id").text());
  plan.body = document::write(arguments->root().get("body"));
  const auto ref = std::string(arguments->root().get("body").get("Ref").text());
  if (plan.kind == 'B') plan.idempotency_key = "key-" + ref, plan.retention = std::chrono::hours(24);
  if (plan.kind == 'A' || plan.kind == 'C') {
    plan.probe = remote::Probe{"invoices.find", "{\"query\":{\"ref\":\"" + ref + "\"}}", "Ref", ref};
    plan.quiet = world_.quiet;
    if (plan.kind == 'C' && world_.probe) world_.probe(*plan.probe);
  }
  if (plan.kind == 'C' && !world_.confirm_fields.empty())
    plan.confirm_operation = "invoices.get", plan.confirm_fields = world_.confirm_fields;
  return plan;
}

Task<Result<std::unique_ptr<remote::Ticket>>> FakeRemote::admit(const remote::Plan&, store::Lane, Duration, WallTime* not_before) {
  if (world_.quota_until > env_.clock->wall()) {
    *not_before = world_.quota_until;
    co_return Error(Code::exhausted, "the quota of the minute is used up");
  }
  co_return std::unique_ptr<remote::Ticket>(std::make_unique<NoTicket>());
}

std::optional<remote::BatchFacts> FakeRemote::batch(const std::string&, const std::string&, const std::string& operation) {
  if (world_.batch == 0 || operation != "invoices.put_a") return std::nullopt;
  return remote::BatchFacts{world_.batch, std::chrono::milliseconds(200)};
}

Result<remote::Plan> FakeRemote::together(const std::vector<const remote::Plan*>& plans) {
  remote::Plan all = *plans.front();
  all.operation = "invoices.put_many";
  all.body = "[";
  for (const auto* plan : plans) all.body += (all.body.size() > 1 ? "," : "") + plan->body;
  all.body += "]";
  world_.batched.push_back(plans.size());
  return all;
}

std::vector<remote::Outcome> FakeRemote::apart(const std::vector<const remote::Plan*>& plans, const remote::Outcome& outcome) {
  std::vector<remote::Outcome> all(plans.size(), outcome);
  for (size_t i = 0; i < plans.size(); ++i) {
    all[i].exchange.request_body = plans[i]->body;
    if (outcome.verdict == remote::Verdict::rejected) all[i].verdict = remote::Verdict::again;
    if (outcome.verdict != remote::Verdict::applied) continue;
    const auto ref = text_at(plans[i]->body, "Ref");
    if (world_.refused.contains(ref)) {
      all[i].verdict = remote::Verdict::rejected;
      all[i].code = "validation";
      all[i].sentence = "refused " + ref;
      continue;
    }
    for (const auto& invoice : world_.invoices)
      if (invoice.ref == ref) all[i].remote_id = invoice.id, all[i].number = "N-" + invoice.id, all[i].body = invoice.body;
  }
  return all;
}

void FakeRemote::apply(const remote::Plan& plan, remote::Outcome* outcome) {
  if (plan.operation == "invoices.put_many") {
    auto bodies = document::Document::parse(plan.body);
    for (const auto body : bodies->root().items()) {
      if (world_.refused.contains(std::string(body.get("Ref").text()))) continue;
      remote::Plan one = plan;
      one.operation = "invoices.put_a";
      one.body = document::write(body);
      remote::Outcome ignored;
      apply(one, &ignored);
    }
    return;
  }
  const auto ref = text_at(plan.body, "Ref");
  if (plan.operation.starts_with("hooks.")) {
    ++world_.hook_writes;
    const auto id =
        plan.operation == "hooks.create" ? "h" + std::to_string(world_.hooks.size() + 1) : plan.url.substr(plan.url.rfind('/') + 1);
    auto hook = document::Document::parse(plan.body);
    auto node = document::Node::copy_of(hook->root());
    node.set("id", id);
    world_.hooks[id] = document::write(node);
    outcome->remote_id = id;
    outcome->body = world_.hooks[id];
    return;
  }
  if (plan.operation == "lines.update_a") {
    ++world_.updates;
    return;
  }
  RemoteWorld::Record* known = nullptr;
  for (auto& invoice : world_.invoices) {
    const bool same_key =
        plan.kind == 'B' && world_.by_key.contains(plan.idempotency_key) && world_.by_key[plan.idempotency_key] == invoice.id;
    if (same_key || (plan.kind == 'A' && invoice.ref == ref)) known = &invoice;
  }
  if (known == nullptr) {
    world_.invoices.push_back({"r" + std::to_string(world_.invoices.size() + 1), ref, ""});
    known = &world_.invoices.back();
    world_.by_key[plan.idempotency_key] = known->id;
  }
  auto sent = document::Document::parse(plan.body);
  auto node = document::Node::copy_of(sent->root());
  node.set("ID", known->id).set("Number", "N-" + known->id);
  known->body = document::write(node);
  outcome->remote_id = known->id;
  outcome->number = "N-" + known->id;
  outcome->body = known->body;
}

Task<remote::Outcome> FakeRemote::send(remote::Plan plan, std::unique_ptr<remote::Ticket>) {
  using Fault = RemoteWorld::Fault;
  using remote::Verdict;
  remote::Outcome outcome;
  outcome.exchange.method = plan.method;
  outcome.exchange.url = plan.url;
  outcome.exchange.request_body = plan.body;
  outcome.exchange.began = env_.clock->wall();
  auto fault = Fault::none;
  if (!world_.faults.empty()) fault = world_.faults.front(), world_.faults.pop_front();
  if (fault != Fault::not_sent) ++world_.sends;
  const bool applies = fault == Fault::none || fault == Fault::lose_answer || fault == Fault::blind;
  if (applies) apply(plan, &outcome);  // before the answer travels back
  co_await sleep_for(*env_.timers, kLatency);
  outcome.exchange.ended = env_.clock->wall();
  outcome.verdict = fault == Fault::none           ? Verdict::applied
                    : fault == Fault::reject       ? Verdict::rejected
                    : fault == Fault::again        ? Verdict::again
                    : fault == Fault::not_sent     ? Verdict::not_sent
                    : fault == Fault::refusal_like ? Verdict::refusal_like
                    : fault == Fault::blind        ? Verdict::applied_blind
                                                   : Verdict::unknown;
  if (fault == Fault::none) {
    outcome.exchange.status = 201;
    outcome.exchange.response_body = outcome.body;
    co_return outcome;
  }
  outcome.body.clear();
  outcome.remote_id.clear();
  outcome.number.clear();
  outcome.code = fault == Fault::reject ? "validation" : fault == Fault::again ? "quota" : "timeout";
  outcome.sentence = fault == Fault::reject ? "VAT code 5 is blocked" : "no clear answer";
  if (fault == Fault::again) outcome.not_before = env_.clock->wall() + world_.again_in;
  co_return outcome;
}

std::optional<remote::Remote::Hold> FakeRemote::held(const std::string&, const std::string& connection) {
  return connection == "books" ? world_.hold : std::nullopt;
}

Result<store::Sealed> FakeVault::seal(const std::string& client, std::string_view context, std::string_view plain) {
  return store::Sealed{client + "|" + std::string(context) + "|" + std::string(plain), "k"};
}

Result<std::string> FakeVault::open(const std::string& client, std::string_view context, const store::Sealed& sealed) {
  const auto head = client + "|" + std::string(context) + "|";
  if (!sealed.bytes.starts_with(head)) return Error(Code::corrupt, "sealed under another context");
  return sealed.bytes.substr(head.size());
}

std::string FakeVault::digest(const std::string& client, std::string_view subject) {
  return crypto::sha256(client + "|" + std::string(subject)).substr(0, 16);
}

Task<Status> FakeVault::prepare(std::string) { co_return ok_status(); }

Task<Status> FakeVault::put_secret(std::string owner, std::string name, Secret value, std::vector<std::string>, std::string) {
  secrets_[owner + "#" + name] = std::string(value.reveal());
  co_return ok_status();
}

Task<Result<std::optional<Secret>>> FakeVault::secret(std::string owner, std::string name, std::string) {
  std::optional<Secret> found;
  const auto known = secrets_.find(owner + "#" + name);
  if (known != secrets_.end()) found = Secret(known->second);
  co_return found;
}

Task<HostReply> ask(HostPtr host, HostRequest request) {
  Callback<HostReply> answer([&](Callback<HostReply>::Complete done) { host->request(std::move(request), std::move(done)); });
  co_return co_await answer;
}

RunEnd ended(RunEnd::How how, std::string code, std::string reason, bool retryable) {
  RunEnd end;
  end.how = how;
  end.code = std::move(code);
  end.reason = std::move(reason);
  end.retryable = retryable;
  return end;
}

RunEnd failed(const HostReply& reply) {
  const auto& error = std::get<HostError>(reply.value);
  return ended(RunEnd::How::failed, error.code, error.message, error.retryable);
}

std::string value_of(const HostReply& reply) {
  return std::holds_alternative<std::string>(reply.value) ? std::get<std::string>(reply.value) : std::string();
}

namespace {

class FakeRun : public Run {
 public:
  void begin(Task<RunEnd> flow, std::function<void(RunEnd)> end) { scope_.spawn(drive(std::move(flow), std::move(end))); }
  void abandon() override { scope_.clear(); }

 private:
  static Task<Unit> drive(Task<RunEnd> flow, std::function<void(RunEnd)> end) {
    auto ended_as = co_await std::move(flow);
    end(std::move(ended_as));
    co_return Unit{};
  }
  Scope scope_;
};

}  // namespace

Result<std::unique_ptr<Run>> FakeRunner::start(RunInput input, HostPtr host, std::function<void(RunEnd)> end) {
  const auto flow = flows_.find(input.job.flow);
  if (flow == flows_.end()) return Error(Code::config, "no flow " + input.job.flow);
  auto run = std::make_unique<FakeRun>();
  run->begin(flow->second(std::move(host), std::move(input)), std::move(end));
  return std::unique_ptr<Run>(std::move(run));
}

}  // namespace mlc::engine::testing
