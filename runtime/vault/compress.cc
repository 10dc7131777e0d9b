#include "runtime/vault/compress.h"

#include <zstd.h>

#include <memory>

namespace mlc::vault {
namespace {

constexpr int kLevel = 1;
constexpr size_t kWorthTrying = 64;  // bytes; less never shrinks
constexpr char kPlain = 0, kZstd = 1;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

std::string pack(std::string_view plain) {
  if (plain.size() >= kWorthTrying) {
    thread_local std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
    std::string packed(1 + ZSTD_compressBound(plain.size()), kZstd);
    const size_t size = ZSTD_compressCCtx(context.get(), packed.data() + 1, packed.size() - 1, plain.data(), plain.size(), kLevel);
    if (!ZSTD_isError(size) && size + 1 < plain.size()) {
      packed.resize(size + 1);
      return packed;
    }
  }
  std::string packed(1, kPlain);
  packed += plain;
  return packed;
}

Result<std::string> unpack(std::string_view packed) {
  if (packed.empty()) return Error(Code::corrupt, "a sealed payload is empty");
  const std::string_view body = packed.substr(1);
  if (packed[0] == kPlain) return std::string(body);
  if (packed[0] != kZstd) return Error(Code::corrupt, "a sealed payload is of an unknown form");
  const auto size = ZSTD_getFrameContentSize(body.data(), body.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMaxPlainBytes)
    return Error(Code::corrupt, "a sealed payload has no believable size");
  thread_local std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  std::string plain(size, '\0');
  const size_t got = ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), body.data(), body.size());
  if (ZSTD_isError(got) || got != size) return Error(Code::corrupt, "a sealed payload can't be unpacked");
  return plain;
}

}  // namespace mlc::vault
