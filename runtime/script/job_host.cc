// What stdlib/job.lua asks of the host: each function reads its arguments, suspends the run with a request to the engine
// and pushes the answer.
#include "runtime/base/date.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/engine/request_key.h"
#include "runtime/script/decimal_value.h"
#include "runtime/script/definition.h"
#include "runtime/script/job_run.h"
#include "runtime/script/libraries.h"
#include "runtime/script/map_call.h"
#include "runtime/script/value.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Value;
using Show = std::function<int(lua_State*, const std::string& json)>;  // pushes the answer

// Suspends until the engine answers; its error is raised as an error table.
int ask(lua_State* L, engine::HostRequest request, Show show_answer) {
  auto run = JobRun::of(L).shared_from_this();
  auto held = std::make_shared<engine::HostRequest>(std::move(request));
  return Isolate::of(L).suspend(L, [run, held, show_answer](Wake wake) {
    if (run->abandoned) return;
    run->host->request(std::move(*held), [run, wake, show_answer](engine::HostReply reply) {
      auto kept = std::make_shared<engine::HostReply>(std::move(reply));
      wake([run, kept, show_answer](lua_State* state) -> int {
        if (kept->now != WallTime{}) run->now = kept->now;
        if (auto* error = std::get_if<engine::HostError>(&kept->value)) {
          raise_failure(state, error->code, error->message, error->retryable, error->cause, error->detail);
        }
        return show_answer(state, std::get<std::string>(kept->value));
      });
    });
  });
}

Document parse_answer(lua_State* L, const std::string& json) {
  Isolate::of(L).need(L, json.size() * 3);
  auto parsed = Document::parse(json);
  if (!parsed) raise_failure(L, "corrupt", "the answer can't be read: " + parsed.error().text());
  return *parsed;
}

int push_record_answer(lua_State* L, const std::string& json) {
  Document document = parse_answer(L, json);
  push_record(L, document, document.root());
  return 1;
}

int push_nothing(lua_State*, const std::string&) { return 0; }

RecordTypes types_of(const JobRun& run, const std::string& system) { return {run.program->types_of(system)}; }

std::string arguments_json(lua_State* L, int index) {
  return lua_type(L, index) == LUA_TSTRING ? std::string(text_argument(L, index)) : to_json(L, index);
}

engine::ReadRequest read_request(lua_State* L) {
  return {std::string(text_argument(L, 1)), std::string(text_argument(L, 2)), std::string(text_argument(L, 3)), arguments_json(L, 4)};
}

// host.read(role, connection, operation, arguments, system, type?) -> record
int read(lua_State* L) {
  std::string system(text_argument(L, 5));
  std::string type(text_argument(L, 6, ""));
  return ask(L, read_request(L), [system, type](lua_State* state, const std::string& json) {
    Document document = parse_answer(state, json);
    RecordTypes types = types_of(JobRun::of(state), system);
    push_record(state, document, document.root(), types, types.find(system + "." + type));
    return 1;
  });
}

// host.read_page(role, connection, operation, arguments, system, type?) -> rows, arguments of the next page | nil
int read_page(lua_State* L) {
  std::string system(text_argument(L, 5));
  std::string type(text_argument(L, 6, ""));
  return ask(L, read_request(L), [system, type](lua_State* state, const std::string& json) {
    Document document = parse_answer(state, json);
    RecordTypes types = types_of(JobRun::of(state), system);
    const mapping::RecordType* record = types.find(system + "." + type);
    Value rows = document.root().get("rows");
    if (document.root().is_array()) rows = document.root();
    lua_createtable(state, static_cast<int>(rows.size()), 0);
    lua_Integer at = 0;
    for (Value row : rows.items()) {
      push_record(state, document, row, types, record);
      lua_rawseti(state, -2, ++at);
    }
    Value next = document.root().get("next");
    if (next.is_string()) {
      push_text(state, next.text());
    } else if (next.is_object()) {
      push_text(state, document::write(next));
    } else {
      lua_pushnil(state);
    }
    return 2;
  });
}

