// Any text as a number, an instant or an encoding: what is accepted has one value, and its text gives it back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/base/date.h"
#include "runtime/base/decimal.h"
#include "runtime/base/encoding.h"

namespace {

using namespace mlc;

void require(bool holds) {
  if (!holds) std::abort();
}

void numbers(std::string_view text) {
  auto number = Decimal::parse(text);
  if (!number) return;
  auto again = Decimal::parse(number->text());
  require(again.ok() && *again == *number && again->scale() == number->scale());
  auto compact = Decimal::parse(number->compact());
  require(compact.ok() && *compact == *number);
  require((*number - *number).is_zero() && -(-*number) == *number);
  const auto rounded = number->round(2, Rounding::half_up);
  require(rounded.scale() == 2 && rounded.round(2, Rounding::half_even) == rounded);
}

void encodings(std::string_view text) {
  if (auto bytes = from_hex(text)) require(from_hex(to_hex(*bytes)).value_or("?") == *bytes);
  if (auto bytes = from_base64(text)) require(to_base64(*bytes) == text);
  if (auto bytes = from_base64url(text)) require(to_base64url(*bytes) == text);
  require(percent_decode(percent_encode(text)).value_or("?") == text);
  require(from_base64(to_base64(text)).value_or("?") == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  numbers(text);
  encodings(text);
  if (auto instant = parse_instant(text)) {
    auto again = parse_instant(format_rfc3339(*instant));
    require(again.ok());
  }
  if (auto date = parse_iso_date(text)) require(text.size() == 10);
  return 0;
}
