#include "runtime/script/assemble.h"

#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/write.h"
#include "runtime/script/compiled_mappings.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Node;
using document::Value;

std::string shown_name(const Program& program, const std::string& key) {
  auto found = program.shown.find(key);
  return found == program.shown.end() ? key : found->second;
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

// Defaults filled in, names and types checked.
Node merge_settings(Value schema, Value own, const std::string& file, std::vector<Problem>& problems) {
  Node merged = Node::object();
  for (auto field : schema.fields()) {
    Value given = own.get(field.key);
    std::string name(field.key);
    if (!given || given.is_null()) {
      given = field.value.get("default");
      if (!given && field.value.get("mandatory").as_bool())
        problems.push_back({file, 0, 0, "setting " + name + " is missing: " + std::string(field.value.get("doc").text())});
    } else if (!fits(field.value.get("type").text(), given)) {
      problems.push_back({file, 0, 0,
                          "setting " + name + ": expected " + std::string(field.value.get("type").text()) + ", found " +
                              std::string(kind_name(given.kind()))});
    }
    if (given) merged.set(field.key, Node::copy_of(given));
  }
  auto known = keys_of(schema);
  for (auto field : own.fields()) {
    if (schema.get(field.key)) continue;
    std::string close = mapping::closest(field.key, known);
    problems.push_back({file, 0, 0, "unknown setting " + std::string(field.key) + (close.empty() ? "" : "; did you mean " + close + "?")});
  }
  return merged;
}

Result<engine::Trigger> read_trigger(Value value, const Program& program) {
  engine::Trigger trigger;
  auto text = [&](const char* name) { return std::string(value.get(name).text()); };
  if (value.get("webhook")) {
    trigger.kind = engine::Trigger::Kind::webhook;
    trigger.role = text("webhook");
    for (Value topic : value.get("topics").items()) trigger.topics.emplace_back(topic.text());
    trigger.key_path = text("key");
    auto system = program.role_systems.find(trigger.role);
    if (system == program.role_systems.end()) return Error(Code::config, "webhook: there is no role " + trigger.role);
    auto definition = Document::parse(program.systems.at(system->second));
    if (definition) trigger.topic_path = std::string(definition->root().get("webhooks").get("topic").text());
    return trigger;
  }
  if (value.get("poll")) {
    trigger.kind = engine::Trigger::Kind::poll;
    std::string operation = text("poll");
    size_t dot = operation.find('.');
    if (dot == std::string::npos) return Error(Code::config, "poll: expected \"role.group.list\", found \"" + operation + "\"");
    trigger.role = operation.substr(0, dot);
    trigger.operation = operation.substr(dot + 1);
    trigger.key_path = text("key");
    trigger.since = text("since");
    if (!program.role_systems.contains(trigger.role)) return Error(Code::config, "poll: there is no role " + trigger.role);
    auto every = parse_duration(value.get("every") ? text("every") : "15m");
    auto overlap = parse_duration(value.get("overlap") ? text("overlap") : "0s");
    if (!every || !overlap) return Error(Code::config, "poll: " + (every ? overlap.error() : every.error()).message());
    trigger.every = *every;
    trigger.overlap = *overlap;
    return trigger;
  }
  if (value.get("schedule")) {
    trigger.kind = engine::Trigger::Kind::schedule;
    trigger.at = text("schedule");
    return trigger;
  }
  return Error(Code::config, "a trigger is made by webhook, poll or schedule");
}

void read_flows(Value definition, Program& program, const std::string& file, std::vector<Problem>& problems) {
  for (auto field : definition.get("flows").fields()) {
    engine::Flow flow;
    flow.name = std::string(field.key);
    if (auto most = field.value.get("max_failures"); most) flow.max_failures = static_cast<int>(most.integer().value_or(12));
    for (Value each : field.value.get("on").items()) {
      auto trigger = read_trigger(each, program);
      if (trigger) flow.triggers.push_back(*trigger);
      else problems.push_back({file, 0, 0, "flow " + flow.name + ": " + trigger.error().message()});
    }
    program.instance.flows.push_back(std::move(flow));
  }
}

// One recorded document and where it came from.
struct Recorded {
  Document document;
  std::shared_ptr<const Chunk> file;
  size_t index;
};

// Runs the files below `prefix` that begin a mapping or layer.
std::vector<Recorded> record_files(Definer& definer, const Program& program, const std::string& prefix, const std::string& word,
                                   const Sources& modules, std::vector<Problem>& problems) {
  std::vector<Recorded> recorded;
  for (const auto& [key, text] : program.files) {
    if (!key.starts_with(prefix) || !key.ends_with(".lua") || key.find('/', prefix.size()) != std::string::npos) continue;
    if (text.find(word) == std::string::npos) continue;
    auto compiled = compile(shown_name(program, key), text);
    if (compiled.chunk == nullptr) {
      problems.push_back(compiled.problem);
      continue;
    }
    Sources with_itself = modules;
    with_itself[key.substr(prefix.size(), key.size() - prefix.size() - 4)] = compiled.chunk;  // for positions
    auto documents = definer.record(*compiled.chunk, with_itself);
    if (!documents) {
      problems.push_back(Definer::problem_of(documents.error(), compiled.chunk->name));
      continue;
    }
    size_t index = 0;
    for (auto& json : *documents) {
      auto parsed = Document::parse(std::move(json));
      if (parsed) recorded.push_back({*parsed, compiled.chunk, index++});
      else problems.push_back({compiled.chunk->name, 0, 0, parsed.error().text()});
    }
  }
  return recorded;
}

std::string system_of(std::string_view record) { return std::string(record.substr(0, record.find('.'))); }

void compile_mappings(Definer& definer, Value integration, const Program& program, CompiledMappings& mappings,
                      std::vector<Problem>& problems) {
  auto bases = record_files(definer, program, "integration/", "mapping", mappings.integration, problems);
  auto layers = record_files(definer, program, "layers/", "layer", mappings.integration, problems);
  for (const auto& layer : layers) {
    std::string name(layer.document.root().get("layer").text());
    bool known = false;
    for (const auto& base : bases) known = known || base.document.root().get("mapping").text() == name;
    if (!known) problems.push_back({layer.file->name, 1, 1, "there is no mapping " + name + " to lay this over"});
  }
  for (const auto& base : bases) {
    Value root = base.document.root();
    std::string name(root.get("mapping").text());
    mapping::Sources sources;
    sources.base = root;
    for (const auto& layer : layers) {
      if (layer.document.root().get("layer").text() == name) sources.layers.push_back(layer.document.root());
    }
    auto source = mappings.types.find(system_of(root.get("from").text()));
    auto target = mappings.types.find(system_of(root.get("to").text()));
    if (source == mappings.types.end() || target == mappings.types.end()) {
      problems.push_back({base.file->name, 1, 1, "mapping " + name + ": from and to must be records of this integration's systems"});
      continue;
    }
    sources.source = source->second;
    sources.target = target->second;
    sources.names.settings = keys_of(integration.get("settings"));
    sources.names.lookups = keys_of(integration.get("lookups"));
    mapping::Problems found;
    MappingUnit unit;
    unit.compiled = mapping::compile(sources, found);
    for (const auto& problem : found) problems.push_back({problem.at.file, problem.at.line, problem.at.column, problem.message});
    if (unit.compiled == nullptr) continue;
    unit.from = std::string(root.get("from").text());
    unit.to = std::string(root.get("to").text());
    unit.files.push_back(base.file);
    unit.document_in_file.push_back(base.index);
    unit.has_functions = base.document.bytes().find("\"call\":") != std::string::npos;
    for (const auto& layer : layers) {
      if (layer.document.root().get("layer").text() != name) continue;
      unit.files.push_back(layer.file);
      unit.document_in_file.push_back(layer.index);
      unit.has_functions = unit.has_functions || layer.document.bytes().find("\"call\":") != std::string::npos;
    }
    mappings.by_name[name] = std::move(unit);
  }
  for (Value listed : integration.get("mappings").items()) {
    bool known = false;
    for (const auto& base : bases) known = known || base.document.root().get("mapping").text() == listed.text();
    if (!known)
      problems.push_back(
          {shown_name(program, "integration/init.lua"), 0, 0, "there is no file with the mapping " + std::string(listed.text())});
  }
}

}  // namespace

