// Pages of a list as data: rows of an answer, and the arguments that ask for the next page. Pure.
#pragma once
#include <string>

#include "runtime/http/message.h"
#include "runtime/remote/system_spec.h"

namespace mlc::remote {

struct Page {
  std::string rows;  // JSON array
  size_t count = 0;
  std::string next_arguments;  // "" = last
};

// `arguments` are those of the page that `answer` is. corrupt: no row path of the operation gives a list.
Result<Page> take_page(const Operation& operation, document::Value arguments, document::Value answer);

}  // namespace mlc::remote
