#include "runtime/script/path_remarks.h"

namespace mlc::script {
namespace {

constexpr size_t kMostQuoted = 40;  // longer expressions would hide the sentence

std::string brief(std::string_view code) {
  return code.size() > kMostQuoted || code.find('\n') != std::string_view::npos ? std::string("the path") : std::string(code);
}

std::string no_say(std::string_view word) {
  return "'" + std::string(word) + "' has no say on a mapping's path: it would be decided now, not for each record; ";
}

// What with() would be given: "order" of "order.products[1].sku".
std::string root_of(std::string_view path) {
  const size_t end = path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  const std::string root(path.substr(0, end));
  return root.empty() || root == "setting" || root == "given" || root == "job" ? "order" : root;
}

}  // namespace

std::string operator_remark(std::string_view sign, std::string_view left, std::string_view right, bool left_is_path) {
  const std::string path = brief(left_is_path ? left : right), other = brief(left_is_path ? right : left);
  if ((sign == "==" || sign == "~=") && other == "nil") {
    return no_say(sign) + "write " + path + ":present()" + (sign == "==" ? ":is_false()" : "") + ", which is a boolean for :when";
  }
  if (sign == "==") return no_say(sign) + "write " + path + ":is(" + other + ")";
  if (sign == "~=") return no_say(sign) + "write " + path + ":is_not(" + other + ")";
  const bool less = sign == "<" || sign == "<=";
  if (sign == "<" || sign == ">") return no_say(sign) + "write " + path + (less == left_is_path ? ":below(" : ":above(") + other + ")";
  if (sign == "<=" || sign == ">=")
    return no_say(sign) + "write " + path + (less == left_is_path ? ":above(" : ":below(") + other + "):is_false()";
  if (sign == "or") {
    return left_is_path
               ? no_say(sign) + "for another value when there is none write " + path + ":default(" + other + "), for conditions a:either(b)"
               : no_say(sign) + "write with(record, function)";
  }
  return no_say(sign) + "write condition:when(value, otherwise), for two conditions a:both(b)";
}

std::string prefix_remark(std::string_view sign, std::string_view path) {
  if (sign == "not") return no_say(sign) + "write " + brief(path) + ":is_false(), or :present():is_false() when it may be missing";
  const std::string root = root_of(path);
  return no_say(sign) + "write with(" + root + ", function(o) return " + std::string(sign) + "o.… end)";
}

std::string condition_remark(std::string_view word, std::string_view path) {
  return no_say(word) + "write field = condition:when(value, otherwise), or with(" + root_of(path) + ", function(o) … end)";
}

std::string call_remark(std::string_view function, std::string_view path) {
  if (function == "ipairs" || function == "pairs" || function == "next")
    return "'" + std::string(function) +
           "' can't walk a mapping's path: there is no record yet; make lines by invoice.Lines:each(\"name\", " + brief(path) +
           "), or loop inside with(record, function)";
  std::string instead = "compute inside with(record, function)";
  if (function == "tostring") instead = "write " + brief(path) + ":text()";
  if (function == "tonumber") instead = "write " + brief(path) + ":decimal() or :integer()";
  if (function == "string.format" || function == ":format") instead = "join texts with .., or use with(record, function)";
  if (function == "string.upper" || function == "string.lower" || function == "string.sub")
    instead = "write " + brief(path) + ":" + std::string(function.substr(7)) + "(…)";
  if (function == "type") instead = "the type of a field stands in the system's types.lua";
  return "'" + std::string(function) + "' gets a mapping's path, not its value: there is no record yet; " + instead;
}

std::string inside_with_remark(std::string_view name) {
  if (name == "setting" || name == "given" || name == "job") {
    const std::string given = name == "setting" ? "ctx.settings" : name == "given" ? "ctx.given" : "ctx.job";
    return "inside a with function '" + std::string(name) + "' has no values; write " + given +
           ".…, of the third parameter: function(record, line, ctx)";
  }
  return "inside a with function '" + std::string(name) + "' is still the mapping's path, not the record; use the function's own parameter";
}

std::string target_remark(std::string_view target) {
  return brief(target) + " has no value while the mapping is read: compute from the source record";
}

}  // namespace mlc::script
