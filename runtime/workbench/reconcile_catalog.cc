#include "runtime/workbench/reconcile_catalog.h"

#include <nlohmann/json.hpp>
#include <set>

#include "runtime/engine/reconcile_records.h"
#include "runtime/engine/registry.h"
#include "runtime/engine/request_key.h"

namespace mlc::workbench {
namespace {

using Json = nlohmann::ordered_json;
using engine::replaced;

std::string text(const Json& object, const std::string& key) {
  if (!object.is_object()) return "";
  auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Json part(const Json& object, const std::string& key) { return object.is_object() ? object.value(key, Json()) : Json(); }

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// One text or a list of them.
std::vector<std::string> texts(const Json& value) {
  std::vector<std::string> list;
  if (value.is_array())
    for (const auto& each : value) list.push_back(plain(each));
  else if (!value.is_null() && !value.is_object()) list.push_back(plain(value));
  return list;
}

std::vector<std::pair<std::string, std::string>> names(const Json& table) {
  std::vector<std::pair<std::string, std::string>> list;
  if (table.is_object())
    for (const auto& [from, to] : table.items()) list.emplace_back(from, plain(to));
  return list;
}

// Every setting that the table names has that value, or one of them.
bool holds(const Json& when, const Json& settings) {
  if (!when.is_object()) return true;
  for (const auto& [setting, wanted] : when.items()) {
    const auto allowed = texts(wanted);
    if (std::find(allowed.begin(), allowed.end(), text(settings, setting)) == allowed.end()) return false;
  }
  return true;
}

std::string with_settings(std::string pattern, const Json& settings) {
  for (size_t at = pattern.find("{setting."); at != std::string::npos; at = pattern.find("{setting.", at)) {
    const size_t end = pattern.find('}', at);
    if (end == std::string::npos) break;
    pattern.replace(at, end - at + 1, text(settings, pattern.substr(at + 9, end - at - 9)));
  }
  return pattern;
}

// Fields that both sides may have, and those of one of them.
engine::ReconcileSide side_of(const Json& declared, const Json& settings, const std::string& connection, const std::string& source) {
  engine::ReconcileSide side;
  side.connection = connection;
  side.operation = text(declared, "operation");
  side.kept = text(part(declared, "kept"), "keys");
  side.kept_by = text(part(declared, "kept"), "by");
  // That it is one has been checked with the integration (script/scripts.cc).
  if (const auto match = text(declared, "match"); !match.empty()) {
    if (auto compiled = Expression::compile(match)) side.match = std::move(*compiled);
  }
  side.day_ends = text(declared, "day_ends") == "true";
  if (const auto noun = text(declared, "noun"); !noun.empty()) side.noun = noun;
  if (const auto given = part(declared, "arguments"); given.is_object()) side.arguments = given.dump();
  side.key = replaced(text(declared, "key"), "{source}", source);
  side.again = text(declared, "again");
  side.job = text(declared, "job");
  side.date = texts(part(declared, "date"));
  side.number = texts(part(declared, "number"));
  // Several fields are added up.
  for (const auto& field : texts(part(declared, "total"))) side.total += (side.total.empty() ? "" : "+") + field;
  side.tax = text(declared, "tax");
  side.currency = text(declared, "currency");
  side.note = text(declared, "note");
  side.state = text(declared, "state");
  side.states = names(part(declared, "states"));
  const auto sign = text(declared, "sign");
  side.sign = sign == "negative"       ? engine::ReconcileSide::Sign::negative
              : sign == "not_negative" ? engine::ReconcileSide::Sign::not_negative
                                       : engine::ReconcileSide::Sign::any;
  side.absolute = text(declared, "absolute") == "true";
  if (const auto lines = part(declared, "lines"); lines.is_object())
    side.lines = {text(lines, "list"), text(lines, "account"), text(lines, "cost_center"), text(lines, "net"), text(lines, "tax")};
  for (const auto& rule : part(declared, "less")) {
    if (const auto has = part(rule, "has"); has.is_object()) {
      const auto rows = part(settings, text(has, "setting"));
      const auto field = text(has, "field");
      if (!std::any_of(rows.begin(), rows.end(), [&](const Json& row) { return text(row, field) == "true"; })) continue;
    }
    side.less.push_back({texts(part(rule, "fields")), text(rule, "why")});
  }
  if (const auto only = part(declared, "only"); only.is_object()) {
    side.only_field = text(only, "field");
    side.only_values = texts(part(only, "values"));
  }
  if (const auto sold = part(declared, "sold"); sold.is_object()) {
    side.sold_field = text(sold, "field");
    side.sold_values = texts(part(sold, "values"));
    const auto never = texts(part(sold, "never"));
    for (auto& value : texts(part(settings, text(sold, "setting"))))
      if (std::find(never.begin(), never.end(), value) == never.end()) side.sold_values.push_back(std::move(value));
    side.sold_names = names(part(sold, "names"));
    side.gone_field = text(sold, "gone");
    side.gone_name = text(sold, "gone_name");
    side.zero_name = text(sold, "zero_name");
  }
  if (const auto late = part(declared, "late"); late.is_object() && holds(part(late, "when"), settings)) {
    side.date = texts(part(late, "date"));
    side.reach = std::atoi(text(late, "days").c_str());
  }
  side.from_param = text(declared, "from");
  side.to_param = text(declared, "to");
  side.filter_param = text(declared, "filter_param");
  side.filter = with_settings(text(declared, "filter"), settings);
  if (const auto one = part(declared, "one"); one.is_object()) {
    side.one_operation = text(one, "operation");
    side.one_path = part(one, "path").dump();
  }
  if (const auto find = part(declared, "find"); find.is_object()) {
    side.find_param = text(find, "param");
    side.find_each = with_settings(text(find, "each"), settings);
  }
  return side;
}

engine::ReconcileSpec spec_of(const Json& declared, const Json& settings, const script::Program& program, const std::string& source,
                              const std::string& books) {
  engine::ReconcileSpec spec;
  spec.client = program.instance.client;
  spec.instance = program.instance.name;
  spec.name = text(declared, "name");
  spec.flow = text(declared, "flow");
  spec.effect = text(declared, "effect");
  if (const auto undone = part(declared, "undone"); undone.is_object()) {
    spec.undone_by = text(undone, "by");
    spec.undone_suffix = text(undone, "suffix");
  }
  auto within = Decimal::parse(with_settings(text(declared, "tax_within"), settings));
  if (within) spec.tax_within = *within;
  spec.left = side_of(part(declared, "left"), settings, source, source);
  spec.right = side_of(part(declared, "right"), settings, books, source);
  if (const auto accounts = part(declared, "accounts"); accounts.is_object()) {
    spec.account_operation = text(accounts, "operation");
    spec.account_id = text(accounts, "id");
    spec.account_code = text(accounts, "code");
    spec.account_name = text(accounts, "name");
  }
  return spec;
}

Json declared_by(const script::Scripts& scripts) {
  const Json integration = Json::parse(scripts.integration, nullptr, false);
  return integration.is_object() ? integration.value("reconcile", Json()) : Json();
}

std::vector<engine::ReconcileSpec> comparisons(const script::Program& program, const remote::Directory& directory) {
  std::vector<engine::ReconcileSpec> specs;
  const auto& instance = program.instance;
  const Json settings = program.settings ? Json::parse(program.settings->bytes(), nullptr, false) : Json::object();
  for (const auto& one : declared_by(*program.scripts)) {
    if (!holds(part(one, "when"), settings)) continue;
    const auto left_role = text(part(one, "left"), "role"), right_role = text(part(one, "right"), "role");
    const auto sources = engine::connections_of(instance, left_role), targets = engine::connections_of(instance, right_role);
    if (targets.empty()) continue;
    // References of the client's other shops begin with their names: those are for other instances to compare.
    std::vector<std::string> foreign;
    for (const auto& [key, connection] : directory.connections)
      if (connection->client == instance.client && std::find(sources.begin(), sources.end(), connection->name) == sources.end())
        foreign.push_back(connection->name + "-");
    // One for each source, against the books that its records are routed to (C14).
    for (const auto& source : sources) {
      auto routed = engine::connection_for(instance, source, right_role, "");
      const auto books = left_role == right_role ? source : routed ? *routed : targets.front();
      auto spec = spec_of(one, settings, program, source, books);
      spec.foreign = foreign;
      for (auto* side : {&spec.left, &spec.right}) {
        const auto connection = directory.find(instance.client, side->connection);
        side->zone = connection && !connection->zone.empty() ? connection->zone : instance.zone;
      }
      // A business date is the division's (C16).
      spec.left.zone = spec.right.zone;
      specs.push_back(std::move(spec));
    }
  }
  return specs;
}

// The instances' own `reconcile = { every, at, mail }`, as stdlib/workspace.lua has checked it.
void calendars(const script::Workspace& workspace, engine::Catalog* catalog) {
  std::map<std::string, Json> clients;  // of those who have one
  for (const auto& program : workspace.programs) {
    const auto& instance = program->instance;
    const auto source = workspace.clients.find(instance.client);
    if (source == workspace.clients.end() || source->second.find("\"every\"") == std::string::npos) continue;
    auto client = clients.find(instance.client);
    if (client == clients.end()) client = clients.emplace(instance.client, Json::parse(source->second, nullptr, false)).first;
    const auto wanted = part(part(part(client->second, "instances"), instance.name), "reconcile");
    if (!wanted.is_object()) continue;
    catalog->calendars.push_back(
        {instance.client, instance.name, instance.zone, text(wanted, "every"), text(wanted, "at"), texts(part(wanted, "mail"))});
  }
}

}  // namespace

Status reconcile_catalog(const script::Workspace& workspace, std::shared_ptr<const remote::Directory> directory, engine::Catalog* catalog) {
  std::set<const script::Scripts*> looked;
  for (const auto& program : workspace.programs) {
    if (!looked.insert(program->scripts.get()).second) continue;
    for (const auto& one : declared_by(*program->scripts))
      for (const char* side : {"left", "right"})
        if (const auto role = text(part(one, side), "role"); !program->scripts->role_systems.contains(role))
          return Error(Code::config, program->instance.integration + ".reconcile: unknown role \"" + role + "\"");
  }
  catalog->reconciles = [programs = workspace.programs, directory = std::move(directory)](const std::string& client,
                                                                                          const std::string& instance) {
    const auto found = std::find_if(programs.begin(), programs.end(), [&](const auto& program) {
      return program->instance.client == client && program->instance.name == instance;
    });
    return found == programs.end() ? std::vector<engine::ReconcileSpec>() : comparisons(**found, *directory);
  };
  calendars(workspace, catalog);
  return ok_status();
}

}  // namespace mlc::workbench
