#include "runtime/workbench/settings_list.h"

#include <algorithm>

#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/mapping/position.h"
#include "runtime/script/places.h"

namespace mlc::workbench {
namespace {

using document::Document;
using document::Value;

Error unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  std::string all;
  for (const auto& each : known) all += (all.empty() ? "" : ", ") + each;
  const std::string like = mapping::closest(name, known);
  return Error(Code::not_found,
               "there is no " + what + " \"" + name + "\"" +
                   (like.empty() ? all.empty() ? std::string() : "; there is " + all : "; did you mean \"" + like + "\"?"));
}

struct Text {
  std::string shown, text;
};

// Of a file of the workspace, else of the share folder.
Text read(const script::Host& host, const script::Workspace& workspace, const std::string& name) {
  auto own = host.files->read(workspace.folder + "/" + name);
  if (!own) own = host.files->read(host.share + "/" + name);
  return {name, own ? std::move(*own) : std::string()};
}

}  // namespace

Result<std::vector<SettingLine>> list_settings(const script::Host& host, const script::Workspace& workspace, const std::string& client,
                                               const std::string& instance) {
  auto found = workspace.clients.find(client);
  if (found == workspace.clients.end()) {
    std::vector<std::string> known;
    for (const auto& [name, unused] : workspace.clients) known.push_back(name);
    return unknown("client", client, known);
  }
  auto definition = Document::parse(found->second);
  if (!definition) return definition.error();
  Value use = definition->root().get("instances").get(instance);
  const std::string file = "clients/" + client + "/client.lua";
  for (const auto& problem : workspace.problems)
    if (!use && problem.file == file) return Error(Code::config, problem.text());
  if (!use) {
    std::vector<std::string> known;
    for (auto each : definition->root().get("instances").fields()) known.emplace_back(each.key);
    return unknown("instance", instance, known);
  }
  const std::string integration(use.get("integration").text());
  auto declared = workspace.integrations.find(integration);
  if (declared == workspace.integrations.end())
    return Error(Code::config, "integration " + integration + " can't be read; `ml-connector check` says why");
  auto schema = Document::parse(declared->second);
  if (!schema) return schema.error();
  const Text own = read(host, workspace, file);
  const Text base = read(host, workspace, "scripts/integrations/" + integration + "/init.lua");
  const script::Places own_places(own.text), base_places(base.text);
  std::vector<SettingLine> lines;
  for (auto field : schema->root().get("settings").fields()) {
    SettingLine line;
    line.name = field.key;
    line.type = field.value.get("type").text();
    line.meaning = field.value.get("doc").text();
    line.mandatory = field.value.get("mandatory").as_bool();
    if (Value given = field.value.get("default")) line.default_value = document::write(given);
    Value set = use.get("settings").get(field.key);
    line.own = set && !set.is_null();
    line.value = line.own ? document::write(set) : line.default_value;
    const Text& text = line.own ? own : base;
    line.file = text.shown;
    auto place = line.own ? own_places.key({"instances", instance, "settings", line.name}) : base_places.key({"settings", line.name});
    if (place) line.line = place->line, line.column = place->column;
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end(), [](const SettingLine& a, const SettingLine& b) { return a.name < b.name; });
  return lines;
}

}  // namespace mlc::workbench
