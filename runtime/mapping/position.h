// Where a row of a mapping was written, and what is wrong there. Values.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mlc::mapping {

struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  std::string text() const { return file + ":" + std::to_string(line) + ":" + std::to_string(column); }
};

// A sentence that says what was found and what was expected.
struct Problem {
  Position at;
  std::string message;
  std::string word = {};  // what stands in the code there; a caller that has the code can find its column
  bool in_value = false;  // behind the "=" of the row

  std::string text() const { return at.text() + ": " + message; }
};

using Problems = std::vector<Problem>;

// The candidate most like the word, or empty when none is close: for "did you mean".
std::string closest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace mlc::mapping
