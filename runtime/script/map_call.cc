#include "runtime/script/map_call.h"

#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/script/job_run.h"
#include "runtime/script/libraries.h"
#include "runtime/script/mapping_functions.h"
#include "runtime/script/value.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Node;
using document::Value;

struct MapCall {
  std::string name;
  const MappingUnit* unit;
  Document record, given;
};

// Pushes the functions of the mapping; made once in a run.
void push_functions(lua_State* L, JobRun& run, const MapCall& call) {
  if (!run.functions) {
    lua_newtable(L);
    run.functions = Ref::pop(L);
  }
  run.functions.push(L);
  int all = lua_gettop(L);
  if (lua_getfield(L, all, call.name.c_str()) != LUA_TTABLE) {
    lua_pop(L, 1);
    push_mapping_functions(L, run.program->scripts->modules, *call.unit);
    lua_pushvalue(L, -1);
    lua_setfield(L, all, call.name.c_str());
  }
  lua_remove(L, all);
}

void push_context_of(lua_State* L, const MapCall& call) {
  const JobRun& run = JobRun::of(L);
  push_context(L, *run.program->settings, call.given, run.input.job.source, run.input.job.key);
}

mapping::Inputs inputs_of(const MapCall& call, const JobRun& run) {
  mapping::Inputs inputs;
  inputs.settings = run.program->settings->root();
  inputs.given = call.given.root();
  inputs.job_source = run.input.job.source;
  inputs.job_key = run.input.job.key;
  inputs.zone = run.program->zone_of(call.unit->to, run.input.job.source);
  return inputs;
}

[[noreturn]] void raise_refusal(lua_State* L, const std::string& mapping, const mapping::Refusal& refusal) {
  lua_createtable(L, 0, 6);
  auto set = [L](const char* key, std::string_view value) {
    push_text(L, value);
    lua_setfield(L, -2, key);
  };
  std::string cause = "map " + mapping + " " + refusal.field;
  if (refusal.code == Code::not_found) cause += " " + refusal.sentence;
  set("refuse", refusal.sentence);
  set("code", refusal.code == Code::not_found ? "lookup_missing" : refusal.code == Code::denied ? "refused" : "mapping");
  set("cause", cause);
  set("position", refusal.at.text());
  push_control_metatable(L);
  lua_setmetatable(L, -2);
  lua_error(L);
  std::abort();
}

extern const ObjectType kMapCall;

// call:needs() -> {look-up = {keys}}
int needs(lua_State* L) {
  auto& call = check_object<MapCall>(L, 1, kMapCall);
  mapping::Inputs inputs = inputs_of(call, JobRun::of(L));
  std::optional<ScriptFunctions> functions;
  if (call.unit->has_functions) {
    push_functions(L, JobRun::of(L), call);
    push_context_of(L, call);
    inputs.functions = &functions.emplace(L, lua_gettop(L) - 1, call.record, JobRun::of(L).program->types_of(call.unit->from));
  }
  std::vector<mapping::LookupKey> keys;
  auto gathered = call.unit->compiled->lookups_needed(call.record.root(), inputs, keys);
  // What is wrong with the record itself is said by run(), with its position.
  if (!gathered) keys.clear();
  if (functions) Isolate::of(L).rethrow_if_killed(L, functions->status());
  lua_newtable(L);
  for (const auto& key : keys) {
    if (lua_getfield(L, -1, key.lookup.c_str()) != LUA_TTABLE) {
      lua_pop(L, 1);
      lua_newtable(L);
      lua_pushvalue(L, -1);
      lua_setfield(L, -3, key.lookup.c_str());
    }
    push_text(L, key.key);
    lua_rawseti(L, -2, static_cast<lua_Integer>(lua_rawlen(L, -2)) + 1);
    lua_pop(L, 1);
  }
  return 1;
}

// call:run(answers) -> record; recorded by the engine before it comes back
int run_mapping(lua_State* L) {
  auto& call = check_object<MapCall>(L, 1, kMapCall);
  table_argument(L, 2);
  lua_settop(L, 2);
  auto answers = Document::parse(to_json(L, 2));
  if (!answers) raise(L, answers.error().text());
  const mapping::LookupTable lookups = lookup_table(answers->root());
  mapping::Inputs inputs = inputs_of(call, JobRun::of(L));
  inputs.lookups = &lookups;
  const auto& program = *JobRun::of(L).program;
  if (call.unit->has_functions) {
    push_functions(L, JobRun::of(L), call);
    push_context_of(L, call);
  } else {
    lua_pushnil(L);
    lua_pushnil(L);
  }
  ScriptFunctions functions(L, lua_gettop(L) - 1, call.record, program.types_of(call.unit->from));
  inputs.functions = &functions;
  Isolate::of(L).charge(L, call.record.bytes().size() / 8);
  mapping::Output output;
  auto done = call.unit->compiled->run(call.record.root(), inputs, output);
  Isolate::of(L).rethrow_if_killed(L, functions.status());
  if (output.refusal) raise_refusal(L, call.name, *output.refusal);
  if (!done) raise_failure(L, done.error());

  auto held = std::make_shared<std::string>(std::move(output.json));
  auto run = JobRun::of(L).shared_from_this();
  std::string to = call.unit->to;
  std::string name = call.name;
  // The record with what it was mapped with: preview and lineage run the mapping again from this.
  std::string input = "{\"record\":" + call.record.bytes() + ",\"given\":" + call.given.bytes() + ",\"lookups\":" + to_json(L, 2) + "}";
  return Isolate::of(L).suspend(L, [run, held, name, input, to](Wake wake) {
    if (run->abandoned) return;
    run->host->request(engine::MapRecord{name, input, *held}, [run, wake, held, to](engine::HostReply reply) {
      auto kept = std::make_shared<engine::HostReply>(std::move(reply));
      wake([run, kept, held, to](lua_State* state) -> int {
        if (kept->now != WallTime{}) run->now = kept->now;
        if (auto* error = std::get_if<engine::HostError>(&kept->value))
          raise_failure(state, error->code, error->message, error->retryable, error->cause, error->detail);
        auto parsed = Document::parse(*held);
        if (!parsed) raise(state, parsed.error().text());
        const RecordTypes result{run->program->types_of(to)};
        push_record(state, *parsed, parsed->root(), result, result.find(to));
        return 1;
      });
    });
  });
}

const std::vector<NativeEntry> kMethods = {{"needs", needs}, {"run", run_mapping}};
const ObjectType kMapCall = {"map_call", &kMethods, nullptr, destroy_as<MapCall>};

}  // namespace

int map_begin(lua_State* L) {
  std::string name(text_argument(L, 1));
  JobRun& run = JobRun::of(L);
  auto unit = run.program->mappings->find(name);
  if (unit == run.program->mappings->end()) raise(L, "there is no mapping '" + name + "'");
  if (lua_type(L, 2) != LUA_TTABLE && to_record(L, 2) == nullptr) argument_error(L, 2, "record");
  auto record = Document::parse(to_json(L, 2));
  if (!record) raise(L, record.error().text());
  auto given = Document::parse(to_json(L, 3));
  if (!given) raise(L, given.error().text());
  push_object<MapCall>(L, kMapCall, MapCall{name, unit->second.get(), *record, *given});
  return 1;
}

}  // namespace mlc::script
