// Keeps secrets out of text that leaves the process (T8). First defence is the Secret type; this is the second: known
// values are replaced wherever they stand, also in hex, base64 (at any alignment) or percent form, and fields with a
// telling name are never printed. Safe from any thread.
#pragma once
#include <bitset>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/secret.h"

namespace mlc {

class Redactor {
 public:
  // Shorter values are not looked for: they would black out ordinary words.
  static constexpr size_t kMinLength = 4;
  static constexpr std::string_view kMask = "[redacted]";

  void add(std::string_view secret);
  void forget(std::string_view secret);  // of a value added once per add(): rotated tokens do not pile up

  std::string redact(std::string_view text) const;
  // authorization, cookie, token, secret, password, key, alone or as part of the name, in any case.
  static bool names_secret(std::string_view field_name);

 private:
  struct Known {
    Secret value;
    size_t uses = 0;
  };
  void index();  // rebuilds what redact() searches; mutex_ is held

  mutable std::shared_mutex mutex_;
  std::vector<Known> known_;
  std::vector<Secret> patterns_;
  std::unordered_multimap<uint32_t, size_t> by_head_;  // first four bytes -> pattern
  std::bitset<65536> heads_;                           // first two bytes of any pattern
};

}  // namespace mlc
