// Which recorded answer a source value came in. The journal has every answer that a job was given; a mapping's record was
// put together from them by a flow. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/document/document.h"

namespace mlc::workbench {

struct RecordedAnswer {
  std::string name;  // operation or look-up
  std::string at;
  bool lookup = false;
  document::Document answer;
};

struct Origin {
  const RecordedAnswer* answer = nullptr;
  std::string path;  // inside the answer: "rows[2].sku"
};

// The place whose path ends most like `path` ("products[2].sku") and that holds just `raw` (JSON); of equals the first asked.
std::optional<Origin> origin_of(const std::vector<RecordedAnswer>& answers, std::string_view path, std::string_view raw);
// The answer of look-up `name` that has an entry for `key`.
std::optional<Origin> origin_of_lookup(const std::vector<RecordedAnswer>& answers, std::string_view name, std::string_view key);

}  // namespace mlc::workbench
