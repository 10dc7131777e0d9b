// A month of a merchant's books: orders of all everyday kinds, edits and refunds of days later, a period that somebody closed, a grant
// that somebody took back for a day, webhooks that never came, errors of the remotes, restarts and kills. In the end the ledger
// comes to what the shop sold and gave back, to the cent, and reconcile has nothing to explain. Nights are jumped over.
//
// MLC_ORDERS=<n> orders (160) over MLC_DAYS=<n> days (4, most 28), MLC_SEED=<n> seeds the sandbox,
// MLC_SCALE=<n> virtual seconds pass in a real one (60; what a loaded machine takes in between passes so fast as well). A month:
// MLC_ORDERS=20000 MLC_DAYS=28 MLC_SCALE=100. MLC_CALLS=1 prints after each day what was asked of the books so far.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

constexpr int64_t kHour = 3600, kDay = 24 * kHour;
constexpr int64_t kOver = 600;  // virtual seconds in which a day's orders come

int number_from(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

Json fault(const std::string& kind, int percent, const std::string& path, const std::string& method = "") {
  Json rule = {{"kind", kind}, {"percent", percent}, {"delay", 20}, {"match", {{"path", path}}}};
  if (!method.empty()) rule["match"]["method"] = method;
  return rule;
}

class Month : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(world_.make_ready());
    world_.stop();
    // To the morning of the first of the next month but one, so that all of it lies in one month whatever day it is.
    const std::time_t now = world_.now();
    std::tm date = *std::gmtime(&now);
    date.tm_mon += 2, date.tm_mday = 1, date.tm_hour = 8, date.tm_min = 0, date.tm_sec = 0;
    first_morning_ = timegm(&date);
    month_ = std::to_string(1900 + date.tm_year) + (date.tm_mon < 9 ? "-0" : "-") + std::to_string(date.tm_mon + 1);
    // A refresh token that nobody used for a month is dead: nights are jumped over one by one, with serve up for a moment.
    while (world_.now() < first_morning_) {
      jump(std::min(first_morning_ - world_.now(), 20 * kDay));
      ASSERT_NO_FATAL_FAILURE(world_.start());
      ASSERT_TRUE(eventually(Seconds(30), [&] { return grant_works(); })) << world_.server_log();
      world_.stop();
    }
    world_.control("bigcommerce", "switches",
                   {{"duplicate_percent", 10}, {"reordered_percent", 10}, {"lost_percent", 3}, {"later_seconds", kOver}});
    ASSERT_NO_FATAL_FAILURE(world_.start());
  }

  // A period is closed as a whole; what closes within one no master data tells.
  std::string last_of_month() const {
    const std::time_t within_next = first_morning_ + 32 * kDay;
    std::tm date = *std::gmtime(&within_next);
    date.tm_mday = 0;
    const std::time_t last = timegm(&date);
    char text[11];
    std::strftime(text, sizeof text, "%F", std::gmtime(&last));
    return text;
  }
  void jump(int64_t seconds) { world_.control("exact_online", "clock", {{"advance", seconds}}); }
  bool grant_works() const {
    return world_.metric("mlc_grant_ok{grant=\"exact_nl\",system=\"exact_online\"}") == 1 &&
           world_.control("exact_online", "state?documents=0")["oauth"]["chains"]["jan"]["age"] < 600;
  }

  void faults(bool on) {
    for (const char* system : {"exact_online", "bigcommerce"})
      world_.web().call("DELETE", world_.sandbox()["systems"][system]["url"].get<std::string>() + "/_sandbox/" + system + "/faults");
    if (!on) return;
    world_.control("exact_online", "faults",
                   {fault("500", 1, "/api/v1/"), fault("503", 1, "/crm/"), fault("slow", 1, "/api/v1/"), fault("cut", 1, "/api/v1/"),
                    fault("lost_answer", 2, "/salesinvoice/", "POST")});
    world_.control("bigcommerce", "faults", {fault("500", 1, "/v2/"), fault("503", 1, "/v3/"), fault("cut", 1, "/v2/")});
  }

  // What a merchant does to orders of the days before: of those without more to them one in twelve is edited, one in
  // sixteen refunded in part; each once.
  void look_back() {
    static const std::set<std::string> kPlain = {"registered", "guest", "several_lines", "discount", "fee", "handling_and_wrapping"};
    static const char* const kEdits[] = {"price", "quantity", "shipping", "address"};
    Json edited = Json::array(), refunded = Json::array();
    const Json shop = world_.control("bigcommerce", "state?after=" + std::to_string(looked_at_));
    for (const auto& order : shop["orders"]) {
      const int64_t id = order["id"];
      looked_at_ = std::max(looked_at_, id);
      if (order["expect"] != "invoice" || !kPlain.contains(order["kind"].get<std::string>())) continue;
      ++plain_;
      if (plain_ % 12 == 5) edited.push_back(id);
      else if (plain_ % 16 == 9) refunded.push_back(id);
    }
    for (const auto& id : edited) world_.seed({{"change", {id}}, {"what", kEdits[edits_++ % 4]}});
    for (const auto& id : refunded) world_.seed({{"change", {id}}, {"what", "refund"}, {"value", {{"lines", {1}}}}});
    refunds_ += refunded.size();
  }

  // Until nothing is left to do, or what is left can't be done today.
  void rest(Seconds patience) {
    int64_t calls = -1;
    auto since = std::chrono::steady_clock::now();
    const bool ended = eventually(patience, [&] {
      const Json shop = world_.control("bigcommerce", "state?after=99999999");
      if (shop["counts"]["to_come"] != 0 || shop["counts"]["orders"] < placed_ || shop["deliveries"]["waiting"] != 0) return false;
      if (idle()) return true;
      const int64_t total = world_.control("exact_online", "events?last=0")["total"];
      const auto now = std::chrono::steady_clock::now();
      if (total != calls) calls = total, since = now;
      return now - since > Seconds(20);  // longer than any backoff
    });
    EXPECT_TRUE(ended) << world_.status().dump(2);
  }
  bool idle() const {
    const Json told = world_.status();
    if (!told.is_object()) return false;  // too busy to say
    const Json clients = told["clients"];
    return std::all_of(clients.begin(), clients.end(), [](const Json& one) { return one["waiting"] == 0 && one["running"] == 0; });
  }

  // All that a person has to decide: the reasons are of one kind today, and are released.
  void release(const std::string& code) {
    const Json cases = world_.ask({"jobs", "--limit", "1"})["cases"];
    EXPECT_FALSE(cases.empty()) << "nothing waits for " << code;
    for (const auto& one : cases) {
      EXPECT_NE(one["sentence"].get<std::string>().find(code), std::string::npos) << one.dump(2);
      EXPECT_EQ(world_.run({"jobs", "release", one["id"].dump()}).code, 0);
    }
  }

  World world_{{.scale = static_cast<double>(number_from("MLC_SCALE", 60)), .seed = number_from("MLC_SEED", 1)}};
  int64_t first_morning_ = 0, looked_at_ = 0;
  std::string month_;
  int placed_ = 0;
  size_t plain_ = 0, edits_ = 0, refunds_ = 0;
};

