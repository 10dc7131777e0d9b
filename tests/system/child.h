// One child process of a test: its standard output and error, its end. It dies with the thread that made it, so that
// no failed test leaves one behind. One thread uses a Child at a time.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/temp_folder.h"

namespace mlc::system_test {

using Seconds = std::chrono::duration<double>;
using Variables = std::map<std::string, std::string>;  // set beside what the test itself has; PATH and so on stay

class Child {
 public:
  // stdout and stderr go to files `<log>.out` and `<log>.err`, which a restart continues.
  Child(const std::vector<std::string>& arguments, const Variables& variables, const std::string& log, const std::string& input = "");
  ~Child();  // kill -9 when it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number);
  // 0 to 255 as exited, 128 + n when ended by signal n; nullopt when it still runs after `patience`.
  std::optional<int> wait(Seconds patience);
  bool running() { return !wait(Seconds(0)); }
  pid_t pid() const { return pid_; }
  std::string output() const;  // what this child wrote, not its forerunners
  std::string errors() const;

 private:
  std::string written(const std::string& path, size_t from) const;

  pid_t pid_ = -1;
  std::string log_;
  size_t out_from_ = 0, err_from_ = 0;
  std::optional<int> end_;
};

struct Ended {
  int code = -1;
  std::string out, err;
};

void pause_between_looks();

// Asks `held` until it is true or `patience` is over, some milliseconds apart.
template <class Condition>
bool eventually(Seconds patience, Condition held) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!held()) {
    if (std::chrono::steady_clock::now() > end) return false;
    pause_between_looks();
  }
  return true;
}

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);
std::string replaced(std::string text, const std::string& from, const std::string& to);

// A folder under the temporary one, removed at the end unless the test failed.
struct Folder {
  ~Folder();
  mlc::test::TempFolder temporary;
  const std::string path = temporary.path();
};

}  // namespace mlc::system_test
