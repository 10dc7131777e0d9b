#include "runtime/auth/session_login.h"

#include <algorithm>

#include "runtime/base/strings.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"

namespace mlc::auth {

namespace {

constexpr std::string_view kPast = "Expires=Thu, 01 Jan 1970";
constexpr size_t kMaxAnswer = 256 * 1024, kMaxWords = 300, kMaxJar = 16 * 1024;

using Cookies = std::vector<std::pair<std::string, std::string>>;

Cookies parse_jar(std::string_view jar) {
  Cookies cookies;
  for (std::string_view piece : split(jar, ';')) {
    piece = trim(piece);
    const size_t equals = piece.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    cookies.emplace_back(piece.substr(0, equals), piece.substr(equals + 1));
  }
  return cookies;
}

// Deleting a cookie is setting it with an end that has passed.
bool ends_now(std::string_view attributes) {
  for (std::string_view piece : split(attributes, ';')) {
    piece = trim(piece);
    if (iequals(piece, "Max-Age=0") || iequals(piece.substr(0, kPast.size()), kPast)) return true;
  }
  return false;
}

http::OutgoingRequest post(const http::Url& url, const GrantSetup& setup) {
  http::OutgoingRequest out;
  out.method = "POST";
  out.url = url;
  out.headers.add("Accept", "application/json");
  out.total_deadline = Authorizer::kTokenDeadline;
  out.max_response_bytes = kMaxAnswer;
  out.fresh = true;
  out.tls = setup.tls;
  out.allowed_hosts = {url.host() + ":" + std::to_string(url.port())};
  return out;
}

// The refusal in the remote's own words, for a person.
std::string words_of(const SessionSpec& session, int status, const std::string& body) {
  std::string words;
  if (auto parsed = document::Document::parse(body)) {
    for (const auto& name : session.message) {
      document::Value found = parsed->root().get(name);
      if (words.empty() && found.is_string()) words = std::string(trim(found.text()));
    }
  } else {
    words = std::string(trim(body));
  }
  std::replace_if(
      words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (words.size() > kMaxWords) words.resize(kMaxWords);
  return "HTTP " + std::to_string(status) + (words.empty() ? "" : ": " + words);
}

bool says_one_of(const std::string& body, const std::vector<std::string>& all) {
  return std::any_of(all.begin(), all.end(), [&](const std::string& words) { return body.find(words) != std::string::npos; });
}

}  // namespace

std::string merge_cookies(std::string_view jar, const http::Headers& headers) {
  Cookies cookies = parse_jar(jar);
  for (const auto& field : headers) {
    if (!iequals(field.name, "Set-Cookie")) continue;
    const size_t end = field.value.find(';');
    const std::string_view pair = trim(std::string_view(field.value).substr(0, end));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    const std::string name(pair.substr(0, equals));
    auto known = std::find_if(cookies.begin(), cookies.end(), [&](const auto& cookie) { return cookie.first == name; });
    if (end != std::string::npos && ends_now(std::string_view(field.value).substr(end + 1))) {
      if (known != cookies.end()) cookies.erase(known);
    } else if (known != cookies.end()) {
      known->second = std::string(pair.substr(equals + 1));
    } else {
      cookies.emplace_back(name, pair.substr(equals + 1));
    }
  }
  std::string out;
  for (const auto& [name, value] : cookies) {
    out += out.empty() ? "" : "; ";
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

TokenAnswer judge_sign_in(const AuthSpec& spec, int status, const http::Headers& headers, const std::string& body) {
  TokenAnswer answer;
  answer.status = status;
  if (status >= 200 && status < 300) {
    std::string jar = merge_cookies("", headers);
    if (jar.empty() || jar.size() > kMaxJar) {
      answer.kind = TokenAnswer::Kind::refused;
      answer.words = "HTTP " + std::to_string(status) + (jar.empty() ? " without a cookie" : " with more cookies than fit a call");
      return answer;
    }
    answer.kind = TokenAnswer::Kind::tokens;
    answer.tokens.access = Secret(std::move(jar));
    answer.tokens.expires_in = spec.session->idle;
    return answer;
  }
  answer.words = words_of(*spec.session, status, body);
  // The words before the status: remotes tell a full licence by 429 as well as by 500.
  if (says_one_of(body, spec.session->full)) answer.kind = TokenAnswer::Kind::full;
  else if (status == 429) answer.kind = TokenAnswer::Kind::full;
  else if (says_one_of(body, spec.dead)) answer.kind = TokenAnswer::Kind::dead;
  else if (status == 408 || status >= 500) answer.kind = TokenAnswer::Kind::unknown;
  // Nothing but a person mends an address without a sign-in, or one that does not take ours.
  else if (status >= 400) answer.kind = TokenAnswer::Kind::dead;
  else answer.kind = TokenAnswer::Kind::refused;
  return answer;
}

Task<TokenAnswer> sign_in(http::Transport& transport, GrantSetup setup, SignInFields fields) {
  TokenAnswer failed;
  failed.kind = TokenAnswer::Kind::not_sent;
  auto url = http::Url::parse(setup.token_url);
  if (!url) {
    failed.words = url.error().text();
    co_return failed;
  }
  http::OutgoingRequest out = post(*url, setup);
  out.headers.add("Content-Type", "application/json");
  out.credentials = [fields](http::Headers&, std::string&, std::string& body) {
    document::Writer json(body);
    json.begin_object();
    for (const auto& [name, value] : fields) {
      json.key(name);
      json.string(value.reveal());
    }
    json.end_object();
  };
  auto sending = transport.send(std::move(out));
  auto end = co_await std::move(sending);
  if (auto* failure = std::get_if<http::SendFailure>(&end)) {
    failed.kind = failure->stage == http::SendFailure::Stage::not_sent ? TokenAnswer::Kind::not_sent : TokenAnswer::Kind::unknown;
    failed.words = failure->error.text();
    co_return failed;
  }
  auto& response = std::get<http::Response>(end);
  TokenAnswer answer = judge_sign_in(*setup.spec, response.status, response.headers, response.body);
  answer.headers = std::move(response.headers);
  co_return answer;
}

Task<Status> sign_out(http::Transport& transport, GrantSetup setup, Secret cookies) {
  auto url = http::Url::parse(setup.logout_url);
  if (!url) co_return url.error();
  http::OutgoingRequest out = post(*url, setup);
  out.headers.add("Content-Length", "0");
  out.credentials = [cookies](http::Headers& headers, std::string&, std::string&) { headers.set("Cookie", std::string(cookies.reveal())); };
  auto sending = transport.send(std::move(out));
  auto end = co_await std::move(sending);
  if (auto* failure = std::get_if<http::SendFailure>(&end)) co_return failure->error;
  const int status = std::get<http::Response>(end).status;
  if (status >= 200 && status < 300) co_return ok_status();
  co_return Error(Code::unavailable, "the sign-out was answered " + std::to_string(status));
}

}  // namespace mlc::auth
