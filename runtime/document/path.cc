#include "runtime/document/path.h"

#include <charconv>

#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::document {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '-'; }

bool is_plain_name(std::string_view key) {
  if (key.empty() || !is_name_start(key.front())) return false;
  for (char c : key) {
    if (!is_name_part(c)) return false;
  }
  return true;
}

Error wrong(std::string_view text, size_t at, std::string_view expected) {
  return Error(Code::invalid_argument,
               "path \"" + std::string(text) + "\": expected " + std::string(expected) + " at character " + std::to_string(at + 1));
}

// ["any key"] with JSON's escapes; `at` stands on the quote and ends behind the bracket.
Result<Step> bracket_key(std::string_view text, size_t& at) {
  size_t close = at + 1;
  while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
  if (close + 1 >= text.size() || text[close + 1] != ']') return wrong(text, std::min(close, text.size()), "\"]");
  auto key = Document::parse(std::string(text.substr(at, close + 1 - at)));
  if (!key) return wrong(text, at, "a quoted key");
  at = close + 2;
  return key_step(key->root().text());
}

Result<Step> bracket_index(std::string_view text, size_t& at) {
  uint32_t index = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), index);
  if (error != std::errc() || index == 0) return wrong(text, at, "an index from 1");
  const size_t close = static_cast<size_t>(end - text.data());
  if (close >= text.size() || text[close] != ']') return wrong(text, close, "]");
  at = close + 1;
  return index_step(index);
}

}  // namespace

Step key_step(std::string_view key) { return {std::string(key), key_hash(key), 0}; }
Step index_step(uint32_t index) { return {std::string(), 0, index}; }

Result<Path> Path::parse(std::string_view text) {
  std::vector<Step> steps;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '[') {
      ++at;
      auto step = at < text.size() && text[at] == '"' ? bracket_key(text, at) : bracket_index(text, at);
      if (!step) return step.error();
      steps.push_back(std::move(*step));
      continue;
    }
    if (!steps.empty()) {
      if (text[at] != '.') return wrong(text, at, "a dot or a bracket");
      ++at;
    }
    const size_t begin = at;
    if (at >= text.size() || !is_name_start(text[at])) return wrong(text, at, "a field name");
    while (at < text.size() && is_name_part(text[at])) ++at;
    steps.push_back(key_step(text.substr(begin, at - begin)));
  }
  return Path(std::move(steps));
}

std::string Path::text() const {
  std::string all;
  for (const Step& step : steps_) {
    if (!step.is_key()) {
      all += "[" + std::to_string(step.index) + "]";
    } else if (is_plain_name(step.key)) {
      if (!all.empty()) all.push_back('.');
      all += step.key;
    } else {
      all += "[" + quoted(step.key) + "]";
    }
  }
  return all;
}

Value find(Value value, const Path& path) {
  for (const Step& step : path.steps()) {
    value = step.is_key() ? value.get(step.key, step.hash) : value.at(step.index - 1);
    if (!value) break;
  }
  return value;
}

}  // namespace mlc::document
