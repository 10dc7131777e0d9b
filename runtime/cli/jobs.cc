#include <algorithm>
#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

struct Options {
  std::string client, state, instance, id, version = "pinned", happened, actor;
  int limit = 50;
  bool did_not_happen = false, keep_theirs = false, take_ours = false;
};

void print_jobs(const Json& answer, const std::string& state) {
  const bool of_cases = state.empty() || state == "parked" || state == "dead";
  if (of_cases && !answer["cases"].empty()) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : answer["cases"]) {
      std::string sentence = get(one, "sentence");
      if (!get(one, "fix").empty()) sentence += "  Fix: " + get(one, "fix");
      rows.push_back({get(one, "id"), get(one, "client") + "/" + get(one, "instance"), get(one, "jobs"), get(one, "concern"), sentence});
    }
    print_table({{"CASE", true}, {"WHERE"}, {"JOBS", true}, {"CONCERNS"}, {"WHY"}}, rows);
    std::cout << "\n";
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& job : answer["jobs"])
    rows.push_back({get(job, "id"), get(job, "client") + "/" + get(job, "instance"), get(job, "flow"),
                    get(job, "source") + ":" + get(job, "key"),
                    get(job, "state") + (get(job, "done_as").empty() ? "" : ", " + get(job, "done_as")), get(job, "runs"), get(job, "next"),
                    get(job, "reason")});
  if (rows.empty()) std::cout << "no " << (state.empty() ? "" : state + " ") << "jobs\n";
  else print_table({{"JOB", true}, {"WHERE"}, {"FLOW"}, {"RECORD"}, {"STATE"}, {"RUNS", true}, {"NEXT"}, {"REASON"}}, rows);
}

void print_job(const Json& job) {
  std::cout << "job " << get(job, "id") << "  " << get(job, "client") << "/" << get(job, "instance") << "/" << get(job, "flow") << "  "
            << get(job, "source") << ":" << get(job, "key") << "\n"
            << "state   " << get(job, "state") << (get(job, "done_as").empty() ? "" : " (" + get(job, "done_as") + ")") << ", "
            << get(job, "runs") << " runs, attempt " << get(job, "attempt") << ", script " << get(job, "version") << "\n";
  if (!get(job, "reason").empty()) std::cout << "reason  " << get(job, "reason") << "\n";
  if (!get(job, "position").empty()) std::cout << "at      " << get(job, "position") << "\n";
  if (job.value("decidable", false))
    std::cout << "decide  ml-connector jobs settle " << get(job, "id") << " --keep-theirs, or --take-ours\n";
  for (const auto& effect : job["effects"])
    std::cout << "effect  " << get(effect, "name") << ": " << get(effect, "operation") << " on " << get(effect, "connection") << ", kind "
              << get(effect, "kind") << ", " << get(effect, "state")
              << (get(effect, "remote_id").empty() ? "" : " as " + get(effect, "remote_id")) << "\n";
  for (const auto& entry : job["journal"])
    std::cout << get(entry, "at") << "  " << get(entry, "kind") << "  " << get(entry, "name")
              << (get(entry, "summary").empty() ? "" : "  " + get(entry, "summary")) << "\n";
}

}  // namespace

