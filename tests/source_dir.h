// Where the project's sources lie: scripts, examples and test data are read from there.
#pragma once
#include <string>

namespace mlc::test {

std::string source_dir();

}  // namespace mlc::test