Node mapping_types(const std::string& system, Value definition) {
  Node all = Node::object();
  for (auto record : definition.get("types").fields()) {
    Node fields = Node::object();
    for (auto field : record.value.get("fields").fields()) {
      Node described = Node::copy_of(field.value);
      std::string_view of = field.value.get("of").text();
      if (!of.empty()) described.set("of", definition.get("types").get(of) ? system + "." + std::string(of) : std::string(of));
      fields.set(field.key, std::move(described));
    }
    all.set(system + "." + std::string(record.key), std::move(fields));
  }
  return all;
}

Sources sources_of(const Program& program, const std::string& prefix, std::vector<Problem>& problems) {
  Sources sources;
  auto add = [&](const std::string& from) {
    for (const auto& [key, text] : program.files) {
      if (!key.starts_with(from) || !key.ends_with(".lua")) continue;
      std::string name = key.substr(from.size(), key.size() - from.size() - 4);
      for (char& c : name) c = c == '/' ? '.' : c;
      auto compiled = compile(shown_name(program, key), text);
      if (compiled.chunk != nullptr) sources.emplace(name, compiled.chunk);
      else problems.push_back(compiled.problem);
    }
  };
  add(prefix);
  add("stdlib/");
  return sources;
}

std::shared_ptr<const Program> assemble(const Host& host, Program parts, const std::string& own_settings, std::vector<Problem>& problems) {
  size_t faults = problems.size();
  auto program = std::make_shared<Program>(std::move(parts));
  auto mappings = std::make_shared<CompiledMappings>();
  auto definer = Definer::make(host);
  if (!definer) {
    problems.push_back({"", 0, 0, definer.error().text()});
    return nullptr;
  }
  for (const auto& [role, system] : program->role_systems) {
    if (program->systems.contains(system)) continue;
    std::string init = "systems/" + system + "/init.lua";
    mappings->systems[system] = sources_of(*program, "systems/" + system + "/", problems);
    auto chunk = mappings->systems[system].find("init");
    if (chunk == mappings->systems[system].end()) return nullptr;  // its fault was told when it was read
    auto json = (*definer)->run(*chunk->second, mappings->systems[system]);
    if (!json) {
      problems.push_back(Definer::problem_of(json.error(), shown_name(*program, init)));
      return nullptr;
    }
    auto definition = Document::parse(*json);
    if (!definition) return nullptr;
    auto types_json = Document::parse(document::write(mapping_types(system, definition->root())));
    auto table = types_json ? mapping::TypeTable::parse(types_json->root()) : Result<mapping::TypeTable>(types_json.error());
    Status complete = table ? table->complete() : Status(table.error());
    if (!complete) problems.push_back({shown_name(*program, init), 0, 0, "types: " + complete.error().text()});
    else mappings->types[system] = std::make_shared<const mapping::TypeTable>(std::move(*table));
    program->systems[system] = std::move(*json);
  }
  mappings->integration = sources_of(*program, "integration/", problems);
  std::string file = shown_name(*program, "integration/init.lua");
  auto init = mappings->integration.find("init");
  if (init == mappings->integration.end() || !program->files.contains("integration/init.lua")) return nullptr;
  auto json = (*definer)->run(*init->second, mappings->integration);
  if (!json) {
    problems.push_back(Definer::problem_of(json.error(), file));
    return nullptr;
  }
  program->integration = *json;
  auto definition = Document::parse(*json);
  auto own = Document::parse(own_settings);
  if (!definition || !own) return nullptr;
  std::string client_file = "clients/" + program->instance.client + "/client.lua";
  Node settings = merge_settings(definition->root().get("settings"), own->root(), client_file, problems);
  program->instance.settings = document::write(settings);
  auto parsed_settings = Document::parse(program->instance.settings);
  if (parsed_settings) mappings->settings = *parsed_settings;
  auto zone = Zone::find(program->instance.zone);
  if (zone) mappings->zone = *zone;
  else problems.push_back({client_file, 0, 0, zone.error().text()});
  read_flows(definition->root(), *program, file, problems);
  compile_mappings(**definer, definition->root(), *program, *mappings, problems);
  if (problems.size() > faults) return nullptr;
  program->mappings = std::move(mappings);
  program->instance.version = to_hex(crypto::sha256(program->manifest()));
  return program;
}

