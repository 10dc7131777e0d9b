// Upper and lower case beyond ASCII for the alphabets of the countries served: Latin, Greek, Cyrillic. Letters whose other case
// has another length (ß) stay. No locale, so that every machine gives one answer.
#pragma once
#include <string>
#include <string_view>

namespace mlc::mapping {

std::string upper_case(std::string_view utf8);
std::string lower_case(std::string_view utf8);

}  // namespace mlc::mapping
