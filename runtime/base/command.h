// One run of another program: an argument list (no shell, no search of PATH), text on its standard input, what it prints
// kept up to a bound, its whole process group killed when the time is over. It gets PATH, HOME, USER, LOGNAME, LANG and TZ
// of our environment, and none of our files. Blocks: not for the io thread.
#pragma once
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/time.h"

namespace mlc {

struct Command {
  std::vector<std::string> arguments;  // the first is the program's full path
  std::string input;
  Duration limit = std::chrono::seconds(20);  // real time
  size_t max_output = 4096;                   // of standard output and error together; the rest is read and dropped
};

struct CommandEnd {
  int exit = 0;  // as a shell tells it: 128 + n when ended by signal n
  std::string output;
};

// timeout: it was killed. not_found or io: it did not start.
Result<CommandEnd> run_command(const Command& command);

}  // namespace mlc
