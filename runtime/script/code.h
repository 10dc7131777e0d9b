// Compiled Lua files, shared by all isolates. Text is compiled once; what isolates load is our own dump of it, which
// scripts can neither see nor supply. Immutable; any thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/script/host.h"

namespace mlc::script {

struct Chunk {
  std::string name;  // of the chunk in messages: the path as a person knows it
  std::string text;
  std::string dump;  // of lua_dump, with line information
};

struct Compiled {
  std::shared_ptr<const Chunk> chunk;  // null when `problem` says why
  Problem problem;
};

// Refuses bytecode. The cost of a repeated call is a look-up by content.
Compiled compile(const std::string& name, const std::string& text);

// What `require` finds: module name -> code. Own folder first, then stdlib: the maker of the map sees to that.
using Sources = std::map<std::string, std::shared_ptr<const Chunk>, std::less<>>;

}  // namespace mlc::script
