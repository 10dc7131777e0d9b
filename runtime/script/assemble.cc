#include "runtime/script/assemble.h"

#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/write.h"
#include "runtime/engine/request_key.h"
#include "runtime/script/schedules.h"
#include "runtime/script/shared.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Node;
using document::Value;

SharedByContent<Document>& known_settings() {
  static SharedByContent<Document> all;
  return all;
}

SharedByContent<RoleSettings>& known_role_settings() {
  static SharedByContent<RoleSettings> all;
  return all;
}

std::vector<std::string> keys_of(Value object) {
  std::vector<std::string> keys;
  for (auto field : object.fields()) keys.emplace_back(field.key);
  return keys;
}

bool fits(std::string_view type, Value value) {
  if (type == "text") return value.is_string();
  if (type == "integer") return value.is_number() && value.integer().ok();
  if (type == "decimal") return (value.is_number() || value.is_string()) && value.decimal().ok();
  if (type == "boolean") return value.is_bool();
  if (type == "list") return value.is_array() || (value.is_object() && value.size() == 0);
  return value.is_object() || value.is_array();
}

bool is_one_of(Value choices, Value given) {
  for (auto choice : choices.items()) {
    if (choice.text() == given.text()) return true;
  }
  return false;
}

// Defaults filled in, names and types checked.
Node merge_settings(Value schema, Value own, const std::string& file, const std::string& instance, std::vector<Problem>& problems) {
  Node merged = Node::object();
  const auto wrong = [&](const std::string& name, std::string sentence) {
    problems.push_back({file, 0, 0, std::move(sentence), {"instances", instance, "settings", name}});
  };
  for (auto field : schema.fields()) {
    Value given = own.get(field.key);
    std::string name(field.key);
    if (!given || given.is_null()) {
      given = field.value.get("default");
      if (!given && field.value.get("mandatory").as_bool())
        wrong(name, "setting " + name + " is missing: " + std::string(field.value.get("doc").text()));
    } else if (!fits(field.value.get("type").text(), given)) {
      wrong(name, "setting " + name + ": expected " + std::string(field.value.get("type").text()) + ", found " +
                      std::string(kind_name(given.kind())));
    } else if (Value why = field.value.get("impossible").get(given.text()); !given.text().empty() && why) {
      wrong(name, "setting " + name + ": \"" + std::string(given.text()) + "\" is not possible: " + std::string(why.text()));
    } else if (auto choices = field.value.get("one_of"); choices && !is_one_of(choices, given)) {
      std::string listed;
      for (auto choice : choices.items()) listed += (listed.empty() ? "" : ", ") + std::string(choice.text());
      wrong(name, "setting " + name + ": \"" + std::string(given.text()) + "\" is none of " + listed);
    }
    if (given) merged.set(field.key, Node::copy_of(given));
  }
  auto known = keys_of(schema);
  for (auto field : own.fields()) {
    if (schema.get(field.key)) continue;
    std::string close = mapping::closest(field.key, known);
    wrong(std::string(field.key), "unknown setting " + std::string(field.key) + (close.empty() ? "" : "; did you mean " + close + "?"));
  }
  return merged;
}

// What the client wrote, merged with the defaults; null when it does not fit.
std::shared_ptr<const Document> settings_of(const Scripts& scripts, const std::string& own, const std::string& file,
                                            const std::string& instance, std::vector<Problem>& problems) {
  const std::string key = crypto::sha256(scripts.key + own);
  if (auto known = known_settings().find(key)) return known;
  auto given = Document::parse(own);
  if (!given) {
    problems.push_back({file, 0, 0, given.error().text()});
    return nullptr;
  }
  size_t faults = problems.size();
  auto merged =
      Document::parse(document::write(merge_settings(scripts.definition->root().get("settings"), given->root(), file, instance, problems)));
  if (problems.size() > faults || !merged) return nullptr;
  return known_settings().keep(key, std::make_shared<const Document>(std::move(*merged)));
}

}  // namespace

