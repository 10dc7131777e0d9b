// Writes the files of `init` and `new`: never over one that is there.
#pragma once
#include <optional>
#include <string>

#include "runtime/base/files.h"
#include "runtime/cli/context.h"

namespace mlc::cli {

// A name that may stand in URLs, folders and Lua: lower-case letters, digits, - and _, beginning with a letter.
bool is_plain_name(const std::string& name);
// A name of a system or an integration, which stands in Lua and in types: lower-case letters, digits and _, beginning with a letter.
bool is_script_name(const std::string& name);
// False (and exit set) when the workspace of the command is none.
bool in_workspace(Context& context, Files& files);
// Names of what scripts/<kind>/ holds, in the workspace and in the share: "systems", "integrations".
std::vector<std::string> script_names(const Context& context, Files& files, const std::string& share, const std::string& kind);
// False (and exit set) when `name` is no name for a new scripts/<kind>/<name>, or is taken, here or by the program.
bool is_free_name(Context& context, Files& files, const std::string& share, const std::string& kind, const std::string& name);

// Files below a folder of the workspace, by their names in it.
using NewFiles = std::vector<std::pair<std::string, std::string>>;
// Writes all of them; false (and exit set) at the first that can't be.
bool write_all(Context& context, const std::string& folder, const NewFiles& files);

// False (and exit set) when the file is there or can't be written.
bool write_new(Context& context, const std::string& path, const std::string& text);

// The line that `sandbox` printed, from the file it was kept in; prints what is wrong with it.
std::optional<Json> read_sandbox(Context& context, const std::string& file);

}  // namespace mlc::cli
