#include "runtime/base/redactor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"

namespace mlc {
namespace {

constexpr std::array<std::string_view, 6> kTellingNames = {"authorization", "cookie", "token", "secret", "password", "key"};

uint32_t head4(const char* at) {
  uint32_t head;
  std::memcpy(&head, at, sizeof head);
  return head;
}

uint16_t head2(const char* at) {
  uint16_t head;
  std::memcpy(&head, at, sizeof head);
  return head;
}

// The characters of a base64 text that depend on `value` alone when `before` other bytes precede it (modulo 3), as
// inside "Basic base64(id:secret)".
std::string base64_core(std::string_view value, size_t before, bool url) {
  std::string padded(before, '\0');
  padded += value;
  std::string text = to_base64url(padded);
  if (!url) {
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
  }
  size_t begin = (before * 8 + 5) / 6;
  size_t end = padded.size() * 8 / 6;
  return text.substr(begin, end - begin);
}

std::string lower_percent(std::string text) {
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '%') continue;
    text[i + 1] = ascii_lower(text[i + 1]);
    text[i + 2] = ascii_lower(text[i + 2]);
  }
  return text;
}

std::vector<std::string> forms(std::string_view value) {
  std::vector<std::string> all = {std::string(value), to_hex(value), to_hex(value, true), percent_encode(value),
                                  lower_percent(percent_encode(value))};
  for (size_t before = 0; before < 3; ++before) {
    all.push_back(base64_core(value, before, false));
    all.push_back(base64_core(value, before, true));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < kMinLength) return;
  std::unique_lock lock(mutex_);
  for (auto& known : known_) {
    if (known.value.reveal() != secret) continue;
    ++known.uses;
    return;
  }
  known_.push_back({Secret(std::string(secret)), 1});
  index();
}

void Redactor::forget(std::string_view secret) {
  std::unique_lock lock(mutex_);
  auto known = std::find_if(known_.begin(), known_.end(), [&](const Known& each) { return each.value.reveal() == secret; });
  if (known == known_.end() || --known->uses > 0) return;
  known_.erase(known);
  index();
}

void Redactor::index() {
  patterns_.clear();
  by_head_.clear();
  heads_.reset();
  for (const auto& known : known_)
    for (auto& form : forms(known.value.reveal())) patterns_.emplace_back(std::move(form));
  for (size_t i = 0; i < patterns_.size(); ++i) {
    const char* text = patterns_[i].reveal().data();
    by_head_.emplace(head4(text), i);
    heads_.set(head2(text));
  }
}

std::string Redactor::redact(std::string_view text) const {
  std::shared_lock lock(mutex_);
  std::string out;
  if (patterns_.empty()) return out.assign(text);
  size_t copied = 0;
  for (size_t i = 0; i + kMinLength <= text.size();) {
    size_t longest = 0;
    if (heads_.test(head2(text.data() + i))) {
      auto [begin, end] = by_head_.equal_range(head4(text.data() + i));
      for (auto it = begin; it != end; ++it) {
        std::string_view pattern = patterns_[it->second].reveal();
        if (pattern.size() > longest && text.substr(i).starts_with(pattern)) longest = pattern.size();
      }
    }
    if (longest == 0) {
      ++i;
      continue;
    }
    out.append(text, copied, i - copied).append(kMask);
    i += longest;
    copied = i;
  }
  return out.append(text, copied);
}

bool Redactor::names_secret(std::string_view field_name) {
  std::string name = to_lower(field_name);
  return std::any_of(kTellingNames.begin(), kTellingNames.end(),
                     [&](std::string_view telling) { return name.find(telling) != std::string::npos; });
}

}  // namespace mlc
