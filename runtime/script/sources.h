// Lua files of a folder as modules. Blocks on files.
#pragma once
#include <string>
#include <vector>

#include "runtime/script/code.h"
#include "runtime/script/host.h"

namespace mlc::script {

// Every *.lua in `folder` and its sub-folders ("orders.lua" is module orders, "a/b.lua" is a.b); a missing folder is an empty one. Files
// that do not compile are problems. `shown` stands for the folder in messages; empty: the folder itself.
Sources read_sources(Files& files, const std::string& folder, std::vector<Problem>& problems, const std::string& shown = {});
// Adds stdlib's modules that `sources` does not have itself.
void add_stdlib(const Host& host, Sources& sources, std::vector<Problem>& problems);

}  // namespace mlc::script
