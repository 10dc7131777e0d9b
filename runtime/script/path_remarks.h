// Inside script: what the parser says of code that treats a mapping's path like a value. Each sentence ends with what to write.
#pragma once
#include <string>
#include <string_view>

namespace mlc::script {

// An operator between two expressions, given as they are written; `left_is_path`: else the right one is.
std::string operator_remark(std::string_view sign, std::string_view left, std::string_view right, bool left_is_path);
// `not`, `#` and `~` before a path.
std::string prefix_remark(std::string_view sign, std::string_view path);
// `if`, `elseif`, `while`, `until` on a path.
std::string condition_remark(std::string_view word, std::string_view path);
// A function of Lua's library, or a method of a text, that is given a path: "tostring", "string.format", ":format".
std::string call_remark(std::string_view function, std::string_view path);
// A path or target of the file inside a function given to with().
std::string inside_with_remark(std::string_view name);
// A target field where a value is wanted.
std::string target_remark(std::string_view target);

}  // namespace mlc::script
