#include "runtime/script/loader.h"

#include <algorithm>
#include <set>

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/registry.h"
#include "runtime/mapping/position.h"
#include "runtime/script/assemble.h"
#include "runtime/script/places.h"
#include "runtime/script/schedules.h"
#include "runtime/script/sources.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Node;
using document::Value;

constexpr int kMaxFolderDepth = 4;

class Loader {
 public:
  Loader(const Host& host, std::string folder) : host_(host), files_(*host.files) { out_.folder = std::move(folder); }

  Workspace run(const LoadOptions& options) {
    unused_too_ = options.unused_too;
    read_all(host_.share + "/stdlib", "stdlib", "stdlib/", stdlib_, 0);
    auto language = stdlib_.find("stdlib/workspace.lua");
    if (language == stdlib_.end()) {
      problem(host_.share + "/stdlib", "stdlib is missing: is --share right?");
      return std::move(out_);
    }
    auto compiled = compile("stdlib/workspace.lua", language->second.file->text);
    if (compiled.chunk == nullptr) {
      out_.problems.push_back(compiled.problem);
      return std::move(out_);
    }
    settings_.emplace(host_, compiled.chunk);
    out_.settings = settings("ml-connector.lua", "workspace");
    auto clients = files_.list(out_.folder + "/clients");
    for (const auto& client : clients.value_or({})) {
      std::string file = "clients/" + client + "/client.lua";
      if (!files_.exists(out_.folder + "/" + file)) continue;
      out_.clients[client] = settings(file, "client");
    }
    auto parsed = Document::parse(out_.settings);
    if (parsed) check_grants(parsed->root());
    for (const auto& [client, json] : out_.clients) {
      auto definition = Document::parse(json);
      if (parsed && definition) load_client(client, parsed->root(), definition->root());
    }
    if (options.unused_too) load_unused();
    place_problems();
    return std::move(out_);
  }

  Result<std::string> definition(const std::string& kind, const std::string& name) {
    const auto& found = find(kind, name);
    if (!found) return found.error();
    std::vector<Problem> problems;
    Sources sources = read_sources(files_, found->folder, problems, found->shown);
    if (kind == "integrations") script::add_shared(files_, {out_.folder, host_.share}, sources, problems);
    add_stdlib(host_, sources, problems);
    if (!problems.empty()) return Error(Code::config, problems.front().text());
    auto init = sources.find("init");
    if (init == sources.end()) return Error(Code::config, found->shown + ": there is no init.lua");
    auto definer = Definer::make(host_);
    if (!definer) return definer.error();
    auto json = (*definer)->run(*init->second, sources);
    if (!json) return Error(Code::config, Definer::problem_of(json.error(), found->shown + "/init.lua").text());
    return json;
  }

  std::shared_ptr<const Program> base(const std::string& name, std::vector<Problem>& problems) {
    read_all(host_.share + "/stdlib", "stdlib", "stdlib/", stdlib_, 0);
    const auto& found = find("integrations", name);
    const Integration* used = found ? &use_integration(name, *found) : nullptr;
    if (!found) problem("scripts/integrations/" + name, found.error().message());
    Program parts;
    parts.instance.client = "base";
    parts.instance.name = name;
    parts.instance.integration = name;
    parts.instance.zone = "UTC";
    std::shared_ptr<const Program> program;
    if (used != nullptr && used->definition) parts.scripts = scripts_of(name, *found, *used->definition);
    if (parts.scripts != nullptr) {
      parts.types = client_types(host_, *parts.scripts, {}, out_.problems);
      parts.mappings = lay_over(host_, *parts.scripts, parts.types, {}, "base", out_.problems);
    }
    if (parts.mappings != nullptr) {
      Node defaults = Node::object();
      for (auto field : used->definition->root().get("settings").fields())
        if (Value given = field.value.get("default")) defaults.set(field.key, Node::copy_of(given));
      auto settings = Document::parse(document::write(defaults));
      if (settings) parts.settings = std::make_shared<const Document>(std::move(*settings));
      parts.instance.flows = parts.scripts->flows;
      auto zone = Zone::find(parts.instance.zone);
      if (zone) parts.zone = *zone;
      parts.role_settings = share_role_settings({});
      program = std::make_shared<const Program>(std::move(parts));
    }
    problems.insert(problems.end(), out_.problems.begin(), out_.problems.end());
    return program;
  }

