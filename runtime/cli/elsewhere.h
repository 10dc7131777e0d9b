// `--at NAME`: a command asks a server elsewhere instead of its workspace's.
#pragma once
#include <optional>
#include <string>

#include "runtime/cli/context.h"

namespace mlc::cli {

// Gives --at to every command that asks the runtime. Called when all commands are there.
void add_at(CLI::App& root, Context& context);

// A path on the machine of the runtime: whole, or nullopt with `exit` set.
std::optional<std::string> path_there(Context& context, const std::string& path);

}  // namespace mlc::cli
