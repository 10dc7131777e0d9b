#include "runtime/crypto/signature.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/crypto/ed25519.h"
#include "runtime/crypto/rsa.h"

namespace mlc::crypto {
namespace {

constexpr size_t kMaxIdLength = 256;         // bytes
constexpr size_t kMaxTimestampDigits = 11;   // until the year 5138
constexpr size_t kMaxSignatureEntries = 16;  // during a rotation there are two

struct Found {
  Verdict::Kind kind = Verdict::missing;
  std::string_view value;
  bool ok() const { return kind == Verdict::ok; }
};

// A field that is signed or signs must stand exactly once: two readers of two fields would see two messages.
Found field(Headers headers, std::string_view name) {
  Found found;
  for (const auto& [header, value] : headers) {
    if (!iequals(header, name)) continue;
    if (found.ok()) return {Verdict::duplicate_field, {}};
    found = {Verdict::ok, value};
  }
  if (found.ok() && found.value.empty()) found.kind = Verdict::missing;
  return found;
}

bool usable(const SecretVersion& version, WallTime now) {
  return !version.secret.empty() && (!version.valid_until || now < *version.valid_until);
}

struct WebhookKeys {
  std::vector<Secret> mac;           // HMAC keys
  std::vector<std::string> ed25519;  // public keys
  bool empty() const { return mac.empty() && ed25519.empty(); }
};

WebhookKeys webhook_keys(StandardWebhooks::KeyForm form, std::span<const SecretVersion> secrets, WallTime now) {
  constexpr std::string_view kSymmetric = "whsec_", kPublic = "whpk_";
  WebhookKeys keys;
  for (const auto& version : secrets) {
    if (!usable(version, now)) continue;
    std::string_view text = version.secret.reveal();
    if (form == StandardWebhooks::KeyForm::utf8) {
      keys.mac.push_back(version.secret);
      continue;
    }
    const bool is_public = text.starts_with(kPublic);
    if (is_public) text.remove_prefix(kPublic.size());
    if (text.starts_with(kSymmetric)) text.remove_prefix(kSymmetric.size());
    auto key = from_base64(text);
    if (!key || key->empty()) continue;
    if (is_public) keys.ed25519.push_back(std::move(*key));
    else keys.mac.emplace_back(std::move(*key));
  }
  return keys;
}

Verdict verify_standard(const StandardWebhooks& scheme, Headers headers, std::string_view body, std::span<const SecretVersion> secrets,
                        WallTime now) {
  const Found id = field(headers, "webhook-id"), timestamp = field(headers, "webhook-timestamp"),
              signatures = field(headers, "webhook-signature");
  for (const Found& each : {id, timestamp, signatures})
    if (!each.ok()) return {each.kind, {}};
  // The signed text is id.timestamp.body: a '.' in the id would let one signed text be cut in two ways.
  if (id.value.size() > kMaxIdLength || has_control(id.value) || id.value.find('.') != std::string_view::npos)
    return {Verdict::malformed, {}};
  if (!all_digits(timestamp.value) || timestamp.value.size() > kMaxTimestampDigits) return {Verdict::malformed, {}};

  const WebhookKeys keys = webhook_keys(scheme.key, secrets, now);
  if (keys.empty()) return {Verdict::no_secret, {}};
  std::vector<std::string> expected;
  for (const auto& key : keys.mac) expected.push_back(hmac(Hash::sha256, key.reveal(), {id.value, ".", timestamp.value, ".", body}));
  std::string signed_text;  // only Ed25519 needs it in one piece
  if (!keys.ed25519.empty()) signed_text.append(id.value).append(".").append(timestamp.value).append(".").append(body);

  const auto entries = split(signatures.value, ' ');
  if (entries.size() > kMaxSignatureEntries) return {Verdict::malformed, {}};
  bool readable = false, matched = false;
  for (std::string_view entry : entries) {
    const size_t comma = entry.find(',');
    if (comma == std::string_view::npos) return {Verdict::malformed, {}};
    const std::string_view version = entry.substr(0, comma);
    if (version != "v1" && version != "v1a") continue;  // a version of the future
    auto given = from_base64(entry.substr(comma + 1));
    if (!given) continue;
    readable = true;
    if (version == "v1")
      for (const auto& mac : expected) matched |= equal_constant_time(mac, *given);
    else
      for (const auto& key : keys.ed25519) matched |= ed25519_verify(key, signed_text, *given);
  }
  if (!readable) return {Verdict::malformed, {}};
  if (!matched) return {Verdict::mismatch, {}};
  int64_t seconds = 0;
  for (char c : timestamp.value) seconds = seconds * 10 + (c - '0');
  const Duration off = now - WallTime(std::chrono::seconds(seconds));
  if (off > scheme.tolerance || off < -scheme.tolerance) return {Verdict::stale, {}};
  return {Verdict::ok, std::string(id.value)};
}

std::optional<std::string> decode(PlainMac::As as, std::string_view text) {
  auto unfit = [as](char c) { return as == PlainMac::As::hex ? c >= 'A' && c <= 'F' : c >= 'a' && c <= 'f'; };
  if (as != PlainMac::As::base64 && std::any_of(text.begin(), text.end(), unfit)) return std::nullopt;
  auto bytes = as == PlainMac::As::base64 ? from_base64(text) : from_hex(text);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

// What is signed, piece by piece, and what follows it in the body.
struct Signed {
  Verdict::Kind kind = Verdict::ok;
  std::vector<std::string_view> pieces;
  std::string_view rest;
};

Signed signed_bytes(const PlainMac& scheme, Headers headers, std::string_view body) {
  Signed out;
  if (const auto* between = std::get_if<PlainMac::Between>(&scheme.over)) {
    // Nothing is parsed yet, so the markers are exact bytes and the first one opens the body: what stands outside of
    // them would be unsigned text.
    if (!body.starts_with(between->begin)) return {Verdict::malformed, {}, {}};
    const size_t begin = between->begin.size(), end = body.rfind(between->end);
    if (end == std::string_view::npos || end < begin) return {Verdict::missing, {}, {}};
    if (!between->last && body.find(between->end, begin) != end) return {Verdict::duplicate_field, {}, {}};
    out.pieces = {body.substr(begin, end - begin)};
    out.rest = body.substr(end + between->end.size());
  } else if (const auto* parts = std::get_if<PlainMac::Parts>(&scheme.over)) {
    for (const auto& part : *parts) {
      if (part.kind == PlainMac::Part::Kind::header) {
        const Found found = field(headers, part.text);
        if (!found.ok()) return {found.kind, {}, {}};
        out.pieces.push_back(found.value);
      } else {
        out.pieces.push_back(part.kind == PlainMac::Part::Kind::body ? body : std::string_view(part.text));
      }
    }
  } else {
    out.pieces = {body};
  }
  return out;
}

Found given_text(const PlainMac& scheme, Headers headers, std::string_view rest) {
  if (const auto* header = std::get_if<PlainMac::InHeader>(&scheme.given)) {
    Found found = field(headers, header->name);
    if (!found.ok()) return found;
    if (!found.value.starts_with(header->prefix)) return {Verdict::malformed, {}};
    found.value.remove_prefix(header->prefix.size());
    return found;
  }
  constexpr std::string_view kOpen = "\"", kClose = "\"}";
  if (rest.size() < kOpen.size() + kClose.size() || !rest.starts_with(kOpen) || !rest.ends_with(kClose)) return {Verdict::malformed, {}};
  return {Verdict::ok, rest.substr(kOpen.size(), rest.size() - kOpen.size() - kClose.size())};
}

Verdict verify_plain(const PlainMac& scheme, Headers headers, std::string_view body, std::span<const SecretVersion> secrets, WallTime now) {
  const Signed bytes = signed_bytes(scheme, headers, body);
  if (bytes.kind != Verdict::ok) return {bytes.kind, {}};
  const Found text = given_text(scheme, headers, bytes.rest);
  if (!text.ok()) return {text.kind, {}};
  const auto given = decode(scheme.as, text.value);
  if (!given) return {Verdict::malformed, {}};

  bool any = false, matched = false;
  for (const auto& version : secrets) {
    if (!usable(version, now)) continue;
    any = true;
    matched |= equal_constant_time(hmac(scheme.hash, version.secret.reveal(), bytes.pieces), *given);
  }
  if (!any) return {Verdict::no_secret, {}};
  if (!matched) return {Verdict::mismatch, {}};
  thread_local Sha256 replay_key;
  for (std::string_view piece : bytes.pieces) replay_key.update(piece);
  return {Verdict::ok, to_hex(replay_key.finish())};
}

std::optional<WallTime> signed_at(std::string_view text) {
  if (all_digits(text)) {
    if (text.empty() || text.size() > kMaxTimestampDigits) return std::nullopt;
    int64_t seconds = 0;
    for (char c : text) seconds = seconds * 10 + (c - '0');
    return WallTime(std::chrono::seconds(seconds));
  }
  auto instant = parse_instant(text);
  return instant ? std::optional<WallTime>(*instant) : std::nullopt;
}

Verdict verify_rsa(const RsaSignature& scheme, Headers headers, std::string_view body, std::span<const SecretVersion> secrets,
                   WallTime now) {
  const Found text = field(headers, scheme.signature), id = field(headers, scheme.key), time = field(headers, scheme.time);
  for (const Found& each : {text, id, time})
    if (!each.ok()) return {each.kind, {}};
  const auto at = signed_at(time.value);
  const auto given = from_base64(text.value);
  if (!at || !given || given->empty() || has_control(id.value)) return {Verdict::malformed, {}};
  PlainMac parts;
  parts.over = scheme.over;
  const Signed bytes = signed_bytes(parts, headers, body);
  if (bytes.kind != Verdict::ok) return {bytes.kind, {}};

  std::optional<RsaKey> key;
  size_t looked = 0;
  for (const auto& version : secrets) {
    if (!usable(version, now)) continue;
    for (const auto line : split(version.secret.reveal(), '\n')) {
      if (line.empty() || ++looked > kMostPinnedKeys) continue;
      auto pinned = pinned_key(line);
      if (pinned && pinned->id == id.value) key = std::move(*pinned);
    }
  }
  if (!key) return {Verdict::unknown_key, {}};
  if (!rsa_sha256_verify(*key, bytes.pieces, *given)) return {Verdict::mismatch, {}};
  const Duration off = now - *at;
  if (off > scheme.tolerance || off < -scheme.tolerance) return {Verdict::stale, {}};
  thread_local Sha256 replay_key;
  for (std::string_view piece : bytes.pieces) replay_key.update(piece);
  return {Verdict::ok, to_hex(replay_key.finish())};
}

Verdict::Kind verify_token(const TokenHeader& token, Headers headers, std::span<const SecretVersion> secrets, WallTime now) {
  const Found found = field(headers, token.header);
  if (!found.ok()) return found.kind;
  bool any = false, matched = false;
  for (const auto& version : secrets) {
    if (!usable(version, now)) continue;
    any = true;
    matched |= equal_constant_time(version.secret.reveal(), found.value);
  }
  return !any ? Verdict::no_secret : matched ? Verdict::ok : Verdict::mismatch;
}

Status validate_plain(const PlainMac& mac) {
  const auto* between = std::get_if<PlainMac::Between>(&mac.over);
  if (between != nullptr && (between->begin.empty() || between->end.empty()))
    return Error(Code::config, "over.between needs the bytes before and after what is signed");
  if (const auto* parts = std::get_if<PlainMac::Parts>(&mac.over)) {
    using Kind = PlainMac::Part::Kind;
    if (std::none_of(parts->begin(), parts->end(), [](const auto& part) { return part.kind == Kind::body; }))
      return Error(Code::config, "over must hold the body");
    if (std::any_of(parts->begin(), parts->end(), [](const auto& part) { return part.kind == Kind::header && part.text.empty(); }))
      return Error(Code::config, "over holds a header without a name");
  }
  if (const auto* header = std::get_if<PlainMac::InHeader>(&mac.given)) {
    if (header->name.empty()) return Error(Code::config, "given.header has no name");
    return ok_status();
  }
  const auto& member = std::get<PlainMac::InJson>(mac.given);
  if (member.name.empty() || between == nullptr || !between->end.ends_with('"' + member.name + "\":"))
    return Error(Code::config, "given.json needs over.between that ends with the same member's name");
  return ok_status();
}

Status validate_rsa(const RsaSignature& rsa) {
  using Kind = PlainMac::Part::Kind;
  if (rsa.signature.empty() || rsa.key.empty() || rsa.time.empty())
    return Error(Code::config, "rsa needs the fields of the signature, of its key's id and of its time");
  if (rsa.keys.empty()) return Error(Code::config, "rsa needs the operation that gives the keys");
  if (rsa.tolerance <= Duration(0)) return Error(Code::config, "tolerance must be above zero");
  const auto has = [&](Kind kind, const std::string& name) {
    return std::any_of(rsa.over.begin(), rsa.over.end(),
                       [&](const auto& part) { return part.kind == kind && (kind == Kind::body || iequals(part.text, name)); });
  };
  if (!has(Kind::body, "")) return Error(Code::config, "over must hold the body");
  if (!has(Kind::header, rsa.time)) return Error(Code::config, "over must hold the time, or it would be anybody's");
  return ok_status();
}

}  // namespace

Status validate(const SignatureScheme& scheme) {
  if (scheme.token && (scheme.token->header.empty() || scheme.token->secret.empty()))
    return Error(Code::config, "the token needs a header and the name of a secret");
  if (std::holds_alternative<std::monostate>(scheme.mac)) {
    if (!scheme.token) return Error(Code::config, "neither a signature nor a token is checked");
    return ok_status();
  }
  if (scheme.secret.empty()) return Error(Code::config, "the signature needs the name of a secret");
  if (const auto* standard = std::get_if<StandardWebhooks>(&scheme.mac)) {
    if (standard->tolerance <= Duration(0)) return Error(Code::config, "tolerance must be above zero");
    return ok_status();
  }
  if (const auto* rsa = std::get_if<RsaSignature>(&scheme.mac)) return validate_rsa(*rsa);
  return validate_plain(std::get<PlainMac>(scheme.mac));
}

std::string_view verdict_name(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::ok:
      return "ok";
    case Verdict::missing:
      return "missing";
    case Verdict::duplicate_field:
      return "duplicate_field";
    case Verdict::malformed:
      return "malformed";
    case Verdict::mismatch:
      return "mismatch";
    case Verdict::stale:
      return "stale";
    case Verdict::no_secret:
      return "no_secret";
    case Verdict::unknown_key:
      return "unknown_key";
  }
  return "malformed";
}

Verdict verify(const SignatureScheme& scheme, Headers headers, std::string_view raw_body, std::span<const SecretVersion> secrets,
               std::span<const SecretVersion> token_secrets, WallTime now) {
  if (scheme.token) {
    const Verdict::Kind token = verify_token(*scheme.token, headers, token_secrets, now);
    if (token != Verdict::ok) return {token, {}};
  }
  if (const auto* standard = std::get_if<StandardWebhooks>(&scheme.mac)) return verify_standard(*standard, headers, raw_body, secrets, now);
  if (const auto* plain = std::get_if<PlainMac>(&scheme.mac)) return verify_plain(*plain, headers, raw_body, secrets, now);
  if (const auto* rsa = std::get_if<RsaSignature>(&scheme.mac)) return verify_rsa(*rsa, headers, raw_body, secrets, now);
  if (!scheme.token) return {Verdict::no_secret, {}};
  return {Verdict::ok, to_hex(sha256(raw_body))};
}

std::string sign_standard_webhook(std::string_view hmac_key, std::string_view id, std::string_view timestamp, std::string_view body) {
  return "v1," + to_base64(hmac(Hash::sha256, hmac_key, {id, ".", timestamp, ".", body}));
}

}  // namespace mlc::crypto
