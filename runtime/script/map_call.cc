#include "runtime/script/map_call.h"

#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/script/definition.h"
#include "runtime/script/job_run.h"
#include "runtime/script/libraries.h"
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

std::string system_of(const std::string& record) { return record.substr(0, record.find('.')); }

// ctx.refuse(sentence)
int refuse(lua_State* L) {
  lua_newtable(L);
  push_text(L, text_argument(L, 1));
  lua_setfield(L, -2, "refused");
  return lua_error(L);
}

// Pushes {documents' function lists} of the mapping; made once in a run, by running its files again.
void push_functions(lua_State* L, JobRun& run, const MapCall& call) {
  if (!run.functions) {
    lua_newtable(L);
    run.functions = Ref::pop(L);
  }
  run.functions.push(L);
  int all = lua_gettop(L);
  if (lua_getfield(L, all, call.name.c_str()) == LUA_TTABLE) {
    lua_remove(L, all);
    return;
  }
  lua_pop(L, 1);
  lua_newtable(L);
  int documents = lua_gettop(L);
  Isolate& isolate = Isolate::of(L);
  const Sources& sources = run.program->mappings->integration;
  for (size_t i = 0; i < call.unit->files.size(); ++i) {
    isolate.push_environment(L, sources);
    Ref recorded;
    add_ambient(L, sources, &recorded);
    isolate.push_chunk(L, *call.unit->files[i], -1);
    lua_call(L, 0, 0);
    recorded.push(L);
    lua_call(L, 0, 2);
    lua_rawgeti(L, -1, static_cast<lua_Integer>(call.unit->document_in_file[i]) + 1);
    lua_getfield(L, -1, "functions");
    lua_rawseti(L, documents, static_cast<lua_Integer>(i) + 1);
    lua_settop(L, documents);
  }
  lua_pushvalue(L, documents);
  lua_setfield(L, all, call.name.c_str());
  lua_remove(L, all);
}

// Calls the script's functions on behalf of the running mapping.
class ScriptFunctions : public mapping::Functions {
 public:
  ScriptFunctions(lua_State* L, const MapCall& call, int functions, RecordTypes types, const mapping::RecordType* type)
      : state_(L), call_(call), functions_(functions), types_(std::move(types)), type_(type) {}

  Result<std::optional<Node>> call(uint32_t document, uint32_t index, Value record, Value line) override {
    lua_State* L = state_;
    int top = lua_gettop(L);
    struct Given {
      ScriptFunctions* self;
      uint32_t document, index;
      Value record, line;
      std::string json;
    } given{this, document, index, record, line, {}};
    lua_pushcfunction(L, [](lua_State* state) {
      auto* what = static_cast<Given*>(lua_touserdata(state, 1));
      what->json = what->self->run(state, what->document, what->index, what->record, what->line);
      return 0;
    });
    lua_pushlightuserdata(L, &given);
    lua_pushvalue(L, functions_);
    int status = lua_pcall(L, 2, 0, 0);
    if (status != LUA_OK) {
      status_ = status;
      std::string refused;
      if (lua_istable(L, -1) && lua_getfield(L, -1, "refused") == LUA_TSTRING) refused = lua_tostring(L, -1);
      std::string text = !refused.empty()                            ? refused
                         : lua_type(L, lua_gettop(L)) == LUA_TSTRING ? lua_tostring(L, -1)
                                                                     : "the function failed";
      lua_settop(L, top);
      return Error(refused.empty() ? Code::config : Code::denied, text);
    }
    lua_settop(L, top);
    if (given.json.empty()) return std::optional<Node>();
    auto parsed = Document::parse(given.json);
    if (!parsed) return parsed.error();
    return std::optional<Node>(Node::copy_of(parsed->root()));
  }

  int status() const { return status_; }

 private:
  // The result as JSON, "" for nothing. On the stack: our argument, the documents' function lists.
  std::string run(lua_State* L, uint32_t document, uint32_t index, Value record, Value line) {
    lua_rawgeti(L, 2, static_cast<lua_Integer>(document) + 1);
    lua_rawgeti(L, -1, static_cast<lua_Integer>(index) + 1);
    push_record(L, call_.record, record, types_, type_);
    if (line) {
      push_record(L, call_.record, line, types_, nullptr);
    } else {
      lua_pushnil(L);
    }
    lua_newtable(L);
    push_native(L, refuse);
    lua_setfield(L, -2, "refuse");
    lua_call(L, 3, 1);
    return lua_isnil(L, -1) ? std::string() : to_json(L, -1);
  }

  lua_State* state_;
  const MapCall& call_;
  int functions_;
  RecordTypes types_;
  const mapping::RecordType* type_;
  int status_ = LUA_OK;
};

mapping::Inputs inputs_of(const MapCall& call, const JobRun& run) {
  mapping::Inputs inputs;
  inputs.settings = run.program->mappings->settings->root();
  inputs.given = call.given.root();
  inputs.job_source = run.input.job.source;
  inputs.job_key = run.input.job.key;
  if (run.program->mappings->zone) inputs.zone = &*run.program->mappings->zone;
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
  std::vector<mapping::LookupKey> keys;
  auto gathered = call.unit->compiled->lookups_needed(call.record.root(), inputs, keys);
  // What is wrong with the record itself is said by run(), with its position.
  if (!gathered) keys.clear();
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

void read_answers(lua_State* L, int index, mapping::LookupTable& lookups) {
  auto parsed = Document::parse(to_json(L, index));
  if (!parsed) raise(L, parsed.error().text());
  for (auto lookup : parsed->root().fields()) {
    for (auto answer : lookup.value.fields()) {
      if (!answer.value.is_null()) lookups.set(lookup.key, answer.key, Node::copy_of(answer.value));
    }
  }
}

// call:run(answers) -> record; recorded by the engine before it comes back
int run_mapping(lua_State* L) {
  auto& call = check_object<MapCall>(L, 1, kMapCall);
  table_argument(L, 2);
  lua_settop(L, 2);
  mapping::LookupTable lookups;
  read_answers(L, 2, lookups);
  mapping::Inputs inputs = inputs_of(call, JobRun::of(L));
  inputs.lookups = &lookups;
  const auto& mappings = *JobRun::of(L).program->mappings;
  RecordTypes types;
  const mapping::RecordType* type = nullptr;
  if (auto from = mappings.types.find(system_of(call.unit->from)); from != mappings.types.end()) {
    types.table = from->second;
    type = types.find(call.unit->from);
  }
  if (call.unit->has_functions) push_functions(L, JobRun::of(L), call);
  else lua_newtable(L);
  ScriptFunctions functions(L, call, lua_gettop(L), types, type);
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
        RecordTypes result;
        auto target = run->program->mappings->types.find(system_of(to));
        if (target != run->program->mappings->types.end()) result.table = target->second;
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
  auto unit = run.program->mappings->by_name.find(name);
  if (unit == run.program->mappings->by_name.end()) raise(L, "there is no mapping '" + name + "'");
  if (lua_type(L, 2) != LUA_TTABLE && to_record(L, 2) == nullptr) argument_error(L, 2, "record");
  auto record = Document::parse(to_json(L, 2));
  if (!record) raise(L, record.error().text());
  auto given = Document::parse(to_json(L, 3));
  if (!given) raise(L, given.error().text());
  push_object<MapCall>(L, kMapCall, MapCall{name, &unit->second, *record, *given});
  return 1;
}

}  // namespace mlc::script
