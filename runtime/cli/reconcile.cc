#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

struct Options {
  std::string client, instance, month, from, to, key, comparison, because, run;
  bool csv = false, totals = false;
};

std::string path(const Options& options, const std::vector<std::string>& more = {},
                 const std::vector<std::pair<std::string, std::string>>& query = {}) {
  std::string whole = api({"clients", options.client, "instances", options.instance, "reconcile"});
  for (size_t i = 0; i < more.size(); ++i) whole += "/" + more[i];
  for (size_t i = 0; i < query.size(); ++i) whole += (i == 0 ? "?" : "&") + query[i].first + "=" + query[i].second;
  return whole;
}

std::string many(const std::string& noun) {
  const bool is_entry =
      noun.size() > 1 && noun.back() == 'y' && std::string_view("aeiou").find(noun[noun.size() - 2]) == std::string_view::npos;
  return is_entry ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s";
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// Rows of a list of the report that belong to one comparison.
std::vector<Json> of(const Json& report, const char* list, const std::string& comparison) {
  std::vector<Json> rows;
  for (const auto& one : report[list])
    if (get(one, "comparison") == comparison) rows.push_back(one);
  return rows;
}

bool has_amounts(const Json& comparison) { return comparison.value("amounts", true); }

void print_difference(const Json& one, bool amounts) {
  std::cout << get(one, "day") << "  " << get(one, "reference") << "  " << get(one, "class");
  if (amounts)
    std::cout << "  " << (get(one, "left").empty() ? "-" : get(one, "left")) << " / "
              << (get(one, "right").empty() ? "-" : get(one, "right"));
  std::cout << "\n  " << get(one, "reason") << "\n";
  if (one.contains("accepted_by")) std::cout << "  Accepted by " << get(one, "accepted_by") << ": " << get(one, "because") << "\n";
}

void print_report(const Json& report) {
  for (const auto& one : report["comparisons"]) {
    const std::string name = get(one, "name"), left = many(get(one, "left")), right = many(get(one, "right"));
    std::cout << name << ": " << get(one, "left_count") << " " << left << ", " << get(one, "right_count") << " " << right;
    if (const auto none = get(one, "no_sale"); none != "0")
      std::cout << "; " << none << (none == "1" ? " more makes no " : " more make no ") << get(one, "right");
    std::string states;
    for (const auto& state : of(report, "states", name))
      states += (states.empty() ? "" : ", ") + get(state, "count") + " " + get(state, "state");
    std::cout << (states.empty() ? "" : " (" + states + ")") << "\n";
    std::vector<std::vector<std::string>> rows;
    const bool amounts = has_amounts(one);
    for (const auto& day : of(report, "days", name)) {
      if (amounts)
        rows.push_back({get(day, "day"), get(day, "left_count"), get(day, "left_total"), get(day, "right_count"), get(day, "right_total"),
                        get(day, "difference"), get(day, "currency")});
      else rows.push_back({get(day, "day"), get(day, "left_count"), get(day, "right_count")});
    }
    if (!rows.empty() && !amounts) print_table({{"DAY"}, {upper(left), true}, {upper(right), true}}, rows);
    if (!rows.empty() && amounts)
      print_table(
          {{"DAY"}, {upper(left), true}, {"TOTAL", true}, {upper(right), true}, {"TOTAL", true}, {"DIFFERENCE", true}, {"CURRENCY"}}, rows);
    rows.clear();
    for (const auto& account : of(report, "accounts", name))
      rows.push_back(
          {get(account, "account"), get(account, "cost_center"), get(account, "lines"), get(account, "net"), get(account, "tax")});
    if (!rows.empty()) {
      std::cout << "\n";
      print_table({{"G/L ACCOUNT"}, {"COST CENTER"}, {"LINES", true}, {"NET", true}, {"TAX", true}}, rows);
    }
    std::cout << "\n";
  }
  const auto print_all = [&](const Json& differences) {
    for (const auto& one : differences) {
      const auto of_it = std::find_if(report["comparisons"].begin(), report["comparisons"].end(),
                                      [&](const Json& comparison) { return get(comparison, "name") == get(one, "comparison"); });
      print_difference(one, of_it == report["comparisons"].end() || has_amounts(*of_it));
    }
  };
  print_all(report["differences"]);
  if (!report["explained"].empty()) {
    std::cout << "explained by rule, or accepted:\n";
    print_all(report["explained"]);
  }
  std::cout << "run " << get(report, "run") << ": " << get(report, "verdict") << "\n";
}

// One of the report's files, or the report.
void print(Context& context, const Options& options, const Json& report) {
  if (!report.value("agrees", false)) context.exit = kNo;
  if (context.json) return print_json(report);
  if (!options.csv && !options.totals) return print_report(report);
  auto file = context.ask("GET", path(options, {"runs", get(report, "run")}, {{"form", options.totals ? "totals" : "differences"}}));
  if (file) std::cout << get(*file, "csv");
}

void run(Context& context, const Options& options) {
  auto state = context.ask("POST", path(options), {{"month", options.month}, {"from", options.from}, {"to", options.to}});
  const bool terminal = isatty(STDERR_FILENO) != 0 && !context.json;
  if (terminal) context.errors.reset();  // one line that is written anew
  while (state && get(*state, "state") == "running") {
    // The runtime answers at the end, or after a moment: without a server it works only while it is asked.
    state = context.ask("GET", path(options));
    if (!terminal || !state) continue;
    std::cerr << "\r\033[K" << get(*state, "records") << " records"
              << (state->value("resumed", false) ? " (gone on with an earlier run)" : "") << ", " << get(*state, "doing")
              << (state->contains("waits_until") ? ", waits for quota until " + get(*state, "waits_until") : "") << std::flush;
  }
  if (terminal) std::cerr << "\r\033[K" << std::flush;
  if (state) print(context, options, (*state)["report"]);
}

void list(Context& context, const Options& options) {
  auto all = context.ask("GET", path(options, {"runs"}));
  if (!all) return;
  if (context.json) return print_json(*all);
  if ((*all)["runs"].empty()) std::cout << "nothing was ever reconciled here\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : (*all)["runs"])
    rows.push_back({get(one, "run"), get(one, "from"), get(one, "to"), get(one, "ended"), get(one, "by"), get(one, "verdict")});
  if (!rows.empty()) print_table({{"RUN", true}, {"FROM"}, {"TO"}, {"ENDED"}, {"BY"}, {"FOUND"}}, rows);
}

void accepted(Context& context, const Options& options) {
  auto all = context.ask("GET", path(options, {"accepted"}));
  if (!all) return;
  if (context.json) return print_json(*all);
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : (*all)["accepted"])
    rows.push_back({get(one, "reference"), get(one, "comparison"), get(one, "left") + " / " + get(one, "right"),
                    get(one, "by") + (one.value("revoked", false) ? " (revoked)" : ""), get(one, "at"), get(one, "because")});
  if (rows.empty()) std::cout << "nothing was accepted here\n";
  else print_table({{"REFERENCE"}, {"COMPARISON"}, {"AMOUNTS"}, {"BY"}, {"AT"}, {"BECAUSE"}}, rows);
}

