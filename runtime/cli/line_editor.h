// Lines from whoever types: on a terminal with editing, history and completion (libedit), else as they come. One thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlc::cli {

struct EditedLine {
  enum class How { line, end, interrupted } how = How::end;
  std::string text;
};

class LineEditor {
 public:
  // Where in the line the completed word begins, and what it may become.
  using Complete = std::function<std::pair<size_t, std::vector<std::string>>(const std::string& before_cursor)>;

  virtual ~LineEditor() = default;
  virtual EditedLine read(const std::string& prompt) = 0;
  virtual bool is_terminal() const = 0;
};

// `history_path`: a file that keeps the lines between sessions (0600); "" = none. A terminal only when stdin and stdout are one.
std::unique_ptr<LineEditor> make_line_editor(const std::string& history_path, LineEditor::Complete complete);

}  // namespace mlc::cli