std::string Program::manifest() const {
  Node all = Node::object();
  all.set("client", instance.client).set("instance", instance.name).set("integration", instance.integration).set("zone", instance.zone);
  auto own = Document::parse(instance.settings);
  all.set("settings", own ? Node::copy_of(own->root()) : Node());
  Node roles = Node::object();
  for (const auto& [role, connections] : instance.roles) {
    Node list = Node::array();
    for (const auto& connection : connections) list.push(connection);
    Node names = Node::array();
    if (auto found = role_settings.find(role); found != role_settings.end()) {
      for (const auto& name : found->second) names.push(name);
    }
    auto system = role_systems.find(role);
    Node bound = Node::object();
    bound.set("connections", std::move(list))
        .set("settings", std::move(names))
        .set("system", system == role_systems.end() ? "" : system->second);
    roles.set(role, std::move(bound));
  }
  all.set("roles", std::move(roles));
  Node contents = Node::object();
  for (const auto& [key, text] : files) {
    Node one = Node::object();
    one.set("hash", to_hex(crypto::sha256(text))).set("shown", shown_name(*this, key));
    contents.set(key, std::move(one));
  }
  all.set("files", std::move(contents));
  return document::canonical(all);
}

std::vector<std::pair<std::string, std::string>> Program::rows() const {
  std::vector<std::pair<std::string, std::string>> out = {{"version:" + instance.version, manifest()}};
  for (const auto& [key, text] : files) out.emplace_back("file:" + to_hex(crypto::sha256(text)), text);
  return out;
}

