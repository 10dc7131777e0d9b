#include "runtime/http/inflate.h"

#include <zlib.h>

#include <algorithm>

namespace mlc::http {
namespace {

constexpr size_t kFreeBytes = 64 * 1024;
constexpr int kGzipOnly = 15 + 16;  // largest window, gzip header required

struct Stream {
  z_stream z{};
  bool ready = inflateInit2(&z, kGzipOnly) == Z_OK;
  ~Stream() {
    if (ready) inflateEnd(&z);
  }
};

}  // namespace

Result<std::string> inflate_gzip(std::string_view packed, const InflateLimits& limits) {
  Stream stream;
  if (!stream.ready) return Error(Code::exhausted, "no memory to decode gzip");
  size_t limit = std::min(limits.max_bytes, kFreeBytes + packed.size() * limits.max_ratio);
  stream.z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.z.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  char piece[16 * 1024];
  int outcome = Z_OK;
  while (outcome == Z_OK) {
    stream.z.next_out = reinterpret_cast<Bytef*>(piece);
    stream.z.avail_out = sizeof piece;
    outcome = inflate(&stream.z, Z_NO_FLUSH);
    size_t made = sizeof piece - stream.z.avail_out;
    if (made > limit - out.size()) return Error(Code::exhausted, "gzip body grows beyond its limit");
    out.append(piece, made);
    if (outcome == Z_OK && made == 0 && stream.z.avail_in == 0) break;
  }
  if (outcome != Z_STREAM_END) return Error(Code::corrupt, "gzip body is damaged or cut");
  if (stream.z.avail_in != 0) return Error(Code::corrupt, "bytes after the gzip body");
  return out;
}

}  // namespace mlc::http
