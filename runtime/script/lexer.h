// Lua 5.4 tokens with their positions, for what the compiler can't say: columns, and where a path stands. Text stays text;
// nothing is interpreted.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/script/host.h"

namespace mlc::script {

struct Token {
  enum class Kind { name, keyword, number, string, symbol, end };
  Kind kind = Kind::end;
  std::string_view text;  // as written; a view into the source
  int line = 1;
  int column = 1;
  size_t at = 0;

  bool is(std::string_view wanted) const { return text == wanted && (kind == Kind::keyword || kind == Kind::symbol); }
};

// Ends with a token of kind end. An unfinished string or comment and a stray character are problems.
std::vector<Token> tokenise(const std::string& file, std::string_view source, std::vector<Problem>& problems);

}  // namespace mlc::script
