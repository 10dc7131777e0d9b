// Signatures of received webhooks (T1). A scheme is data that comes from a system's `webhooks.verify`, fixed for an
// endpoint: nothing in a request chooses how it is checked. The MAC is taken over the raw bytes, before any parsing.
// Pure functions of their arguments; any thread.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/secret.h"
#include "runtime/base/time.h"
#include "runtime/crypto/digest.h"

namespace mlc::crypto {

// Standard Webhooks (standardwebhooks.com): webhook-id, webhook-timestamp, webhook-signature.
struct StandardWebhooks {
  enum class KeyForm {
    utf8,   // the secret's bytes as written are the HMAC key
    whsec,  // "whsec_" + base64 is an HMAC key; "whpk_" + base64 an Ed25519 public key, which accepts v1a
  };
  KeyForm key = KeyForm::whsec;
  Duration tolerance = std::chrono::seconds(300);  // both ways; exactly this far off still passes
};

// What is signed, and where the signature stands.
struct PlainMac {
  struct WholeBody {};
  // The bytes after the first `begin`, which opens the body, and before the last (or only) `end`.
  struct Between {
    std::string begin;
    std::string end;
    bool last = true;  // false: a second `end` is refused
  };
  struct Part {
    enum class Kind { body, header, literal };
    Kind kind = Kind::body;
    std::string text;  // header name or literal
  };
  using Parts = std::vector<Part>;

  enum class As { hex, hex_upper, base64 };  // hex takes lower case only

  struct InHeader {
    std::string name;
    std::string prefix;  // "sha256=", must be there
  };
  // The member that Between's end marker opens: "<signature>"} follows and ends the body, so that no byte is unsigned.
  struct InJson {
    std::string name;
  };

  Hash hash = Hash::sha256;
  std::variant<WholeBody, Between, Parts> over;
  std::variant<InHeader, InJson> given;
  As as = As::hex;
};

// RSASSA-PKCS1-v1_5 with SHA-256 (rsa.h) by one of the remote's keys, which a field names. The keys are public, and pinned: those that the
// remote published where its system says, never where a message does.
struct RsaSignature {
  PlainMac::Parts over;
  std::string signature;  // names of fields: the signature in base64,
  std::string key;        // the id of its key,
  std::string time;       // and when it was made, in Unix seconds or by RFC 3339; a part of `over`
  Duration tolerance = std::chrono::seconds(300);
  std::string keys;  // the operation that gives the key set (RFC 7517)
};

// A fixed secret value that every delivery must carry, besides the signature or (explicitly) instead of it.
// The last step of the address that a delivery was sent to, given to verify() as if it were a header: no sender can write one of
// this name, as a colon stands in no header's name.
inline constexpr std::string_view kPathToken = ":path-token";

struct TokenHeader {
  std::string header;  // or kPathToken
  std::string secret;  // its name
};

struct SignatureScheme {
  std::variant<std::monostate, StandardWebhooks, PlainMac, RsaSignature> mac;  // monostate: token only
  std::string secret;  // name of the signing secret; of RSA: under which the pinned keys are kept, one in a line (pinned_text)
  std::optional<TokenHeader> token;
};

struct SecretVersion {
  Secret secret;
  std::optional<WallTime> valid_until;  // of a replaced secret; not valid at that instant any more
};

struct Verdict {
  enum Kind {
    ok,
    missing,          // a field the scheme needs is absent or empty
    duplicate_field,  // a field the scheme reads stands more than once
    malformed,
    mismatch,
    stale,        // correctly signed, but too far from now
    no_secret,    // no usable secret is known: never accepted
    unknown_key,  // signed by a key that is not pinned
  };
  Kind kind = missing;
  // The replay key when ok: the delivery's signed id, else SHA-256 (hex) of the signed bytes.
  std::string signed_id;

  bool accepted() const { return kind == ok; }
};

// Whether the scheme can be checked at all; for whoever makes one from a system's data. The error names what is wrong.
Status validate(const SignatureScheme& scheme);

std::string_view verdict_name(Verdict::Kind kind);

using Headers = std::span<const std::pair<std::string, std::string>>;

// The most keys that are pinned at once.
inline constexpr size_t kMostPinnedKeys = 16;

// `secrets` are the versions of scheme.secret, `token_secrets` those of scheme.token->secret.
Verdict verify(const SignatureScheme& scheme, Headers headers, std::string_view raw_body, std::span<const SecretVersion> secrets,
               std::span<const SecretVersion> token_secrets, WallTime now);

// The sending side (simulations, our own outgoing webhooks, tests): the value of webhook-signature, "v1,<base64>".
std::string sign_standard_webhook(std::string_view hmac_key, std::string_view id, std::string_view timestamp, std::string_view body);

}  // namespace mlc::crypto
