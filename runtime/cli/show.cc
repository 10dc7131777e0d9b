#include <algorithm>
#include <iostream>
#include <map>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

// "2026-11-21T06:45:02.276618Z" without what nobody reads.
std::string moment(std::string text) {
  if (text.size() < 19) return text;
  text[10] = ' ';
  return text.substr(0, 19);
}

std::string counted(size_t count, const std::string& what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); }

struct Line {
  std::string at, verb;
  std::vector<std::string> what;  // what follows the verb; several of one verb in a row share a line
};

// "orders.get, orders.products (3 times)"
std::string listed(const std::vector<std::string>& names) {
  std::vector<std::string> order;
  std::map<std::string, int> times;
  for (const auto& name : names)
    if (++times[name] == 1) order.push_back(name);
  std::string text;
  for (const auto& name : order)
    text += (text.empty() ? "" : ", ") + name + (times[name] > 1 ? " (" + std::to_string(times[name]) + " times)" : "");
  return text;
}

std::string came(const Json& job) {
  const Json received = job.value("received", Json::object());
  const std::string kind = get(received, "kind"), topic = get(received, "topic"), from = get(received, "connection");
  if (kind == "webhook") return from + " said " + topic;
  if (kind == "poll") return "found by the sweep " + topic + " of " + from;
  if (kind == "schedule") return "its time had come";
  if (kind == "manual") return "a person asked for it";
  if (kind == "child") return "another job handed it on";
  return "came by " + kind + ": " + topic + " from " + from;
}

std::string ended(const Json& job) {
  const std::string state = get(job, "state"), as = get(job, "done_as"), reason = get(job, "reason");
  std::string text = state;
  if (state == "done")
    text = as == "skipped"      ? "done, nothing to send"
           : as == "superseded" ? "done, a newer state was sent already"
           : as == "shadow"     ? "done in shadow: nothing left"
                                : "done";
  if (state == "waiting" && !get(job, "next").empty()) text += " until " + moment(get(job, "next"));
  return reason.empty() ? text : text + ": " + reason;
}

// What the runtime got for the sends of a job: the remote's id and number, by the effect's name; the newest counts.
std::map<std::string, Json> outcomes(const Json& job) {
  std::map<std::string, Json> found;
  for (const auto& entry : job.value("journal", Json::array()))
    if (get(entry, "kind") == "outcome" && entry.contains("value") && entry["value"].is_object())
      found[get(entry, "name")] = entry["value"];
  return found;
}

// What was to stand there, by the fields that are read back: "AmountFC 121.00".
std::string promised(const Json& plan) {
  const Json expect = Json::parse(get(plan, "expect"), nullptr, false);
  std::string text;
  if (!expect.is_object()) return text;
  for (const auto& [field, value] : expect.items())
    if (!value.is_structured()) text += (text.empty() ? "" : ", ") + field + " " + text_of(value);
  return text;
}

// Of an answer; some remotes pad their numbers.
std::string number_of(const std::map<std::string, Json>& outcomes, const std::string& effect) {
  const auto outcome = outcomes.find(effect);
  std::string number = outcome == outcomes.end() ? "" : get(outcome->second, "number");
  number.erase(0, std::min(number.find_first_not_of(' '), number.size()));
  number.erase(number.find_last_not_of(' ') + 1);
  return number;
}

std::string called(const std::string& number, const std::string& id) {
  if (number.empty() || number == id) return id.empty() ? "" : "as " + id;
  return "as " + number + (id.empty() ? "" : " (id " + id + ")");
}

// What the remote says that the document comes to: the first amount or total of its answer that is not nothing.
std::string amount(const Json& answer) {
  const Json record = answer.value("record", Json());
  if (!record.is_object()) return "";
  for (const auto& [field, value] : record.items()) {
    std::string name = field;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!name.starts_with("amount") && !name.starts_with("total")) continue;
    const std::string text = value.is_structured() ? "" : text_of(value);
    if (text.find_first_of("123456789") == std::string::npos || text.find_first_not_of("-0123456789.") != std::string::npos) continue;
    return ", " + field + " " + text;
  }
  return "";
}

Line sent(const Json& effect, const std::map<std::string, Json>& outcomes) {
  const std::string name = get(effect, "name"), state = get(effect, "state"), to = " to " + get(effect, "connection");
  const auto outcome = outcomes.find(name);
  const std::string number = number_of(outcomes, name);
  std::string at = get(effect, get(effect, "ended").empty() ? "planned" : "ended");
  std::string text = name + to + ", " + get(effect, "operation") + ": ";
  const int sends = effect.value("sends", 0);
  if (state == "settled") {
    if (sends == 0)
      return {at, "found", {name + " in " + get(effect, "connection") + " already, " + called(number, get(effect, "remote_id"))}};
    text += "it stands there " + called(number, get(effect, "remote_id"));
    if (outcome != outcomes.end()) text += amount(outcome->second);
    if (sends > 1) text += ", after " + std::to_string(sends) + " tries";
    return {at, "sent", {text}};
  }
  if (state == "shadow") return {at, "kept", {name + " back: the instance is in shadow"}};
  if (state == "planned") return {at, "holds", {name + " ready for " + get(effect, "connection")}};
  if (state == "rejected") return {at, "sent", {text + "it was refused"}};
  if (state == "unknown" || state == "armed")
    return {at, "sent", {text + "nobody knows whether it arrived; it is looked for before anything is sent again"}};
  if (state == "superseded") return {at, "left", {name + " unsent: a newer state went out before it"}};
  return {at, "sent", {text + state}};
}

