#include "runtime/cli/line_editor.h"

#include <histedit.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cwchar>
#include <iostream>

namespace mlc::cli {
namespace {

constexpr int kHistoryLines = 2000;

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int) { interrupted = 1; }

// Ctrl-C while a line is read, and only then: what runs has its own way to hear of it.
class InterruptGuard {
 public:
  InterruptGuard() {
    interrupted = 0;
    struct sigaction wanted {};
    wanted.sa_handler = on_interrupt;  // without SA_RESTART: the read ends
    sigaction(SIGINT, &wanted, &before_);
  }
  ~InterruptGuard() { sigaction(SIGINT, &before_, nullptr); }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction before_ {};
};

class Terminal : public LineEditor {
 public:
  Terminal(std::string path, Complete complete) : path_(std::move(path)), complete_(std::move(complete)) {
    std::setlocale(LC_CTYPE, "");
    edit_ = el_init("ml-connector", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, kHistoryLines);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!path_.empty()) history(history_, &event, H_LOAD, path_.c_str());
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, prompt_of);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_SIGNAL, 0);
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_GETCFN, read_character);
    el_set(edit_, EL_ADDFN, "complete", "completes names and fields", on_tab);
    el_set(edit_, EL_BIND, "^I", "complete", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  }
  ~Terminal() override {
    history_end(history_);
    el_end(edit_);
  }

  EditedLine read(const std::string& prompt) override {
    prompt_ = prompt;
    InterruptGuard guard;
    int count = 0;
    const char* text = el_gets(edit_, &count);
    if (interrupted) {
      el_reset(edit_);
      std::cout << "^C\n";
      return {EditedLine::How::interrupted, ""};
    }
    if (text == nullptr || count <= 0) {
      std::cout << "\n";
      return {};
    }
    std::string line(text, static_cast<size_t>(count));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) remember(line);
    return {EditedLine::How::line, line};
  }

  bool is_terminal() const override { return true; }

 private:
  static Terminal& of(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *static_cast<Terminal*>(self);
  }
  static char* prompt_of(EditLine* edit) { return of(edit).prompt_.data(); }

  // One character of the locale's encoding. libedit's own reading begins again after a signal.
  static int read_character(EditLine* edit, wchar_t* to) {
    (void)edit;
    std::mbstate_t state{};
    for (;;) {
      char byte = 0;
      const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
      if (got < 0 && errno == EINTR && !interrupted) continue;
      if (got <= 0) return got == 0 ? 0 : -1;
      wchar_t wide = 0;
      const size_t used = std::mbrtowc(&wide, &byte, 1, &state);
      if (used == static_cast<size_t>(-2)) continue;  // the middle of a character
      if (used == static_cast<size_t>(-1)) {
        state = std::mbstate_t{};
        continue;
      }
      *to = wide;
      return 1;
    }
  }

  static unsigned char on_tab(EditLine* edit, int) {
    Terminal& self = of(edit);
    const LineInfo* line = el_line(edit);
    const std::string before(line->buffer, static_cast<size_t>(line->cursor - line->buffer));
    const auto [from, words] = self.complete_(before);
    if (words.empty() || from > before.size()) return CC_REFRESH_BEEP;
    std::string common = words.front();
    for (const auto& word : words) {
      size_t same = 0;
      while (same < common.size() && same < word.size() && common[same] == word[same]) ++same;
      common.resize(same);
    }
    const size_t typed = before.size() - from;
    if (common.size() > typed) {
      if (el_insertstr(edit, common.c_str() + typed) == -1) return CC_ERROR;
      return CC_REFRESH;
    }
    if (words.size() == 1) return CC_REFRESH;
    self.show(words);
    return CC_REDISPLAY;
  }

  void show(const std::vector<std::string>& words) {
    size_t width = 0;
    for (const auto& word : words) width = std::max(width, word.size());
    const size_t columns = std::max<size_t>(1, 78 / (width + 2));
    std::cout << "\n";
    for (size_t i = 0; i < words.size(); ++i) {
      std::cout << words[i];
      const bool last = i + 1 == words.size() || (i + 1) % columns == 0;
      std::cout << (last ? "\n" : std::string(width + 2 - words[i].size(), ' '));
    }
    std::cout.flush();
  }

  void remember(const std::string& line) {
    HistEvent event;
    history(history_, &event, H_ENTER, line.c_str());
    if (path_.empty()) return;
    const mode_t before = umask(0077);
    history(history_, &event, H_SAVE, path_.c_str());
    umask(before);
  }

  std::string path_, prompt_;
  Complete complete_;
  EditLine* edit_ = nullptr;
  History* history_ = nullptr;
};

// Lines of a file or a pipe; nothing is shown but what the session says.
class Plain : public LineEditor {
 public:
  EditedLine read(const std::string&) override {
    EditedLine line;
    if (std::getline(std::cin, line.text)) line.how = EditedLine::How::line;
    return line;
  }
  bool is_terminal() const override { return false; }
};

}  // namespace

std::unique_ptr<LineEditor> make_line_editor(const std::string& history_path, LineEditor::Complete complete) {
  if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) return std::make_unique<Terminal>(history_path, std::move(complete));
  return std::make_unique<Plain>();
}

}  // namespace mlc::cli
