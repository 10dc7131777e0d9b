// A real terminal (tmux) with a shell in it, typed into and read by what stands on it. Nothing here sleeps for a time: whoever
// types waits for the prompt or for the lines that should come.
//
//   Terminals terminals(folder, variables);
//   Terminal& shell = terminals.open("main", "/tmp/x");
//   shell.wait_for([](const std::vector<std::string>& lines) { return lines.back() == "$"; }, Seconds(10));
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/system/child.h"

namespace mlc::system_test {

class Terminal {
 public:
  using Lines = std::vector<std::string>;
  Terminal(std::string tmux, std::string name) : tmux_(std::move(tmux)), name_(std::move(name)) {}

  void type(const std::string& text) const;  // and Enter
  void interrupt() const;                    // Ctrl-C
  // Everything since it was opened: lines that the terminal broke are whole again, blanks at their ends are gone.
  Lines lines() const;
  // The lines at the end of the waiting: `enough` liked them, or the time is up.
  Lines wait_for(const std::function<bool(const Lines&)>& enough, Seconds patience) const;

 private:
  std::string tmux_, name_;
};

class Terminals {
 public:
  // `variables` are added to what the shells inherit. The prompt is "$ ".
  Terminals(const std::string& folder, Variables variables);
  ~Terminals();
  Terminals(const Terminals&) = delete;
  Terminals& operator=(const Terminals&) = delete;

  Terminal& open(const std::string& name, const std::string& folder);  // the same again when it is open

 private:
  std::string tmux_;
  Variables variables_;
  std::map<std::string, std::unique_ptr<Terminal>> open_;
};

}  // namespace mlc::system_test
