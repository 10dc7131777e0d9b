#include "runtime/base/system_clock.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "runtime/base/decimal.h"
#include "runtime/base/files.h"
#include "runtime/base/secret.h"
#include "runtime/base/strings.h"

namespace mlc {
namespace {

WallTime real_wall() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }
SteadyTime real_steady() { return std::chrono::floor<Duration>(std::chrono::steady_clock::now()); }

// Year 9999; nothing beyond it can be written as a date, and far beyond it the arithmetic would overflow.
constexpr int64_t kLastMicros = 253'402'300'799'999'999;

Duration scaled(Duration span, double scale) {
  double product = std::round(static_cast<double>(span.count()) * scale);
  return Duration(static_cast<int64_t>(std::clamp(product, -static_cast<double>(kLastMicros), static_cast<double>(kLastMicros))));
}

// The flat object of numbers that write() makes; JSON in general is read one room up.
std::optional<std::string_view> member(std::string_view text, std::string_view name) {
  text = trim(text);
  if (!text.starts_with('{') || !text.ends_with('}')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::optional<std::string_view> found;
  for (std::string_view pair : split(text, ',')) {
    auto colon = pair.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    if (trim(pair.substr(0, colon)) != '"' + std::string(name) + '"') continue;
    if (found) return std::nullopt;
    found = trim(pair.substr(colon + 1));
  }
  return found;
}

std::optional<WallTime> instant_member(std::string_view text, std::string_view name) {
  auto found = member(text, name);
  auto seconds = found ? Decimal::parse(*found) : Result<Decimal>(Code::invalid_argument, "absent");
  if (!seconds) return std::nullopt;
  auto micros = (*seconds * Decimal::from_int64(1'000'000)).round(0, Rounding::half_even).to_int64();
  if (!micros || *micros < 0 || *micros > kLastMicros) return std::nullopt;
  return from_micros(*micros);
}

std::string seconds_text(WallTime instant) {
  return fmt::format("{}.{:06}", to_micros(instant) / 1'000'000, to_micros(instant) % 1'000'000);
}

}  // namespace

WallTime SystemClock::wall() const { return real_wall(); }
SteadyTime SystemClock::steady() const { return real_steady(); }

FileClock::FileClock(WallTime real, WallTime virtual_start, double scale)
    : real_(real), virtual_(virtual_start), scale_(scale), steady_start_(real_steady()) {}

Result<std::unique_ptr<FileClock>> FileClock::open(const std::string& path) {
  RealFiles files;
  auto text = files.read(path);
  if (!text) return text.error().wrap("clock file");
  auto real = instant_member(*text, "real");
  auto virtual_start = instant_member(*text, "virtual");
  auto scale_text = member(*text, "scale");
  auto scale_number = scale_text ? Decimal::parse(*scale_text) : Result<Decimal>(Code::invalid_argument, "absent");
  if (!real || !virtual_start || !scale_number)
    return Error(Code::config, "clock file " + path + R"( is not {"real": seconds, "virtual": seconds, "scale": number})");
  double scale = std::strtod(scale_number->text().c_str(), nullptr);
  if (!(scale > 0) || scale > kMaxScale) return Error(Code::config, "clock file " + path + ": scale must be above 0 and at most 1000000");
  return std::unique_ptr<FileClock>(new FileClock(*real, *virtual_start, scale));
}

Status FileClock::write(const std::string& path, WallTime real_now, WallTime virtual_now, double scale) {
  if (!(scale > 0) || scale > kMaxScale) return Error(Code::invalid_argument, "clock scale must be above 0 and at most 1000000");
  RealFiles files;
  return files.write_atomic(
      path, fmt::format("{{\"real\": {}, \"virtual\": {}, \"scale\": {}}}\n", seconds_text(real_now), seconds_text(virtual_now), scale),
      0644);
}

Status FileClock::advance(const std::string& path, Duration by) {
  if (by < Duration::zero() || by.count() > kLastMicros - to_micros(wall()))
    return Error(Code::invalid_argument, "a clock only goes ahead, and not beyond the year 9999");
  ahead_ += by.count();
  return write(path, real_wall(), wall(), scale_);
}

WallTime FileClock::wall() const { return virtual_ + scaled(real_wall() - real_, scale_) + Duration(ahead_.load()); }

SteadyTime FileClock::steady() const { return steady_start_ + scaled(real_steady() - steady_start_, scale_); }

void SystemRandom::fill(void* bytes, size_t count) {
  struct Buffer {
    unsigned char bytes[4096];
    size_t left = 0;
    ~Buffer() { wipe(bytes, sizeof bytes); }
  };
  thread_local Buffer buffer;
  auto* out = static_cast<unsigned char*>(bytes);
  while (count > 0) {
    if (buffer.left == 0) {
      // At most 256 bytes are all or nothing; larger reads may be cut short by a signal.
      size_t got = 0;
      while (got < sizeof buffer.bytes) {
        ssize_t n = getrandom(buffer.bytes + got, sizeof buffer.bytes - got, 0);
        if (n < 0 && errno != EINTR) throw std::runtime_error("getrandom failed");
        if (n > 0) got += static_cast<size_t>(n);
      }
      buffer.left = sizeof buffer.bytes;
    }
    size_t take = std::min(count, buffer.left);
    unsigned char* from = buffer.bytes + (sizeof buffer.bytes - buffer.left);
    std::memcpy(out, from, take);
    wipe(from, take);
    buffer.left -= take;
    out += take;
    count -= take;
  }
}

}  // namespace mlc
