#include <algorithm>
#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

// "2026-11-21T06:45:02.276618Z" without what nobody reads.
std::string moment(std::string text) {
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

std::string told(const std::string& kind, const std::string& name) {
  if (kind == "read") return "asked   " + name;
  if (kind == "lookup") return "looked up " + name;
  if (kind == "map") return "mapped  " + name;
  if (kind == "plan") return "planned " + name;
  if (kind != "note") return "";
  if (name.starts_with("confirmed:")) return "read back " + name.substr(10) + ": it stands there as sent";
  if (name.starts_with("position:") || name.starts_with("undecided:")) return "";  // told at the end
  if (name.starts_with("decision:")) return name.ends_with(":theirs") ? "decided: what stands there is kept" : "decided: ours is taken";
  // The journal's own word for a replay: "attempt:2:continues".
  if (!name.starts_with("attempt:")) return "note    " + name;
  return "began again, attempt " + name.substr(8, name.find(':', 8) - 8);
}

void print_line(const std::string& at, const std::string& text) { std::cout << "  " << at << "  " << text << "\n"; }

// One job as an operator reads it: what came, what was asked and sent, what became of it. Answers stand in --json.
void print_job_story(const Json& job) {
  std::cout << get(job, "client") << "/" << get(job, "instance") << "/" << get(job, "flow") << "  " << get(job, "source") << ":"
            << get(job, "key") << "  (job " << get(job, "id") << ", script " << get(job, "version").substr(0, 12) << ")\n";
  const Json& came = job.value("received", Json::object());
  print_line(moment(get(came, "received")),
             "came by " + get(came, "kind") + ": " + get(came, "topic") + " from " + get(came, "connection"));
  std::vector<std::pair<std::string, std::string>> lines;  // in the order that they happened in, whatever they are
  for (const auto& entry : job.value("journal", Json::array())) {
    const std::string text = told(get(entry, "kind"), get(entry, "name"));
    if (!text.empty()) lines.emplace_back(get(entry, "at"), text);
  }
  for (const auto& effect : job.value("effects", Json::array())) {
    const std::string id = get(effect, "remote_id");
    std::string at = get(effect, get(effect, "ended").empty() ? "planned" : "ended");
    // In shadow both are one moment, and the plan is written down a little later.
    for (const auto& [planned, text] : lines)
      if (text == "planned " + get(effect, "name")) at = std::max(at, planned);
    lines.emplace_back(at, "sent    " + get(effect, "name") + " to " + get(effect, "connection") + " by " + get(effect, "operation") +
                               ": " + get(effect, "state") + (id.empty() ? "" : " as " + id));
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [at, text] : lines) print_line(moment(at), text);
  const std::string last = lines.empty() ? get(came, "received") : lines.back().first;
  const std::string ended = get(job, "ended"), next = get(job, "next");
  print_line(moment(!ended.empty() ? ended : !next.empty() ? next : last), what_came_of(job));
  const std::string state = get(job, "state");
  if (state != "parked" && state != "dead") return;
  if (!get(job, "position").empty()) std::cout << "    at " << get(job, "position") << "\n";
  if (job.value("decidable", false))
    std::cout << "    decide by: ml-connector jobs settle " << get(job, "id") << " --keep-theirs, or --take-ours\n";
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
