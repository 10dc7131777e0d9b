// Text forms of bytes. Decoders are strict: one text for one value, anything else is invalid_argument; errors never
// quote their input, which may be a secret.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace mlc {

std::string to_hex(std::string_view bytes, bool upper = false);
Result<std::string> from_hex(std::string_view text);  // either case, even length

// RFC 4648 section 4 with padding, and section 5 (URL alphabet) without. Bits that no byte uses must be zero.
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);
std::string to_base64url(std::string_view bytes);
Result<std::string> from_base64url(std::string_view text);

// RFC 3986: keeps letters, digits and -._~ ; everything else becomes %XX. '+' has no meaning in either direction.
std::string percent_encode(std::string_view text);
Result<std::string> percent_decode(std::string_view text);

// True if any byte is a control character (0x00-0x1F, 0x7F): such text may not become a header, target or log field.
bool has_control(std::string_view text);

// Well-formed UTF-8 by Unicode table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(std::string_view text);

}  // namespace mlc
