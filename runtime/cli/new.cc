#include <iostream>

#include "runtime/app/share.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/scaffold.h"
#include "runtime/script/loader.h"

namespace mlc::cli {
namespace {

// What a setting needs in client.lua: those without default must be filled in, the rest show their default.
std::string settings_lines(const Json& integration) {
  std::string lines;
  const Json settings = integration.value("settings", Json::object());
  for (const auto& [name, setting] : settings.items()) {
    const std::string doc = get(setting, "doc");
    if (!doc.empty()) lines += "      -- " + doc + "\n";
    const bool mandatory = setting.value("mandatory", false);
    const Json value = setting.contains("default") ? setting["default"] : Json("");
    if (!mandatory && !setting.contains("default")) lines += "      -- " + name + " = ...,\n";
    else if (value.is_structured()) lines += "      -- " + name + ": see `ml-connector settings`\n";
    else lines += std::string("      ") + (mandatory ? "" : "-- ") + name + " = " + value.dump() + ",\n";
  }
  return lines;
}

std::string client_text(const std::string& integration_name, const Json& integration) {
  std::string connections, bind;
  const Json roles = integration.value("roles", Json::object());
  for (const auto& [role, system] : roles.items()) {
    connections += "  " + role + " = connection \"" + text_of(system) +
                   "\" {\n    -- what tells this client's account apart, e.g. store_hash or division\n  },\n";
    bind += (bind.empty() ? "" : ", ") + role + " = \"" + role + "\"";
  }
  return "zone = \"Europe/Amsterdam\"\n\nconnections = {\n" + connections + "}\n\ninstances = {\n  " + integration_name + " = use \"" +
         integration_name + "\" {\n    bind = { " + bind + " },\n    settings = {\n" + settings_lines(integration) + "    },\n  },\n}\n";
}

}  // namespace

void add_new(CLI::App& root, Context& context) {
  struct Options {
    std::string name, integration;
  };
  auto options = std::make_shared<Options>();
  CLI::App* group = command(root, context, "new", "adds a client to the workspace",
                            "ml-connector new client acme --integration INTEGRATION", false, nullptr);
  group->require_subcommand(1);
  CLI::App* sub =
      command(*group, context, "client", "makes clients/NAME/client.lua", "ml-connector new client acme --integration INTEGRATION", false,
              [&context, options] {
                if (!is_plain_name(options->name))
                  return context.fail(kUsage, "a client's name has lower-case letters, digits, - and _, and begins with a letter");
                RealFiles files;
                if (!files.exists(context.workspace + "/ml-connector.lua"))
                  return context.fail(
                      kEnvironment, context.workspace + " is no workspace: ml-connector.lua is missing. Make one with: ml-connector init");
                auto share = app::find_share(files, context.share);
                if (!share) return context.fail(share.error());
                const script::Host host = app::make_host(files, *share);
                auto definition = script::load_integration(host, context.workspace, options->integration);
                if (!definition) return context.fail(kNo, definition.error().text());
                const Json integration = Json::parse(*definition, nullptr, false);
                const std::string path = context.workspace + "/clients/" + options->name + "/client.lua";
                if (!write_new(context, path, client_text(options->integration, integration))) return;
                std::cout << path << " is made. Next:\n  fill in its connections\n  ml-connector check\n";
                const Json roles = integration.value("roles", Json::object());
                for (const auto& [role, system] : roles.items())
                  std::cout << "  ml-connector secret set " << options->name << " " << role << " KEY      # what " << text_of(system)
                            << " needs: docs/integrations\n";
                std::cout << "  ml-connector ping " << options->name << "\n";
              });
  sub->add_option("NAME", options->name, "name of the client")->required();
  sub->add_option("--integration", options->integration, "the integration it uses first")->required();
}

}  // namespace mlc::cli
