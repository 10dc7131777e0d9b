#include "tests/source_dir.h"

namespace mlc::test {

std::string source_dir() { return MLC_SOURCE_DIR; }

}  // namespace mlc::test