void accept(Context& context, const Options& options) {
  if (options.key.empty()) return accepted(context, options);
  if (options.because.empty()) throw CLI::RequiredError("--because \"why it is right as it is\"");
  auto one = context.ask("POST", path(options, {"accept"}),
                         {{"reference", options.key}, {"comparison", options.comparison}, {"because", options.because}});
  if (!one) return;
  if (context.json) return print_json(*one);
  std::cout << get(*one, "reference") << " is accepted as it is (" << (get(*one, "left").empty() ? "-" : get(*one, "left")) << " / "
            << (get(*one, "right").empty() ? "-" : get(*one, "right")) << "); it shows again if the amounts change\n";
}

void revoke(Context& context, const Options& options) {
  auto one = context.ask("POST", path(options, {"revoke"}), {{"reference", options.key}, {"comparison", options.comparison}});
  if (!one) return;
  if (context.json) return print_json(*one);
  std::cout << get(*one, "reference") << " counts as a difference again\n";
}

void show(Context& context, const Options& options) {
  auto report = context.ask("GET", path(options, {"runs", options.run}));
  if (report) print(context, options, *report);
}

void where(CLI::App* sub, Options& options, bool needed) {
  auto* client = sub->add_option("CLIENT", options.client, "name of the client");
  auto* instance = sub->add_option("INSTANCE", options.instance, "name of the instance");
  if (needed) client->required(), instance->required();
}

void files(CLI::App* sub, Options& options) {
  auto* csv = sub->add_flag("--csv", options.csv, "each difference as a line of CSV");
  sub->add_flag("--totals", options.totals, "CSV of the totals by day, by G/L account and cost center, by state")->excludes(csv);
}

}  // namespace

void add_reconcile(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "reconcile", "compares both systems: counts and totals, and what differs and why",
                          "ml-connector reconcile acme shop_nl --month 2026-11", true, nullptr);
  sub->callback([&context, sub, options] {
    if (!sub->get_subcommands().empty()) return;
    if (options->client.empty() || options->instance.empty()) throw CLI::RequiredError("CLIENT and INSTANCE");
    if (options->month.empty() == (options->from.empty() || options->to.empty()))
      throw CLI::RequiredError("either --month or both --from and --to");
    run(context, *options);
  });
  where(sub, *options, false);
  sub->add_option("--month", options->month, "a whole month, as 2026-11");
  sub->add_option("--from", options->from, "first day, as 2026-11-01");
  sub->add_option("--to", options->to, "last day, included");
  files(sub, *options);

  CLI::App* past = command(*sub, context, "list", "past runs, newest first", "ml-connector reconcile list acme shop_nl", true,
                           [&context, options] { list(context, *options); });
  where(past, *options, true);
  CLI::App* one = command(*sub, context, "show", "a past run again, or its CSV", "ml-connector reconcile show acme shop_nl 7 --csv", true,
                          [&context, options] { show(context, *options); });
  where(one, *options, true);
  one->add_option("RUN", options->run, "number of the run, as `list` shows it")->required();
  files(one, *options);
  CLI::App* yes = command(*sub, context, "accept", "a difference is right as it is; without REFERENCE: what was accepted",
                          "ml-connector reconcile accept acme shop_nl shop-118 --because \"credited by hand\"", true,
                          [&context, options] { accept(context, *options); });
  where(yes, *options, true);
  yes->add_option("REFERENCE", options->key, "reference of the difference, as the report shows it");
  yes->add_option("--because", options->because, "why; it stands in every later report");
  yes->add_option("--comparison", options->comparison, "which one, where a reference differs in several");
  CLI::App* no = command(*sub, context, "revoke", "accepts a difference no longer", "ml-connector reconcile revoke acme shop_nl shop-118",
                         true, [&context, options] { revoke(context, *options); });
  where(no, *options, true);
  no->add_option("REFERENCE", options->key, "reference of the difference")->required();
  no->add_option("--comparison", options->comparison, "which one, where a reference was accepted in several");
}

}  // namespace mlc::cli
