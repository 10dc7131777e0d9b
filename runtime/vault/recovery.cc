#include "runtime/vault/recovery.h"

#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"

namespace mlc::vault {
namespace {

constexpr size_t kGroup = 8;
constexpr size_t kCheckDigits = 4;
constexpr const char* kContext = "ml-connector recovery";

std::string check_of(const std::string& digits) {
  return to_hex(crypto::sha256("ml-connector recovery " + digits)).substr(0, kCheckDigits);
}

Result<crypto::Key256> sealing_key(const crypto::Key256& recovery) {
  auto bytes = crypto::hkdf_sha256(recovery.reveal(), "", kContext, crypto::kKeyBytes);
  if (!bytes) return bytes.error();
  auto key = crypto::Key256::from_bytes(*bytes);
  wipe(bytes->data(), bytes->size());
  return key;
}

}  // namespace

Secret recovery_text(const crypto::Key256& key) {
  std::string digits = to_hex(key.reveal()), text;
  for (size_t at = 0; at < digits.size(); at += kGroup) text += digits.substr(at, kGroup) + "-";
  text += check_of(digits);
  wipe(digits.data(), digits.size());
  return Secret(std::move(text));
}

Result<crypto::Key256> parse_recovery(const Secret& text) {
  std::string digits;
  for (const char c : text.reveal()) {
    if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    digits.push_back(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  const bool whole = digits.size() == crypto::kKeyBytes * 2 + kCheckDigits;
  std::string check = whole ? digits.substr(crypto::kKeyBytes * 2) : "";
  if (whole) digits.resize(crypto::kKeyBytes * 2);
  auto bytes = from_hex(digits);
  const bool slip = whole && bytes && check != check_of(digits);
  wipe(digits.data(), digits.size());
  if (!whole || !bytes)
    return Error(Code::invalid_argument, "this is no recovery key: it has 8 groups of 8 hexadecimal digits and a last group of 4");
  if (slip) return Error(Code::invalid_argument, "the recovery key was mistyped: its last group does not fit the others");
  auto key = crypto::Key256::from_bytes(*bytes);
  wipe(bytes->data(), bytes->size());
  return key;
}

Result<store::Row> recovery_row(const crypto::Key256& recovery, const crypto::Key256& wrapping, Environment env) {
  auto key = sealing_key(recovery);
  if (!key) return key.error();
  auto sealed = crypto::seal(*key, crypto::random_nonce(*env.random), kContext, wrapping.reveal());
  if (!sealed) return sealed.error();
  return store::Row{kRecoveryRow, std::move(*sealed), env.clock->wall()};
}

Result<crypto::Key256> wrapped_key(const store::Row& row, const crypto::Key256& recovery) {
  auto key = sealing_key(recovery);
  if (!key) return key.error();
  auto plain = crypto::open(*key, kContext, row.value);
  if (!plain) return Error(Code::denied, "this recovery key does not open this backup: it is another workspace's, or was exported later");
  auto wrapping = crypto::Key256::from_bytes(*plain);
  wipe(plain->data(), plain->size());
  return wrapping;
}

}  // namespace mlc::vault