 private:
  struct Found {
    std::string folder, shown;
  };
  struct Integration {
    bool tried = false;
    std::optional<Document> definition;
  };

  void problem(const std::string& file, std::string sentence, std::vector<std::string> keys = {}) {
    out_.problems.push_back({file, 0, 0, std::move(sentence), std::move(keys)});
  }

  // The workspace's own come first.
  const Result<Found>& find(const std::string& kind, const std::string& name) {
    auto known = found_.find(kind + "/" + name);
    if (known == found_.end()) known = found_.emplace(kind + "/" + name, search(kind, name)).first;
    return known->second;
  }

  Result<Found> search(const std::string& kind, const std::string& name) {
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
      return Error(Code::config, "'" + name + "' is no name of a script");
    std::string inside = "scripts/" + kind + "/" + name;
    if (files_.exists(out_.folder + "/" + inside + "/init.lua")) return Found{out_.folder + "/" + inside, inside};
    if (files_.exists(host_.share + "/" + inside + "/init.lua")) return Found{host_.share + "/" + inside, inside};
    return Error(Code::not_found, "there is no scripts/" + kind + "/" + name + "/init.lua, here or in " + host_.share);
  }

  std::string settings(const std::string& file, const std::string& kind) {
    auto text = files_.read(out_.folder + "/" + file);
    if (!text) {
      problem(file, text.error().text());
      return "{}";
    }
    // What stands on the disk while an editor writes; taken at its word it would remove the client.
    if (text->find_first_not_of(" \t\r\n") == std::string::npos) {
      problem(file, "the file is empty; to remove a client, remove its folder");
      return "{}";
    }
    auto compiled = compile(file, *text);
    if (compiled.chunk == nullptr) {
      out_.problems.push_back(compiled.problem);
      return "{}";
    }
    auto json = settings_->read(*compiled.chunk, kind);
    if (!json) {
      out_.problems.push_back(Definer::problem_of(json.error(), file));
      return "{}";
    }
    return *json;
  }

  void read_all(const std::string& folder, const std::string& shown, const std::string& prefix, FileSet& into, int depth) {
    auto names = files_.list(folder);
    if (!names) return;
    for (const auto& name : *names) {
      if (name.empty() || name[0] == '.' || name.ends_with("_spec.lua")) continue;
      if (name.ends_with(".lua") || name.ends_with(".csv")) {
        auto text = files_.read(folder + "/" + name);
        if (!text) {
          problem(shown + "/" + name, text.error().text());
          continue;
        }
        into[prefix + name] = {share_text(std::move(*text)), shown + "/" + name};
      } else if (depth < kMaxFolderDepth && name.find('.') == std::string::npos && name != "spec" && name != "golden" &&
                 prefix + name != "stdlib/meta") {  // declarations for editors decide nothing
        read_all(folder + "/" + name, shown + "/" + name, prefix + name + "/", into, depth + 1);
      }
    }
  }

  void check_grants(Value workspace) {
    for (auto grant : workspace.get("grants").fields()) {
      const std::string system(grant.value.get("system").text());
      const auto& found = find("systems", system);
      const std::vector<std::string> keys = {"grants", std::string(grant.key)};
      if (!found) problem("ml-connector.lua", "grant " + std::string(grant.key) + ": " + found.error().message(), keys);
      // Also when the clients that use it can't be read. What is wrong with it is told where it is used.
      if (found && !out_.systems.contains(system))
        if (auto json = definition("systems", system); json) out_.systems[system] = *json;
      for (Value client : grant.value.get("clients").items()) {
        if (!out_.clients.contains(std::string(client.text())))
          problem("ml-connector.lua", "grant " + std::string(grant.key) + ": there is no client " + std::string(client.text()), keys);
      }
    }
  }

