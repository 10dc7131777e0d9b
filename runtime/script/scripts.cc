#include "runtime/script/scripts.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/base/expression.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/path.h"
#include "runtime/document/write.h"
#include "runtime/mapping/definition.h"
#include "runtime/script/assemble.h"
#include "runtime/script/places.h"
#include "runtime/script/shared.h"
#include "runtime/script/totals_check.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Node;
using document::Value;

SharedByContent<FileText>& texts() {
  static SharedByContent<FileText> all;
  return all;
}

SharedByContent<Scripts>& known_scripts() {
  static SharedByContent<Scripts> all;
  return all;
}

SharedByContent<MappingUnit>& known_units() {
  static SharedByContent<MappingUnit> all;
  return all;
}

SharedByContent<MappingSet>& known_sets() {
  static SharedByContent<MappingSet> all;
  return all;
}

std::vector<std::string> keys_of(Value object) {
  std::vector<std::string> keys;
  for (auto field : object.fields()) keys.emplace_back(field.key);
  return keys;
}

Result<engine::Trigger> read_trigger(Value value, const Scripts& scripts) {
  engine::Trigger trigger;
  auto text = [&](const char* name) { return std::string(value.get(name).text()); };
  if (value.get("webhook")) {
    trigger.kind = engine::Trigger::Kind::webhook;
    trigger.role = text("webhook");
    for (Value topic : value.get("topics").items()) trigger.topics.emplace_back(topic.text());
    trigger.key_path = text("key");
    if (auto path = document::Path::parse(trigger.key_path); !path) return Error(Code::config, "webhook: key: " + path.error().message());
    auto system = scripts.role_systems.find(trigger.role);
    if (system == scripts.role_systems.end()) return Error(Code::config, "webhook: there is no role " + trigger.role);
    auto definition = Document::parse(scripts.systems.at(system->second));
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
    if (!scripts.role_systems.contains(trigger.role)) return Error(Code::config, "poll: there is no role " + trigger.role);
    auto every = parse_duration(value.get("every") ? text("every") : "15m");
    auto overlap = parse_duration(value.get("overlap") ? text("overlap") : "0s");
    if (!every || !overlap) return Error(Code::config, "poll: " + (every ? overlap.error() : every.error()).message());
    trigger.every = *every;
    trigger.overlap = *overlap;
    if (value.get("first") && text("first") != "all")
      return Error(Code::config, "poll: first: expected \"all\", found \"" + text("first") + "\"");
    trigger.whole = static_cast<bool>(value.get("first"));
    return trigger;
  }
  if (value.get("schedule")) {
    trigger.kind = engine::Trigger::Kind::schedule;
    const auto at = text("schedule");
    if (at.find(':') != std::string::npos) {
      trigger.at = at;
      return trigger;
    }
    auto every = parse_duration(at);
    if (!every)
      return Error(Code::config,
                   "schedule: expected a time of day as \"23:30\" or a time between two rounds as \"15m\", found \"" + at + "\"");
    trigger.every = *every;
    return trigger;
  }
  return Error(Code::config, "a trigger is made by webhook, poll or schedule");
}

void read_flows(Value definition, Scripts& scripts, const std::string& file, std::vector<Problem>& problems) {
  for (auto field : definition.get("flows").fields()) {
    engine::Flow flow;
    flow.name = std::string(field.key);
    flow.main = field.value.get("main").as_bool();
    if (auto most = field.value.get("max_failures"); most) flow.max_failures = static_cast<int>(most.integer().value_or(12));
    for (Value each : field.value.get("on").items()) {
      auto trigger = read_trigger(each, scripts);
      if (trigger) flow.triggers.push_back(*trigger);
      else problems.push_back({file, 0, 0, "flow " + flow.name + ": " + trigger.error().message()});
    }
    scripts.flows.push_back(std::move(flow));
  }
}

// Its sides are roles, and what is to be found in their texts is an expression; what else stands there is read when comparisons are
// made.
void check_reconcile(Value definition, const Scripts& scripts, const std::string& file, std::vector<Problem>& problems) {
  for (Value comparison : definition.get("reconcile").items())
    for (const char* side : {"left", "right"}) {
      const std::string role(comparison.get(side).get("role").text());
      if (!scripts.role_systems.contains(role)) problems.push_back({file, 0, 0, "reconcile: there is no role \"" + role + "\""});
      const Value match = comparison.get(side).get("match");
      if (!match) continue;
      if (auto compiled = Expression::compile(std::string(match.text())); !compiled)
        problems.push_back({file, 0, 0, "reconcile: match: " + compiled.error().message()});
    }
}

