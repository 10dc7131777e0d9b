#include "tests/system/harness.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "runtime/crypto/signature.h"

namespace mlc::system_test {
namespace {

constexpr Seconds kCommand{120};
constexpr Seconds kSandboxStart{60};

// A peer that closes early is an answer to look at, not the end of the test program.
const bool kPipesIgnored = std::signal(SIGPIPE, SIG_IGN) != SIG_ERR;

double unix_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string cookie_pair(const Answer& answer) {
  const std::string cookie = answer.field("Set-Cookie");
  return cookie.substr(0, cookie.find(';'));
}

}  // namespace

// $MLC_PROGRAM names another one, an installed one for example.
std::string World::program() {
  const char* other = std::getenv("MLC_PROGRAM");
  return other == nullptr ? MLC_PROGRAM : other;
}

World::World(Options options) : options_(std::move(options)) {
  std::vector<std::string> arguments = {program(), "sandbox",
                                        "--state", folder_.path + "/sandbox",
                                        "--scale", std::to_string(options_.scale),
                                        "--seed",  std::to_string(options_.seed)};
  if (!options_.share.empty()) arguments.insert(arguments.end(), {"--share", options_.share});
  sandbox_ = std::make_unique<Child>(arguments, variables(), folder_.path + "/sandbox-process");
  const bool told = eventually(kSandboxStart, [&] { return sandbox_->output().find('\n') != std::string::npos || !sandbox_->running(); });
  line_ = Json::parse(sandbox_->output(), nullptr, false);
  if (!told || !line_.is_object()) throw std::runtime_error("the sandbox did not start: " + sandbox_->output() + sandbox_->errors());
  web_ = Web(line_["ca"].get<std::string>());
  port_ = free_port();
  admin_port_ = free_port();
  make_workspace();
}

Variables World::variables() const {
  return {{"XDG_CONFIG_HOME", folder_.path + "/config"}, {"CREDENTIALS_DIRECTORY", ""}, {"NOTIFY_SOCKET", ""}};
}

// Words between @ as examples/clients/quickstart/README.md lists them; a system's own are @<SYSTEM>_URL@.
void World::make_workspace() {
  std::map<std::string, std::string> words = {{"@CA_FILE@", line_["ca"]},
                                              {"@CERT@", line_["certificate"]["cert"]},
                                              {"@KEY@", line_["certificate"]["key"]},
                                              {"@PORT@", std::to_string(port_)},
                                              {"@ADMIN_PORT@", std::to_string(admin_port_)}};
  for (const auto& [name, system] : line_["systems"].items()) {
    words["@" + name + "_URL@"] = system["url"];
    if (name == "bigcommerce") {
      words["@SHOP_URL@"] = system["url"];
      words["@STORE_HASH@"] = system["credentials"]["store_hash"];
    }
    if (name == "exact_online") words["@EXACT_URL@"] = system["url"];
  }
  words.insert(options_.words.begin(), options_.words.end());
  std::filesystem::copy(options_.workspace, workspace(), std::filesystem::copy_options::recursive);
  for (const auto& file : std::filesystem::recursive_directory_iterator(workspace())) {
    if (file.path().extension() != ".lua") continue;
    std::string text = read_file(file.path());
    for (const auto& [word, value] : words) text = replaced(text, word, value);
    write_file(file.path(), text);
  }
  // `init` makes the key of a new workspace; this one has its id already, so its key is made as `init` would.
  const std::string settings = read_file(workspace() + "/ml-connector.lua");
  const size_t begin = settings.find("id = \"") + 6;
  const std::string id = settings.substr(begin, settings.find('"', begin) - begin);
  const Ended made = run_bare({"init", folder_.path + "/made"});
  if (made.code != 0) throw std::runtime_error("init: " + made.err);
  const std::string made_settings = read_file(folder_.path + "/made/ml-connector.lua");
  const size_t at = made_settings.find("id = \"") + 6;
  const std::string made_id = made_settings.substr(at, made_settings.find('"', at) - at);
  const std::string keys = folder_.path + "/config/ml-connector/";
  std::filesystem::rename(keys + made_id + ".key", keys + id + ".key");
}

Ended World::run_bare(const std::vector<std::string>& arguments, const std::string& input) {
  std::vector<std::string> words = {program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  Child child(words, variables(), folder_.path + "/command-" + std::to_string(++commands_), input);
  const auto code = child.wait(kCommand);
  if (!code) ADD_FAILURE() << arguments.front() << " did not end within " << kCommand.count() << " s";
  return {code.value_or(-1), child.output(), child.errors()};
}

Ended World::run(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.end(), {"--workspace", workspace()});
  if (!options_.share.empty()) arguments.insert(arguments.end(), {"--share", options_.share});
  return run_bare(arguments, input);
}

std::unique_ptr<Child> World::begin(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), program());
  arguments.insert(arguments.end(), {"--workspace", workspace()});
  if (!options_.share.empty()) arguments.insert(arguments.end(), {"--share", options_.share});
  return std::make_unique<Child>(arguments, variables(), folder_.path + "/command-" + std::to_string(++commands_), input);
}

