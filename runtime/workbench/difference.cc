#include "runtime/workbench/difference.h"

#include "runtime/document/document.h"
#include "runtime/document/write.h"

namespace mlc::workbench {
namespace {

using document::Document;
using document::Value;

std::string json_of(Value value) { return value ? document::write(value) : ""; }

std::string deeper(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

class Comparison {
 public:
  Comparison(const std::string& what, std::vector<Difference>& found) : what_(what), found_(found) {}

  void values(const std::string& path, Value before, Value after) {
    if (before.is_object() && after.is_object()) {
      for (auto field : before.fields()) values(deeper(path, field.key), field.value, after.get(field.key));
      for (auto field : after.fields()) {
        if (!before.get(field.key)) values(deeper(path, field.key), Value(), field.value);
      }
      return;
    }
    if (before.is_array() && after.is_array()) {
      for (size_t i = 0; i < before.size() || i < after.size(); ++i)
        values(path + "[" + std::to_string(i + 1) + "]", before.at(i), after.at(i));
      return;
    }
    auto was = json_of(before), is = json_of(after);
    if (was != is) found_.push_back({what_, path, std::move(was), std::move(is)});
  }

 private:
  const std::string& what_;
  std::vector<Difference>& found_;
};

}  // namespace

std::string Difference::text() const {
  std::string out = what + ": ";
  if (!path.empty()) out += path + ": ";
  return out + (before.empty() ? "(absent)" : before) + " -> " + (after.empty() ? "(absent)" : after);
}

void compare_json(const std::string& what, std::string_view before, std::string_view after, std::vector<Difference>& differences) {
  if (before == after) return;
  auto was = Document::parse(std::string(before)), is = Document::parse(std::string(after));
  if (!was || !is) {
    differences.push_back({what, "", std::string(before), std::string(after)});
    return;
  }
  const size_t known = differences.size();
  Comparison(what, differences).values("", was->root(), is->root());
  // The same fields in another order: other bytes all the same.
  if (differences.size() == known) differences.push_back({what, "", std::string(before), std::string(after)});
}

}  // namespace mlc::workbench