Result<std::vector<std::string>> rows_of_manifest(const std::string& manifest) {
  auto parsed = Document::parse(manifest);
  if (!parsed) return parsed.error();
  std::vector<std::string> keys;
  for (auto file : parsed->root().get("files").fields()) keys.push_back("file:" + std::string(file.value.get("hash").text()));
  return keys;
}

Result<std::shared_ptr<const Program>> restore_program(const Host& host, const std::string& version,
                                                       const std::function<Result<std::string>(const std::string& key)>& get) {
  auto manifest = get("version:" + version);
  if (!manifest) return manifest.error();
  auto parsed = Document::parse(*manifest);
  if (!parsed) return parsed.error();
  Value root = parsed->root();
  auto text = [&](const char* name) { return std::string(root.get(name).text()); };
  Program parts;
  parts.instance.client = text("client");
  parts.instance.name = text("instance");
  parts.instance.integration = text("integration");
  parts.instance.zone = text("zone");
  for (auto role : root.get("roles").fields()) {
    std::vector<std::string> connections;
    for (Value each : role.value.get("connections").items()) connections.emplace_back(each.text());
    parts.instance.roles.emplace_back(std::string(role.key), std::move(connections));
    parts.role_systems[std::string(role.key)] = std::string(role.value.get("system").text());
    for (Value each : role.value.get("settings").items()) parts.role_settings[std::string(role.key)].emplace_back(each.text());
  }
  for (auto file : root.get("files").fields()) {
    std::string key(file.key);
    auto content = get("file:" + std::string(file.value.get("hash").text()));
    if (!content) return content.error().wrap("file " + key + " of version " + version);
    parts.shown[key] = std::string(file.value.get("shown").text());
    parts.files[key] = std::move(*content);
  }
  std::vector<Problem> problems;
  auto program = assemble(host, std::move(parts), document::write(root.get("settings")), problems);
  if (program == nullptr)
    return Error(Code::config, problems.empty() ? "version " + version + " can't be restored" : problems.front().text());
  if (program->instance.version != version) return Error(Code::corrupt, "version " + version + " is not what was stored under its name");
  return program;
}

}  // namespace mlc::script
