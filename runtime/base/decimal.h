// Decimal: exact decimal numbers for money and quantities (G8, C8). A value is unscaled / 10^scale; the scale of the
// text it came from is kept, so "40.0000" stays "40.0000". Values up to 38 digits live in 128 bits, larger ones in
// Boost.Multiprecision behind a pointer. Immutable, copyable, any thread. No binary floating point anywhere.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace mlc {

enum class Rounding {
  half_up,    // ties away from zero, as invoices do
  half_even,  // ties to the even neighbour
  down,       // towards zero
  up,         // away from zero
  floor,      // towards minus infinity
  ceil,       // towards plus infinity
};

class Decimal {
 public:
  static constexpr int kMaxDigits = 400;  // of a parsed number, written out plainly; also the largest scale

  Decimal() = default;  // 0
  static Decimal from_int64(int64_t value) { return Decimal(value, 0); }
  // A JSON number (RFC 8259 section 6, exponent included); no leading '+', no spaces, no bare '.'.
  static Result<Decimal> parse(std::string_view text);

  std::string text() const;     // plain notation with its scale: "-0.50"; zero has no sign
  std::string compact() const;  // without trailing zeros: "-0.5"

  // Exact; + and - give the larger scale, * gives the sum of scales.
  friend Decimal operator+(const Decimal& a, const Decimal& b);
  friend Decimal operator-(const Decimal& a, const Decimal& b);
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  Decimal operator-() const;
  Decimal abs() const { return sign() < 0 ? -*this : *this; }
  // Quotient with `scale` decimals; invalid_argument for division by zero or a scale outside 0..kMaxDigits.
  Result<Decimal> div(const Decimal& by, int scale, Rounding rounding) const;
  // The same value with exactly `scale` decimals (0..kMaxDigits); widening is exact.
  Decimal round(int scale, Rounding rounding) const;

  // By value: 1.0 == 1.00.
  friend bool operator==(const Decimal& a, const Decimal& b) { return compare(a, b) == 0; }
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) { return compare(a, b) <=> 0; }

  bool is_zero() const { return sign() == 0; }
  int sign() const;  // -1, 0, 1
  int scale() const { return scale_; }
  bool is_integer() const;
  size_t digits() const;             // of the unscaled value; repeated multiplication grows it, so whoever loops over input checks it
  Result<int64_t> to_int64() const;  // invalid_argument unless exactly an int64

 private:
  __extension__ using Small = __int128;
  struct Big;      // an arbitrary large unscaled value
  struct Numbers;  // the arithmetic, which sees both forms
  Decimal(Small unscaled, int scale) : small_(unscaled), scale_(scale) {}
  static int compare(const Decimal& a, const Decimal& b);

  Small small_ = 0;
  std::shared_ptr<const Big> big_;  // set only when the value does not fit small_
  int scale_ = 0;
};

}  // namespace mlc