std::optional<Line> told(const Json& entry) {
  const std::string kind = get(entry, "kind"), name = get(entry, "name"), at = get(entry, "at");
  if (kind == "read") return Line{at, "read", {name}};
  if (kind == "lookup") return Line{at, "looked up", {name}};
  if (kind == "map") return Line{at, "mapped", {name}};
  if (kind == "plan") {
    const std::string fields = promised(entry.value("value", Json::object()));
    return Line{at, "planned", {name + (fields.empty() ? "" : " with " + fields)}};
  }
  if (kind == "emit") return Line{at, "handed on", {name}};
  if (kind != "note") return std::nullopt;
  if (name.starts_with("confirmed:")) return Line{at, "read back", {name.substr(10) + ": it stands there as sent"}};
  if (name.starts_with("differs:")) return Line{at, "read back", {name.substr(8) + ": " + get(entry, "value")}};
  if (name.starts_with("absent:")) return Line{at, "searched", {name.substr(7) + ": not there"}};
  if (name.starts_with("position:") || name.starts_with("undecided:")) return std::nullopt;  // told at the end
  if (name.starts_with("decision:"))
    return Line{at, "decided:", {name.ends_with(":theirs") ? "what stands there is kept" : "ours is taken"}};
  // The journal's own word for a replay: "attempt:2:continues".
  if (name.starts_with("attempt:")) return Line{at, "began", {"again, attempt " + name.substr(8, name.find(':', 8) - 8)}};
  const bool is_said = entry.contains("value") && entry["value"].is_object() && entry["value"].contains("text");
  return Line{at, "noted", {is_said ? text_of(entry["value"]["text"]) : entry.contains("value") ? text_of(entry["value"]) : name}};
}

std::vector<Line> lines_of(const Json& job) {
  std::vector<Line> lines;  // in the order that they happened in, whatever they are
  for (const auto& entry : job.value("journal", Json::array()))
    if (auto line = told(entry)) lines.push_back(std::move(*line));
  const auto answers = outcomes(job);
  for (const auto& effect : job.value("effects", Json::array())) {
    Line line = sent(effect, answers);
    // In shadow both are one moment, and the plan is written down a little later.
    for (const auto& other : lines)
      if (other.verb == "planned" && other.what.front().starts_with(get(effect, "name"))) line.at = std::max(line.at, other.at);
    lines.push_back(std::move(line));
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  std::vector<Line> grouped;
  for (auto& line : lines) {
    if (!grouped.empty() && grouped.back().verb == line.verb && line.verb != "sent")
      grouped.back().what.insert(grouped.back().what.end(), line.what.begin(), line.what.end());
    else grouped.push_back(std::move(line));
  }
  return grouped;
}

void print_line(const std::string& at, const std::string& text) { std::cout << "  " << moment(at) << "  " << text << "\n"; }

// One job as an operator reads it: what came, what was asked and sent, what became of it. Answers stand in --json.
void print_job(const Json& job) {
  const Json received = job.value("received", Json::object());
  print_line(get(received, "received"), came(job) + "  (job " + get(job, "id") + ", " + get(job, "flow") + ")");
  const auto lines = lines_of(job);
  for (const auto& line : lines) print_line(line.at, "  " + line.verb + " " + listed(line.what));
  const std::string last = lines.empty() ? get(received, "received") : lines.back().at;
  print_line(get(job, "ended").empty() ? last : get(job, "ended"), "  " + ended(job));
  const std::string state = get(job, "state");
  if (state != "parked" && state != "dead") return;
  if (!get(job, "position").empty()) std::cout << "    at " << get(job, "position") << "\n";
  if (job.value("decidable", false))
    std::cout << "    decide by: ml-connector jobs settle " << get(job, "id") << " --keep-theirs, or --take-ours\n";
}

// A record's jobs from the first to the newest, under its name on both sides.
void print_record(std::vector<Json> jobs) {
  std::sort(jobs.begin(), jobs.end(), [](const Json& a, const Json& b) { return a.value("id", int64_t{0}) < b.value("id", int64_t{0}); });
  const Json& first = jobs.front();
  std::cout << get(first, "source") << ":" << get(first, "key") << "  " << get(first, "client") << "/" << get(first, "instance") << ", "
            << counted(jobs.size(), "job") << "\n";
  std::map<std::string, std::string> there;
  for (const auto& job : jobs) {
    const auto answers = outcomes(job);
    for (const auto& effect : job.value("effects", Json::array())) {
      if (get(effect, "state") != "settled" || get(effect, "remote_id").empty()) continue;
      const std::string number = number_of(answers, get(effect, "name"));
      there[get(effect, "name") + " in " + get(effect, "connection")] = number.empty() ? get(effect, "remote_id") : number;
    }
  }
  for (const auto& [what, number] : there) std::cout << "  " << what << ": " << number << "\n";
  for (const auto& job : jobs) {
    std::cout << "\n";
    print_job(job);
  }
}

void print_story(const Json& story) {
  std::map<std::string, std::vector<Json>> records;
  for (const auto& job : story["jobs"]) records[get(job, "instance") + " " + get(job, "source") + ":" + get(job, "key")].push_back(job);
  bool between = false;
  for (auto& [name, jobs] : records) {
    if (between) std::cout << "\n";
    between = true;
    print_record(std::move(jobs));
  }
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
                            print_story(*story);
                          });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("NUMBER", options->number, "order, invoice, delivery or tracking number")->required();
}

}  // namespace mlc::cli
