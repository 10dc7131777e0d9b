#include <iostream>

#include "runtime/cli/operation.h"

namespace mlc::cli {
namespace {

std::string counted(int64_t count, const std::string& what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); }

void print_found(const Json& answer) {
  std::string flows;
  for (const auto& [flow, count] : answer["flows"].items()) flows += (flows.empty() ? " (" : ", ") + flow + " " + text_of(count);
  std::cout << "  " << counted(answer.value("jobs", int64_t{0}), "job") << (flows.empty() ? "" : flows + ")")
            << ", with all that they read, mapped and sent\n"
            << "  " << counted(answer.value("events", int64_t{0}), "event") << ", as received\n";
  const Json& rows = answer["rows"];
  if (const auto kept = rows.value("kept_values", int64_t{0}); kept > 0)
    std::cout << "  " << counted(kept, "value") << " that scripts keep\n";
  if (const auto looked = rows.value("lookups", int64_t{0}); looked > 0) std::cout << "  " << counted(looked, "remembered look-up") << "\n";
  if (const auto reports = rows.value("reports", int64_t{0}); reports > 0)
    std::cout << "  " << counted(reports, "reconcile report") << "\n";
  if (const auto cases = answer.value("cases", int64_t{0}); cases > 0) std::cout << "  the sentences of " << counted(cases, "case") << "\n";
}

void print_open(const std::string& client, const Json& answer) {
  std::cerr << "ml-connector: nothing was erased: it is still needed by\n";
  for (const auto& job : answer["open"])
    std::cerr << "  job " << get(job, "job") << " (" << get(job, "flow") << " " << get(job, "key") << ", " << get(job, "state") << ")"
              << (get(job, "reason").empty() ? "" : ": " + get(job, "reason")) << "\n";
  std::cerr << "Let them end (ml-connector jobs list --client " << client
            << "), or give them up with `ml-connector jobs cancel ID`; then again.\n";
}

void print_after(const Json& answer) {
  if (const auto unreadable = answer.value("unreadable", int64_t{0}); unreadable > 0)
    std::cout << counted(unreadable, "row") << " could not be read and was not looked through; see `ml-connector audit verify`.\n";
  std::cout << "The trail keeps that they were and what became of them: `ml-connector audit verify` proves it as before.\n"
            << "It is noted, without the name, in " << get(answer, "list") << ": keep a copy of that file where the backups are.\n"
            << "A restore of an older backup needs it (restore FILE --erasures LIST) to erase this again.\n"
            << "Erase the person in the connected systems too: what is still there comes back with the next change or sweep.\n";
  for (const auto& copy : answer["copies"])
    std::cout << "A copy of before a schema change still holds it; remove it when you no longer need it: " << text_of(copy) << "\n";
}

}  // namespace

void add_forget(CLI::App& root, Context& context) {
  struct Options {
    std::string client, subject, flow;
    bool dry = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(
      root, context, "forget", "erases what is kept of a person, by e-mail address or a record's number; the audit trail stays provable",
      "ml-connector forget acme jo@example.com --dry-run", true, [&context, options] {
        auto answer = context.ask("POST", api({"clients", options->client, "forget"}),
                                  {{"subject", options->subject}, {"flow", options->flow}, {"dry_run", options->dry}});
        if (!answer) return;
        const bool found = answer->value("found", false), open = !(*answer)["open"].empty();
        const bool which = answer->value("which_flow", false), done = answer->value("done", false);
        if (!found || open || which) context.exit = kNo;
        if (context.json) return print_json(*answer);
        if (!found && !open) {
          std::cout << "nothing that is kept of " << options->client << " holds " << options->subject << "\n";
          return;
        }
        std::cout << (done ? "Erased of " : "To be erased of ") << options->client << ":\n";
        print_found(*answer);
        if (open) return print_open(options->client, *answer);
        if (which) {
          std::cerr
              << "ml-connector: " << options->subject
              << " is a number in more than one flow, perhaps of different people: say which with --flow FLOW, or all with --flow '*'\n";
          return;
        }
        if (done) print_after(*answer);
        else std::cout << "Nothing was erased: this was a dry run.\n";
      });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("SUBJECT", options->subject,
                  "an e-mail address, found wherever it stands; or the number of an order, a customer, a document")
      ->required();
  sub->add_option("--flow", options->flow, "of a number: only this flow's jobs; '*' for all");
  sub->add_flag("--dry-run", options->dry, "only says what would go");
}

}  // namespace mlc::cli
