// The program's log: one JSON object a line, {"time":..,"level":..,"event":..,fields}. `event` is a short stable name
// ("job.claimed"), never a sentence with values in it. Every value passes the Redactor. Safe from any thread.
//
//   log.info("webhook.accepted", {{"job", id}, {"bytes", body.size()}});
#pragma once
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/base/executor.h"
#include "runtime/base/redactor.h"
#include "runtime/base/result.h"

namespace mlc {

// Views: lives no longer than the call it is passed to.
struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, const std::string& text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
  Field(std::string_view field_name, double number) : name(field_name), value(number) {}
  template <std::integral Int>
  requires(!std::same_as<Int, bool>) Field(std::string_view field_name, Int number)
      : name(field_name), value(static_cast<int64_t>(number)) {}

  std::string_view name;
  std::variant<std::string_view, int64_t, double, bool> value;
};

enum class Level { debug, info, warn, error };

class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;  // one line with its newline; calls do not overlap

  Log(const Clock& clock, Sink sink, Level least = Level::info);
  Log(const Clock& clock, std::FILE* stream, Level least = Level::info);
  // Appends to a file, made with mode 0600.
  static Result<std::unique_ptr<Log>> open(const Clock& clock, const std::string& path, Level least = Level::info);
  static Log& null();  // discards; for tests and defaults

  void debug(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::debug, event, fields); }
  void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::info, event, fields); }
  void warn(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::warn, event, fields); }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::error, event, fields); }

  Redactor& redactor() { return redactor_; }

 private:
  void write(Level level, std::string_view event, std::initializer_list<Field> fields);

  const Clock* clock_;
  Sink sink_;
  Level least_;
  Redactor redactor_;
  std::mutex mutex_;
};

}  // namespace mlc
