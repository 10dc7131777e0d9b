#include "runtime/engine/intake.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"

namespace mlc::engine {
namespace {

constexpr int kRetryAfter = 5;  // seconds; senders back off by themselves after the first one

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

IntakeAnswer refusal(int status, std::string_view problem) { return {status, status == 503 ? kRetryAfter : 0, problem}; }

const crypto::RsaSignature* rsa_of(const IntakeProof& proof) { return std::get_if<crypto::RsaSignature>(&proof.scheme.mac); }

}  // namespace

struct Intake::Route {
  IntakeRoute data;
  struct Secrets {
    std::vector<crypto::SecretVersion> mac, token;
    bool old_keys = false;
  };
  std::vector<Secrets> secrets;                     // of each proof
  std::vector<std::shared_ptr<KeyAsking>> askings;  // of each proof, null where it has no key set
  SteadyTime read{};
  bool fresh = false;
};

Intake::Intake(Context& context) : context_(context), tokens_(context) {}
Intake::~Intake() = default;

void Intake::set_routes(std::vector<IntakeRoute> routes) {
  tokens_.set_clients(routes);
  std::unordered_map<std::string, std::shared_ptr<Route>> fresh;
  for (auto& data : routes) {
    auto route = std::make_shared<Route>();
    route->data = std::move(data);
    const auto& proofs = route->data.proofs;
    route->secrets.resize(proofs.size());
    const auto place = route->data.client + "/" + route->data.place();
    const auto before = routes_.find(place);
    for (size_t i = 0; i < proofs.size(); ++i) {
      auto& asking = route->askings.emplace_back();
      if (rsa_of(proofs[i]) == nullptr) continue;
      if (before != routes_.end() && i < before->second->askings.size()) asking = before->second->askings[i];
      if (!asking) asking = std::make_shared<KeyAsking>();
    }
    fresh[place] = std::move(route);
  }
  routes_ = std::move(fresh);
}

void Intake::forget_secrets() {
  for (auto& [name, route] : routes_) route->fresh = false;
}

// One proof whose secrets are there is enough: the others are read again with the next round.
Task<Result<Unit>> Intake::load_secrets(std::shared_ptr<Route> route) {
  bool usable = false;
  std::vector<Route::Secrets> all(route->data.proofs.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const auto& scheme = route->data.proofs[i].scheme;
    bool is_replaced = false;
    for (const auto& better : route->data.proofs[i].unless) {
      auto secret = co_await context_.vault.secret(route->data.secret_owner, better, "");
      if (!secret) co_return secret.error();
      is_replaced = is_replaced || *secret;
    }
    if (is_replaced) continue;
    const bool asks = route->askings[i] != nullptr, signs = !asks && !std::holds_alternative<std::monostate>(scheme.mac);
    if (asks) {  // none pinned: they are asked for when a key is needed
      auto kept = co_await context_.vault.secret(route->data.secret_owner, scheme.secret, "");
      if (!kept) co_return kept.error();
      const PinnedKeys pinned = *kept ? kept_keys((*kept)->reveal()) : PinnedKeys{};
      if (pinned.trusted(context_.now())) all[i].mac.push_back(pinned.version());
      all[i].old_keys = pinned.old(context_.now());
    }
    if (signs) {
      auto secret = co_await context_.vault.secret(route->data.secret_owner, scheme.secret, "");
      if (!secret) co_return secret.error();
      if (*secret) all[i].mac.push_back({std::move(**secret), std::nullopt});
    }
    if (scheme.token) {
      auto secret = co_await context_.vault.secret(route->data.secret_owner, scheme.token->secret, "");
      if (!secret) co_return secret.error();
      if (*secret) all[i].token.push_back({std::move(**secret), std::nullopt});
    }
    usable = usable || route->data.proofs[i].bearer || ((!signs || !all[i].mac.empty()) && (!scheme.token || !all[i].token.empty()));
  }
  route->secrets = std::move(all);
  route->read = context_.env.clock->steady();
  route->fresh = usable;  // what is missing is asked for again at the next delivery
  co_return Unit{};
}

// Authorization: Bearer <a token of ours>, once. Neither id nor time is signed: equal bytes are the same event.
Task<Result<crypto::Verdict>> Intake::check_bearer(std::shared_ptr<Route> route, const HeaderList& headers, const std::string& body) {
  constexpr std::string_view kBearer = "Bearer ";
  crypto::Verdict verdict;
  std::vector<std::string_view> given;
  for (const auto& [field, value] : headers) {
    if (iequals(field, "Authorization")) given.push_back(value);
  }
  if (given.empty()) co_return verdict;
  if (given.size() > 1) {
    verdict.kind = crypto::Verdict::duplicate_field;
    co_return verdict;
  }
  if (given.front().size() <= kBearer.size() || !iequals(given.front().substr(0, kBearer.size()), kBearer)) {
    verdict.kind = crypto::Verdict::mismatch;
    co_return verdict;
  }
  std::string token(given.front().substr(kBearer.size()));
  auto asking = tokens_.holds(route->data.client, route->data.place(), std::move(token));
  auto good = co_await std::move(asking);
  if (!good) co_return good.error();
  verdict.kind = *good ? crypto::Verdict::ok : crypto::Verdict::mismatch;
  if (*good) verdict.signed_id = to_hex(crypto::sha256(body));
  co_return verdict;
}

Task<Status> Intake::ask_keys(std::shared_ptr<Route> route, size_t index) {
  const auto& scheme = route->data.proofs[index].scheme;
  KeyPlace place{{route->data.client, route->data.connection, rsa_of(route->data.proofs[index])->keys, "{}", store::Lane::live},
                 route->data.secret_owner,
                 scheme.secret};
  auto asking = route->askings[index]->ask(context_, std::move(place));
  auto asked = co_await std::move(asking);
  if (!asked) co_return asked.error();
  auto loading = load_secrets(route);
  auto loaded = co_await std::move(loading);
  if (!loaded) co_return loaded.error();
  co_return ok_status();
}

// Beside the delivery that found them old: what is pinned is good until it has lived its day.
Task<Unit> Intake::renew_keys(std::shared_ptr<Route> route, size_t index) {
  auto asking = ask_keys(std::move(route), index);
  (void)co_await std::move(asking);
  co_return Unit{};
}

Task<Result<Intake::Checked>> Intake::check_proof(std::shared_ptr<Route> route, size_t index, const HeaderList& headers,
                                                  const std::string& body) {
  const auto& proof = route->data.proofs[index];
  Checked checked;
  if (proof.bearer) {
    auto checking = check_bearer(route, headers, body);
    auto bearer = co_await std::move(checking);
    if (!bearer) co_return bearer.error();
    checked.verdict = std::move(*bearer);
    co_return checked;
  }
  const auto verified = [&] {
    const auto& secrets = route->secrets[index];
    return crypto::verify(proof.scheme, headers, body, secrets.mac, secrets.token, context_.now());
  };
  checked.verdict = verified();
  const auto& keys = route->askings[index];
  const auto now = context_.env.clock->steady();
  if (checked.verdict.accepted() && keys && route->secrets[index].old_keys && keys->wait(now) == Duration(0))
    context_.scope.spawn(renew_keys(route, index));
  if (checked.verdict.kind != crypto::Verdict::unknown_key) co_return checked;

  if (keys->can_be_joined()) {
    auto joining = keys->join();
    (void)co_await std::move(joining);
    auto loading = load_secrets(route);
    auto loaded = co_await std::move(loading);
    if (!loaded) co_return loaded.error();
    checked.verdict = verified();
    if (checked.verdict.kind == crypto::Verdict::unknown_key) checked.wait = kKeysAgain;
    co_return checked;
  }
  checked.wait = keys->wait(now);
  if (checked.wait > Duration(0)) co_return checked;
  auto asking = ask_keys(route, index);
  auto asked = co_await std::move(asking);
  if (asked) checked.verdict = verified();
  else checked.wait = kKeysAgain;
  co_return checked;
}

// When none holds, what came nearest is told: a proof that was tried and failed before one that was not given at all.
Task<std::optional<IntakeAnswer>> Intake::check(std::shared_ptr<Route> route, const HeaderList& headers, const std::string& body,
                                                Proven* proven) {
  const auto& proofs = route->data.proofs;
  crypto::Verdict nearest;
  nearest.kind = crypto::Verdict::no_secret;
  const auto rank = [](crypto::Verdict::Kind kind) {
    return kind == crypto::Verdict::no_secret ? 0 : kind == crypto::Verdict::missing ? 1 : 2;
  };
  std::string name;
  Duration wait{};
  for (size_t i = 0; i < proofs.size(); ++i) {
    auto checking = check_proof(route, i, headers, body);
    auto checked = co_await std::move(checking);
    if (!checked) {
      ++counts_.unavailable;
      co_return refusal(503, "unavailable");
    }
    auto& verdict = checked->verdict;
    wait = std::max(wait, checked->wait);
    if (verdict.accepted()) {
      *proven = {std::move(verdict.signed_id), &proofs[i]};
      co_return std::nullopt;
    }
    if (i == 0 || rank(verdict.kind) > rank(nearest.kind)) nearest.kind = verdict.kind, name = proofs[i].name;
  }
  ++counts_.refused[static_cast<size_t>(nearest.kind)];
  context_.log.warn("webhook.refused", {{"client", route->data.client},
                                        {"connection", route->data.place()},
                                        {"reason", crypto::verdict_name(nearest.kind)},
                                        {"proof", name},
                                        {"bytes", body.size()}});
  if (nearest.kind == crypto::Verdict::no_secret) co_return refusal(503, "no_secret");
  // Nobody's fault yet: a key that is new, or a key set that can't be had. Whoever has the key comes again.
  if (wait > Duration(0)) co_return IntakeAnswer{503, static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count()), "no_keys"};
  co_return refusal(nearest.kind == crypto::Verdict::malformed || nearest.kind == crypto::Verdict::duplicate_field ? 400 : 401,
                    crypto::verdict_name(nearest.kind));
}

