#include "runtime/base/decimal.h"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>

namespace mlc {

using BigInt = boost::multiprecision::cpp_int;

namespace {

__extension__ using Int128 = __int128;
constexpr int kSmallDigits = 38;
constexpr auto kPowers = [] {
  std::array<Int128, kSmallDigits + 1> table{};
  table[0] = 1;
  for (size_t i = 1; i < table.size(); ++i) table[i] = table[i - 1] * 10;
  return table;
}();
constexpr Int128 kLimit = kPowers[kSmallDigits];  // unscaled values held in 128 bits are below this

}  // namespace

struct Decimal::Big {
  BigInt value;
};

// Arithmetic on unscaled values. A value of at most 38 digits is always held as Small, so one value has one form.
struct Decimal::Numbers {
  static bool fits(Small value) { return value > -kLimit && value < kLimit; }

  static BigInt widen(Small value) {
    __extension__ using Wide = unsigned __int128;
    Wide magnitude = value < 0 ? -static_cast<Wide>(value) : static_cast<Wide>(value);
    BigInt wide = static_cast<uint64_t>(magnitude >> 64);
    wide <<= 64;
    wide |= static_cast<uint64_t>(magnitude);
    return value < 0 ? BigInt(-wide) : wide;
  }
  static BigInt big(const Decimal& a) { return a.big_ ? a.big_->value : widen(a.small_); }
  static BigInt big_power(int exponent) { return boost::multiprecision::pow(BigInt(10), static_cast<unsigned>(exponent)); }

  static Decimal make(const BigInt& value, int scale) {
    static const BigInt limit = widen(kLimit);
    if (value < limit && value > -limit) {
      BigInt magnitude = boost::multiprecision::abs(value);
      auto low = static_cast<uint64_t>(magnitude & std::numeric_limits<uint64_t>::max());
      auto high = static_cast<uint64_t>(magnitude >> 64);
      Small small = static_cast<Small>(high) << 64 | static_cast<Small>(low);
      return Decimal(value < 0 ? -small : small, scale);
    }
    Decimal result;
    result.big_ = std::make_shared<const Big>(Big{value});
    result.scale_ = scale;
    return result;
  }

  // a * 10^exponent if it stays small.
  static bool shift_small(Small& value, int exponent) {
    if (exponent > kSmallDigits) return value == 0;
    return !__builtin_mul_overflow(value, kPowers[static_cast<size_t>(exponent)], &value) && fits(value);
  }
  // Brings both to the larger scale without leaving Small.
  static bool align_small(const Decimal& a, const Decimal& b, Small& x, Small& y) {
    if (a.big_ || b.big_) return false;
    x = a.small_;
    y = b.small_;
    return a.scale_ < b.scale_ ? shift_small(x, b.scale_ - a.scale_) : shift_small(y, a.scale_ - b.scale_);
  }
  static void align_big(const Decimal& a, const Decimal& b, BigInt& x, BigInt& y) {
    x = big(a);
    y = big(b);
    if (a.scale_ < b.scale_) x *= big_power(b.scale_ - a.scale_);
    if (b.scale_ < a.scale_) y *= big_power(a.scale_ - b.scale_);
  }

  template <class Int>
  static Int divide(const Int& n, const Int& d, Rounding rounding) {
    Int quotient = n / d;
    Int rest = n % d;
    if (rest == 0) return quotient;
    const bool negative = (n < 0) != (d < 0);
    if (rest < 0) rest = -rest;
    Int other = d < 0 ? Int(-d) : d;
    other -= rest;  // rest against |d| - rest is rest against half, without doubling
    bool away = false;
    switch (rounding) {
      case Rounding::half_up:
        away = rest >= other;
        break;
      case Rounding::half_even:
        away = rest > other || (rest == other && quotient % 2 != 0);
        break;
      case Rounding::down:
        break;
      case Rounding::up:
        away = true;
        break;
      case Rounding::floor:
        away = negative;
        break;
      case Rounding::ceil:
        away = !negative;
        break;
    }
    if (away) quotient += negative ? -1 : 1;
    return quotient;
  }

  // numerator / denominator * 10^shift, rounded to an integer, as the unscaled value of a Decimal with `scale`.
  static Decimal quotient(const Decimal& numerator, const Decimal& denominator, int shift, int scale, Rounding rounding) {
    if (!numerator.big_ && !denominator.big_) {
      Small n = numerator.small_, d = denominator.small_;
      if (shift >= 0 ? shift_small(n, shift) : shift_small(d, -shift)) {
        Small q = divide<Small>(n, d, rounding);
        if (fits(q)) return Decimal(q, scale);
      }
    }
    BigInt n = big(numerator), d = big(denominator);
    if (shift >= 0) n *= big_power(shift);
    else d *= big_power(-shift);
    return make(divide<BigInt>(n, d, rounding), scale);
  }

