#include "tests/unit/engine/world.h"

#include <cstdlib>

#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/words.h"

namespace mlc::engine::testing {

std::string kind_operation = "invoices.create_c";

Task<RunEnd> order_to_invoice(HostPtr host, RunInput input) {
  HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
  auto read = co_await ask(host, std::move(get));
  if (!std::holds_alternative<std::string>(read.value)) co_return failed(read);
  const auto order = document::Document::parse(value_of(read));
  const auto version = std::string(order->root().get("date_modified").text());
  const auto amount = std::string(order->root().get("total").text());
  const std::string body = "{\"Ref\":\"" + input.job.source + "-" + input.job.key + "\",\"Amount\":\"" + amount + "\"}";
  HostRequest map = MapRecord{"invoice", value_of(read), body};
  auto mapped = co_await ask(host, std::move(map));
  HostRequest write =
      SendRequest{"invoice", "books", "", kind_operation, "{\"body\":" + body + "}", version, "", "", "", "", "", false, ""};
  auto sent = co_await ask(host, std::move(write));
  if (!std::holds_alternative<std::string>(sent.value)) co_return failed(sent);
  auto end = ended(RunEnd::How::done);
  end.result = value_of(sent);
  co_return end;
}

namespace {

Task<Unit> answer_into(Task<IntakeAnswer> request, std::optional<IntakeAnswer>* answer) {
  *answer = co_await std::move(request);
  co_return Unit{};
}

}  // namespace

World::World() {
  kind_operation = "invoices.create_c";

  Trigger webhook;
  webhook.role = "shop";
  webhook.topics = {"order/created", "order/updated"};
  webhook.key_path = "data.id";
  Flow flow;
  flow.name = "orders";
  flow.triggers = {webhook};
  Instance instance;
  instance.client = "acme";
  instance.name = "shop_nl";
  instance.integration = "shop_books";
  instance.version = "v1";
  instance.roles = {{"shop", {"shop"}}, {"books", {"books"}}};
  instance.flows = {flow};
  instance.zone = "Europe/Amsterdam";
  instances = {instance};
  flows["orders"] = order_to_invoice;

  crypto::PlainMac mac;
  mac.given = crypto::PlainMac::InHeader{"X-Signature", ""};
  IntakeRoute route;
  route.client = "acme";
  route.connection = "shop";
  IntakeProof proof;
  proof.scheme.mac = mac;
  proof.scheme.secret = "webhook_secret";
  route.proofs.push_back(std::move(proof));
  route.secret_owner = "acme/shop";
  route.empty_post = 200;
  route.topic = *document::Path::parse("scope");
  route.match = IntakeRoute::Match{*document::Path::parse("producer"), "stores/abc"};
  catalog.routes = {route};
  secrets["acme/shop#webhook_secret"] = "s3cret-of-the-shop";
}

World::~World() { kill(); }

void World::start() {
  loop = std::make_unique<VirtualLoop>(wall);
  random = std::make_unique<SeededRandom>(seed);
  const Environment env{loop.get(), loop.get(), loop.get(), random.get()};
  auto opened = store::open_sqlite({folder + "/state.db", false, 512, [](const Error& error) { ADD_FAILURE() << error.text(); }}, env);
  ASSERT_TRUE(opened) << opened.error().text();
  store = std::move(*opened);
  vault = std::make_unique<FakeVault>(secrets);
  fake_remote = std::make_unique<FakeRemote>(remote, env);
  if (make_runner) runner = make_runner(env);
  else runner = std::make_unique<FakeRunner>(instances, flows, *loop);
  auto given = options;
  given.crash_point = [this](std::string_view point) {
    if (died) return true;  // a process that is gone does nothing more
    if (point != die_at) return false;
    die_at.clear();
    died = true;
    ++deaths;
    return true;
  };
  engine = std::make_unique<Engine>(env, *store, *vault, *fake_remote, *runner, Log::null(), std::move(given));
  auto started = run(engine->start(catalog));
  ASSERT_TRUE(started) << started.error().text();
}

void World::kill() {
  if (loop) wall = loop->wall();
  requests.clear();
  engine.reset();
  runner.reset();
  fake_remote.reset();
  vault.reset();
  store.reset();
  random.reset();
  loop.reset();
  died = false;
}

bool World::run_until(const std::function<bool()>& done, Duration max) {
  const auto end = loop->wall() + max;
  for (;;) {
    const bool held = loop->run_until([&] { return died || done(); }, end - loop->wall());
    if (died) {
      restart();
      continue;
    }
    return held;
  }
}

bool World::settle_down(Duration max) {
  const auto end = loop->wall() + max;
  while (loop->wall() < end) {
    loop->run_for(std::chrono::seconds(1));
    if (died) restart();
    const auto now = counts();
    if (now.waiting == 0 && now.running == 0) return true;
  }
  return false;
}

IntakeAnswer World::deliver(const std::string& body, const std::string& secret) {
  HeaderList headers = {{"X-Signature", to_hex(crypto::hmac(crypto::Hash::sha256, secret, body))}};
  std::optional<IntakeAnswer> answer;
  for (int attempt = 0; attempt < 3 && !answer; ++attempt) {  // the sender repeats what got no answer
    requests.spawn(answer_into(engine->intake().webhook("acme", "shop", headers, body), &answer));
    loop->run_until([&] { return answer.has_value() || died; }, std::chrono::minutes(1));
    if (died) restart();
  }
  return answer.value_or(IntakeAnswer{0, 0, "no answer"});
}

std::string World::order_event(const std::string& id, const std::string& topic, const std::string& nonce) {
  return "{\"scope\":\"" + topic + "\",\"producer\":\"stores/abc\",\"nonce\":\"" + nonce + "\",\"data\":{\"type\":\"order\",\"id\":" + id +
         "}}";
}

void World::order(const std::string& id, const std::string& version, const std::string& amount) {
  remote.orders[id] = "{\"id\":" + id + ",\"date_modified\":\"" + version + "\",\"total\":\"" + amount + "\"}";
}

void World::go_live() {
  auto live = run(engine->operations().live("acme", "shop_nl", std::nullopt, "test"));
  ASSERT_TRUE(live) << live.error().text();
}

std::vector<store::Job> World::jobs() {
  store::JobFilter filter;
  filter.newest_first = false;
  filter.limit = 100'000;
  auto found = run(store->jobs(filter));
  EXPECT_TRUE(found);
  return found ? *found : std::vector<store::Job>();
}

store::Job World::only_job() {
  auto all = jobs();
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? store::Job() : all.front();
}

std::vector<store::Effect> World::effects() {
  store::EffectFilter filter;
  filter.limit = 100'000;
  auto found = run(store->effects(filter));
  EXPECT_TRUE(found);
  return found ? *found : std::vector<store::Effect>();
}

store::Counts World::counts() {
  auto found = run(store->counts(""));
  EXPECT_TRUE(found);
  return found ? *found : store::Counts();
}

bool World::balances() {
  const auto now = counts();
  return now.events == now.with_jobs + now.ignored && now.jobs_born == now.done + now.dead + now.cancelled + now.open;
}

std::string World::canonical_journal(store::Id job) {
  auto story = run(store->story(job));
  if (!story || !*story) return "";
  Journal reader(*vault, (*story)->job.client, {}, 1);
  std::string text;
  for (const auto& entry : (*story)->journal) {
    auto answer = reader.open(entry);
    text += std::to_string(entry.index) + " " + std::string(word(entry.kind)) + " " + entry.name + " " + to_hex(entry.input_hash) + " " +
            (answer ? std::to_string(to_micros(answer->at)) + " " + answer->json : "unreadable") + "\n";
  }
  return text;
}

ReconcileSpecs listed(std::vector<ReconcileSpec> specs) {
  return [specs = std::move(specs)](const std::string& client, const std::string& instance) {
    std::vector<ReconcileSpec> found;
    for (const auto& one : specs)
      if (one.client == client && one.instance == instance) found.push_back(one);
    return found;
  };
}

}  // namespace mlc::engine::testing
