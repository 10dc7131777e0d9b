#include "runtime/cli/scaffold_integration.h"

#include <algorithm>
#include <optional>

#include "runtime/cli/scaffold_mapping.h"
#include "runtime/remote/system_spec.h"
#include "runtime/remote/wants.h"

namespace mlc::cli {
namespace {

using Spec = std::shared_ptr<const remote::SystemSpec>;

// "orders.list" -> "orders"
std::string group_of(const std::string& operation) { return operation.substr(0, operation.rfind('.')); }

// The names between braces of a path that the connection's settings do not fill.
std::vector<std::string> own_parts(const remote::SystemSpec& spec, const std::string& path) {
  const auto settings = remote::wants_of(spec).settings;
  std::vector<std::string> parts;
  for (size_t open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
    std::string name = path.substr(open + 1, path.find('}', open) - open - 1);
    if (std::find(settings.begin(), settings.end(), name) == settings.end()) parts.push_back(std::move(name));
  }
  return parts;
}

bool has_field(const Json& types, const std::string& type, const std::string& field) {
  return types.value(type, Json::object()).value("fields", Json::object()).contains(field);
}

struct Source {
  std::string list, get, type, key, changed;  // changed: the field that says when
};

// A list that can be polled, with a read of one of its records beside it.
std::optional<Source> source_of(const remote::SystemSpec& spec, const Json& types, const remote::Operation& list) {
  if (!list.since || list.gives.empty() || !types.contains(list.gives)) return std::nullopt;
  const std::string get_name = group_of(list.name) + ".get";
  const remote::Operation* get = spec.operation(get_name);
  if (get == nullptr || get->gives != list.gives || own_parts(spec, get->path).size() != 1) return std::nullopt;
  Source source{list.name, get_name, list.gives, !list.id.empty() ? list.id : !get->id.empty() ? get->id : "id", list.since->field};
  if (!has_field(types, source.type, source.key)) return std::nullopt;
  return source;
}

struct Target {
  std::string create, type, reference;
  char kind = 'D';
};

std::optional<Target> target_of(const remote::SystemSpec& spec, const Json& types, const remote::Operation& write) {
  if (write.reads || write.method == "DELETE" || write.takes.empty() || !types.contains(write.takes)) return std::nullopt;
  if (!own_parts(spec, write.path).empty()) return std::nullopt;
  Target target{write.name, write.takes, write.effect.kind == 'A' ? write.effect.key : write.effect.by, write.effect.kind};
  if (!has_field(types, target.type, target.reference)) target.reference.clear();
  return target;
}

// What a stranger most likely means: orders before all else, then what can be written safely.
int rank(const remote::Operation& operation) {
  int rank = operation.name.starts_with("orders.") ? 0 : 4;
  if (!operation.reads) rank += operation.effect.kind == 'D' ? 2 : operation.create || operation.effect.kind == 'A' ? 0 : 1;
  return rank;
}

template <class Found, class Look>
Result<Found> choose(const SideWanted& side, const remote::SystemSpec& spec, Look look, const std::string& needs) {
  const Json types = side.definition.value("types", Json::object());
  if (!side.operation.empty()) {
    const remote::Operation* named = spec.operation(side.operation);
    if (named == nullptr) return Error(Code::not_found, side.system + " has no operation " + side.operation);
    auto found = look(spec, types, *named);
    if (!found) return Error(Code::not_found, side.system + "." + side.operation + " is not " + needs);
    return *found;
  }
  std::vector<const remote::Operation*> all;
  for (const auto& [name, operation] : spec.operations) all.push_back(&operation);
  std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
  for (const auto* operation : all)
    if (auto found = look(spec, types, *operation)) return *found;
  return Error(Code::not_found, side.system + " has no operation that is " + needs);
}

std::string init_file(const std::string& name, const SideWanted& from, const SideWanted& to, const Source& source,
                      const MappingMade& mapping) {
  std::string settings;
  for (const auto& one : mapping.settings)
    settings += "    " + one.name + " = { \"" + one.type + "\", mandatory = true, doc = \"" + one.doc + "\" },\n";
  return "-- " + name + ": what changes at " + from.system + " is made at " + to.system +
         ".\n--\n"
         "-- The flow loads what it needs when it runs, so that a job carries the code of its own flow only.\n\n"
         "return integration {\n"
         "  roles = { source = \"" +
         from.system + "\", target = \"" + to.system + "\" },\n\n  settings = schema {" + (settings.empty() ? "" : "\n" + settings + "  ") +
         "},\n\n"
         "  flows = {\n"
         "    transfer = flow {\n"
         "      on = { poll(\"source." +
         source.list + "\", { key = \"" + source.key +
         "\", every = \"15m\", overlap = \"10m\" }) },\n"
         "      run = function(job, source, target) return require(\"transfer\")(job, source, target) end,\n"
         "      main = true,\n"
         "    },\n"
         "  },\n\n"
         "  mappings = { \"" +
         mapping.name + "\" },\n}\n";
}

std::string flow_file(const Source& source, const Target& target, const MappingMade& mapping) {
  return "-- One record of the source: read as it is now, and made at the target once.\n\n"
         "return function(job, source, target)\n"
         "  if job:sent \"" +
         mapping.name + "\" then return job:skip \"it was made before\" end\n  local record, why = try(source." + source.get +
         ", job.key)\n"
         "  if not record then\n"
         "    -- What tells of a record may be faster than the record: asked for again later.\n"
         "    if why.code == \"not_found\" then error({ code = \"not_found\", message = job.key .. \" is not there yet\", retryable = true "
         "}, 0) end\n"
         "    error(why, 0)\n"
         "  end\n"
         "  local body = job:map(\"" +
         mapping.name + "\", record)\n  local made = job:send(\"" + mapping.name + "\", target." + target.create +
         "(body), { version = record." + source.changed +
         " })\n"
         "  return { id = made.id }\n"
         "end\n";
}

std::string spec_file(const Source& source, const Target& target, const MappingMade& mapping) {
  const std::string quoted_key = mapping.sample_key.front() == '"' ? mapping.sample_key : "\"" + mapping.sample_key + "\"";
  const std::string plain_key = quoted_key.substr(1, quoted_key.size() - 2);
  return "local spec, mappings, transfer = require \"spec\", require \"mappings\", require \"transfer\"\n\n"
         "local RECORD = " +
         mapping.sample + "\nlocal SETTINGS = " + mapping.sample_settings +
         "\n\n"
         "-- mappings.run raises when something is missing that the target must have.\n"
         "spec.it(\"a record has all that the target must have\", function()\n"
         "  local made = mappings.run(\"" +
         mapping.name + "\", RECORD, { source = \"main\", settings = SETTINGS })\n" +
         (target.reference.empty() ? "  spec.expect(made ~= nil):is_true()\n"
                                   : "  spec.expect(made." + target.reference + "):equals \"main-" + plain_key + "\"\n") +
         "end)\n\n"
         "local function run(read, sent)\n"
         "  local source, target = spec.remote { [\"" +
         source.get + "\"] = read }, spec.remote({}, { \"" + target.create +
         "\" })\n"
         "  local map = { " +
         mapping.name +
         " = function() return {} end }\n"
         "  return spec.flow(transfer, { key = " +
         quoted_key +
         ", map = map, sent = sent }, source, target)\n"
         "end\n\n"
         "spec.it(\"a record is made once\", function()\n"
         "  spec.expect(#run(RECORD).sent):equals(1)\n"
         "  spec.expect(run(RECORD, { " +
         mapping.name +
         " = { id = \"7\" } }).skipped):equals \"it was made before\"\n"
         "end)\n\n"
         "spec.it(\"a record that is not there yet is asked for again\", function()\n"
         "  local function missing() error({ code = \"not_found\", message = \"no such record\" }, 0) end\n"
         "  spec.expect(function() run(missing) end):raises \"not there yet\"\n"
         "end)\n";
}

}  // namespace

SideWanted side_named(const std::string& words) {
  const size_t dot = words.find('.');
  if (dot == std::string::npos) return {words, "", nullptr};
  return {words.substr(0, dot), words.substr(dot + 1), nullptr};
}

Result<NewFiles> begin_integration(const std::string& name, const SideWanted& from, const SideWanted& to) {
  auto from_spec = remote::parse_system(from.definition.dump()), to_spec = remote::parse_system(to.definition.dump());
  if (!from_spec) return from_spec.error();
  if (!to_spec) return to_spec.error();
  auto source = choose<Source>(from, **from_spec, source_of, "a list that can be polled (`since`) with a `get` of its group beside it");
  if (!source) return source.error();
  auto target = choose<Target>(to, **to_spec, target_of, "a write that takes a declared record and nothing else");
  if (!target) return target.error();

  MappingWanted wanted;
  wanted.source_system = from.system;
  wanted.source_type = source->type;
  wanted.key = source->key;
  wanted.target_system = to.system;
  wanted.target_type = target->type;
  wanted.reference = target->reference;
  wanted.source_types = from.definition.value("types", Json::object());
  wanted.target_types = to.definition.value("types", Json::object());
  auto mapping = begin_mapping(wanted);
  if (!mapping) return Error(Code::unsupported, mapping.error().message() + ": name another write, as in --to " + to.system + ".OPERATION");
  return NewFiles{{"init.lua", init_file(name, from, to, *source, *mapping)},
                  {"transfer.lua", flow_file(*source, *target, *mapping)},
                  {mapping->name + ".lua", mapping->text},
                  {name + "_spec.lua", spec_file(*source, *target, *mapping)}};
}

}  // namespace mlc::cli
