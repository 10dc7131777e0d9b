#include "runtime/script/offline_mapping.h"

#include "runtime/document/write.h"
#include "runtime/script/mapping_functions.h"

namespace mlc::script {

using document::Document;
using document::Value;

Result<OfflineMapping::Input> OfflineMapping::Input::recorded(Value input, std::string source, std::string key) {
  auto part = [&](const char* name) {
    Value value = input.get(name);
    return Document::parse(value ? document::write(value) : "{}");
  };
  auto record = part("record"), given = part("given"), lookups = part("lookups");
  if (!record || !given || !lookups) return Error(Code::corrupt, "the recorded input of the mapping can't be read");
  return Input{*record, *given, *lookups, std::move(source), std::move(key)};
}

Result<std::unique_ptr<OfflineMapping>> OfflineMapping::make(const Host& host, std::shared_ptr<const Program> program,
                                                             const std::string& mapping) {
  auto unit = program->mappings->find(mapping);
  if (unit == program->mappings->end()) {
    std::string known;
    for (const auto& [name, unused] : *program->mappings) known += (known.empty() ? "" : ", ") + name;
    return Error(Code::not_found, program->instance.client + "/" + program->instance.name + " has no mapping \"" + mapping + "\"; it has " +
                                      (known.empty() ? "none" : known));
  }
  Profile profile;
  profile.budget = host.definition;
  profile.modules = host.modules;
  auto isolate = Isolate::make(std::move(profile));
  if (!isolate) return isolate.error();
  const MappingUnit& found = *unit->second;
  return std::unique_ptr<OfflineMapping>(new OfflineMapping(std::move(program), found, std::move(*isolate)));
}

OfflineMapping::OfflineMapping(std::shared_ptr<const Program> program, const MappingUnit& unit, std::unique_ptr<Isolate> isolate)
    : program_(std::move(program)), unit_(unit), isolate_(std::move(isolate)) {}

const mapping::Compiled& OfflineMapping::compiled() const { return *unit_.compiled; }

mapping::Inputs OfflineMapping::inputs(const Input& input) const {
  mapping::Inputs inputs;
  inputs.settings = program_->settings->root();
  inputs.given = input.given.root();
  inputs.job_source = input.source;
  inputs.job_key = input.key;
  inputs.zone = program_->zone_of(unit_.to, input.source);
  return inputs;
}

Status OfflineMapping::with_functions(const Input& input, mapping::Inputs& inputs, const std::function<void()>& work) {
  if (!unit_.has_functions) {
    work();
    return ok_status();
  }
  return isolate_->protect([&](lua_State* L) {
    if (!functions_) {
      push_mapping_functions(L, program_->scripts->modules, unit_);
      functions_ = Ref::pop(L);
    }
    functions_.push(L);
    push_context(L, *program_->settings, input.given, input.source, input.key);
    ScriptFunctions functions(L, lua_gettop(L) - 1, input.record, program_->types_of(unit_.from));
    inputs.functions = &functions;
    work();
    isolate_->rethrow_if_killed(L, functions.status());
  });
}

std::vector<mapping::LookupKey> OfflineMapping::missing(const Input& input) {
  std::vector<mapping::LookupKey> keys;
  mapping::Inputs given = inputs(input);
  Status gathered = ok_status();
  auto ran = with_functions(input, given, [&] { gathered = unit_.compiled->lookups_needed(input.record.root(), given, keys); });
  if (!ran || !gathered) keys.clear();
  std::erase_if(keys, [&](const mapping::LookupKey& key) { return static_cast<bool>(input.lookups.root().get(key.lookup).get(key.key)); });
  return keys;
}

mapping::Output OfflineMapping::run(const Input& input) {
  mapping::Output output;
  mapping::Inputs given = inputs(input);
  const mapping::LookupTable lookups = lookup_table(input.lookups.root());
  given.lookups = &lookups;
  Status mapped = ok_status();
  auto ran = with_functions(input, given, [&] { mapped = unit_.compiled->run(input.record.root(), given, output); });
  if (!ran && !output.refusal) output.refusal = mapping::Refusal{ran.error().code(), ran.error().text(), {}, {}, {}};
  return output;
}

mapping::Explanation OfflineMapping::explain(const Input& input) {
  mapping::Explanation why;
  mapping::Inputs given = inputs(input);
  const mapping::LookupTable lookups = lookup_table(input.lookups.root());
  given.lookups = &lookups;
  auto ran = with_functions(input, given, [&] { why = mapping::explain(*unit_.compiled, input.record.root(), given); });
  if (!ran && !why.refusal) why.refusal = mapping::Refusal{ran.error().code(), ran.error().text(), {}, {}, {}};
  return why;
}

}  // namespace mlc::script
