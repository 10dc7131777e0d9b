#include "runtime/cli/elsewhere.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "runtime/app/at_channel.h"

namespace mlc::cli {
namespace {

// They work on files of this machine, whether or not a server runs.
constexpr std::array<std::string_view, 9> kHere = {"init", "new", "serve", "sandbox", "check", "test", "settings", "migrate", "restore"};

void add_to(CLI::App& command, Context& context) {
  command
      .add_option_function<std::string>(
          "--at",
          [&context](const std::string& name) {
            auto channel = app::at_channel(name);
            if (channel) {
              context.channel = std::move(*channel);
              return;
            }
            context.fail(channel.error());
            throw CLI::RuntimeError(context.exit);  // said already; ends before the command asks its own workspace
          },
          "a server elsewhere, by its name in ~/.config/ml-connector/servers.json")
      ->type_name("NAME");
  for (CLI::App* sub : command.get_subcommands({})) add_to(*sub, context);
}

}  // namespace

void add_at(CLI::App& root, Context& context) {
  for (CLI::App* command : root.get_subcommands({}))
    if (std::find(kHere.begin(), kHere.end(), command->get_name()) == kHere.end()) add_to(*command, context);
}

std::optional<std::string> path_there(Context& context, const std::string& path) {
  // The channel is there before the first request only with --at.
  if (context.channel == nullptr) return std::filesystem::absolute(path).string();
  if (path.starts_with('/')) return path;
  context.fail(kUsage, "with --at, " + path + " is a path on that server: give it whole, from / on");
  return std::nullopt;
}

}  // namespace mlc::cli