// The modules of one folder ("integration/", "systems/x/"), with shared ones and stdlib's beneath.
Sources sources_of(const FileSet& files, const std::string& prefix, std::vector<Problem>& problems) {
  Sources sources;
  auto add = [&](const std::string& from, const std::string& named = "") {
    for (auto each = files.lower_bound(from); each != files.end() && each->first.starts_with(from); ++each) {
      const auto& [key, file] = *each;
      if (!key.ends_with(".lua")) continue;
      std::string name = named + key.substr(from.size(), key.size() - from.size() - 4);
      for (char& c : name) c = c == '/' ? '.' : c;
      auto compiled = compile(file.shown, file.file->text);
      if (compiled.chunk != nullptr) sources.emplace(name, compiled.chunk);
      else problems.push_back(compiled.problem);
    }
  };
  add(prefix);
  if (prefix == "integration/") add("shared/", "shared.");
  add("stdlib/");
  return sources;
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all.empty() ? "none" : all;
}

// Lua's own errors name a line; the column is that of its first word.
Problem with_column(Problem problem, const Chunk& chunk) {
  if (problem.file != chunk.name || problem.line == 0 || problem.column != 0) return problem;
  problem.column = Places(chunk.text).line(problem.line).column;
  return problem;
}

// Runs the files below `prefix` that begin a mapping or layer.
std::vector<Recorded> record_files(Definer& definer, const FileSet& files, const std::string& prefix, const std::string& word,
                                   const Sources& modules, std::vector<Problem>& problems) {
  std::vector<Recorded> recorded;
  for (auto each = files.lower_bound(prefix); each != files.end() && each->first.starts_with(prefix); ++each) {
    const auto& [key, file] = *each;
    if (!key.ends_with(".lua") || key.find('/', prefix.size()) != std::string::npos) continue;
    const bool is_spec = key.ends_with("_spec.lua") || key.ends_with("/spec.lua");
    if (is_spec || file.file->text.find(word) == std::string::npos) continue;
    auto compiled = compile(file.shown, file.file->text);
    if (compiled.chunk == nullptr) {
      problems.push_back(compiled.problem);
      continue;
    }
    Sources with_itself = modules;
    with_itself[key.substr(prefix.size(), key.size() - prefix.size() - 4)] = compiled.chunk;  // for positions
    auto documents = definer.record(*compiled.chunk, with_itself);
    if (!documents) {
      problems.push_back(with_column(Definer::problem_of(documents.error(), compiled.chunk->name), *compiled.chunk));
      continue;
    }
    // An integration's other files are its modules; in a client's folder they would be forgotten.
    if (documents->empty() && word.empty())
      problems.push_back(
          {compiled.chunk->name, 1, 1, "this file lays nothing over a mapping; begin with: local order, invoice = layer \"…\""});
    size_t index = 0;
    for (auto& json : *documents) {
      auto parsed = Document::parse(std::move(json));
      if (parsed) recorded.push_back({*parsed, compiled.chunk, index++, {}});
      else problems.push_back({compiled.chunk->name, 0, 0, parsed.error().text()});
    }
  }
  return recorded;
}

std::string system_of(std::string_view record) { return std::string(record.substr(0, record.find('.'))); }

bool calls_functions(const Recorded& recorded) { return recorded.document.bytes().find("\"call\":") != std::string::npos; }

// A problem of a mapping, at the word it is about.
Problem placed(const mapping::Problem& problem, const Recorded& base, const std::vector<const Recorded*>& layers) {
  Problem out{problem.at.file, problem.at.line, problem.at.column, problem.message};
  const Chunk* chunk = base.file->name == out.file ? base.file.get() : nullptr;
  for (const auto* layer : layers) {
    if (layer->file->name == out.file) chunk = layer->file.get();
  }
  if (chunk == nullptr || problem.word.empty()) return out;
  const Place place = Places(chunk->text).word(out.line, problem.word, problem.in_value);
  out.line = place.line;
  out.column = place.column;
  return out;
}

mapping::Type setting_type(std::string_view name) {
  if (name == "text") return mapping::Type::text;
  if (name == "integer") return mapping::Type::integer;
  if (name == "decimal") return mapping::Type::decimal;
  return name == "boolean" ? mapping::Type::boolean : mapping::Type::any;
}

