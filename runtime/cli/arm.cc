#include <iostream>

#include "runtime/cli/after_loss.h"

namespace mlc::cli {
namespace {

// "2026-11-21T15:24:30.499535Z" as people write it.
std::string minute(std::string text) {
  if (text.size() < 16) return text;
  text[10] = ' ';
  return text.substr(0, 16) + " UTC";
}

std::string counted(int64_t count, const std::string& what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); }

void print_forecast(const Json& one) {
  const std::string client = get(one, "client");
  if (!one.value("held", false)) {
    std::cout << client << ": not held\n";
    return;
  }
  const Json restored = one.value("restored", Json::object());
  std::cout << client << ": held since the restore of " << minute(get(restored, "at")) << ". The backup knows what was until "
            << minute(get(restored, "taken")) << ".\n";
  const Json jobs = one["jobs"];
  std::cout << "  " << counted(jobs.value("waiting", int64_t{0}), "job") << " waiting, " << get(jobs, "parked") << " parked\n";
  for (const auto& effect : one["unknown"]) {
    std::cout << "  unknown: " << get(effect, "effect") << " to " << get(effect, "connection") << " (" << get(effect, "operation")
              << ", job " << get(effect, "job") << ")";
    if (effect.contains("found")) std::cout << ": " << get(effect, "found");
    std::cout << "\n";
  }
  if (const int64_t planned = one.value("planned", int64_t{0}); planned > 0)
    std::cout << "  " << counted(planned, "write")
              << " planned and not sent as far as the backup knows; each is looked for before it goes\n";
  for (const auto& grant : one["grants"])
    std::cout << "  grant " << get(grant, "grant") << " waits for a person: " << get(grant, "reason") << "\n    ml-connector authorize "
              << client << " " << get(grant, "connection") << "    (or --invite for the client's administrator)\n";
  for (const auto& poll : one["polls"])
    std::cout << "  the sweep " << get(poll, "poll") << " goes on from "
              << (get(poll, "from").empty() ? "the row that the backup had come to" : minute(get(poll, "from"))) << "\n";
}

void print_armed(const Json& one) {
  for (const auto& grant : one["trusted"]) std::cout << "  grant " << text_of(grant) << " is trusted as it was in the backup\n";
  if (!one.value("armed", false)) {
    std::cout << "When it is armed: effects that are unknown are looked up first; what came after the backup is found by the sweeps, and\n"
                 "what the lost installation made of it by its reference, before anything is sent; what can't be looked up is parked.\n";
    return;
  }
  if (const int64_t settled = one.value("settled", int64_t{0}); settled > 0)
    std::cout << "  " << counted(settled, "unknown effect") << " found there and settled\n";
  std::cout << get(one, "client") << ": armed; it works again\n";
}

}  // namespace

void add_arm(CLI::App& root, Context& context) {
  struct Options {
    std::string client;
    bool all = false, dry = false, trust = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(root, context, "arm", "ends the hold after a restore: says what is unknown, looks it up, lets the client work",
              "ml-connector arm acme --dry-run", true, [&context, options] {
                auto answer = context.ask(
                    "POST", api({"arm"}),
                    {{"client", options->client}, {"all", options->all}, {"dry_run", options->dry}, {"trust_grants", options->trust}});
                if (!answer) return;
                if (context.json) return print_json(*answer);
                if ((*answer)["clients"].empty()) std::cout << "nobody is held\n";
                for (const auto& one : (*answer)["clients"]) {
                  print_forecast(one);
                  if (one.value("held", false)) print_armed(one);
                }
              });
  sub->add_option("CLIENT", options->client, "name of the client");
  sub->add_flag("--all", options->all, "every client that is held");
  sub->add_flag("--dry-run", options->dry, "only says what is unknown and what would be done");
  sub->add_flag("--trust-grants", options->trust,
                "the installation that the backup is of has not run since: its grants go on without a new authorisation");
}

}  // namespace mlc::cli
