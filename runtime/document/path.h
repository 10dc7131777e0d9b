// Where a value stands in a document: "products[2].price_ex_tax". Paths count from 1. A value, freely copied.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/document/document.h"

namespace mlc::document {

struct Step {
  std::string key;     // empty for an index
  uint32_t hash = 0;   // of the key
  uint32_t index = 0;  // from 1; 0 for a key
  bool is_key() const { return index == 0; }
  friend bool operator==(const Step& a, const Step& b) { return a.index == b.index && a.key == b.key; }
};

Step key_step(std::string_view key);
Step index_step(uint32_t index);

class Path {
 public:
  Path() = default;  // the value itself
  explicit Path(std::vector<Step> steps) : steps_(std::move(steps)) {}

  // Keys that are no plain names are written a["b.c"].
  static Result<Path> parse(std::string_view text);

  const std::vector<Step>& steps() const { return steps_; }
  std::string text() const;
  friend bool operator==(const Path& a, const Path& b) { return a.steps_ == b.steps_; }

 private:
  std::vector<Step> steps_;
};

// Missing when any step is.
Value find(Value value, const Path& path);

}  // namespace mlc::document
