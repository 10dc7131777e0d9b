// Any bytes: parsing never misbehaves, and what is accepted survives writing, copying and its canonical form.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mlc::document;
  const auto require = [](bool holds) {
    if (!holds) std::abort();
  };
  auto first = Document::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!first) return 0;
  const std::string once = write(first->root());
  auto second = Document::parse(once);
  require(second.ok());
  require(write(second->root()) == once);
  require(write(Node::copy_of(first->root())) == once);
  const std::string same = canonical(first->root());
  auto third = Document::parse(same);
  require(third.ok());
  require(canonical(third->root()) == same);
  return 0;
}