// host.send{effect, role, connection, operation, arguments, version, entity, optional_number, looked} -> {id, number, record, state}
int send(lua_State* L) {
  Options options(L, 1, {"effect", "role", "connection", "operation", "arguments", "version", "entity", "optional_number", "looked"});
  engine::SendRequest request;
  request.effect = options.text("effect");
  request.role = options.text("role");
  request.connection = options.text("connection");
  request.operation = options.text("operation");
  request.version = options.text("version");
  request.entity = options.text("entity");
  request.optional_number = options.flag("optional_number", false);
  request.looked = options.text("looked");
  options.push("arguments");
  request.arguments = to_json(L, -1);
  return ask(L, std::move(request), push_record_answer);
}

int sent(lua_State* L) {
  engine::SentRequest request{std::string(text_argument(L, 1)), std::string(text_argument(L, 2)), std::string(text_argument(L, 3)),
                              std::string(text_argument(L, 4))};
  return ask(L, std::move(request), push_record_answer);
}

// host.day(instant) -> the date that it is then in the client's zone
int day(lua_State* L) {
  auto instant = parse_instant(text_argument(L, 1));
  if (!instant) raise(L, instant.error().message());
  const auto& zone = JobRun::of(L).program->zone;
  push_text(L, (zone ? zone->local_text(*instant) : format_rfc3339(*instant)).substr(0, 10));
  return 1;
}

// host.withhold(effect, role, connection, version) -> as host.sent
int withhold(lua_State* L) {
  engine::WithholdRequest request{std::string(text_argument(L, 1)), std::string(text_argument(L, 2)), std::string(text_argument(L, 3)),
                                  std::string(text_argument(L, 4))};
  return ask(L, std::move(request), push_record_answer);
}

// host.lookup(name, role, connection, keys, fresh) -> table key -> value | null for known absent
int lookup(lua_State* L) {
  engine::LookupRequest request{
      std::string(text_argument(L, 1)), std::string(text_argument(L, 2)), std::string(text_argument(L, 3)), {}, {}};
  table_argument(L, 4);
  for (lua_Integer i = 1; lua_rawgeti(L, 4, i) != LUA_TNIL; ++i) {
    request.keys.emplace_back(text_argument(L, lua_gettop(L)));
    lua_pop(L, 1);
  }
  auto fresh = parse_duration(text_argument(L, 5));
  if (!fresh) raise(L, "fresh: " + fresh.error().message());
  request.fresh = *fresh;
  return ask(L, std::move(request), [](lua_State* state, const std::string& json) {
    Document document = parse_answer(state, json);
    push_plain(state, document.root());
    return 1;
  });
}

int lookup_store(lua_State* L) {
  return ask(L,
             engine::LookupStore{std::string(text_argument(L, 1)), std::string(text_argument(L, 2)), std::string(text_argument(L, 3)),
                                 to_json(L, 4)},
             push_nothing);
}

int kv_get(lua_State* L) { return ask(L, engine::KvGet{std::string(text_argument(L, 1))}, push_record_answer); }
int kv_set(lua_State* L) { return ask(L, engine::KvSet{std::string(text_argument(L, 1)), to_json(L, 2)}, push_nothing); }

// host.kv_list(prefix, after, limit) -> list of {key, value}
int kv_list(lua_State* L) {
  engine::KvList request{std::string(text_argument(L, 1)), std::string(text_argument(L, 2)), integer_argument(L, 3)};
  return ask(L, std::move(request), [](lua_State* state, const std::string& json) {
    Document document = parse_answer(state, json);
    lua_createtable(state, static_cast<int>(document.root().size()), 0);
    lua_Integer at = 0;
    for (Value row : document.root().items()) {
      lua_createtable(state, 0, 2);
      push_text(state, row.get("key").text());
      lua_setfield(state, -2, "key");
      push_record(state, document, row.get("value"));
      lua_setfield(state, -2, "value");
      lua_rawseti(state, -2, ++at);
    }
    return 1;
  });
}

// host.start() -> text | nil: nothing older makes anything
int start(lua_State* L) { return ask(L, engine::StartRequest(), push_record_answer); }

int emit(lua_State* L) {
  engine::EmitRequest request{std::string(text_argument(L, 1)), std::string(text_argument(L, 2)), to_json(L, 3),
                              std::string(text_argument(L, 4)), std::string(text_argument(L, 5)), {},
                              std::string(text_argument(L, 7))};
  auto delay = parse_duration(text_argument(L, 6));
  if (!delay) raise(L, "job:emit: delay: " + delay.error().message());
  request.delay = *delay;
  return ask(L, std::move(request), push_nothing);
}

