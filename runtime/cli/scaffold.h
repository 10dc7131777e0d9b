// Writes the files of `init` and `new`: never over one that is there.
#pragma once
#include <optional>
#include <string>

#include "runtime/cli/context.h"

namespace mlc::cli {

// A name that may stand in URLs, folders and Lua: lower-case letters, digits, - and _, beginning with a letter.
bool is_plain_name(const std::string& name);
// False (and exit set) when the file is there or can't be written.
bool write_new(Context& context, const std::string& path, const std::string& text);

// The line that `sandbox` printed, from the file it was kept in; prints what is wrong with it.
std::optional<Json> read_sandbox(Context& context, const std::string& file);

}  // namespace mlc::cli
