#include <unistd.h>

#include <iostream>

#include "runtime/base/strings.h"
#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

std::string length(int64_t seconds) {
  if (seconds < 90) return std::to_string(seconds) + " s";
  if (seconds < 2 * 3600) return std::to_string((seconds + 59) / 60) + " minutes";
  if (seconds < 2 * 86400) return std::to_string((seconds + 3599) / 3600) + " hours";
  return std::to_string((seconds + 86399) / 86400) + " days";
}

void print_forecast(const Json& forecast) {
  if (forecast.contains("note")) {
    std::cout << "  " << get(forecast, "note") << "\n";
    return;
  }
  std::cout << "  calls a record:";
  for (const auto& [connection, calls] : forecast["calls_per_record"].items())
    std::cout << " " << connection << " " << calls.dump() << " (" << forecast["calls"][connection].dump() << " in all)";
  std::cout << "\n  by the quota left it takes about " << length(forecast.value("seconds", int64_t{0}));
  if (forecast.contains("because")) std::cout << ": " << get(forecast, "because");
  std::cout << "\n";
}

std::string line(const Json& task) {
  return get(task, "flow") + ": " + get(task, "state") + ", " + get(task, "found") + " records found, " + get(task, "done") + " done, " +
         get(task, "parked") + " parked, " + get(task, "dead") + " dead, " + get(task, "open") + " open" +
         (task.contains("reason") ? ": " + get(task, "reason") : "");
}

struct Options {
  std::string client, instance, flow, from, to;
  bool dry_run = false, stop = false, no_wait = false;
};

std::optional<Json> current(Context& context, const Options& options) {
  // The runtime answers when one has ended, or after a moment: without a server it works only while it is asked.
  auto all = context.ask("GET", api({"clients", options.client, "instances", options.instance, "backfills"}, {{"wait", options.flow}}));
  if (!all) return std::nullopt;
  for (const auto& task : (*all)["backfills"])
    if (get(task, "flow") == options.flow) return task;
  return std::nullopt;
}

void run(Context& context, const Options& options) {
  if (options.flow.empty()) {
    auto all = context.ask("GET", api({"clients", options.client, "instances", options.instance, "backfills"}));
    if (!all) return;
    if (context.json) return print_json(*all);
    if ((*all)["backfills"].empty()) std::cout << "no back-fill was ever begun here\n";
    for (const auto& task : (*all)["backfills"]) std::cout << line(task) << "\n";
    return;
  }
  auto answer = context.ask(
      "POST", api({"clients", options.client, "instances", options.instance, "backfill"}),
      {{"flow", options.flow}, {"from", options.from}, {"to", options.to}, {"dry_run", options.dry_run}, {"stop", options.stop}});
  if (!answer) return;
  const bool terminal = isatty(STDOUT_FILENO) != 0 && !context.json;
  const bool follow = !options.dry_run && !options.no_wait;
  if (terminal && follow) context.output.reset();  // one line that is written anew
  while (follow) {
    auto task = current(context, options);
    if (!task) return;
    *answer = *task;
    const std::string state = get(*answer, "state");
    if (terminal) std::cout << "\r" << visible(line(*answer)) << "        " << std::flush;
    // One that is being stopped says "running" until its page is through.
    if (state != "running") break;
  }
  if (terminal && follow) std::cout << "\n";
  const bool bad = get(*answer, "state") == "failed" || answer->value("parked", int64_t{0}) + answer->value("dead", int64_t{0}) > 0;
  if (bad && !options.dry_run) context.exit = kNo;
  if (context.json) return print_json(*answer);
  if (!terminal || !follow) std::cout << line(*answer) << "\n";
  if (answer->contains("forecast")) print_forecast((*answer)["forecast"]);
}

}  // namespace

void add_backfill(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(
      root, context, "backfill", "takes a flow's records of a period, or goes on with that; without FLOW shows how far it is",
      "ml-connector backfill acme shop_nl orders --from 2026-01-01 --to 2026-03-31", true, [&context, options] { run(context, *options); });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
  sub->add_option("FLOW", options->flow, "flow whose list is read");
  sub->add_option("--from", options->from, "first day (in the client's zone) or instant; left out: from the beginning");
  sub->add_option("--to", options->to, "last day or instant; left out: until now");
  auto* dry = sub->add_flag("--dry-run", options->dry_run, "count the records and forecast the time; nothing is made");
  sub->add_flag("--stop", options->stop, "end it at the next page; the same command without it goes on")->excludes(dry);
  sub->add_flag("--no-wait", options->no_wait, "do not follow it; the server goes on");
}

}  // namespace mlc::cli