int note(lua_State* L) { return ask(L, engine::NoteRequest{"info", std::string(text_argument(L, 1)), to_json(L, 2)}, push_nothing); }

// host.step(name) -> done, value
int step(lua_State* L) {
  return ask(L, engine::StepRequest{std::string(text_argument(L, 1))}, [](lua_State* state, const std::string& json) {
    Document document = parse_answer(state, json);
    lua_pushboolean(state, document.root().get("done").as_bool());
    push_record(state, document, document.root().get("value"));
    return 2;
  });
}

int step_done(lua_State* L) { return ask(L, engine::StepDone{std::string(text_argument(L, 1)), to_json(L, 2)}, push_nothing); }

int now(lua_State* L) {
  push_text(L, format_rfc3339(JobRun::of(L).now));
  return 1;
}

// host.settings() -> plain table; decimals by their declaration
int settings(lua_State* L) {
  const JobRun& run = JobRun::of(L);
  push_plain(L, run.program->settings->root());
  for (auto field : run.program->scripts->definition->root().get("settings").fields()) {
    if (field.value.get("type").text() != "decimal") continue;
    auto value = run.program->settings->root().get(field.key).decimal();
    if (!value) continue;
    push_text(L, field.key);
    push_decimal(L, *value);
    lua_rawset(L, -3);
  }
  return 1;
}

// host.event() -> record
int event(lua_State* L) {
  const std::string& json = JobRun::of(L).input.event;
  return push_record_answer(L, json.empty() ? "{}" : json);
}

// host.control(table): ends the run; nothing in the script can catch it
int control(lua_State* L) {
  table_argument(L, 1);
  lua_settop(L, 1);
  push_control_metatable(L);
  lua_setmetatable(L, 1);
  return lua_error(L);
}

// host.where() -> "file:line" of the script's own innermost call
int where(lua_State* L) {
  lua_Debug debug{};
  for (int level = 1; lua_getstack(L, level, &debug) != 0; ++level) {
    lua_getinfo(L, "Sl", &debug);
    std::string_view file = debug.source[0] == '@' ? debug.source + 1 : debug.source;
    if (debug.currentline <= 0 || file.starts_with("stdlib/")) continue;
    push_text(L, std::string(file) + ":" + std::to_string(debug.currentline));
    return 1;
  }
  lua_pushliteral(L, "");
  return 1;
}

// host.parameters(function) -> names
int parameters(lua_State* L) {
  function_argument(L, 1);
  lua_settop(L, 1);
  lua_newtable(L);
  for (int n = 1;; ++n) {
    lua_pushvalue(L, 1);
    const char* name = lua_getlocal(L, nullptr, n);  // takes the function
    if (name == nullptr) {
      lua_settop(L, 2);
      return 1;
    }
    lua_pushstring(L, name);
    lua_rawseti(L, 2, n);
  }
}

Value declared(lua_State* L, std::string_view part) {
  const std::string name(text_argument(L, 1));
  const auto& systems = JobRun::of(L).program->scripts->declared;
  auto found = systems.find(name);
  if (found == systems.end()) raise(L, "there is no system " + name);
  return found->second.root().get(part);
}

// host.operations(system, group) -> {verb = operation} | nil. What a system declares is data: a run takes what it calls.
int operations(lua_State* L) {
  const Value all = declared(L, "operations");
  const std::string group(text_argument(L, 2));
  lua_settop(L, 0);
  for (auto field : all.fields()) {
    const size_t dot = field.key.rfind('.');
    if (dot == std::string_view::npos || field.key.substr(0, dot) != group) continue;
    if (lua_gettop(L) == 0) lua_newtable(L);
    push_text(L, field.key.substr(dot + 1));
    push_plain(L, field.value);
    lua_rawset(L, 1);
  }
  return lua_gettop(L);
}

// host.operation(system, "group.verb") -> operation
int operation(lua_State* L) {
  const std::string name(text_argument(L, 2));
  const Value found = declared(L, "operations").get(name);
  if (found.kind() != document::Kind::object) raise(L, "there is no operation " + name);
  push_plain(L, found);
  return 1;
}