using Tables = std::vector<std::shared_ptr<const mapping::Table>>;

// The CSV files right below a prefix; of two of one name the later one counts.
void read_tables(const FileSet& files, const std::string& prefix, Tables& tables, std::vector<Problem>& problems) {
  for (auto each = files.lower_bound(prefix); each != files.end() && each->first.starts_with(prefix); ++each) {
    const auto& [key, file] = *each;
    if (!key.ends_with(".csv") || key.find('/', prefix.size()) != std::string::npos) continue;
    mapping::Problems found;
    std::string name = key.substr(prefix.size(), key.size() - prefix.size() - 4);
    auto table = mapping::Table::read(name, file.shown, file.file->text, found);
    for (const auto& problem : found) problems.push_back({problem.at.file, problem.at.line, problem.at.column, problem.message});
    std::erase_if(tables, [&](const auto& other) { return other->name() == name; });
    if (table != nullptr) tables.push_back(std::move(table));
  }
}

std::shared_ptr<const MappingUnit> compile_unit(const Scripts& scripts, const TypeSet& types, const Tables& tables,
                                                const std::string& client_content, const Recorded& base,
                                                const std::vector<const Recorded*>& layers, std::vector<Problem>& problems) {
  Value root = base.document.root();
  std::string name(root.get("mapping").text());
  std::string key = scripts.key + "\n" + name + "\n" + client_content;
  for (const auto* layer : layers)
    key += "\n" + layer->layer + "\n" + layer->file->name + "\n" + std::to_string(layer->index) + "\n" + layer->document.bytes();
  key = crypto::sha256(key);
  if (auto known = known_units().find(key)) return known;
  auto written = [&](const Document& recorded) {
    return write_out_totals(recorded, std::string(root.get("from").text()), std::string(root.get("to").text()), scripts.systems, problems);
  };
  size_t faults = problems.size();
  std::vector<Document> documents = {written(base.document)};  // what `sources` looks into
  for (const auto* layer : layers) documents.push_back(written(layer->document));
  if (problems.size() > faults) return nullptr;
  mapping::Sources sources;
  sources.base = documents[0].root();
  for (size_t i = 0; i < layers.size(); ++i) {
    sources.layers.push_back(documents[i + 1].root());
    sources.layer_names.push_back(layers[i]->layer);
  }
  sources.tables = tables;
  auto source = types.find(system_of(root.get("from").text()));
  auto target = types.find(system_of(root.get("to").text()));
  if (source == types.end() || target == types.end()) {
    const std::string_view wrong = root.get(source == types.end() ? "from" : "to").text();
    std::string known;
    for (const auto& [system, unused] : types) known += (known.empty() ? "" : ", ") + system;
    problems.push_back(
        placed({mapping::read_position(root.get("at"), {base.file->name, 1, 1}),
                "there is no record type \"" + std::string(wrong) + "\": this integration's systems are " + known, std::string(wrong)},
               base, layers));
    return nullptr;
  }
  sources.source = source->second;
  sources.target = target->second;
  sources.names.settings = keys_of(scripts.definition->root().get("settings"));
  for (auto setting : scripts.definition->root().get("settings").fields())
    sources.names.setting_types[std::string(setting.key)] = setting_type(setting.value.get("type").text());
  sources.names.lookups = keys_of(scripts.definition->root().get("lookups"));
  mapping::Problems found;
  auto unit = std::make_shared<MappingUnit>();
  unit->compiled = mapping::compile(sources, found);
  for (const auto& problem : found) problems.push_back(placed(problem, base, layers));
  if (unit->compiled == nullptr) return nullptr;
  unit->from = std::string(root.get("from").text());
  unit->to = std::string(root.get("to").text());
  unit->files.push_back(base.file);
  unit->document_in_file.push_back(base.index);
  unit->has_functions = calls_functions(base);
  for (const auto* layer : layers) {
    unit->files.push_back(layer->file);
    unit->document_in_file.push_back(layer->index);
    unit->has_functions = unit->has_functions || calls_functions(*layer);
  }
  return known_units().keep(key, std::move(unit));
}

}  // namespace

std::shared_ptr<const FileText> share_text(std::string text) {
  std::string hash = to_hex(crypto::sha256(text));
  if (auto known = texts().find(hash)) return known;
  auto made = std::make_shared<FileText>(FileText{std::move(text), hash});
  return texts().keep(hash, std::move(made));
}