std::shared_ptr<const RoleSettings> share_role_settings(RoleSettings settings) {
  std::string key;
  for (const auto& [role, names] : settings) {
    key += role + "\n";
    for (const auto& name : names) key += " " + name + "\n";
  }
  if (auto known = known_role_settings().find(key)) return known;
  return known_role_settings().keep(key, std::make_shared<const RoleSettings>(std::move(settings)));
}

std::shared_ptr<const Program> assemble(const Host& host, Program parts, const std::string& own_settings, std::vector<Problem>& problems) {
  size_t faults = problems.size();
  auto program = std::make_shared<Program>(std::move(parts));
  program->instance.integration = program->scripts->name;
  if (program->instance.flows.empty()) program->instance.flows = program->scripts->flows;  // else with the client's own times
  std::string client_file = "clients/" + program->instance.client + "/client.lua";
  program->settings = settings_of(*program->scripts, own_settings, client_file, program->instance.name, problems);
  auto zone = Zone::find(program->instance.zone);
  if (zone) program->zone = *zone;
  else problems.push_back({client_file, 0, 0, zone.error().text(), {"zone"}});
  program->types = client_types(host, *program->scripts, program->layers, problems);
  const std::string own = program->instance.client + "/" + program->instance.name;
  program->mappings = lay_over(host, *program->scripts, program->types, program->layers, own, problems);
  if (problems.size() > faults || program->settings == nullptr || program->mappings == nullptr) return nullptr;
  program->instance.version = to_hex(crypto::sha256(program->manifest()));
  return program;
}

bool is_client_file(const std::string& key) {
  return key.starts_with("layers/") || key.starts_with("packs/") || key.starts_with("client/");
}

const Zone* Program::zone_of(const std::string& to, const std::string& source) const {
  const auto usual = zone ? &*zone : nullptr;
  if (zones.empty()) return usual;
  const auto system = to.substr(0, to.find('.'));
  for (const auto& [role, of] : scripts->role_systems) {
    if (of != system) continue;
    const auto connection = engine::connection_for(instance, source, role, "");
    if (!connection) continue;
    if (const auto own = zones.find(*connection); own != zones.end()) return &own->second;
  }
  return usual;
}

FileSet Program::files() const {
  FileSet all = scripts->files;
  all.insert(layers.begin(), layers.end());
  return all;
}

// In the canonical form, whose keys are sorted; the listing of files is long, and most instances share it.
std::string Program::manifest() const {
  std::string json = "{\"client\":" + document::quoted(instance.client) + ",\"files\":";
  json += layers.empty() ? scripts->listing : listing_of(files());
  json += ",\"instance\":" + document::quoted(instance.name) + ",\"integration\":" + document::quoted(instance.integration);
  Node roles = Node::object();
  for (const auto& [role, connections] : instance.roles) {
    Node list = Node::array();
    for (const auto& connection : connections) list.push(connection);
    Node names = Node::array();
    if (auto found = role_settings->find(role); found != role_settings->end()) {
      for (const auto& name : found->second) names.push(name);
    }
    auto system = scripts->role_systems.find(role);
    Node bound = Node::object();
    bound.set("connections", std::move(list))
        .set("settings", std::move(names))
        .set("system", system == scripts->role_systems.end() ? "" : system->second);
    roles.set(role, std::move(bound));
  }
  for (const auto& [role, system] : scripts->role_systems) {
    if (roles.get(role) != nullptr) continue;
    Node unbound = Node::object();  // an optional one: its system's files are part of the version all the same
    unbound.set("connections", Node::array()).set("settings", Node::array()).set("system", system);
    roles.set(role, std::move(unbound));
  }
  json += ",\"roles\":" + document::canonical(roles);
  if (!instance.routes.empty()) {
    Node routes = Node::array();
    for (const auto& row : instance.routes) {
      Node one = Node::array();
      for (const auto& part : {row.role, row.from, row.to}) one.push(part);
      routes.push(std::move(one));
    }
    json += ",\"routes\":" + document::canonical(routes);
  }
  if (auto own = schedule_of(instance.flows, scripts->flows); own.size() > 0) json += ",\"schedule\":" + document::canonical(own);
  json += ",\"settings\":" + document::canonical(settings->root());
  if (!zones.empty()) {
    Node own = Node::object();
    for (const auto& [connection, zone_there] : zones) own.set(connection, zone_there.name());
    json += ",\"zones\":" + document::canonical(own);
  }
  return json + ",\"zone\":" + document::quoted(instance.zone) + '}';
}