Result<store::EventBirth> Intake::make_event(const Route& route, const HeaderList& headers, std::string body, const Proven& proven) {
  const auto& data = route.data;
  auto parsed = document::Document::parse(std::move(body));
  if (!parsed) return parsed.error();
  if (data.match && document::find(parsed->root(), data.match->path).text() != data.match->equals) {
    return Error(Code::denied, "the delivery is for somebody else");
  }
  const auto topic = document::find(parsed->root(), data.topic);
  if (!topic.is_string()) return Error(Code::invalid_argument, "no topic in the body");
  if (!data.topics.empty() && !contains(data.topics, std::string(topic.text())))
    return Error(Code::denied, "deliveries of this topic come by another address");

  store::EventBirth event;
  event.client = data.client;
  event.connection = data.connection;
  event.topic = std::string(topic.text());
  event.received = context_.now();
  event.replay_key = crypto::Sha256().update(data.client + "/" + data.connection + "\n").update(proven.replay_id).finish();
  event.replay_until = event.received + context_.options.replay_kept;

  for (const auto& match : context_.registry.webhooks(data.client, data.connection)) {
    if (!contains(match.trigger->topics, event.topic)) continue;
    const auto key = document::find(parsed->root(), *match.key).text();
    if (key.empty()) {
      ++counts_.without_key;
      context_.log.warn("webhook.without_key",
                        {{"client", data.client}, {"topic", event.topic}, {"instance", match.instance->name}, {"path", match.key->text()}});
      continue;
    }
    // Two triggers of one flow that match the same delivery make one job.
    const bool known = std::any_of(event.jobs.begin(), event.jobs.end(), [&](const store::JobBirth& job) {
      return job.instance == match.instance->name && job.flow == match.flow->name && job.key == key;
    });
    if (known) continue;
    store::JobBirth job;
    job.client = data.client;
    job.instance = match.instance->name;
    job.flow = match.flow->name;
    job.source = data.connection;
    job.key = std::string(key);
    event.jobs.push_back(std::move(job));
  }

  std::string payload;
  payload.reserve(parsed->bytes().size() + 256);
  document::Writer writer(payload);
  writer.begin_object();
  writer.key("topic");
  writer.string(event.topic);
  writer.key("received");
  writer.string(format_rfc3339(event.received));
  writer.key("headers");
  writer.begin_object();
  for (const auto& name : proven.proof->signed_headers) {
    for (const auto& [field, value] : headers) {
      if (!iequals(field, name)) continue;
      writer.key(name);
      writer.string(value);
      break;
    }
  }
  writer.end_object();
  writer.key("body");
  writer.string(parsed->bytes());
  writer.key("signed_id");
  writer.string(proven.replay_id);
  if (!proven.proof->name.empty()) {
    writer.key("proof");
    writer.string(proven.proof->name);
  }
  writer.end_object();
  auto sealed = context_.vault.seal(data.client, "event", payload);
  if (!sealed) return sealed.error();
  event.payload = std::move(*sealed);
  return event;
}

