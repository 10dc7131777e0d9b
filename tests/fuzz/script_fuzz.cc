// Any bytes as a script: the parser ends, and every fault has a place inside the file.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/script/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mlc::script;
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  ParseOptions options;
  options.globals = ambient_globals();
  std::vector<Problem> problems;
  parse_lua("fuzz.lua", source, options, problems);
  const auto lines = std::count(source.begin(), source.end(), '\n') + std::count(source.begin(), source.end(), '\r') + 1;
  for (const auto& problem : problems) {
    if (problem.sentence.empty() || problem.line < 1 || problem.line > lines || problem.column < 0) std::abort();
  }
  return 0;
}