  void load_client(const std::string& client, Value workspace, Value definition) {
    std::string file = "clients/" + client + "/client.lua";
    for (auto connection : definition.get("connections").fields()) {
      std::string name(connection.key);
      std::string system(connection.value.get("system").text());
      if (!out_.systems.contains(system)) {
        auto json = this->definition("systems", system);
        if (json) out_.systems[system] = *json;
        else if (told_.insert("system " + system).second) {
          out_.problems.push_back(Definer::problem_of(json.error(), file));
          if (out_.problems.back().line == 0) out_.problems.back().keys = {"connections", name};
        }
      }
      std::string_view grant = connection.value.get("grant").text();
      if (grant.empty()) continue;
      Value known = workspace.get("grants").get(grant);
      if (!known) {
        problem(file, "connection " + name + ": there is no grant " + std::string(grant) + " in ml-connector.lua",
                {"connections", name, "grant"});
        continue;
      }
      if (known.get("system").text() != system)
        problem(file,
                "connection " + name + ": grant " + std::string(grant) + " is of " + std::string(known.get("system").text()) + ", not of " +
                    system,
                {"connections", name, "grant"});
      bool allowed = false;
      for (Value each : known.get("clients").items()) allowed = allowed || each.text() == client;
      if (!allowed)
        problem(file, "connection " + name + ": grant " + std::string(grant) + " does not name client " + client,
                {"connections", name, "grant"});
    }
    for (auto instance : definition.get("instances").fields()) load_instance(client, std::string(instance.key), instance.value, definition);
    if (unused_too_ && definition.get("instances")) find_stray_folders(client, definition.get("instances"));
  }

  // Layers and tables in a folder that belongs to no instance would be forgotten without a word.
  void find_stray_folders(const std::string& client, Value instances) {
    const std::string folder = "clients/" + client;
    std::vector<std::string> known;
    for (auto instance : instances.fields()) known.emplace_back(instance.key);
    const auto names = files_.list(out_.folder + "/" + folder);
    for (const auto& name : names.value_or({})) {
      if (name.find('.') != std::string::npos || name == "spec" || instances.get(name)) continue;
      const auto inside = files_.list(out_.folder + "/" + folder + "/" + name);
      for (const auto& file : inside.value_or({})) {
        if (!file.ends_with(".lua") && !file.ends_with(".csv")) continue;
        const std::string like = mapping::closest(name, known);
        problem(folder + "/" + name + "/" + file, "there is no instance \"" + name + "\" in " + folder +
                                                      "/client.lua, so nobody reads this file" +
                                                      (like.empty() ? "" : "; did you mean \"" + like + "\"?"));
        break;
      }
    }
  }

  // Faults of settings are known by their keys; their place in the text is found when there are any.
  void place_problems() {
    for (auto& one : out_.problems) {
      if (one.line != 0 || one.file.empty()) continue;
      const auto own = files_.read(out_.folder + "/" + one.file);
      const auto text = own ? own : files_.read(host_.share + "/" + one.file);
      if (!text || !one.file.ends_with(".lua")) continue;
      const Places places(*text);
      auto place = places.key(one.keys);
      for (size_t quote = one.sentence.find_first_of("\"'"); !place && quote != std::string::npos;) {
        const size_t end = one.sentence.find(one.sentence[quote], quote + 1);
        if (end == std::string::npos) break;
        place = places.first(one.sentence.substr(quote + 1, end - quote - 1));
        quote = one.sentence.find_first_of("\"'", end + 1);
      }
      if (!place) place = Place{1, 1};
      one.line = place->line;
      one.column = place->column;
    }
  }

