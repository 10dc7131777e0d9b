// How a system's declarations are read: table by table, each fault with its path.
#pragma once
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/strings.h"
#include "runtime/document/document.h"
#include "runtime/limits/rule.h"

namespace mlc::remote {

// Reads one table field by field; the first fault is kept with its path, and what nobody asked for is a fault.
class SpecReader {
 public:
  SpecReader(document::Value value, std::string path, std::optional<Error>& fault) : value_(value), path_(std::move(path)), fault_(fault) {
    // An empty Lua table may arrive as a list.
    if (value_ && !value_.is_object() && value_.size() + (value_.is_array() ? 0 : 1) > 0) fail("", "a table");
  }
  ~SpecReader() {
    for (auto field : value_.fields()) {
      if (field.key != "at" && std::find(taken_.begin(), taken_.end(), field.key) == taken_.end() && !fault_) {
        fault_ = Error(Code::config, path_ + ": unknown name \"" + std::string(field.key) + "\"");
      }
    }
  }

  document::Value take(std::string_view name) {
    taken_.emplace_back(name);
    document::Value field = value_.get(name);
    return field.is_null() ? document::Value() : field;
  }
  std::string text(std::string_view name, std::string otherwise = "") {
    document::Value field = take(name);
    if (!field) return otherwise;
    if (!field.is_string() || has_control(field.text())) fail(name, "a text", field);
    return std::string(field.text());
  }
  bool flag(std::string_view name, bool otherwise = false) {
    document::Value field = take(name);
    if (!field) return otherwise;
    if (!field.is_bool()) fail(name, "true or false", field);
    return field.as_bool();
  }
  int64_t number(std::string_view name, int64_t otherwise, int64_t least, int64_t most) {
    document::Value field = take(name);
    if (!field) return otherwise;
    auto number = field.integer();
    if (!number || *number < least || *number > most)
      fail(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most), field);
    return number.value_or(otherwise);
  }
  Duration duration(std::string_view name, Duration otherwise) {
    document::Value field = take(name);
    if (!field) return otherwise;
    auto duration = limits::parse_duration(field.text());
    if (!duration) fail(name, "a duration like \"30s\"", field);
    return duration.value_or(otherwise);
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    document::Value field = take(name);
    if (field && !field.is_array() && field.size() + (field.is_object() ? 0 : 1) > 0) fail(name, "a list of texts", field);
    for (auto item : field.items()) {
      if (!item.is_string()) fail(name, "a list of texts", item);
      all.emplace_back(item.text());
    }
    return all;
  }
  std::set<int> statuses(std::string_view name) {
    std::set<int> all;
    for (auto item : take(name).items()) {
      auto status = item.integer();
      if (!status || *status < 100 || *status > 599) fail(name, "a list of HTTP statuses", item);
      else all.insert(static_cast<int>(*status));
    }
    return all;
  }
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view name) {
    std::vector<std::pair<std::string, std::string>> all;
    for (auto field : take(name).fields()) {
      if (!field.value.is_string() && !field.value.is_number())
        fail(std::string(name) + "." + std::string(field.key), "a text", field.value);
      all.emplace_back(field.key, field.value.text());
    }
    return all;
  }
  std::string at(std::string_view name) const { return name.empty() ? path_ : path_ + "." + std::string(name); }
  void fail(std::string_view name, const std::string& expected, document::Value found = {}) {
    if (fault_) return;
    fault_ = Error(Code::config,
                   at(name) + ": expected " + expected + (found ? ", found " + std::string(document::kind_name(found.kind())) : ""));
  }

 private:
  document::Value value_;
  std::string path_;
  std::optional<Error>& fault_;
  std::vector<std::string> taken_;
};

}  // namespace mlc::remote
