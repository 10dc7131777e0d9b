#include "runtime/script/loader.h"

#include <set>

#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/script/assemble.h"
#include "runtime/script/sources.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Value;

constexpr int kMaxFolderDepth = 4;

class Loader {
 public:
  Loader(const Host& host, std::string folder) : host_(host), files_(*host.files) { out_.folder = std::move(folder); }

  Workspace run(const LoadOptions& options) {
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
    return std::move(out_);
  }

  Result<std::string> definition(const std::string& kind, const std::string& name) {
    const auto& found = find(kind, name);
    if (!found) return found.error();
    std::vector<Problem> problems;
    Sources sources = read_sources(files_, found->folder, problems, found->shown);
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

 private:
  struct Found {
    std::string folder, shown;
  };
  struct Integration {
    bool tried = false;
    std::optional<Document> definition;
  };

  void problem(const std::string& file, std::string sentence) { out_.problems.push_back({file, 0, 0, std::move(sentence)}); }

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
      if (name.empty() || name[0] == '.') continue;
      if (name.ends_with(".lua") || name.ends_with(".csv")) {
        auto text = files_.read(folder + "/" + name);
        if (!text) {
          problem(shown + "/" + name, text.error().text());
          continue;
        }
        into[prefix + name] = {share_text(std::move(*text)), shown + "/" + name};
      } else if (depth < kMaxFolderDepth && name.find('.') == std::string::npos && name != "spec" &&
                 prefix + name != "stdlib/meta") {  // declarations for editors decide nothing
        read_all(folder + "/" + name, shown + "/" + name, prefix + name + "/", into, depth + 1);
      }
    }
  }

  void check_grants(Value workspace) {
    for (auto grant : workspace.get("grants").fields()) {
      const auto& found = find("systems", std::string(grant.value.get("system").text()));
      if (!found) problem("ml-connector.lua", "grant " + std::string(grant.key) + ": " + found.error().message());
      for (Value client : grant.value.get("clients").items()) {
        if (!out_.clients.contains(std::string(client.text())))
          problem("ml-connector.lua", "grant " + std::string(grant.key) + ": there is no client " + std::string(client.text()));
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
        else if (told_.insert("system " + system).second) out_.problems.push_back(Definer::problem_of(json.error(), file));
      }
      std::string_view grant = connection.value.get("grant").text();
      if (grant.empty()) continue;
      Value known = workspace.get("grants").get(grant);
      if (!known) {
        problem(file, "connection " + name + ": there is no grant " + std::string(grant) + " in ml-connector.lua");
        continue;
      }
      if (known.get("system").text() != system)
        problem(file, "connection " + name + ": grant " + std::string(grant) + " is of " + std::string(known.get("system").text()) +
                          ", not of " + system);
      bool allowed = false;
      for (Value each : known.get("clients").items()) allowed = allowed || each.text() == client;
      if (!allowed) problem(file, "connection " + name + ": grant " + std::string(grant) + " does not name client " + client);
    }
    for (auto instance : definition.get("instances").fields()) load_instance(client, std::string(instance.key), instance.value, definition);
  }

  void load_instance(const std::string& client, const std::string& name, Value use, Value definition) {
    std::string file = "clients/" + client + "/client.lua";
    std::string integration(use.get("integration").text());
    const auto& found = find("integrations", integration);
    if (!found) return problem(file, "instance " + name + ": " + found.error().message());
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
        problem(file, "instance " + name + ": integration " + integration + " has no role " + std::string(bound.key));
    }
    if (out_.problems.size() > faults) return;

    parts.scripts = scripts_of(integration, *found, *used.definition);
    if (parts.scripts == nullptr) return;
    std::string layers = "clients/" + client + "/" + name;
    read_all(out_.folder + "/" + layers, layers, "layers/", parts.layers, 0);
    Value own = use.get("settings");
    auto program = assemble(host_, std::move(parts), own ? document::write(own) : "{}", out_.problems);
    if (program != nullptr) out_.programs.push_back(std::move(program));
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
    parts.files.insert(stdlib_.begin(), stdlib_.end());
    made = compile_scripts(host_, std::move(parts), out_.problems);
    return made;
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
      if (connections.empty()) {
        problem(file, "instance " + name + ": role " + role_name + " is bound to no connection");
        continue;
      }
      for (const auto& connection : connections) {
        Value known = definition.get("connections").get(connection);
        if (!known) {
          problem(file, "instance " + name + ": role " + role_name + ": there is no connection " + connection);
        } else if (known.get("system").text() != system) {
          problem(file, "instance " + name + ": role " + role_name + " wants " + system + ", but connection " + connection + " is " +
                            std::string(known.get("system").text()));
        } else if (role_settings[role_name].empty()) {
          for (auto setting : known.get("settings").fields()) role_settings[role_name].emplace_back(setting.key);
        }
      }
      parts.instance.roles.emplace_back(role_name, std::move(connections));
    }
    parts.role_settings = share_role_settings(std::move(role_settings));
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
  std::set<std::string> told_;                                     // faults of scripts that several clients share are told once
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

}  // namespace mlc::script
