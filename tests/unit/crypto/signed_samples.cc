#include "tests/unit/crypto/signed_samples.h"

#include "runtime/base/encoding.h"

namespace mlc::crypto {
namespace {

std::vector<SecretVersion> one(const char* secret) { return {SecretVersion{Secret(secret), std::nullopt}}; }
WallTime at_second(int64_t seconds) { return from_micros(seconds * 1'000'000); }

Sample plain(std::string name, PlainMac mac, std::string body) {
  Sample sample;
  sample.name = std::move(name);
  sample.scheme.mac = std::move(mac);
  sample.scheme.secret = "webhook_secret";
  sample.body = std::move(body);
  sample.secrets = one("a secret of the sender");
  sample.now = at_second(1700000000);
  return sample;
}

}  // namespace

Sample standard_vector() {
  Sample sample;
  sample.name = "standard, v1";
  sample.scheme.mac = StandardWebhooks{};
  sample.scheme.secret = "webhook_secret";
  sample.headers = {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                    {"Webhook-Timestamp", "1614265330"},
                    {"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}};
  sample.body = R"({"test": 2432232314})";
  sample.secrets = one("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  sample.now = at_second(1614265330);
  return sample;
}

Sample standard_ed25519_vector() {
  Sample sample = standard_vector();
  sample.name = "standard, v1a";
  sample.headers[2].second = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
  sample.secrets = one("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
  return sample;
}

Sample shop_vector() {
  Sample sample;
  sample.name = "standard, UTF-8 key, token";
  sample.scheme.mac = StandardWebhooks{.key = StandardWebhooks::KeyForm::utf8};
  sample.scheme.secret = "client_secret";
  sample.scheme.token = TokenHeader{"x-hook-token", "hook_token"};
  sample.headers = {{"webhook-id", "msg_bc_0001"},
                    {"webhook-timestamp", "1700000000"},
                    {"webhook-signature", "v1,UOwO5sDDfFpFnnntuoA7yMIJGiIW76FWA9AE9fGPgho="},
                    {"X-Hook-Token", "random-hook-token"}};
  sample.body =
      R"({"scope":"store/order/created","store_id":"1001","data":{"type":"order","id":118},"hash":"0000000000000000000000000000000000000000","created_at":1700000000,"producer":"stores/abc123"})";
  sample.secrets = one("test_client_secret_0123456789abcdef");
  sample.token_secrets = one("random-hook-token");
  sample.now = at_second(1700000000);
  return sample;
}

Sample books_vector() {
  PlainMac mac;
  mac.over = PlainMac::Between{R"({"Content":)", R"(,"HashCode":)", true};
  mac.given = PlainMac::InJson{"HashCode"};
  mac.as = PlainMac::As::hex_upper;
  Sample sample = plain(
      "hash code in the body", mac,
      R"json({"Content":{"Topic":"GoodsDeliveries","ClientId":"11111111-2222-3333-4444-555555555555","Division":123456,"Action":"Update","Key":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","ExactOnlineEndpoint":"https://start.exactonline.nl/api/v1/123456/salesorder/GoodsDeliveries(guid'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee')","EventCreatedOn":"2025-03-04T10:11:12.34"},"HashCode":"73FD31C47B2DA2DFFAF0703B3C34D1C0AE2CCAA3603FE9D71DE21473B47BFDED"})json");
  sample.secrets = one("example-webhook-secret");
  return sample;
}

Sample header_hex_sample() {
  PlainMac mac;
  mac.given = PlainMac::InHeader{"X-Hub-Signature-256", "sha256="};
  Sample sample = plain("whole body, hex header", mac, R"({"event":"push","n":1})");
  sample.headers = {{"x-hub-signature-256", "sha256=" + to_hex(hmac(Hash::sha256, sample.secrets[0].secret.reveal(), sample.body))}};
  return sample;
}

Sample header_base64_sample() {
  PlainMac mac;
  mac.given = PlainMac::InHeader{"X-Hmac", ""};
  mac.as = PlainMac::As::base64;
  Sample sample = plain("whole body, base64 header", mac, std::string("binary\0\xff body", 13));
  sample.headers = {{"X-Hmac", to_base64(hmac(Hash::sha256, sample.secrets[0].secret.reveal(), sample.body))}};
  return sample;
}

Sample parts_sample() {
  using Kind = PlainMac::Part::Kind;
  PlainMac mac;
  mac.over = PlainMac::Parts{{Kind::header, "X-Time"}, {Kind::literal, "."}, {Kind::body, ""}};
  mac.given = PlainMac::InHeader{"X-Sig", ""};
  mac.as = PlainMac::As::hex_upper;
  Sample sample = plain("header and body", mac, "order=1&state=paid");
  sample.headers = {{"X-Time", "1700000000"},
                    {"X-Sig", to_hex(hmac(Hash::sha256, sample.secrets[0].secret.reveal(), "1700000000." + sample.body), true)}};
  return sample;
}

Sample sha512_sample() {
  PlainMac mac;
  mac.hash = Hash::sha512;
  mac.given = PlainMac::InHeader{"X-Sig", ""};
  Sample sample = plain("whole body, SHA-512", mac, "<order/>");
  sample.headers = {{"X-Sig", to_hex(hmac(Hash::sha512, sample.secrets[0].secret.reveal(), sample.body))}};
  return sample;
}

Sample token_sample() {
  Sample sample = header_hex_sample();
  sample.name = "hex header and token";
  sample.scheme.token = TokenHeader{"X-Hook-Token", "hook_token"};
  sample.headers.emplace_back("X-Hook-Token", "0123456789abcdef");
  sample.token_secrets = one("0123456789abcdef");
  return sample;
}

std::vector<Sample> all_samples() {
  return {standard_vector(), standard_ed25519_vector(), shop_vector(), books_vector(), header_hex_sample(), header_base64_sample(),
          parts_sample(),    sha512_sample(),           token_sample()};
}

}  // namespace mlc::crypto
