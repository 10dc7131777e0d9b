#include "runtime/cli/visible_output.h"

#include "runtime/base/strings.h"

namespace mlc::cli {

VisibleOutput::VisibleOutput(std::ostream& out) : out_(out), before_(out.rdbuf()), buffer_(*before_) { out_.rdbuf(&buffer_); }

VisibleOutput::~VisibleOutput() {
  out_.flush();
  out_.rdbuf(before_);
}

int VisibleOutput::Buffer::sync() {
  const std::string shown = visible(line_);
  line_.clear();
  to_.sputn(shown.data(), static_cast<std::streamsize>(shown.size()));
  return to_.pubsync();
}

int VisibleOutput::Buffer::overflow(int c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return 0;
  const char one = traits_type::to_char_type(c);
  return xsputn(&one, 1) == 1 ? c : traits_type::eof();
}

std::streamsize VisibleOutput::Buffer::xsputn(const char* text, std::streamsize count) {
  line_.append(text, static_cast<size_t>(count));
  // Whole lines only, so that no character is cut in two.
  const size_t end = line_.rfind('\n');
  if (end == std::string::npos) return count;
  const std::string shown = visible(std::string_view(line_).substr(0, end + 1));
  line_.erase(0, end + 1);
  return to_.sputn(shown.data(), static_cast<std::streamsize>(shown.size())) < 0 ? 0 : count;
}

}  // namespace mlc::cli
