#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

// "2026-11-21T06:45:02.276618Z" without what nobody reads.
std::string moment(const Json& object, const std::string& key) {
  std::string text = get(object, key);
  if (text.size() < 19) return text;
  text[10] = ' ';
  return text.substr(0, 19);
}

std::string what_came_of(const Json& job) {
  const std::string state = get(job, "state"), as = get(job, "done_as"), reason = get(job, "reason");
  std::string text = state;
  if (state == "done" && !as.empty()) text = as == "skipped" ? "skipped" : "done, " + as;
  return reason.empty() ? text : text + ": " + reason;
}

void print_line(const std::string& at, const std::string& text) { std::cout << "  " << at << "  " << text << "\n"; }

// One job as an operator reads it: what came, what was asked and sent, what became of it. Answers stand in --json.
void print_job_story(const Json& job) {
  std::cout << get(job, "client") << "/" << get(job, "instance") << "/" << get(job, "flow") << "  " << get(job, "source") << ":"
            << get(job, "key") << "  (job " << get(job, "id") << ", script " << get(job, "version").substr(0, 12) << ")\n";
  const Json& came = job.value("received", Json::object());
  print_line(moment(came, "received"), "came by " + get(came, "kind") + ": " + get(came, "topic") + " from " + get(came, "connection"));
  for (const auto& entry : job.value("journal", Json::array())) {
    const std::string kind = get(entry, "kind"), name = get(entry, "name");
    if (kind == "read") print_line(moment(entry, "at"), "asked   " + name);
    if (kind == "lookup") print_line(moment(entry, "at"), "looked up " + name);
    if (kind == "map") print_line(moment(entry, "at"), "mapped  " + name);
    if (kind == "plan") print_line(moment(entry, "at"), "planned " + name);
    if (kind == "note") print_line(moment(entry, "at"), "note    " + name);
  }
  for (const auto& effect : job.value("effects", Json::array())) {
    const std::string id = get(effect, "remote_id");
    print_line(moment(effect, get(effect, "ended").empty() ? "planned" : "ended"),
               "sent    " + get(effect, "name") + " to " + get(effect, "connection") + " by " + get(effect, "operation") + ": " +
                   get(effect, "state") + (id.empty() ? "" : " as " + id));
  }
  print_line(moment(job, get(job, "ended").empty() ? "next" : "ended"), what_came_of(job));
}

}  // namespace

void add_show(CLI::App& root, Context& context) {
  struct Options {
    std::string client, number;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "show", "the story of a record, by any side's number", "ml-connector show acme 118", true,
                          [&context, options] {
                            auto story = context.ask("GET", api({"clients", options->client, "records", options->number}));
                            if (!story) return;
                            if (context.json) return print_json(*story);
                            for (const auto& job : (*story)["jobs"]) print_job_story(job);
                          });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("NUMBER", options->number, "order, invoice, delivery or tracking number")->required();
}

}  // namespace mlc::cli
