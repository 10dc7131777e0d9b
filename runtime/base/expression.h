// A regular expression (Perl's syntax, by Boost.Regex), compiled once and shared by its copies. What is searched may be a remote's text:
// an expression that would go on too long over it ends with an error, and no text is too long for the stack.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace mlc {

class Expression {
 public:
  // config: it is none; says what is wrong with it.
  static Result<Expression> compile(const std::string& text);

  // All that fits in `text`, each once, in its order: the first group where there is one, else the whole. `^` and `$` are its two ends.
  // exhausted: it goes on too long.
  Result<std::vector<std::string>> find_all(std::string_view text) const;

 private:
  struct Compiled;
  explicit Expression(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace mlc