TEST_F(Month, BC9_C6_C9_C16_TheLedgerTiesToTheShopToTheCent) {
  const int days = std::clamp(number_from("MLC_DAYS", 4), 4, 28), orders = number_from("MLC_ORDERS", 160);
  const int closed_on = days / 2, revoked_on = closed_on + 1, last = days + 6;
  int day = 1;
  size_t most_used = 0;
  for (;; ++day) {
    faults(day <= days);
    if (day == closed_on) {  // somebody closes the month too early, until the next morning
      world_.control("exact_online", "switches", {{"closed_until", last_of_month()}});
    } else if (day == closed_on + 1) {
      world_.control("exact_online", "switches", {{"closed_until", false}});
      ASSERT_NO_FATAL_FAILURE(release("eriod"));
    }
    if (day == revoked_on + 1) world_.authorize();
    if (day <= days) {
      if (day > 1) look_back();
      const int today = orders * day / days - placed_;
      world_.seed({{"orders", today}, {"over", kOver}});
      placed_ += today;
      if (day == revoked_on) world_.control("exact_online", "seed", {{"revoke", "jan"}});
      if (day % 3 == 2) {  // in the midst of the day's orders
        ASSERT_TRUE(eventually(Seconds(120), [&] {
          return world_.control("bigcommerce", "state?after=99999999")["counts"]["orders"] >= placed_ - today / 2;
        }));
        world_.kill9();
        ASSERT_NO_FATAL_FAILURE(world_.start());
      }
    }
    ASSERT_NO_FATAL_FAILURE(rest(Seconds(180 + orders / days)));
    const size_t used = world_.control("exact_online", "state?documents=0")["limits"]["divisions"]["123456"]["day_used"];
    most_used = std::max(most_used, used);
    if (day == revoked_on) {
      EXPECT_EQ(world_.metric("mlc_grant_ok{grant=\"exact_nl\",system=\"exact_online\"}"), 0) << "the grant was taken back";
    }
    std::cout << "day " << day << ": " << placed_ << " orders, " << world_.status()["clients"][0]["waiting"] << " jobs wait, " << used
              << " calls used of the division's day\n"
              << std::flush;
    if (std::getenv("MLC_CALLS") != nullptr) std::cout << world_.control("exact_online", "events?last=0")["kinds"].dump(2) << std::endl;
    // What a lost delivery told nobody is found by the sweep that follows the next start.
    if (day > days + 1 && idle()) break;
    ASSERT_LE(day, last) << world_.status().dump(2);
    world_.stop();
    jump(first_morning_ + day * kDay - world_.now());
    ASSERT_NO_FATAL_FAILURE(world_.start());
  }

  const Json stopped = world_.ask({"jobs", "--limit", "20"});
  EXPECT_TRUE(stopped["jobs"].empty()) << stopped.dump(2);
  const Json shop = world_.control("bigcommerce", "state?after=99999999")["counts"];
  const Json books = world_.control("exact_online", "state?documents=0")["divisions"]["123456"];
  const auto cents = [](const Json& amount) { return std::llround(std::stod(amount.get<std::string>()) * 100); };
  EXPECT_EQ(cents(books["invoiced"]["total"]), cents(shop["sold"]));
  EXPECT_EQ(-cents(books["credited"]["total"]), cents(shop["refunded"]));
  EXPECT_EQ(books["invoiced"]["count"], shop["expected"]["invoice"]);
  EXPECT_TRUE(books["doubled_invoices"].empty()) << books["doubled_invoices"].dump();
  EXPECT_TRUE(books["doubled_accounts"].empty()) << books["doubled_accounts"].dump();
  EXPECT_EQ(books["mails"], 0);

  const auto reconciled = world_.begin({"reconcile", "acme", "shop_nl", "--month", month_});
  EXPECT_EQ(reconciled->wait(Seconds(120 + orders / 20)), 0) << reconciled->output() << reconciled->errors();
  EXPECT_EQ(world_.ask({"audit", "verify"})["intact"], true);
  EXPECT_EQ(world_.status()["equation"]["balances"], true);
  const Json exact = world_.control("exact_online", "events?last=0"), store = world_.control("bigcommerce", "events?last=0");
  EXPECT_TRUE(exact["violations"].empty()) << exact["violation_counts"].dump();
  EXPECT_TRUE(store["violations"].empty()) << store["violation_counts"].dump();

  const double made = placed_;
  std::cout << placed_ << " orders in " << days << " days, " << edits_ << " edited and " << refunds_
            << " refunded days later, all done on day " << day << "\nsold " << shop["sold"] << ", refunded " << shop["refunded"]
            << "; invoiced " << books["invoiced"]["total"] << ", credited " << books["credited"]["total"]
            << "\nExact Online: " << exact["total"].get<double>() / made << " calls an order, most on a day " << most_used
            << " of 5000; BigCommerce: " << store["total"].get<double>() / made << " calls an order\n";
  for (const Json* system : {&exact, &store})
    for (const auto& [kind, count] : (*system)["kinds"].items()) std::cout << "  " << count.get<double>() / made << "  " << kind << "\n";
}

}  // namespace
}  // namespace mlc::system_test
