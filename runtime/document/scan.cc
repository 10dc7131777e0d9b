#include "runtime/document/scan.h"

namespace mlc::document {
namespace {

size_t digits(std::string_view text, size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

}  // namespace

size_t number_length(std::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  size_t end = digits(text, at);
  if (end == at || (text[at] == '0' && end > at + 1)) return 0;
  if (end < text.size() && text[end] == '.') {
    at = end + 1;
    end = digits(text, at);
    if (end == at) return 0;
  }
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    at = end + 1;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    end = digits(text, at);
    if (end == at) return 0;
  }
  return end;
}

}  // namespace mlc::document