std::string listing_of(const FileSet& files) {
  std::string json = "{";
  for (const auto& [key, file] : files) {
    if (json.size() > 1) json += ',';
    json += document::quoted(key) + ":{\"hash\":\"" + file.file->hash + "\",\"shown\":" + document::quoted(file.shown) + '}';
  }
  return json + '}';
}

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

TypeSet client_types(const Host& host, const Scripts& scripts, const FileSet& layers, std::vector<Problem>& problems) {
  TypeSet types = scripts.types;
  auto file = layers.find("client/types.lua");
  if (file == layers.end()) return types;
  const std::string& shown = file->second.shown;
  auto compiled = compile(shown, file->second.file->text);
  if (compiled.chunk == nullptr) {
    problems.push_back(compiled.problem);
    return types;
  }
  auto definer = Definer::make(host);
  auto json = definer ? (*definer)->run(*compiled.chunk, scripts.modules) : Result<std::string>(definer.error());
  auto definition = json ? Document::parse(*json) : Result<Document>(json.error());
  if (!definition) {
    problems.push_back(with_column(Definer::problem_of(definition.error(), shown), *compiled.chunk));
    return types;
  }
  if (!definition->root().is_object()) {
    problems.push_back({shown, 1, 1, "this file returns the fields that it adds: return { [\"system.record\"] = { field = \"text\" } }"});
    return types;
  }
  for (auto record : definition->root().fields()) {
    const std::string system = system_of(record.key);
    auto known = types.find(system);
    if (known == types.end()) continue;  // of a system that this instance does not use
    auto table = std::make_shared<mapping::TypeTable>(*known->second);
    bool good = true;
    Value given = record.value.get("fields") ? record.value.get("fields") : record.value;
    for (auto field : given.fields()) {
      Node one = Node::object();
      one[record.key].set(field.key, Node::copy_of(field.value));
      auto parsed = Document::parse(document::write(one));
      Status added = parsed ? table->add(parsed->root()) : Status(parsed.error());
      if (added) added = table->complete();
      good = good && added;
      if (!added) problems.push_back({shown, 0, 0, added.error().text(), {std::string(record.key), std::string(field.key)}});
    }
    if (good) known->second = std::move(table);
  }
  return types;
}

std::shared_ptr<const MappingSet> lay_over(const Host& host, const Scripts& scripts, const TypeSet& types, const FileSet& layer_files,
                                           const std::string& own, std::vector<Problem>& problems) {
  const std::string client_content = layer_files.empty() ? "" : crypto::sha256(own + "\n" + listing_of(layer_files));
  const std::string key = scripts.key + client_content;
  if (auto known = known_sets().find(key)) return known;
  size_t faults = problems.size();
  std::vector<Recorded> layers;
  Tables tables;
  read_tables(scripts.files, "integration/", tables, problems);
  if (!layer_files.empty()) {
    auto definer = Definer::make(host);
    if (!definer) {
      problems.push_back({"", 0, 0, definer.error().text()});
      return nullptr;
    }
    std::vector<std::pair<std::string, std::string>> folders;  // prefix -> name of the layer; shared ones in their order
    for (const auto& [file, unused] : layer_files) {
      if (!file.starts_with("packs/")) continue;
      const size_t name = file.find('/', 6) + 1, end = file.find('/', name) + 1;
      if (folders.empty() || folders.back().first != file.substr(0, end))
        folders.emplace_back(file.substr(0, end), file.substr(name, end - name - 1));
    }
    folders.emplace_back("layers/", own);
    for (const auto& [prefix, name] : folders) {
      read_tables(layer_files, prefix, tables, problems);
      for (auto& one : record_files(**definer, layer_files, prefix, "", scripts.modules, problems)) {
        one.layer = name;
        layers.push_back(std::move(one));
      }
    }
  }
  if (problems.size() > faults) return nullptr;  // without its tables a mapping has faults that are none
  for (const auto& table : tables) {
    if (scripts.definition->root().get("lookups").get(table->name()))
      problems.push_back(
          {table->file(), 1, 1, "the integration has a look-up \"" + table->name() + "\" of its own; give the table another name"});
  }
  for (const auto& layer : layers) {
    Value root = layer.document.root();
    std::string name(root.get("layer").text());
    std::vector<std::string> known;
    for (const auto& base : scripts.recorded) known.emplace_back(base.document.root().get("mapping").text());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string like = mapping::closest(name, known);
    std::string sentence = root.get("mapping")
                               ? "a client's folder holds layers, not mappings; begin with: local order, invoice = layer \"…\""
                               : "there is no mapping \"" + name + "\" to lay this over";
    if (!like.empty()) sentence += "; did you mean \"" + like + "\"?";
    else if (!root.get("mapping")) sentence += "; there is " + joined(known);
    problems.push_back(placed({mapping::read_position(root.get("at"), {layer.file->name, 1, 1}), std::move(sentence), name}, layer, {}));
  }
  auto set = std::make_shared<MappingSet>();
  for (const auto& base : scripts.recorded) {
    std::string name(base.document.root().get("mapping").text());
    std::vector<const Recorded*> over;
    for (const auto& layer : layers) {
      if (layer.document.root().get("layer").text() == name) over.push_back(&layer);
    }
    auto unit = compile_unit(scripts, types, tables, client_content, base, over, problems);
    if (unit != nullptr) (*set)[name] = std::move(unit);
  }
  if (problems.size() > faults) return nullptr;
  return known_sets().keep(key, std::move(set));
}