Task<IntakeAnswer> Intake::webhook(std::string client, std::string connection, HeaderList headers, std::string body) {
  const auto found = routes_.find(client + "/" + connection);
  if (found == routes_.end()) {
    ++counts_.unknown_route;
    co_return refusal(404, "unknown_hook");
  }
  const auto route = found->second;
  if (body.empty() && route->data.empty_post) {
    ++counts_.empty;
    co_return IntakeAnswer{*route->data.empty_post, 0, ""};
  }
  if (waiting_.size() >= context_.options.max_pending_intake) {
    ++counts_.overloaded;
    co_return refusal(503, "overloaded");
  }
  if (!route->fresh || context_.env.clock->steady() - route->read > context_.options.secrets_fresh) {
    auto loaded = co_await load_secrets(route);
    if (!loaded) {
      ++counts_.unavailable;
      co_return refusal(503, "unavailable");
    }
  }
  Proven proven;
  auto checking = check(route, headers, body, &proven);
  const auto refused = co_await std::move(checking);
  if (refused) co_return *refused;

  auto event = make_event(*route, headers, std::move(body), proven);
  if (!event) {
    if (event.error().code() == Code::denied) {
      ++counts_.foreign;
      co_return refusal(403, "not_for_us");
    }
    if (event.error().code() == Code::invalid_argument || event.error().code() == Code::exhausted) {
      ++counts_.malformed;
      co_return refusal(400, "malformed");
    }
    ++counts_.unavailable;
    context_.log.error("webhook.unavailable", {{"client", client}, {"error", event.error().text()}});
    co_return refusal(503, "unavailable");
  }

  Callback<IntakeAnswer> committed([&](Callback<IntakeAnswer>::Complete done) {
    waiting_.push_back({std::move(*event), std::move(done)});
    if (!flushing_) {
      flushing_ = true;
      // Posted, so that requests of the same round of the loop share the first commit too.
      context_.post([this] { context_.scope.spawn(flush()); });
    }
  });
  co_return co_await committed;
}