Json World::ask(std::vector<std::string> arguments, int code) {
  const std::string name = arguments.front();
  arguments.push_back("--json");
  const Ended ended = run(std::move(arguments));
  EXPECT_EQ(ended.code, code) << name << ": " << ended.out << ended.err;
  const Json data = Json::parse(ended.out, nullptr, false);
  EXPECT_FALSE(data.is_discarded()) << name << " --json printed: " << ended.out << ended.err;
  return data;
}

void World::launch(const Variables& more) {
  std::vector<std::string> arguments = {program(),   "serve",   "--workspace",
                                        workspace(), "--clock", clock_.empty() ? line_["clock"].get<std::string>() : clock_};
  if (!options_.share.empty()) arguments.insert(arguments.end(), {"--share", options_.share});
  Variables all = variables();
  all.insert(more.begin(), more.end());
  server_ = std::make_unique<Child>(arguments, all, folder_.path + "/serve");
}

bool World::wait_ready(Seconds patience) {
  return eventually(patience, [&] { return !server_->running() || web_.get(public_url() + "/readyz").status == 200; }) &&
         server_->running();
}

void World::start(const Variables& more) {
  launch(more);
  ASSERT_TRUE(wait_ready()) << "serve is not ready: " << server_->errors();
}

void World::kill9() {
  server_->signal(SIGKILL);
  server_->wait(Seconds(10));
}

void World::stop() {
  server_->signal(SIGTERM);
  const auto end = server_->wait(Seconds(40));
  ASSERT_TRUE(end) << "serve did not drain: " << server_->errors();
  ASSERT_EQ(*end, 0) << server_->errors();
}

std::string World::server_log() const { return read_file(folder_.path + "/serve.err"); }

void World::set_secrets() {
  const std::vector<std::tuple<std::string, std::string, std::string>> wanted = {
      {"shop", "bigcommerce", "access_token"},    {"shop", "bigcommerce", "client_secret"},    {"books", "exact_online", "client_id"},
      {"books", "exact_online", "client_secret"}, {"books", "exact_online", "webhook_secret"},
  };
  for (const auto& [connection, system, key] : wanted) {
    const Ended ended = run({"secret", "set", "acme", connection, key}, credentials(system)[key].get<std::string>() + "\n");
    ASSERT_EQ(ended.code, 0) << ended.err;
  }
}

void World::authorize() {
  const Answer begun = admin("POST", "/api/v1/clients/acme/connections/books/authorize", Json::object());
  ASSERT_EQ(begun.status, 200) << begun.body;
  const Answer start = web_.get(begun.json()["url"]);
  ASSERT_EQ(start.status, 303) << start.body;
  const Answer consent = web_.get(start.field("Location") + "&user=jan");
  ASSERT_EQ(consent.status, 302) << consent.body;
  const Answer back = web_.get(consent.field("Location"), {{"Cookie", cookie_pair(start)}});
  ASSERT_EQ(back.status, 200) << back.body;
}

void World::make_ready() {
  ASSERT_NO_FATAL_FAILURE(set_secrets());
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(authorize());
  const Ended live = run({"live", "acme", "shop_nl"});
  ASSERT_EQ(live.code, 0) << live.err;
  ASSERT_TRUE(eventually(Seconds(60), [&] { return shop_state()["hooks"].size() >= 5; }))
      << "the webhooks were not registered: " << shop_state()["hooks"].dump() << server_log();
  const Json hooks = shop_state()["hooks"];
  for (const auto& [name, value] : hooks[0]["headers"].items()) hook_fields_.emplace_back(name, value.get<std::string>());
}

Answer World::admin(const std::string& method, const std::string& path, const Json& body) const {
  std::string token = read_file(workspace() + "/state/admin.token");
  while (!token.empty() && token.back() == '\n') token.pop_back();
  Fields fields = {{"Authorization", "Bearer " + token}};
  if (!body.is_null()) fields.emplace_back("Content-Type", "application/json");
  return web_.call(method, "http://127.0.0.1:" + std::to_string(admin_port_) + path, fields, body.is_null() ? "" : body.dump());
}