std::shared_ptr<const Scripts> compile_scripts(const Host& host, Scripts parts, std::vector<Problem>& problems) {
  parts.listing = listing_of(parts.files);
  std::string content = parts.name + "\n" + parts.listing;
  for (const auto& [role, system] : parts.role_systems) content += "\n" + role + "=" + system;
  for (const auto& module : host.modules) content += "\n" + module.name;  // tests have hosts with others
  parts.key = to_hex(crypto::sha256(content));
  if (auto known = known_scripts().find(parts.key)) return known;

  size_t faults = problems.size();
  auto scripts = std::make_shared<Scripts>(std::move(parts));
  auto shown = [&](const std::string& key) {
    auto found = scripts->files.find(key);
    return found == scripts->files.end() ? key : found->second.shown;
  };
  auto definer = Definer::make(host);
  if (!definer) {
    problems.push_back({"", 0, 0, definer.error().text()});
    return nullptr;
  }
  for (const auto& [role, system] : scripts->role_systems) {
    if (scripts->systems.contains(system)) continue;
    std::string init = "systems/" + system + "/init.lua";
    const Sources modules = sources_of(scripts->files, "systems/" + system + "/", problems);
    auto chunk = modules.find("init");
    if (chunk == modules.end()) return nullptr;  // its fault was told when it was read
    auto json = (*definer)->run(*chunk->second, modules);
    if (!json) {
      problems.push_back(Definer::problem_of(json.error(), shown(init)));
      return nullptr;
    }
    auto definition = Document::parse(*json);
    if (!definition) return nullptr;
    auto types_json = Document::parse(document::write(mapping_types(system, definition->root())));
    auto table = types_json ? mapping::TypeTable::parse(types_json->root()) : Result<mapping::TypeTable>(types_json.error());
    Status complete = table ? table->complete() : Status(table.error());
    if (!complete) problems.push_back({shown(init), 0, 0, "types: " + complete.error().text()});
    else scripts->types[system] = std::make_shared<const mapping::TypeTable>(std::move(*table));
    scripts->declared.emplace(system, std::move(*definition));
    scripts->systems[system] = std::move(*json);
  }
  scripts->modules = sources_of(scripts->files, "integration/", problems);
  const std::string file = shown("integration/init.lua");
  auto init = scripts->modules.find("init");
  if (init == scripts->modules.end() || !scripts->files.contains("integration/init.lua")) return nullptr;
  auto json = (*definer)->run(*init->second, scripts->modules);
  if (!json) {
    problems.push_back(Definer::problem_of(json.error(), file));
    return nullptr;
  }
  scripts->integration = *json;
  auto definition = Document::parse(std::move(*json));
  if (!definition) return nullptr;
  scripts->definition = *definition;
  read_flows(definition->root(), *scripts, file, problems);
  check_reconcile(definition->root(), *scripts, file, problems);
  scripts->recorded = record_files(**definer, scripts->files, "integration/", "mapping", scripts->modules, problems);
  for (Value listed : definition->root().get("mappings").items()) {
    bool known = false;
    for (const auto& base : scripts->recorded) known = known || base.document.root().get("mapping").text() == listed.text();
    if (!known) problems.push_back({file, 0, 0, "there is no file with the mapping " + std::string(listed.text()), {"mappings"}});
  }
  if (problems.size() > faults) return nullptr;
  const std::string key = scripts->key;
  return known_scripts().keep(key, std::move(scripts));
}

}  // namespace mlc::script
