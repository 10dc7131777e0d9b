#include "runtime/cli/mapping_input.h"

#include <algorithm>

#include "runtime/app/share.h"
#include "runtime/mapping/position.h"

namespace mlc::cli {
namespace {

Result<document::Document> document_of(const Json& object, const char* key) { return document::Document::parse(get(object, key)); }

Error unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  std::string all;
  for (const auto& each : known) all += (all.empty() ? "" : ", ") + each;
  const std::string like = mapping::closest(name, known);
  return Error(Code::not_found, "there is no " + what + " \"" + name + "\"" +
                                    (!like.empty()  ? "; did you mean \"" + like + "\"?"
                                     : !all.empty() ? "; there is " + all
                                                    : ""));
}

}  // namespace

Result<std::unique_ptr<Scene>> open_scene(Context& context) {
  auto scene = std::make_unique<Scene>();
  auto share = app::find_share(scene->files, context.share);
  if (!share) return share.error();
  if (!scene->files.exists(context.workspace + "/ml-connector.lua"))
    return Error(Code::config, "there is no ml-connector.lua in " + context.workspace);
  scene->host = app::make_host(scene->files, *share);
  scene->workspace = script::load_workspace(scene->host, context.workspace);
  return scene;
}

Result<std::shared_ptr<const script::Program>> find_instance(const Scene& scene, const std::string& client, const std::string& instance) {
  std::vector<std::string> clients, instances;
  for (const auto& [name, definition] : scene.workspace.clients) {
    clients.push_back(name);
    if (name != client) continue;
    auto parsed = document::Document::parse(definition);
    if (!parsed) return parsed.error();
    for (auto each : parsed->root().get("instances").fields()) instances.emplace_back(each.key);
  }
  if (!scene.workspace.clients.contains(client)) return unknown("client", client, clients);
  for (const auto& program : scene.workspace.programs) {
    if (program->instance.client == client && program->instance.name == instance) return program;
  }
  if (std::find(instances.begin(), instances.end(), instance) == instances.end())
    return unknown("instance of " + client, instance, instances);
  std::string faults = client + "/" + instance + " has faults:";
  for (const auto& problem : scene.workspace.problems) faults += "\n" + problem.text();
  return Error(Code::config, faults);
}

Result<std::vector<RecordedJob>> recorded_jobs(Context& context, const std::string& client, const std::string& number) {
  auto told = context.call("GET", api({"clients", client, "records", number, "mappings"}));
  if (!told) return told.error();
  std::vector<RecordedJob> jobs;
  for (const auto& each : (*told)["jobs"]) {
    RecordedJob job;
    job.id = each["id"].get<int64_t>();
    job.instance = get(each, "instance");
    job.flow = get(each, "flow");
    job.version = get(each, "version");
    for (const auto& one : each["mappings"]) {
      auto input = document_of(one, "input");
      if (!input) return input.error();
      auto read = script::OfflineMapping::Input::recorded(input->root(), get(each, "source"), get(each, "key"));
      if (!read) return read.error();
      job.mappings.push_back({get(one, "mapping"), get(one, "at"), std::move(*read), get(one, "output")});
    }
    for (const auto& one : each["answers"]) {
      auto answer = document_of(one, "answer");
      if (answer) job.answers.push_back({get(one, "name"), get(one, "at"), get(one, "kind") == "lookup", std::move(*answer)});
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

Result<std::shared_ptr<const script::Program>> program_of(Context& context, const Scene& scene, const std::string& version) {
  for (const auto& program : scene.workspace.programs) {
    if (program->instance.version == version) return program;
  }
  auto told = context.call("GET", api({"scripts", version}));
  if (!told) return told.error();
  const Json& rows = (*told)["rows"];
  return script::restore_program(scene.host, version, [&rows](const std::string& key) -> Result<std::string> {
    auto row = rows.find(key);
    if (row == rows.end()) return Error(Code::corrupt, "the store lacks " + key);
    return row->get<std::string>();
  });
}

}  // namespace mlc::cli
