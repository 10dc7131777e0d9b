#include "runtime/engine/effect_key.h"

#include "runtime/base/date.h"
#include "runtime/base/decimal.h"
#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/engine/journal.h"

namespace mlc::engine {

std::string effect_key(std::string_view client, std::string_view connection, std::string_view operation, std::string_view entity,
                       std::string_view effect, std::string_view version, int generation) {
  return hash_parts({client, connection, operation, entity, effect, version, std::to_string(generation)});
}

std::string shadow_id(std::string_view effect_key) {
  std::string hex = to_hex(hash_parts({"shadow", effect_key})).substr(0, 32);
  hex[12] = hex[16] = '8';  // RFC 9562: made by rules of its own
  for (size_t at : {8, 13, 18, 23}) hex.insert(at, "-");
  return hex;
}

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
  if (all_digits(a) && all_digits(b)) {
    const auto left = Decimal::parse(a), right = Decimal::parse(b);
    if (left && right) return *left <=> *right;
  }
  const auto left = parse_instant(a), right = parse_instant(b);
  if (left && right) return to_micros(*left) <=> to_micros(*right);
  return a.compare(b) <=> 0;
}

}  // namespace mlc::engine