std::string version_row(const std::string& version) { return "version:" + version; }
std::string file_row(const std::string& hash) { return "file:" + hash; }

std::vector<std::pair<std::string, std::string>> Program::rows() const {
  std::vector<std::pair<std::string, std::string>> out = {{version_row(instance.version), manifest()}};
  for (const auto& [key, file] : files()) out.emplace_back(file_row(file.file->hash), file.file->text);
  return out;
}

Result<std::vector<std::string>> rows_of_manifest(const std::string& manifest) {
  auto parsed = Document::parse(manifest);
  if (!parsed) return parsed.error();
  std::vector<std::string> keys;
  for (auto file : parsed->root().get("files").fields()) keys.push_back(file_row(std::string(file.value.get("hash").text())));
  return keys;
}

Result<std::shared_ptr<const Program>> restore_program(const Host& host, const std::string& version,
                                                       const std::function<Result<std::string>(const std::string& key)>& get) {
  auto manifest = get(version_row(version));
  if (!manifest) return manifest.error();
  auto parsed = Document::parse(*manifest);
  if (!parsed) return parsed.error();
  Value root = parsed->root();
  auto text = [&](const char* name) { return std::string(root.get(name).text()); };
  Program parts;
  parts.instance.client = text("client");
  parts.instance.name = text("instance");
  parts.instance.zone = text("zone");
  Scripts scripts;
  scripts.name = text("integration");
  RoleSettings role_settings;
  for (auto role : root.get("roles").fields()) {
    const std::string name(role.key);
    std::vector<std::string> connections;
    for (Value each : role.value.get("connections").items()) connections.emplace_back(each.text());
    if (!connections.empty()) parts.instance.roles.emplace_back(name, std::move(connections));
    scripts.role_systems[name] = std::string(role.value.get("system").text());
    for (Value each : role.value.get("settings").items()) role_settings[name].emplace_back(each.text());
  }
  for (Value row : root.get("routes").items()) {
    parts.instance.routes.push_back({std::string(row.at(0).text()), std::string(row.at(1).text()), std::string(row.at(2).text())});
  }
  for (auto own : root.get("zones").fields()) {
    if (auto there = Zone::find(own.value.text())) parts.zones.emplace(std::string(own.key), *there);
  }
  for (auto file : root.get("files").fields()) {
    std::string key(file.key);
    auto content = get(file_row(std::string(file.value.get("hash").text())));
    if (!content) return content.error().wrap("file " + key + " of version " + version);
    auto& set = is_client_file(key) ? parts.layers : scripts.files;
    set[key] = {share_text(std::move(*content)), std::string(file.value.get("shown").text())};
  }
  std::vector<Problem> problems;
  parts.role_settings = share_role_settings(std::move(role_settings));
  parts.scripts = compile_scripts(host, std::move(scripts), problems);
  std::vector<ScheduleFault> faults;
  if (parts.scripts != nullptr && root.get("schedule"))
    parts.instance.flows = with_schedule(parts.scripts->flows, root.get("schedule"), faults);
  std::shared_ptr<const Program> program;
  if (parts.scripts != nullptr) program = assemble(host, std::move(parts), document::write(root.get("settings")), problems);
  if (program == nullptr)
    return Error(Code::config, problems.empty() ? "version " + version + " can't be restored" : problems.front().text());
  if (program->instance.version != version) return Error(Code::corrupt, "version " + version + " is not what was stored under its name");
  return program;
}

}  // namespace mlc::script