double World::metric(const std::string& sample) const {
  const std::string text = "\n" + admin("GET", "/metrics").body;
  const size_t at = text.find("\n" + sample + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + sample.size() + 2));
}

Json World::control(const std::string& system, const std::string& what, const Json& body) const {
  const std::string url = line_["systems"][system]["url"].get<std::string>() + "/_sandbox/" + system + "/" + what;
  const Answer answer = body.is_null() ? web_.get(url) : web_.post(url, body);
  EXPECT_EQ(answer.status, 200) << system << " " << what << ": " << answer.body;
  return answer.json();
}

bool World::comes_to_rest(Seconds patience) const {
  return eventually(patience, [&] {
    const Json deliveries = shop_state()["deliveries"];
    if (!deliveries.is_object() || deliveries["waiting"] != 0) return false;
    const Json told = status();
    if (!told.is_object()) return false;
    return std::all_of(told["clients"].begin(), told["clients"].end(),
                       [](const Json& client) { return client["waiting"] == 0 && client["running"] == 0; });
  });
}

std::vector<std::string> World::differences() const {
  std::vector<std::string> all;
  std::map<std::string, std::vector<Json>> invoices;
  const Json books = books_state();
  for (const auto& invoice : books["invoices"]) {
    const Json& reference = invoice["your_ref"];
    invoices[reference.is_string() ? reference.get<std::string>() : ""].push_back(invoice);
  }
  for (const auto& doubled : books["doubled_invoices"]) all.push_back("doubled invoice " + doubled.dump());
  for (const auto& doubled : books["doubled_accounts"]) all.push_back("doubled account " + doubled.dump());
  const Json shop = shop_state();
  for (const auto& order : shop["orders"]) {
    const std::string reference = "shop-" + order["id"].dump();
    const auto found = invoices.find(reference);
    const size_t count = found == invoices.end() ? 0 : found->second.size();
    const bool expected = order["expect"] == "invoice";
    if (count != (expected ? 1u : 0u)) {
      all.push_back(reference + " (" + order["kind"].get<std::string>() + ") has " + std::to_string(count) + " invoices");
    } else if (expected && std::abs(std::stod(found->second[0]["amount"].get<std::string>()) -
                                    std::stod(order["total_inc_tax"].get<std::string>())) > 0.021) {
      all.push_back(reference + ": " + order["total_inc_tax"].dump() + " in the shop, " + found->second[0]["amount"].dump() +
                    " in the books");
    }
    if (found != invoices.end()) invoices.erase(found);
  }
  for (const auto& [reference, rows] : invoices) all.push_back("invoice without order: " + reference);
  return all;
}

Delivery World::order_event(const std::string& id, int64_t order, const std::string& topic) const {
  const Json body = {{"scope", topic},
                     {"store_id", "1001"},
                     {"data", {{"type", "order"}, {"id", order}}},
                     {"created_at", now()},
                     {"producer", "stores/" + credentials("bigcommerce")["store_hash"].get<std::string>()},
                     {"hash", id}};
  return {id, body.dump()};
}

Fields World::signed_fields(const Delivery& delivery, int64_t seconds_off) const {
  const std::string timestamp = std::to_string(now() + seconds_off);
  const std::string key = credentials("bigcommerce")["client_secret"];
  Fields fields = {{"Content-Type", "application/json"},
                   {"webhook-id", delivery.id},
                   {"webhook-timestamp", timestamp},
                   {"webhook-signature", crypto::sign_standard_webhook(key, delivery.id, timestamp, delivery.body)}};
  fields.insert(fields.end(), hook_fields_.begin(), hook_fields_.end());
  return fields;
}

Answer World::deliver(const Fields& fields, const std::string& body) const {
  return web_.call("POST", public_url() + "/hooks/acme/shop", fields, body);
}

std::string World::clock_ahead(int64_t seconds) const {
  Json clock = Json::parse(read_file(line_["clock"]));
  clock["real"] = clock["real"].get<double>() - static_cast<double>(seconds);
  const std::string file = folder_.path + "/clock-ahead.json";
  write_file(file, clock.dump());
  return file;
}

int64_t World::now() const {
  const Json clock = Json::parse(read_file(line_["clock"]));
  const double real = clock["real"], start = clock["virtual"], scale = clock["scale"];
  return static_cast<int64_t>(start + (unix_now() - real) * scale);
}

}  // namespace mlc::system_test