// host.field_type(system, record type, field) -> "guid" … | nil when its declaration names none
int field_type(lua_State* L) {
  const Value field = declared(L, "types").get(text_argument(L, 2)).get("fields").get(text_argument(L, 3));
  if (field.kind() != document::Kind::object || field.get("type").kind() != document::Kind::string) return 0;
  push_text(L, field.get("type").text());
  return 1;
}

// host.integration() -> the integration's definition, run afresh
int integration(lua_State* L) {
  const JobRun& run = JobRun::of(L);
  run.environment.push(L);
  Isolate::of(L).push_chunk(L, *run.program->scripts->modules.find("init")->second, -1);
  lua_call(L, 0, 1);
  return 1;
}

int type_name(lua_State* L) {
  push_text(L, type_of(L, 1));
  return 1;
}

int array(lua_State* L) {
  table_argument(L, 1);
  lua_settop(L, 1);
  mark_array(L);
  return 1;
}

void set_text(lua_State* L, const char* key, std::string_view value) {
  push_text(L, value);
  lua_setfield(L, -2, key);
}

// {role = {system, connections, settings, connection?, routes = {{from, to}}}}; connection: where its calls go unless asked
void push_roles(lua_State* L, const Program& program, const std::string& source) {
  lua_newtable(L);
  auto push_list = [L](const std::vector<std::string>& list) {
    lua_newtable(L);
    for (size_t i = 0; i < list.size(); ++i) {
      push_text(L, list[i]);
      lua_rawseti(L, -2, static_cast<lua_Integer>(i) + 1);
    }
  };
  for (const auto& [role, connections] : program.instance.roles) {
    lua_newtable(L);
    set_text(L, "system", program.scripts->role_systems.at(role));
    push_list(connections);
    lua_setfield(L, -2, "connections");
    auto names = program.role_settings->find(role);
    push_list(names == program.role_settings->end() ? std::vector<std::string>() : names->second);
    lua_setfield(L, -2, "settings");
    lua_pushboolean(L, program.scripts->definition->root().get("optional").get(role).as_bool());
    lua_setfield(L, -2, "optional");
    if (auto routed = engine::connection_for(program.instance, source, role, "")) set_text(L, "connection", *routed);
    lua_newtable(L);
    lua_Integer at = 0;
    for (const auto& row : program.instance.routes) {
      if (row.role != role) continue;
      push_list({row.from, row.to});
      lua_rawseti(L, -2, ++at);
    }
    lua_setfield(L, -2, "routes");
    lua_setfield(L, -2, role.c_str());
  }
}

}  // namespace

void push_job_host(lua_State* L, JobRun& run) {
  lua_createtable(L, 0, 32);
  set_functions(L, {{"read", read},
                    {"read_page", read_page},
                    {"send", send},
                    {"sent", sent},
                    {"withhold", withhold},
                    {"lookup", lookup},
                    {"lookup_store", lookup_store},
                    {"kv_get", kv_get},
                    {"kv_set", kv_set},
                    {"kv_list", kv_list},
                    {"start", start},
                    {"day", day},
                    {"emit", emit},
                    {"note", note},
                    {"step", step},
                    {"step_done", step_done},
                    {"now", now},
                    {"settings", settings},
                    {"event", event},
                    {"control", control},
                    {"where", where},
                    {"parameters", parameters},
                    {"operations", operations},
                    {"operation", operation},
                    {"field_type", field_type},
                    {"integration", integration},
                    {"type", type_name},
                    {"array", array},
                    {"map_begin", map_begin}});
  const store::Job& job = run.input.job;
  set_text(L, "key", job.key);
  set_text(L, "source", job.source);
  set_text(L, "client", job.client);
  set_text(L, "instance", job.instance);
  set_text(L, "flow", job.flow);
  lua_pushinteger(L, job.attempt);
  lua_setfield(L, -2, "attempt");
  lua_pushboolean(L, job.lane == store::Lane::backfill);
  lua_setfield(L, -2, "backfill");
  if (!run.input.decision.empty()) set_text(L, "decision", run.input.decision);
  push_null(L);
  lua_setfield(L, -2, "null");
  push_roles(L, *run.program, job.source);
  lua_setfield(L, -2, "roles");
  push_plain(L, run.program->scripts->definition->root().get("lookups"));
  lua_setfield(L, -2, "lookups");
}

}  // namespace mlc::script