  void load_instance(const std::string& client, const std::string& name, Value use, Value definition) {
    std::string file = "clients/" + client + "/client.lua";
    std::string integration(use.get("integration").text());
    const auto& found = find("integrations", integration);
    if (!found) return problem(file, "instance " + name + ": " + found.error().message(), {"instances", name});
    const Integration& used = use_integration(integration, *found);
    if (!used.definition) return;

    Program parts;
    parts.instance.client = client;
    parts.instance.name = name;
    std::string_view zone = definition.get("zone").text();
    parts.instance.zone = zone.empty() ? "UTC" : std::string(zone);
    size_t faults = out_.problems.size();
    bind_roles(parts, used.definition->root(), use, definition, file);
    for (auto bound : use.get("bind").fields()) {
      if (!used.definition->root().get("roles").get(bound.key))
        problem(file, "instance " + name + ": integration " + integration + " has no role " + std::string(bound.key),
                {"instances", name, "bind", std::string(bound.key)});
    }
    read_packs(parts, use, integration, file);
    check_mail(name, use, definition, file);
    if (out_.problems.size() > faults) return;

    parts.scripts = scripts_of(integration, *found, *used.definition);
    if (parts.scripts == nullptr) return;
    if (use.get("schedule")) {
      std::vector<ScheduleFault> wrong;
      parts.instance.flows = with_schedule(parts.scripts->flows, use.get("schedule"), wrong);
      for (const auto& fault : wrong)
        problem(file, "instance " + name + ": " + fault.sentence, {"instances", name, "schedule", fault.flow});
      if (!wrong.empty()) return;
    }
    std::string layers = "clients/" + client + "/" + name;
    read_all(out_.folder + "/" + layers, layers, "layers/", parts.layers, 0);
    const std::string types = "clients/" + client + "/types.lua";
    if (auto text = files_.read(out_.folder + "/" + types)) parts.layers["client/types.lua"] = {share_text(std::move(*text)), types};
    Value own = use.get("settings");
    auto program = assemble(host_, std::move(parts), own ? document::write(own) : "{}", out_.problems);
    if (program != nullptr) out_.programs.push_back(std::move(program));
  }

  // Shared layers, lowest first: what a country or a sector has in common. Their tables may serve several integrations.
  void read_packs(Program& parts, Value use, const std::string& integration, const std::string& file) {
    int number = 0;
    for (Value each : use.get("layers").items()) {
      const std::string name(each.text());
      std::string folder = "scripts/layers/" + name, from = out_.folder;
      if (!files_.list(from + "/" + folder + "/" + integration)) from = host_.share;
      const bool is_name = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
      if (!is_name || !files_.list(from + "/" + folder + "/" + integration)) {
        problem(file,
                "instance " + parts.instance.name + ": there is no shared layer \"" + name + "\" for " + integration + ": no folder " +
                    folder + "/" + integration,
                {"instances", parts.instance.name, "layers"});
        continue;
      }
      ++number;
      const std::string prefix = "packs/" + std::string(number < 10 ? "0" : "") + std::to_string(number) + "/" + name + "/";
      read_all(from + "/" + folder, folder, prefix, parts.layers, kMaxFolderDepth);
      std::erase_if(parts.layers, [&](const auto& entry) { return entry.first.starts_with(prefix) && !entry.first.ends_with(".csv"); });
      read_all(from + "/" + folder + "/" + integration, folder + "/" + integration, prefix, parts.layers, kMaxFolderDepth);
    }
  }

  // Read and run once, however many instances use it; so are its faults told once.
  const Integration& use_integration(const std::string& name, const Found& found) {
    auto& used = integrations_[name];
    if (used.tried) return used;
    used.tried = true;
    auto json = this->definition("integrations", name);
    auto parsed = json ? Document::parse(*json) : Result<Document>(json.error());
    if (!parsed) {
      out_.problems.push_back(Definer::problem_of(parsed.error(), found.shown + "/init.lua"));
      told_.insert("integration " + name);
      return used;
    }
    out_.integrations[name] = std::move(*json);
    used.definition = std::move(*parsed);
    return used;
  }

  std::shared_ptr<const Scripts> scripts_of(const std::string& name, const Found& found, const Document& definition) {
    auto known = scripts_.find(name);
    if (known != scripts_.end()) return known->second;
    auto& made = scripts_[name];
    Scripts parts;
    parts.name = name;
    for (auto role : definition.root().get("roles").fields()) parts.role_systems[std::string(role.key)] = std::string(role.value.text());
    read_all(found.folder, found.shown, "integration/", parts.files, 0);
    for (const auto& [role, system] : parts.role_systems) {
      const auto& place = find("systems", system);
      if (!place) {
        problem(found.shown + "/init.lua", "role " + role + ": " + place.error().message());
        return nullptr;
      }
      read_all(place->folder, place->shown, "systems/" + system + "/", parts.files, 0);
    }
    add_shared_files(parts.files);
    parts.files.insert(stdlib_.begin(), stdlib_.end());
    made = compile_scripts(host_, std::move(parts), out_.problems);
    return made;
  }

