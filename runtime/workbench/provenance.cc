#include "runtime/workbench/provenance.h"

#include "runtime/document/path.h"
#include "runtime/document/write.h"

namespace mlc::workbench {
namespace {

using document::Step;
using document::Value;

struct Search {
  const std::vector<Step>& wanted;
  std::string raw;
  std::vector<Step> here = {};
  size_t best = 0;  // steps at the end that agree; 0: nothing found
  std::vector<Step> found = {};

  size_t agreeing() const {
    size_t count = 0;
    while (count < here.size() && count < wanted.size() && here[here.size() - 1 - count] == wanted[wanted.size() - 1 - count]) ++count;
    return count;
  }

  void walk(Value value) {
    if (!here.empty()) {
      const size_t count = agreeing();
      if (count > best && document::canonical(value) == raw) {
        best = count;
        found = here;
      }
    }
    for (auto field : value.fields()) {
      here.push_back(document::key_step(field.key));
      walk(field.value);
      here.pop_back();
    }
    uint32_t index = 0;
    for (Value item : value.items()) {
      here.push_back(document::index_step(++index));
      walk(item);
      here.pop_back();
    }
  }
};

}  // namespace

std::optional<Origin> origin_of(const std::vector<RecordedAnswer>& answers, std::string_view path, std::string_view raw) {
  auto wanted = document::Path::parse(path);
  auto value = document::Document::parse(std::string(raw));
  if (!wanted || !value || wanted->steps().empty()) return std::nullopt;
  std::optional<Origin> origin;
  size_t best = 0;
  for (const auto& each : answers) {
    if (each.lookup) continue;
    Search search{wanted->steps(), document::canonical(value->root())};
    search.walk(each.answer.root());
    if (search.best <= best) continue;
    best = search.best;
    origin = Origin{&each, document::Path(search.found).text()};
  }
  return origin;
}

std::optional<Origin> origin_of_lookup(const std::vector<RecordedAnswer>& answers, std::string_view name, std::string_view key) {
  for (const auto& each : answers) {
    if (each.lookup && each.name == name && each.answer.root().get(key)) return Origin{&each, std::string(key)};
  }
  return std::nullopt;
}

}  // namespace mlc::workbench
