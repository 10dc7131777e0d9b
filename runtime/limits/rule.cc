#include "runtime/limits/rule.h"

#include <algorithm>

#include "runtime/base/strings.h"

namespace mlc::limits {

namespace {

constexpr Duration kLongestPeriod = std::chrono::hours(24 * 366);

Result<int64_t> positive(document::Value value, const std::string& path) {
  auto number = value.integer();
  if (!number || *number <= 0) return Error(Code::config, path + ": expected a whole number above 0");
  return *number;
}

Result<Learn> parse_learn(document::Value value, const std::string& path) {
  Learn learn;
  if (!value.is_object()) return Error(Code::config, path + ": expected a table of header names");
  for (auto field : value.fields()) {
    if (!field.value.is_string()) return Error(Code::config, path + "." + std::string(field.key) + ": expected a header name");
    std::string name(field.value.text());
    if (field.key == "left") learn.left = name;
    else if (field.key == "limit") learn.limit = name;
    else if (field.key == "reset_ms") learn.reset_ms = name;
    else if (field.key == "reset_in_ms") learn.reset_in_ms = name;
    else if (field.key == "retry_after") learn.retry_after = name;
    else return Error(Code::config, path + ": unknown name \"" + std::string(field.key) + "\"");
  }
  return learn;
}

Result<Rule> parse_rule(document::Value value, const std::string& path) {
  if (!value.is_object()) return Error(Code::config, path + ": expected a table");
  Rule rule;
  for (auto field : value.fields()) {
    const std::string at = path + "." + std::string(field.key);
    if (field.key == "calls" || field.key == "errors" || field.key == "in_flight") {
      auto number = positive(field.value, at);
      if (!number) return number.error();
      (field.key == "calls" ? rule.calls : field.key == "errors" ? rule.errors : rule.in_flight) = *number;
    } else if (field.key == "per") {
      auto per = parse_duration(field.value.text());
      if (!per || *per <= Duration::zero() || *per > kLongestPeriod) return Error(Code::config, at + ": expected a period like \"1m\"");
      rule.per = *per;
    } else if (field.key == "scope") {
      for (auto word : field.value.items()) {
        if (!word.is_string()) return Error(Code::config, at + ": expected a list of words");
        rule.scope.emplace_back(word.text());
      }
    } else if (field.key == "count") {
      for (auto status : field.value.items()) {
        auto number = status.integer();
        if (!number || *number < 100 || *number > 599) return Error(Code::config, at + ": expected a list of HTTP statuses");
        rule.count.push_back(static_cast<int>(*number));
      }
    } else if (field.key == "learn") {
      auto learn = parse_learn(field.value, at);
      if (!learn) return learn.error();
      rule.learn = std::move(*learn);
    } else if (field.key != "at") {
      return Error(Code::config, path + ": unknown name \"" + std::string(field.key) + "\"");
    }
  }
  if ((rule.calls > 0) + (rule.errors > 0) + (rule.in_flight > 0) != 1) {
    return Error(Code::config, path + ": expected exactly one of calls, errors and in_flight");
  }
  if (rule.in_flight == 0 && rule.per == Duration::zero()) return Error(Code::config, path + ": `per` is missing");
  return rule;
}

}  // namespace

bool Rule::counts(int status) const {
  if (count.empty()) return status >= 400 && status < 500 && status != 429;
  return std::find(count.begin(), count.end(), status) != count.end();
}

std::string Rule::identity() const {
  if (in_flight > 0) return "in_flight/" + std::to_string(in_flight);
  return (is_cap ? "cap/" : "") + (calls > 0 ? "calls/" + std::to_string(calls) : "errors/" + std::to_string(errors)) + "/" +
         std::to_string(per.count());
}

Result<Duration> parse_duration(std::string_view text) {
  static constexpr struct {
    std::string_view unit;
    int64_t micros;
  } kUnits[] = {{"ms", 1000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}, {"d", 86'400'000'000}};
  for (const auto& [unit, micros] : kUnits) {
    if (!text.ends_with(unit)) continue;
    std::string_view digits = text.substr(0, text.size() - unit.size());
    if (!all_digits(digits) || digits.size() > 9) continue;
    int64_t number = 0;
    for (char digit : digits) number = number * 10 + (digit - '0');
    if (number > std::chrono::duration_cast<Duration>(kLongestPeriod).count() / micros) break;
    return Duration(number * micros);
  }
  return Error(Code::config, "expected a duration like \"30s\", \"5m\", \"1h\", \"1d\" or \"250ms\"");
}

Result<std::vector<Rule>> parse_rules(document::Value list, const std::string& path) {
  std::vector<Rule> rules;
  if (!list || list.is_null()) return rules;
  // An empty Lua table may arrive as {}.
  if (!list.is_array() && list.size() > 0) return Error(Code::config, path + ": expected a list");
  for (auto item : list.items()) {
    auto rule = parse_rule(item, path + "[" + std::to_string(rules.size() + 1) + "]");
    if (!rule) return rule.error();
    rules.push_back(std::move(*rule));
  }
  return rules;
}

Result<std::vector<Rule>> parse_caps(document::Value list, const std::string& path) {
  auto rules = parse_rules(list, path);
  if (!rules) return rules;
  for (auto& rule : *rules) rule.is_cap = true;
  return rules;
}

}  // namespace mlc::limits