  // scripts/shared/<topic>: what several integrations have in common, the workspace's before the share folder's. Only topics that are
  // asked for by name, so that an edit of one makes no new version of integrations that do not use it.
  void add_shared_files(FileSet& files) {
    std::set<std::string> topics;
    for (;;) {
      std::set<std::string> wanted;
      for (const auto& [key, file] : files)
        if (!key.starts_with("systems/")) wanted.merge(shared_topics(file.file->text));
      if (wanted.size() == topics.size()) return;
      for (const auto& topic : wanted) {
        if (!topics.insert(topic).second) continue;
        const std::string inside = "scripts/shared/" + topic;
        const bool own = files_.list(out_.folder + "/" + inside).ok();
        read_all((own ? out_.folder : host_.share) + "/" + inside, inside, "shared/" + topic + "/", files, 0);
      }
    }
  }

  void bind_roles(Program& parts, Value integration, Value use, Value definition, const std::string& file) {
    const std::string& name = parts.instance.name;
    RoleSettings role_settings;
    for (auto role : integration.get("roles").fields()) {
      std::string role_name(role.key);
      std::string system(role.value.text());
      Value bound = use.get("bind").get(role.key);
      std::vector<std::string> connections;
      if (bound.is_string()) connections.emplace_back(bound.text());
      for (Value each : bound.items()) connections.emplace_back(each.text());
      if (connections.empty() && integration.get("optional").get(role.key).as_bool()) continue;
      if (connections.empty()) {
        problem(file, "instance " + name + ": role " + role_name + " is bound to no connection", {"instances", name, "bind", role_name});
        continue;
      }
      for (const auto& connection : connections) {
        Value known = definition.get("connections").get(connection);
        if (!known) {
          problem(file, "instance " + name + ": role " + role_name + ": there is no connection " + connection,
                  {"instances", name, "bind", role_name});
        } else if (known.get("system").text() != system) {
          problem(file,
                  "instance " + name + ": role " + role_name + " wants " + system + ", but connection " + connection + " is " +
                      std::string(known.get("system").text()),
                  {"instances", name, "bind", role_name});
        } else if (auto there = Zone::find(known.get("zone").text()); !known.get("zone").text().empty() && !there) {
          problem(file, "connection " + connection + ": zone: " + there.error().message(), {"connections", connection, "zone"});
        } else if (!known.get("zone").text().empty()) {
          parts.zones.insert_or_assign(connection, *there);
        }
        if (known && role_settings[role_name].empty()) {
          for (auto setting : known.get("settings").fields()) role_settings[role_name].emplace_back(setting.key);
        }
      }
      parts.instance.roles.emplace_back(role_name, std::move(connections));
    }
    parts.role_settings = share_role_settings(std::move(role_settings));
    read_routes(parts, use.get("route"), integration.get("optional"), file);
  }

  // reconcile = { mail = { "finance" } }: a destination of `alerts`, the client's or the workspace's.
  void check_mail(const std::string& name, Value use, Value definition, const std::string& file) {
    for (const Value wanted : use.get("reconcile").get("mail").items()) {
      const auto is_mail = [&](Value alerts) { return alerts.get(wanted.text()).get("kind").text() == "mail"; };
      if (is_mail(definition.get("alerts"))) continue;
      const auto settings = Document::parse(out_.settings);
      if (settings && is_mail(settings->root().get("alerts"))) continue;
      const std::string to(wanted.text());
      problem(file, "instance " + name + ": reconcile.mail names \"" + to + "\", and alerts has no " + to + " = mail { … }",
              {"instances", name, "reconcile", "mail"});
    }
  }