  // The digits of |unscaled|, "0" for zero.
  static std::string magnitude(const Decimal& a) {
    if (a.big_) return BigInt(boost::multiprecision::abs(a.big_->value)).str();
    Small left = a.small_ < 0 ? -a.small_ : a.small_;
    char buffer[kSmallDigits + 1];
    char* begin = std::end(buffer);
    do *--begin = static_cast<char>('0' + static_cast<int>(left % 10));
    while ((left /= 10) != 0);
    return std::string(begin, std::end(buffer));
  }
};

Result<Decimal> Decimal::parse(std::string_view text) {
  const Error bad(Code::invalid_argument, "not a decimal number");
  const Error large(Code::invalid_argument, "a number of more than 400 digits");
  auto take_digits = [&text] {
    size_t end = 0;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    return digits;
  };

  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::string_view whole = take_digits(), fraction;
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return bad;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits();
    if (fraction.empty()) return bad;
  }
  if (whole.size() > kMaxDigits || fraction.size() > kMaxDigits) return large;
  int exponent = 0;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    const bool down = text.starts_with('-');
    if (down || text.starts_with('+')) text.remove_prefix(1);
    std::string_view digits = take_digits();
    if (digits.empty() || !text.empty()) return bad;
    for (char c : digits) {
      exponent = exponent * 10 + (c - '0');
      if (exponent > 2 * kMaxDigits) return large;
    }
    if (down) exponent = -exponent;
  }
  if (!text.empty()) return bad;

  int scale = static_cast<int>(fraction.size()) - exponent;
  int zeros = std::max(0, -scale);
  scale = std::max(0, scale);
  int coefficient = static_cast<int>(whole.size() + fraction.size()) + zeros;
  if (std::max(coefficient, scale + 1) > kMaxDigits) return large;

  if (coefficient <= kSmallDigits) {
    Small unscaled = 0;
    for (char c : whole) unscaled = unscaled * 10 + (c - '0');
    for (char c : fraction) unscaled = unscaled * 10 + (c - '0');
    unscaled *= kPowers[static_cast<size_t>(zeros)];
    return Decimal(negative ? -unscaled : unscaled, scale);
  }
  std::string digits = std::string(whole) + std::string(fraction) + std::string(static_cast<size_t>(zeros), '0');
  // A leading zero would make Boost read the text as octal.
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  BigInt unscaled(digits);
  return Numbers::make(negative ? BigInt(-unscaled) : unscaled, scale);
}

std::string Decimal::text() const {
  std::string digits = Numbers::magnitude(*this);
  auto decimals = static_cast<size_t>(scale_);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
  return sign() < 0 ? "-" + digits : digits;
}

std::string Decimal::compact() const {
  std::string plain = text();
  if (scale_ == 0) return plain;
  size_t last = plain.find_last_not_of('0');
  plain.resize(plain[last] == '.' ? last : last + 1);
  return plain;
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  int scale = std::max(a.scale_, b.scale_);
  Decimal::Small x, y;
  Decimal::Small sum;
  if (Decimal::Numbers::align_small(a, b, x, y) && !__builtin_add_overflow(x, y, &sum) && Decimal::Numbers::fits(sum))
    return Decimal(sum, scale);
  BigInt p, q;
  Decimal::Numbers::align_big(a, b, p, q);
  return Decimal::Numbers::make(p + q, scale);
}

Decimal operator-(const Decimal& a, const Decimal& b) { return a + -b; }

Decimal operator*(const Decimal& a, const Decimal& b) {
  int scale = a.scale_ + b.scale_;
  Decimal::Small product;
  if (!a.big_ && !b.big_ && !__builtin_mul_overflow(a.small_, b.small_, &product) && Decimal::Numbers::fits(product))
    return Decimal(product, scale);
  return Decimal::Numbers::make(Decimal::Numbers::big(a) * Decimal::Numbers::big(b), scale);
}

Decimal Decimal::operator-() const {
  if (!big_) return Decimal(-small_, scale_);
  return Numbers::make(-big_->value, scale_);
}

Result<Decimal> Decimal::div(const Decimal& by, int scale, Rounding rounding) const {
  if (by.is_zero()) return Error(Code::invalid_argument, "division by zero");
  if (scale < 0 || scale > kMaxDigits) return Error(Code::invalid_argument, "a quotient has 0 to 400 decimals");
  return Numbers::quotient(*this, by, scale + by.scale_ - scale_, scale, rounding);
}

Decimal Decimal::round(int scale, Rounding rounding) const {
  scale = std::clamp(scale, 0, kMaxDigits);
  return Numbers::quotient(*this, Decimal(1, 0), scale - scale_, scale, rounding);
}

int Decimal::compare(const Decimal& a, const Decimal& b) {
  if (int left = a.sign(), right = b.sign(); left != right) return left < right ? -1 : 1;
  Small x, y;
  if (Numbers::align_small(a, b, x, y)) return x < y ? -1 : x > y;
  BigInt p, q;
  Numbers::align_big(a, b, p, q);
  return p.compare(q) < 0 ? -1 : p.compare(q) > 0;
}

int Decimal::sign() const {
  if (big_) return big_->value.sign();
  return small_ < 0 ? -1 : small_ > 0;
}

bool Decimal::is_integer() const { return scale_ == 0 || round(0, Rounding::down) == *this; }

size_t Decimal::digits() const { return Numbers::magnitude(*this).size(); }

Result<int64_t> Decimal::to_int64() const {
  Decimal whole = scale_ == 0 ? *this : round(0, Rounding::down);
  if (whole.big_ || whole.small_ < std::numeric_limits<int64_t>::min() || whole.small_ > std::numeric_limits<int64_t>::max())
    return Error(Code::invalid_argument, "the number is outside the 64-bit integers");
  if (whole != *this) return Error(Code::invalid_argument, "the number is not an integer");
  return static_cast<int64_t>(whole.small_);
}

}  // namespace mlc
