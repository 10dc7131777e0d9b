#include "runtime/cli/secret_input.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace mlc::cli {

std::string read_secret(const std::string& prompt) {
  std::string value;
  if (!isatty(STDIN_FILENO)) {
    std::getline(std::cin, value);
    return value;
  }
  std::cerr << prompt << ": " << std::flush;
  termios shown{};
  tcgetattr(STDIN_FILENO, &shown);
  termios hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::getline(std::cin, value);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  std::cerr << "\n";
  return value;
}

}  // namespace mlc::cli
