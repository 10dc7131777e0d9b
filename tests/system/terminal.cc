#include "tests/system/terminal.h"

#include <sys/types.h>

#include <cstdio>
#include <sstream>

namespace mlc::system_test {
namespace {

std::string as_word(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return out;
  char block[4096];
  while (const size_t got = fread(block, 1, sizeof block, pipe)) out.append(block, got);
  pclose(pipe);
  return out;
}

}  // namespace

void Terminal::type(const std::string& text) const {
  if (!text.empty()) output_of(tmux_ + " send-keys -t " + name_ + " -l " + as_word(text));
  output_of(tmux_ + " send-keys -t " + name_ + " Enter");
}

void Terminal::interrupt() const { output_of(tmux_ + " send-keys -t " + name_ + " C-c"); }

Terminal::Lines Terminal::lines() const {
  const std::string screen = output_of(tmux_ + " capture-pane -t " + name_ + " -p -J -S -");
  Lines lines;
  for (size_t begin = 0; begin < screen.size();) {
    const size_t end = std::min(screen.find('\n', begin), screen.size());
    std::string line = screen.substr(begin, end - begin);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

Terminal::Lines Terminal::wait_for(const std::function<bool(const Lines&)>& enough, Seconds patience) const {
  Lines seen;
  eventually(patience, [&] {
    seen = lines();
    return !seen.empty() && enough(seen);
  });
  return seen;
}

Terminals::Terminals(const std::string& folder, Variables variables) : variables_(std::move(variables)) {
  const std::string settings = folder + "/tmux.conf";
  write_file(settings, "set -g history-limit 50000\nset -g default-terminal screen\n");
  tmux_ = "tmux -u -S " + as_word(folder + "/tmux") + " -f " + as_word(settings);
}

// Also what still runs in them is gone afterwards, so that their folder can be removed.
Terminals::~Terminals() {
  std::istringstream shells(output_of(tmux_ + " list-panes -a -F '#{pane_pid}'"));
  std::vector<pid_t> sessions;
  for (pid_t each = 0; shells >> each;) sessions.push_back(each);
  output_of(tmux_ + " kill-server");
  eventually(Seconds(20), [&] {
    for (const pid_t session : sessions) {
      if (output_of("ps -o pid= -s " + std::to_string(session)).find_first_of("0123456789") != std::string::npos) return false;
    }
    return true;
  });
}

Terminal& Terminals::open(const std::string& name, const std::string& folder) {
  auto& terminal = open_[name];
  if (terminal) return *terminal;
  std::string shell = "env PS1='$ ' LC_ALL=C.UTF-8";
  for (const auto& [variable, value] : variables_) shell += " " + variable + "=" + as_word(value);
  shell += " bash --noprofile --norc -i";
  output_of(tmux_ + " new-session -d -x 240 -y 50 -s " + name + " -c " + as_word(folder) + " " + as_word(shell));
  terminal = std::make_unique<Terminal>(tmux_, name);
  return *terminal;
}

}  // namespace mlc::system_test