  // route = { books = { shop_nl = "books_nl", shop_uk = "books_uk" } }: by role, the connection that records of another
  // role's connection belong to.
  void read_routes(Program& parts, Value route, Value optional, const std::string& file) {
    const std::string& name = parts.instance.name;
    const auto role_of = [&](std::string_view connection) -> std::string {
      for (const auto& [role, bound] : parts.instance.roles)
        if (std::find(bound.begin(), bound.end(), connection) != bound.end()) return role;
      return "";
    };
    for (auto table : route.fields()) {
      const std::string role(table.key);
      const auto& bound = engine::connections_of(parts.instance, role);
      if (bound.empty()) {
        problem(file, "instance " + name + ": route: there is no role " + role, {"instances", name, "route", role});
        continue;
      }
      std::set<std::string> routed;
      for (auto row : table.value.fields()) {
        const std::string from(row.key), to(row.value.text());
        const std::string other = role_of(from);
        if (other.empty() || other == role) {
          problem(file, "instance " + name + ": route." + role + ": " + from + " is no connection of another role",
                  {"instances", name, "route", role, from});
        } else if (std::find(bound.begin(), bound.end(), to) == bound.end()) {
          problem(file, "instance " + name + ": route." + role + "." + from + ": connection \"" + to + "\" is not bound to role " + role,
                  {"instances", name, "route", role, from});
        } else {
          routed.insert(other);
          parts.instance.routes.push_back({role, from, to});
        }
      }
      // A table with a gap would send the records of a source nowhere, and nobody would see it before they come.
      for (const auto& other : routed) {
        for (const auto& from : engine::connections_of(parts.instance, other)) {
          if (table.value.get(from)) continue;
          problem(file, "instance " + name + ": route." + role + ": no row for connection " + from, {"instances", name, "route", role});
        }
      }
    }
    for (const auto& [role, bound] : parts.instance.roles) {
      for (const auto& [other, others] : parts.instance.roles) {
        if (role >= other || bound.size() < 2 || others.size() < 2) continue;
        if (optional.get(role).as_bool() || optional.get(other).as_bool()) continue;  // such as stations, of which the flow names one
        const std::string &one = role, &two = other;                                  // a lambda may not hold a structured binding
        const bool joined = std::any_of(parts.instance.routes.begin(), parts.instance.routes.end(), [&](const engine::RouteRow& row) {
          return (row.role == one && role_of(row.from) == two) || (row.role == two && role_of(row.from) == one);
        });
        if (joined) continue;
        problem(file,
                "instance " + name + ": roles " + role + " and " + other +
                    " are both bound to several connections: say which belong together, as in route = { " + role + " = { " +
                    others.front() + " = \"" + bound.front() + "\", … } }",
                {"instances", name, "bind", role});
      }
    }
  }

  // Own scripts that no client uses yet are compiled and run all the same.
  void load_unused() {
    for (const char* kind : {"systems", "integrations"}) {
      auto& known = std::string_view(kind) == "systems" ? out_.systems : out_.integrations;
      auto names = files_.list(out_.folder + "/scripts/" + kind);
      for (const auto& name : names.value_or({})) {
        if (known.contains(name) || name.find('.') != std::string::npos ||
            told_.contains(std::string(kind).substr(0, std::string_view(kind).size() - 1) + " " + name))
          continue;
        auto json = this->definition(kind, name);
        if (json) known[name] = *json;
        else out_.problems.push_back(Definer::problem_of(json.error(), std::string("scripts/") + kind + "/" + name + "/init.lua"));
      }
    }
  }

  const Host& host_;
  Files& files_;
  Workspace out_;
  std::optional<SettingsReader> settings_;
  FileSet stdlib_;
  std::map<std::string, Result<Found>> found_;
  std::map<std::string, Integration> integrations_;
  std::map<std::string, std::shared_ptr<const Scripts>> scripts_;  // null: faulty, and told
  bool unused_too_ = false;
  std::set<std::string> told_;  // faults of scripts that several clients share are told once
};

}  // namespace

Workspace load_workspace(const Host& host, const std::string& folder, const LoadOptions& options) {
  return Loader(host, folder).run(options);
}

Result<std::string> load_system(const Host& host, const std::string& folder, const std::string& name) {
  return Loader(host, folder).definition("systems", name);
}

Result<std::string> load_integration(const Host& host, const std::string& folder, const std::string& name) {
  return Loader(host, folder).definition("integrations", name);
}

std::shared_ptr<const Program> load_base(const Host& host, const std::string& folder, const std::string& name,
                                         std::vector<Problem>& problems) {
  return Loader(host, folder).base(name, problems);
}

}  // namespace mlc::script
