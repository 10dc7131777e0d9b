// crypto: digests, MACs and text forms of bytes, as signatures and tokens of remotes need them.
#include "bindings/modules.h"
#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "runtime/script/isolate.h"

namespace mlc::bindings {
namespace {

using namespace script;

// The bytes, or their text when the last argument asks: "raw" (the default), "hex", "hex_upper", "base64".
int push_as(lua_State* L, const std::string& bytes, int index) {
  auto form = text_argument(L, index, "raw");
  if (form == "raw") push_text(L, bytes);
  else if (form == "hex") push_text(L, to_hex(bytes));
  else if (form == "hex_upper") push_text(L, to_hex(bytes, true));
  else if (form == "base64") push_text(L, to_base64(bytes));
  else argument_error(L, index, "raw, hex, hex_upper or base64");
  return 1;
}

template <crypto::Hash kHash>
int digest(lua_State* L) {
  auto data = text_argument(L, 1);
  Isolate::of(L).charge(L, data.size() / 16);
  return push_as(L, crypto::digest(kHash, data), 2);
}

template <crypto::Hash kHash>
int mac(lua_State* L) {
  auto key = text_argument(L, 1);
  auto data = text_argument(L, 2);
  Isolate::of(L).charge(L, data.size() / 16);
  return push_as(L, crypto::hmac(kHash, key, data), 3);
}

int push_decoded(lua_State* L, const Result<std::string>& bytes) {
  if (!bytes) return push_failure(L, bytes.error());
  push_text(L, *bytes);
  return 1;
}

// crypto.hex(bytes, upper?) -> text
int hex(lua_State* L) {
  push_text(L, to_hex(text_argument(L, 1), flag_argument(L, 2, false)));
  return 1;
}
// crypto.unhex(text) -> bytes | nil, err
int unhex(lua_State* L) { return push_decoded(L, from_hex(text_argument(L, 1))); }
// crypto.base64(bytes) -> text
int base64(lua_State* L) {
  push_text(L, to_base64(text_argument(L, 1)));
  return 1;
}
// crypto.unbase64(text) -> bytes | nil, err
int unbase64(lua_State* L) { return push_decoded(L, from_base64(text_argument(L, 1))); }
// crypto.base64url(bytes) -> text without padding
int base64url(lua_State* L) {
  push_text(L, to_base64url(text_argument(L, 1)));
  return 1;
}

// crypto.equal(a, b) -> boolean in a time that depends on the lengths only
int equal(lua_State* L) {
  lua_pushboolean(L, crypto::equal_constant_time(text_argument(L, 1), text_argument(L, 2)));
  return 1;
}

// crypto.uuid() -> version 4 text; from the run's seed, so that a replay makes the same
int uuid(lua_State* L) {
  Fiber* fiber = Isolate::of(L).current();
  if (fiber == nullptr || !fiber->random) raise(L, "there is no random here: a definition must be the same each time");
  std::string bytes(16, '\0');
  fiber->random->fill(bytes.data(), bytes.size());
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = to_hex(bytes);
  for (size_t at : {8, 13, 18, 23}) text.insert(at, "-");
  push_text(L, text);
  return 1;
}

}  // namespace

script::Module crypto_module() {
  return {"crypto",
          {{"sha1", digest<crypto::Hash::sha1>},
           {"sha256", digest<crypto::Hash::sha256>},
           {"sha512", digest<crypto::Hash::sha512>},
           {"hmac_sha1", mac<crypto::Hash::sha1>},
           {"hmac_sha256", mac<crypto::Hash::sha256>},
           {"hmac_sha512", mac<crypto::Hash::sha512>},
           {"hex", hex},
           {"unhex", unhex},
           {"base64", base64},
           {"unbase64", unbase64},
           {"base64url", base64url},
           {"equal", equal},
           {"uuid", uuid}},
          nullptr};
}

}  // namespace mlc::bindings
