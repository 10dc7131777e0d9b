#include <iostream>

#include "runtime/app/share.h"
#include "runtime/cli/new.h"
#include "runtime/cli/scaffold.h"
#include "runtime/remote/wants.h"
#include "runtime/script/loader.h"

namespace mlc::cli {
namespace {

// Text of a value that a schema may have as default.
std::string lua_text(const Json& value) {
  if (!value.is_structured()) return value.dump();
  std::string inside;
  for (const auto& [key, item] : value.items())
    inside += (inside.empty() ? " " : ", ") + (value.is_array() ? "" : "[" + Json(key).dump() + "] = ") + lua_text(item);
  return inside.empty() ? "{}" : "{" + inside + " }";
}

// Stands where a client has to say something, as a value of the setting's type.
Json value_to_fill_in(const std::string& type) {
  if (type == "integer" || type == "decimal") return 0;
  if (type == "boolean") return false;
  if (type == "list" || type == "table") return Json::object();
  return "";
}

// What a setting needs in client.lua: those without default must be filled in, the rest show their default.
std::string settings_lines(const Json& integration) {
  std::string lines;
  const Json settings = integration.value("settings", Json::object());
  for (const auto& [name, setting] : settings.items()) {
    const std::string doc = get(setting, "doc");
    if (!doc.empty()) lines += "      -- " + doc + "\n";
    const bool mandatory = setting.value("mandatory", false);
    const Json value = setting.contains("default") ? setting["default"] : value_to_fill_in(get(setting, "type"));
    if (!mandatory && !setting.contains("default")) lines += "      -- " + name + " = ...,\n";
    else lines += std::string("      ") + (mandatory ? "" : "-- ") + name + " = " + lua_text(value) + ",\n";
  }
  return lines;
}

// A role that a client may leave unbound is not begun with.
Json needed_roles(Json integration) {
  const Json optional = integration.value("optional", Json::object());
  if (!optional.is_object()) return integration;
  for (const auto& [role, yes] : optional.items()) integration["roles"].erase(role);
  return integration;
}

constexpr const char* kFillIn = "CHANGE-ME";

using Systems = std::map<std::string, std::shared_ptr<const remote::SystemSpec>>;

std::string quoted(const std::string& text) { return Json(text).dump(); }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// What tells this client's account apart; with a sandbox its values and its address.
std::string connection_lines(const std::string& system, const remote::Wants& wants, const Json& sandbox) {
  const Json simulated = sandbox.is_object() ? sandbox["systems"].value(system, Json()) : Json();
  const Json known = simulated.is_object() ? simulated.value("credentials", Json::object()) : Json::object();
  std::string lines;
  const auto line = [&](const std::string& name, const std::string& value, const std::string& remark) {
    lines += "    " + name + " = " + value + "," + (remark.empty() ? "" : "  -- " + remark) + "\n";
  };
  if (!wants.regions.empty()) {
    const std::string given = get(known, "region");
    line("region", quoted(given.empty() ? wants.regions.front() : given), "one of " + joined(wants.regions));
  }
  for (const auto& name : wants.settings)
    line(name, known.contains(name) ? known[name].dump() : quoted(kFillIn), known.contains(name) ? "" : "of this client's account");
  if (!simulated.is_object()) return lines;
  line("base_url", quoted(get(simulated, "url")), "");
  line("ca_file", quoted(get(sandbox, "ca")), "");
  line("allow_loopback", "true", "only for a sandbox on this machine");
  return lines;
}

std::string client_text(const std::string& integration_name, const Json& integration, const Systems& systems, const Json& sandbox) {
  std::string connections, bind;
  const Json roles = integration.value("roles", Json::object());
  for (const auto& [role, system] : roles.items()) {
    const std::string name = text_of(system);
    connections += "  " + role + " = connection \"" + name + "\" {\n" +
                   connection_lines(name, remote::wants_of(*systems.at(name)), sandbox) + "  },\n";
    bind += (bind.empty() ? "" : ", ") + role + " = \"" + role + "\"";
  }
  return "zone = \"Europe/Amsterdam\"\n\nconnections = {\n" + connections + "}\n\ninstances = {\n  " + integration_name + " = use \"" +
         integration_name + "\" {\n    bind = { " + bind + " },\n    settings = {\n" + settings_lines(integration) + "    },\n  },\n}\n";
}

void print_next(const std::string& client, const Json& roles, const Systems& systems, bool sandbox) {
  std::string secrets, grants;
  for (const auto& [role, system] : roles.items()) {
    const auto wants = remote::wants_of(*systems.at(text_of(system)));
    for (const auto& key : wants.secrets) secrets += "  ml-connector secret set " + client + " " + role + " " + key + "\n";
    if (wants.grant) grants += "  ml-connector authorize " + client + " " + role + "\n";
  }
  std::cout << "  fill in " << (sandbox ? "" : "its connections and ") << "its settings\n  ml-connector check\n"
            << secrets << "  ml-connector serve\n"
            << grants << "  ml-connector ping " << client << "\n";
}

}  // namespace

void add_new_client(CLI::App& group, Context& context) {
  struct Options {
    std::string name, integration, sandbox;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(group, context, "client", "makes clients/NAME/client.lua", "ml-connector new client acme --integration INTEGRATION", false,
              [&context, options] {
                if (!is_plain_name(options->name))
                  return context.fail(kUsage, "a client's name has lower-case letters, digits, - and _, and begins with a letter");
                RealFiles files;
                if (!in_workspace(context, files)) return;
                auto share = app::find_share(files, context.share);
                if (!share) return context.fail(share.error());
                const script::Host host = app::make_host(files, *share);
                auto definition = script::load_integration(host, context.workspace, options->integration);
                if (!definition) return context.fail(kNo, definition.error().text());
                const Json integration = needed_roles(Json::parse(*definition, nullptr, false));
                const Json roles = integration.value("roles", Json::object());
                Json sandbox;
                if (!options->sandbox.empty()) {
                  auto line = read_sandbox(context, options->sandbox);
                  if (!line) return;
                  sandbox = std::move(*line);
                }
                Systems systems;
                for (const auto& [role, system] : roles.items()) {
                  const std::string name = text_of(system);
                  auto found = script::load_system(host, context.workspace, name);
                  if (!found) return context.fail(kNo, found.error().text());
                  auto spec = remote::parse_system(*found);
                  if (!spec) return context.fail(kNo, spec.error().text());
                  systems[name] = *spec;
                  if (sandbox.is_object() && !sandbox["systems"].contains(name))
                    return context.fail(kNo, options->sandbox + " tells of no simulated " + name + ": start the sandbox with it");
                }
                const std::string path = "clients/" + options->name + "/client.lua";
                const std::string text = client_text(options->integration, integration, systems, sandbox);
                if (!write_new(context, context.workspace == "." ? path : context.workspace + "/" + path, text)) return;
                std::cout << path << " is made. Next:\n";
                print_next(options->name, roles, systems, sandbox.is_object());
              });
  sub->add_option("NAME", options->name, "name of the client")->required();
  sub->add_option("--integration", options->integration, "the integration it uses first")->required();
  sub->add_option("--sandbox", options->sandbox, "for the simulated systems: the file that holds the line `sandbox` printed")
      ->type_name("FILE");
}

}  // namespace mlc::cli