void add_jobs(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto list = [&context, options] {
    auto answer = context.ask("GET", api({"jobs"}, {{"client", options->client},
                                                    {"instance", options->instance},
                                                    {"state", options->state},
                                                    {"limit", std::to_string(options->limit)}}));
    if (!answer) return;
    if (context.json) print_json(*answer);
    else print_jobs(*answer, options->state);
  };
  CLI::App* jobs = command(root, context, "jobs", "what waits, is parked or dead, grouped by cause",
                           "ml-connector jobs list --client acme --state parked", true, nullptr);
  jobs->callback([jobs, list] {
    if (jobs->get_subcommands().empty()) list();
  });
  auto filters = [options](CLI::App* sub) {
    sub->add_option("--client", options->client, "only this client");
    sub->add_option("--instance", options->instance, "only this instance");
    sub->add_option("--state", options->state, "waiting, running, parked, done, dead or cancelled")
        ->check(CLI::IsMember({"waiting", "running", "parked", "done", "dead", "cancelled"}));
    sub->add_option("--limit", options->limit, "at most so many")->check(CLI::Range(1, 100000));
  };
  filters(jobs);
  filters(command(*jobs, context, "list", "the same as jobs alone", "ml-connector jobs list --state dead", true, list));

  auto with_id = [&](const std::string& name, const std::string& does, const std::string& example, const char* what,
                     std::function<void()> run) {
    CLI::App* sub = command(*jobs, context, name, does, example, true, std::move(run));
    sub->add_option(what, options->id, std::string(what) == "CASE" ? "number of the case" : "number of the job")->required();
    return sub;
  };
  auto act = [&context, options](const std::string& collection, const std::string& verb, const Json& body, const std::string& said) {
    auto answer = context.ask("POST", api({collection, options->id, verb}), body);
    if (!answer) return;
    if (context.json) print_json(*answer);
    else
      std::cout << said
                << (get(*answer, "count").empty() ? "" : ": " + get(*answer, "count") + (get(*answer, "count") == "1" ? " job" : " jobs"))
                << "\n";
  };

  with_id("show", "one job with its journal and effects", "ml-connector jobs show 4711", "ID", [&context, options] {
    auto job = context.ask("GET", api({"jobs", options->id}));
    if (!job) return;
    if (context.json) print_json(*job);
    else print_job(*job);
  });
  const auto with_version = [options](CLI::App* sub) {
    sub->add_option("--version", options->version, "script version: pinned, the one each began with (default), or live")
        ->check(CLI::IsMember({"pinned", "live"}));
  };
  with_version(with_id("release", "lets every job of a case run again, once its cause is mended",
                       "ml-connector jobs release 12 --version live", "CASE", [act, options] {
                         act("cases", "release", {{"version", options->version}},
                             options->version == "live" ? "released, on the live version"
                                                        : "released, on the version each began with (--version live: on the live one)");
                       }));
  with_version(with_id("replay", "runs a job again; completed steps are not repeated", "ml-connector jobs replay 4711 --version live", "ID",
                       [act, options] {
                         act("jobs", "replay", {{"version", options->version}}, "job " + options->id + " will run again");
                       }));
  with_id("cancel", "ends a job for good without running it", "ml-connector jobs cancel 4711", "ID",
          [act, options] { act("jobs", "cancel", Json::object(), "job " + options->id + " is cancelled"); });
  CLI::App* settle = with_id("settle", "says what became of an effect that nobody can look up, or whose version of a record counts",
                             "ml-connector jobs settle 4711 --happened INV-2026-17", "ID", nullptr);
  auto* happened = settle->add_option("--happened", options->happened, "the remote's id or number of the record that exists");
  auto* not_happened = settle->add_flag("--did-not-happen", options->did_not_happen, "the record does not exist there");
  auto* theirs = settle->add_flag("--keep-theirs", options->keep_theirs, "what a person made of the record at the remote stays");
  auto* ours = settle->add_flag("--take-ours", options->take_ours, "the record is made what its source says");
  const std::vector<CLI::Option*> choices{happened, not_happened, theirs, ours};
  for (auto* one : choices)
    for (auto* other : choices)
      if (one != other) one->excludes(other);
  settle->callback([choices, act, options] {
    if (std::all_of(choices.begin(), choices.end(), [](const CLI::Option* one) { return one->empty(); }))
      throw CLI::RequiredError("--happened REF, --did-not-happen, --keep-theirs or --take-ours");
    Json body = Json::object();
    if (!options->happened.empty()) body["happened"] = options->happened;
    else if (options->did_not_happen) body["did_not_happen"] = true;
    else body["decision"] = options->keep_theirs ? "theirs" : "ours";
    act("jobs", "settle", body, "job " + options->id + " is settled");
  });
}

}  // namespace mlc::cli