// Requests that arrive while a commit is under way make the next one together.
Task<Unit> Intake::flush() {
  while (!waiting_.empty()) {
    const size_t count = std::min(waiting_.size(), context_.options.accept_batch);
    std::vector<store::EventBirth> batch;
    std::vector<std::function<void(IntakeAnswer)>> answers;
    batch.reserve(count);
    answers.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      batch.push_back(std::move(waiting_[i].event));
      answers.push_back(std::move(waiting_[i].done));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(count));

    co_await context_.at("accept_before_commit");
    auto accepted = co_await context_.store.accept(std::move(batch));
    co_await context_.at("accept_after_commit");
    if (!accepted) {
      counts_.unavailable += count;
      context_.log.error("webhook.unavailable", {{"error", accepted.error().text()}});
      for (auto& answer : answers) answer(refusal(503, accepted.error().code() == Code::exhausted ? "storage_full" : "unavailable"));
      continue;
    }
    bool jobs = false;
    for (size_t i = 0; i < count; ++i) {
      const auto& one = (*accepted)[i];
      if (one.duplicate) ++counts_.duplicates;
      else if (++counts_.accepted; one.jobs.empty()) ++counts_.ignored;
      jobs = jobs || !one.jobs.empty();
      answers[i](IntakeAnswer{});
    }
    if (jobs) context_.wake_jobs();
  }
  flushing_ = false;
  co_return Unit{};
}

}  // namespace mlc::engine
