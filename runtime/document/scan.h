// Inside document only: scanning of single tokens, shared by the parser and the writer.
#pragma once
#include <cstddef>
#include <string_view>

namespace mlc::document {

// Bytes of the number that the text begins with, by the grammar of RFC 8259; 0 when it begins with none.
size_t number_length(std::string_view text);

inline bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace mlc::document
