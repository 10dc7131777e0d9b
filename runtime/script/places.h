// Inside script: columns, which Lua itself does not know. Finds statements, words and keys in the text of a file.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/script/lexer.h"
#include "runtime/script/parser.h"

namespace mlc::script {

struct Place {
  int line = 0, column = 0;
};

// Made once for a file; views into `text`, which outlives it.
class Places {
 public:
  explicit Places(std::string_view text);

  // Where the innermost statement begins that has this line; for Lua a statement of several lines is at its last.
  Place statement(int line) const;
  // Where `word` stands as a name or text in that statement; `in_value`: behind its first "=". Else where the statement begins.
  Place word(int line, std::string_view word, bool in_value) const;
  // Where the last of these keys is assigned, each inside the one before: {"instances", "shop_nl", "settings", "journal"}. With
  // some missing, where the last one that is there stands; nothing when the first is missing.
  std::optional<Place> key(const std::vector<std::string>& keys) const;
  // The first name or text that is this word.
  std::optional<Place> first(std::string_view word) const;
  // The first word of a line.
  Place line(int line) const;

 private:
  const Statement* at(int line) const;

  std::vector<Token> tokens_;
  std::vector<Statement> statements_;
};

}  // namespace mlc::script
