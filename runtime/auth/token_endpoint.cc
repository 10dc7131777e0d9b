#include "runtime/auth/token_endpoint.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/document/document.h"

namespace mlc::auth {

namespace {

constexpr size_t kMaxAnswer = 256 * 1024;
constexpr size_t kMaxWords = 300;
constexpr int64_t kLongestLifeSeconds = 400LL * 24 * 3600;

// A number or a numeric string; providers send both.
Duration seconds(document::Value value) {
  auto number = value.integer();
  if (!number || *number <= 0) return {};
  return std::chrono::seconds(std::min(*number, kLongestLifeSeconds));
}

std::string form(const TokenRequest& request, bool client_in_body) {
  std::string body;
  auto add = [&body](std::string_view name, std::string_view value) {
    if (!body.empty()) body += '&';
    body += percent_encode(name);
    body += '=';
    body += percent_encode(value);
  };
  for (const auto& [name, value] : request.fields) add(name, value.reveal());
  if (client_in_body) {
    add("client_id", request.client_id.reveal());
    if (!request.client_secret.empty()) add("client_secret", request.client_secret.reveal());
  }
  return body;
}

// The first sentence of an error block that is none of RFC 6749's: {"errors": [{"code", "message"}]} and whatever stands around it.
std::string message_of(document::Value value, int depth = 0) {
  constexpr int kDeepest = 4;
  if (depth > kDeepest) return "";
  if (auto message = value.get("message"); message.is_string()) return std::string(message.text());
  for (auto field : value.fields())
    if (auto found = message_of(field.value, depth + 1); !found.empty()) return found;
  if (value.is_array() && value.size() > 0) return message_of(value.at(0), depth + 1);
  return "";
}

}  // namespace

TokenAnswer judge_token_answer(const AuthSpec& spec, int status, const std::string& body) {
  TokenAnswer answer;
  answer.status = status;
  auto parsed = document::Document::parse(body);
  document::Value root = parsed ? parsed->root() : document::Value();

  // Tokens are tokens, whatever the status: the provider has burnt the old ones.
  if (auto access = root.get("access_token"); access.is_string() && !access.text().empty()) {
    answer.kind = TokenAnswer::Kind::tokens;
    answer.tokens.access = Secret(std::string(access.text()));
    if (auto refresh = root.get("refresh_token"); refresh.is_string()) answer.tokens.refresh = Secret(std::string(refresh.text()));
    answer.tokens.expires_in = seconds(root.get("expires_in"));
    answer.tokens.refresh_expires_in = seconds(root.get("refresh_expires_in"));
    return answer;
  }

  const std::string error(root.get("error").is_string() ? root.get("error").text() : std::string_view());
  const std::string description(error.empty() ? message_of(root) : std::string(root.get("error_description").text()));
  answer.words = error.empty() ? "HTTP " + std::to_string(status) : error;
  if (!description.empty()) answer.words += ": " + description;
  if (answer.words.size() > kMaxWords) answer.words.resize(kMaxWords);

  if (status < 300 || status == 408 || status >= 500) {
    answer.kind = TokenAnswer::Kind::unknown;
  } else if (spec.too_early && error == spec.too_early->error && description.find(spec.too_early->description_has) != std::string::npos) {
    answer.kind = TokenAnswer::Kind::too_early;
  } else if (std::find(spec.dead.begin(), spec.dead.end(), error) != spec.dead.end() || (status == 401 && !spec.needs_person())) {
    // Where credentials alone make a token, a 401 is about them, whichever words it has (RFC 6749 5.2).
    answer.kind = TokenAnswer::Kind::dead;
  } else {
    answer.kind = TokenAnswer::Kind::refused;
  }
  return answer;
}

Task<TokenAnswer> ask_for_tokens(http::Transport& transport, GrantSetup setup, TokenRequest request) {
  TokenAnswer failed;
  auto url = http::Url::parse(setup.token_url);
  if (!url) {
    failed.kind = TokenAnswer::Kind::not_sent;
    failed.words = url.error().text();
    co_return failed;
  }
  http::OutgoingRequest out;
  out.method = "POST";
  out.url = *url;
  out.headers.add("Content-Type", "application/x-www-form-urlencoded");
  out.headers.add("Accept", "application/json");
  out.total_deadline = Authorizer::kTokenDeadline;
  out.max_response_bytes = kMaxAnswer;
  out.fresh = true;
  out.tls = setup.tls;
  out.allowed_hosts = {url->host() + ":" + std::to_string(url->port())};
  const bool in_body = setup.spec->client_in_body;
  out.credentials = [request, in_body](http::Headers& headers, std::string&, std::string& body) {
    body = form(request, in_body);
    for (const auto& [name, value] : request.headers) headers.set(name, std::string(value.reveal()));
    if (in_body) return;
    // RFC 6749 2.3.1: both parts are form-encoded before they are joined.
    std::string pair = percent_encode(request.client_id.reveal()) + ":" + percent_encode(request.client_secret.reveal());
    headers.set("Authorization", "Basic " + to_base64(pair));
    wipe(pair.data(), pair.size());
  };
  auto end = co_await transport.send(std::move(out));
  if (auto* failure = std::get_if<http::SendFailure>(&end)) {
    failed.kind = failure->stage == http::SendFailure::Stage::not_sent ? TokenAnswer::Kind::not_sent : TokenAnswer::Kind::unknown;
    failed.words = failure->error.text();
    co_return failed;
  }
  auto& response = std::get<http::Response>(end);
  TokenAnswer answer = judge_token_answer(*setup.spec, response.status, response.body);
  answer.headers = std::move(response.headers);
  wipe(response.body.data(), response.body.size());
  co_return answer;
}

}  // namespace mlc::auth
