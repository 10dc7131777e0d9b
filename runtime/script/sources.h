// Lua files of a folder as modules. Blocks on files.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/script/code.h"
#include "runtime/script/host.h"

namespace mlc::script {

// Every *.lua in `folder` and its sub-folders ("orders.lua" is module orders, "a/b.lua" is a.b); a missing folder is an empty one. Files
// that do not compile are problems. `shown` stands for the folder in messages; empty: the folder itself.
Sources read_sources(Files& files, const std::string& folder, std::vector<Problem>& problems, const std::string& shown = {});
// The topics of which `text` requires modules: "labels" of require "shared.labels.address". Names must be written out.
std::set<std::string> shared_topics(std::string_view text);
// Adds the modules of scripts/shared/<topic>/ as shared.<topic>.<file>, where `sources` ask for the topic. Of the roots that have the
// topic, the first counts.
void add_shared(Files& files, const std::vector<std::string>& roots, Sources& sources, std::vector<Problem>& problems);
// Adds stdlib's modules that `sources` does not have itself.
void add_stdlib(const Host& host, Sources& sources, std::vector<Problem>& problems);

}  // namespace mlc::script
