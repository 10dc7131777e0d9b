#include "runtime/base/currency.h"

#include <algorithm>
#include <array>

namespace mlc {
namespace {

// ISO 4217, exponents other than 2, without funds and units of account.
constexpr std::array<std::string_view, 17> kWhole = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                                     "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> kThousandths = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

}  // namespace

int minor_digits(std::string_view currency) {
  if (std::find(kWhole.begin(), kWhole.end(), currency) != kWhole.end()) return 0;
  return std::find(kThousandths.begin(), kThousandths.end(), currency) != kThousandths.end() ? 3 : 2;
}

}  // namespace mlc
