#include "runtime/base/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstring>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/base/system_clock.h"

namespace mlc {
namespace {

constexpr size_t kMaxValue = 4096;  // bytes of one field's text; the rest is cut, with a mark

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

// Everything outside printable ASCII is escaped unless the text is UTF-8: a log line never carries control characters
// (CR, LF, ESC, C1) or broken bytes to a terminal or a log collector.
void append_json_text(std::string& line, std::string_view text) {
  const bool utf8 = valid_utf8(text);
  line += '"';
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    const bool c1_control = utf8 && byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (byte == '"' || byte == '\\') {
      line += '\\';
      line += text[i];
    } else if (c1_control) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", static_cast<unsigned char>(text[++i]));
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte);
    } else {
      line += text[i];
    }
  }
  line += '"';
}

std::string shortened(std::string text) {
  if (text.size() <= kMaxValue) return text;
  size_t end = kMaxValue;
  while (end > kMaxValue - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a character
  text.resize(end);
  return text + "...";
}

Log::Sink stream_sink(std::FILE* stream) {
  return [stream](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stream);
    std::fflush(stream);
  };
}

}  // namespace

Log::Log(const Clock& clock, Sink sink, Level least) : clock_(&clock), sink_(std::move(sink)), least_(least) {}
Log::Log(const Clock& clock, std::FILE* stream, Level least) : Log(clock, stream_sink(stream), least) {}

Result<std::unique_ptr<Log>> Log::open(const Clock& clock, const std::string& path, Level least) {
  int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return Error(Code::io, "cannot open log file " + path + ": " + std::strerror(errno));
  std::shared_ptr<std::FILE> file(::fdopen(descriptor, "a"), [](std::FILE* stream) {
    if (stream != nullptr) std::fclose(stream);
  });
  if (file == nullptr) {
    ::close(descriptor);
    return Error(Code::io, "cannot open log file " + path);
  }
  return std::make_unique<Log>(
      clock, [file, write = stream_sink(file.get())](std::string_view line) { write(line); }, least);
}

Log& Log::null() {
  static SystemClock clock;
  static Log log(clock, Sink());
  return log;
}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!sink_ || level < least_) return;
  std::string line = R"({"time":")" + format_rfc3339(clock_->wall()) + R"(","level":")";
  line.append(level_name(level)).append(R"(","event":)");
  append_json_text(line, redactor_.redact(event));
  for (const Field& field : fields) {
    line += ',';
    append_json_text(line, field.name);
    line += ':';
    if (Redactor::names_secret(field.name)) {
      append_json_text(line, Redactor::kMask);
    } else if (auto* text = std::get_if<std::string_view>(&field.value)) {
      append_json_text(line, shortened(redactor_.redact(*text)));
    } else if (auto* whole = std::get_if<int64_t>(&field.value)) {
      line += fmt::to_string(*whole);
    } else if (auto* number = std::get_if<double>(&field.value)) {
      line += std::isfinite(*number) ? fmt::to_string(*number) : std::string("null");
    } else {
      line += std::get<bool>(field.value) ? "true" : "false";
    }
  }
  line += "}\n";
  std::lock_guard lock(mutex_);
  sink_(line);
}

}  // namespace mlc
