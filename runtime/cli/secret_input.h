// How a command is given a secret: from a terminal without echo, else the first line of standard input. Never from the
// arguments: other users see them.
#pragma once
#include <string>

namespace mlc::cli {

std::string read_secret(const std::string& prompt);  // "" = nothing was given

}  // namespace mlc::cli
