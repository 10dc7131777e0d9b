#include <nlohmann/json.hpp>

#include "runtime/limits/rule.h"
#include "runtime/workbench/catalog.h"

namespace mlc::workbench {
namespace {

using Json = nlohmann::ordered_json;

Error wrong(const std::string& where, const std::string& sentence) { return Error(Code::config, where + ": " + sentence); }

std::string text(const Json& object, const std::string& key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<crypto::PlainMac::Parts> parts_of(const Json& over, const std::string& where) {
  crypto::PlainMac::Parts parts;
  using Part = crypto::PlainMac::Part;
  for (const auto& part : over) {
    if (part == "body") parts.push_back({Part::Kind::body, ""});
    else if (part.is_string()) parts.push_back({Part::Kind::literal, part.get<std::string>()});
    else if (part.is_object() && part.contains("header")) parts.push_back({Part::Kind::header, text(part, "header")});
    else return wrong(where + ".over", "a part is \"body\", { header = name } or a literal text");
  }
  return parts;
}

Result<crypto::PlainMac> plain_mac(const Json& verify, const std::string& where) {
  crypto::PlainMac mac;
  const std::string name = text(verify, "mac");
  if (name == "hmac-sha256") mac.hash = crypto::Hash::sha256;
  else if (name == "hmac-sha1") mac.hash = crypto::Hash::sha1;
  else if (name == "hmac-sha512") mac.hash = crypto::Hash::sha512;
  else return wrong(where + ".mac", "expected hmac-sha256, hmac-sha1 or hmac-sha512, found \"" + name + "\"");

  const Json over = verify.value("over", Json("body"));
  if (over == "body") {
    mac.over = crypto::PlainMac::WholeBody{};
  } else if (over.is_object() && over.contains("between") && over["between"].is_array() && over["between"].size() == 2) {
    if (!over["between"][0].is_string() || !over["between"][1].is_string() || !over.value("last", Json(false)).is_boolean())
      return wrong(where + ".over", "expected { between = { begin, end }, last = true } with texts to stand between");
    mac.over =
        crypto::PlainMac::Between{over["between"][0].get<std::string>(), over["between"][1].get<std::string>(), over.value("last", false)};
  } else if (over.is_array()) {
    auto parts = parts_of(over, where);
    if (!parts) return parts.error();
    mac.over = std::move(*parts);
  } else {
    return wrong(where + ".over", "expected \"body\", { between = { begin, end } } or a list of parts");
  }

  const Json given = verify.value("given", Json::object());
  if (given.contains("json")) mac.given = crypto::PlainMac::InJson{text(given, "json")};
  else if (given.contains("header")) mac.given = crypto::PlainMac::InHeader{text(given, "header"), text(given, "prefix")};
  else return wrong(where + ".given", "expected { header = name } or { json = name }");
  const std::string as = text(given, "as");
  if (as == "hex") mac.as = crypto::PlainMac::As::hex;
  else if (as == "hex-upper") mac.as = crypto::PlainMac::As::hex_upper;
  else if (as == "base64") mac.as = crypto::PlainMac::As::base64;
  else return wrong(where + ".given.as", "expected hex, hex-upper or base64");
  return mac;
}

// { rsa = "pkcs1-sha256", over = { { header = "x-time" }, ".", "body" }, given = { header = "x-signature", as = "base64" },
//   key = { header = "x-key-id" }, time = { header = "x-time", tolerance = "5m" }, keys = "keys.get" }
Result<crypto::RsaSignature> rsa_signature(const Json& verify, const std::string& where) {
  if (text(verify, "rsa") != "pkcs1-sha256") return wrong(where + ".rsa", "expected pkcs1-sha256, found \"" + text(verify, "rsa") + "\"");
  const Json given = verify.value("given", Json::object()), time = verify.value("time", Json::object());
  if (text(given, "as") != "base64") return wrong(where + ".given.as", "expected base64");
  crypto::RsaSignature rsa;
  rsa.signature = text(given, "header");
  rsa.key = text(verify.value("key", Json::object()), "header");
  rsa.time = text(time, "header");
  rsa.keys = text(verify, "keys");
  if (time.contains("tolerance")) {
    auto tolerance = limits::parse_duration(text(time, "tolerance"));
    if (!tolerance) return wrong(where + ".time.tolerance", tolerance.error().text());
    rsa.tolerance = *tolerance;
  }
  if (!verify.value("over", Json()).is_array()) return wrong(where + ".over", "expected a list of parts");
  auto parts = parts_of(verify["over"], where);
  if (!parts) return parts.error();
  rsa.over = std::move(*parts);
  return rsa;
}

Result<crypto::SignatureScheme> parse_scheme(const Json& verify, const std::string& where) {
  if (!verify.is_object()) return wrong(where, "expected a table, or a list of them with a `name` each");
  crypto::SignatureScheme scheme;
  scheme.secret = text(verify, "secret");
  if (verify.contains("standard_webhooks")) {
    const Json& settings = verify["standard_webhooks"];
    crypto::StandardWebhooks standard;
    const std::string key = text(settings, "key");
    if (key == "utf8") standard.key = crypto::StandardWebhooks::KeyForm::utf8;
    else if (key == "whsec") standard.key = crypto::StandardWebhooks::KeyForm::whsec;
    else return wrong(where + ".standard_webhooks.key", "expected utf8 or whsec");
    if (settings.contains("tolerance")) {
      auto tolerance = limits::parse_duration(text(settings, "tolerance"));
      if (!tolerance) return wrong(where + ".standard_webhooks.tolerance", tolerance.error().text());
      standard.tolerance = *tolerance;
    }
    scheme.mac = standard;
  } else if (verify.contains("mac")) {
    auto mac = plain_mac(verify, where);
    if (!mac) return mac.error();
    scheme.mac = std::move(*mac);
  } else if (verify.contains("rsa")) {
    auto rsa = rsa_signature(verify, where);
    if (!rsa) return rsa.error();
    scheme.mac = std::move(*rsa);
    // Public, and kept where secrets are: what is pinned must not be changed by who changes the database.
    scheme.secret = "webhook_keys";
  }
  // In the address that was registered, for remotes that neither sign nor send a header of ours.
  if (verify.contains("path_token")) {
    if (verify["path_token"] != true) return wrong(where + ".path_token", "expected true");
    scheme.token = crypto::TokenHeader{std::string(crypto::kPathToken), "hook_token"};
  }
  if (verify.contains("token")) scheme.token = crypto::TokenHeader{text(verify["token"], "header"), text(verify["token"], "secret")};
  auto valid = crypto::validate(scheme);
  if (!valid) return wrong(where, valid.error().text());
  return scheme;
}

constexpr Duration kLongestLife = std::chrono::hours(24);

Result<engine::TokenClient> token_client(const Json& bearer, const std::string& where) {
  if (!bearer.is_object()) return wrong(where, "expected { client_id = secret, client_secret = secret, life = \"1h\" }");
  engine::TokenClient client;
  for (const auto& [name, value] : bearer.items()) {
    if (!value.is_string() || value.get<std::string>().empty()) return wrong(where + "." + name, "expected a text");
    if (name == "client_id") client.id = value.get<std::string>();
    else if (name == "client_secret") client.secret = value.get<std::string>();
    else if (name != "life") return wrong(where, "unknown name \"" + name + "\"");
  }
  if (bearer.contains("life")) {
    auto life = limits::parse_duration(text(bearer, "life"));
    if (!life) return wrong(where + ".life", life.error().text());
    if (*life < std::chrono::minutes(1) || *life > kLongestLife) return wrong(where + ".life", "expected a time from one minute to a day");
    client.life = *life;
  }
  return client;
}

}  // namespace

Result<std::vector<engine::IntakeProof>> parse_proofs(const std::string& json, const std::string& where,
                                                      std::optional<engine::TokenClient>& tokens) {
  const Json verify = Json::parse(json, nullptr, false);
  std::vector<engine::IntakeProof> proofs;
  const Json list = verify.is_array() ? verify : Json::array({verify});
  if (list.empty()) return wrong(where, "expected at least one way for a delivery to prove itself");
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string at = verify.is_array() ? where + "[" + std::to_string(i + 1) + "]" : where;
    engine::IntakeProof proof;
    proof.name = text(list[i], "name");
    if (verify.is_array() && proof.name.empty())
      return wrong(at + ".name", "expected a text: it is told by which proof a delivery was believed");
    for (const auto& known : proofs) {
      if (known.name == proof.name) return wrong(at + ".name", "\"" + proof.name + "\" is the name of another proof");
    }
    if (list[i].is_object() && list[i].contains("bearer")) {
      if (tokens) return wrong(at + ".bearer", "expected one proof by a token of ours, not two");
      auto client = token_client(list[i]["bearer"], at + ".bearer");
      if (!client) return client.error();
      tokens = std::move(*client);
      proof.bearer = true;
    } else {
      auto scheme = parse_scheme(list[i], at);
      if (!scheme) return scheme.error();
      proof.scheme = std::move(*scheme);
    }
    if (list[i].is_object() && list[i].contains("unless")) {
      for (const auto& better : list[i]["unless"]) {
        if (!better.is_string() || better.get<std::string>().empty())
          return wrong(at + ".unless", "expected a list of names of secrets, which belong to better proofs");
        proof.unless.push_back(better.get<std::string>());
      }
    }
    proofs.push_back(std::move(proof));
  }
  return proofs;
}

}  // namespace mlc::workbench
