// A Lua 5.4 parser that builds nothing: it walks a file and says what is wrong with line, column and what was expected.
// Beyond syntax it finds names that no one declared and operators that have no say on mapping paths: on a path
// `order.x == 7` is silently false, and `not`, `and`, `or` see only that there is a path.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/script/host.h"

namespace mlc::script {

struct ParseOptions {
  std::set<std::string, std::less<>> globals;  // names that exist without a declaration
};

// What a script may name without require, in files of definitions, mappings and layers.
const std::set<std::string, std::less<>>& ambient_globals();

// Where a statement stands: first and last line, and the column of its first word. Outer ones come before inner ones.
struct Statement {
  int line = 0, column = 0, last_line = 0;
};

// `statements`, when given, gets every statement of a file without faults of syntax.
void parse_lua(const std::string& file, std::string_view source, const ParseOptions& options, std::vector<Problem>& problems,
               std::vector<Statement>* statements = nullptr);

}  // namespace mlc::script
