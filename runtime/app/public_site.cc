#include "runtime/app/public_site.h"

#include <algorithm>

#include "runtime/app/invitation_pages.h"
#include "runtime/auth/authorize.h"
#include "runtime/base/encoding.h"
#include "runtime/console/left_out.h"
#include "runtime/console/router.h"
#include "runtime/crypto/signature.h"
#include "runtime/http/url.h"

namespace mlc::app {
namespace {

constexpr std::string_view kSessionCookie = "ml_connector_oauth";
constexpr int kAgainAfter = 300;  // seconds: a person has to mend a file

http::Response plain(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(text);
  return response;
}

// RFC 9457, with a word that an operator finds again in the metrics and nothing that helps a forger.
http::Response refusal(int status, std::string_view word) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/problem+json");
  response.body = "{\"type\":\"about:blank\",\"title\":\"" + std::string(http::reason_phrase(status)) +
                  "\",\"status\":" + std::to_string(status) + ",\"code\":\"" + std::string(word) + "\"}";
  return response;
}

std::vector<std::string> pieces(std::string_view path) {
  std::vector<std::string> all;
  size_t begin = 1;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    auto piece = percent_decode(path.substr(begin, end - begin));
    if (!piece || piece->empty()) return {};
    all.push_back(std::move(*piece));
    begin = end + 1;
  }
  return all;
}

std::string cookie_of(const http::Request& request) {
  std::string found;
  for (const auto field : request.headers.all("Cookie")) {
    size_t begin = 0;
    while (begin < field.size()) {
      const size_t end = std::min(field.find(';', begin), field.size());
      std::string_view pair = field.substr(begin, end - begin);
      while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
      if (pair.size() > kSessionCookie.size() && pair.substr(0, kSessionCookie.size()) == kSessionCookie &&
          pair[kSessionCookie.size()] == '=')
        found = std::string(pair.substr(kSessionCookie.size() + 1));
      begin = end + 1;
    }
  }
  return found;
}

// Its remotes are to come again: told that there is nothing here, they would give the webhook up.
bool is_left_out(const Runtime& runtime, const std::string& client) {
  const auto list = console::left_out(runtime);
  return std::any_of(list.begin(), list.end(), [&](const auto& one) { return one.client == client; });
}

Task<Unit> webhook(Runtime& runtime, http::Request request, std::vector<std::string> path, http::Respond respond) {
  if (request.method != "POST") {
    auto refused = refusal(405, "method");
    refused.headers.add("Allow", "POST");
    respond(std::move(refused));
    co_return Unit{};
  }
  engine::HeaderList headers;
  headers.reserve(request.headers.size());
  for (auto& field : request.headers) headers.emplace_back(std::move(field.name), std::move(field.value));
  if (path.size() == 4) headers.emplace_back(crypto::kPathToken, std::move(path[3]));
  auto answer = co_await runtime.engine().intake().webhook(path[1], path[2], std::move(headers), std::move(request.body));
  if (answer.status == 404 && is_left_out(runtime, path[1])) answer = {503, kAgainAfter, "unavailable"};
  runtime.hook_answers().count(path[1], path[2], answer.problem, runtime.environment().clock->wall());
  http::Response response;
  if (answer.problem.empty()) response.status = answer.status;
  else response = refusal(answer.status, answer.problem);
  if (answer.retry_after > 0) response.headers.add("Retry-After", std::to_string(answer.retry_after));
  respond(std::move(response));
  co_return Unit{};
}

// Errors in the form of RFC 6749 section 5.2; never kept by anybody on the way.
Task<Unit> token(Runtime& runtime, http::Request request, std::vector<std::string> path, http::Respond respond) {
  if (request.method != "POST") {
    auto refused = refusal(405, "method");
    refused.headers.add("Allow", "POST");
    respond(std::move(refused));
    co_return Unit{};
  }
  engine::HeaderList headers;
  for (auto& field : request.headers) headers.emplace_back(std::move(field.name), std::move(field.value));
  const std::string peer = request.peer.substr(0, request.peer.rfind(':'));  // without its port
  auto issuing = runtime.engine().intake().tokens().issue(path[2], path[3], peer, std::move(headers), std::move(request.body));
  auto answer = co_await std::move(issuing);
  http::Response response;
  response.status = answer.status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Pragma", "no-cache");
  if (answer.challenges) response.headers.add("WWW-Authenticate", "Basic realm=\"token\"");
  if (answer.retry_after > 0) response.headers.add("Retry-After", std::to_string(answer.retry_after));
  response.body = std::move(answer.body);
  respond(std::move(response));
  co_return Unit{};
}

http::Response to_provider(const Runtime& runtime, const Result<auth::Started>& started, const InvitationPages& pages) {
  if (!started) return pages.link_ended(started.error());
  http::Response response;
  response.status = 303;
  response.headers.add("Location", started->location);
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Referrer-Policy", "no-referrer");
  const bool secure = runtime.settings().public_url.rfind("https://", 0) == 0;
  response.headers.add("Set-Cookie", std::string(kSessionCookie) + "=" + started->cookie +
                                         "; Path=/oauth/callback; Max-Age=600; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : ""));
  return response;
}

Task<Unit> start(Runtime& runtime, std::string one_time, InvitationPages pages, http::Respond respond) {
  auto started = co_await runtime.authorizer().flow().start(std::move(one_time));
  respond(to_provider(runtime, started, pages));
  co_return Unit{};
}

// GET shows what is asked for, POST goes on: a link that a mail scanner looked at is not used up.
Task<Unit> invitation(Runtime& runtime, bool goes_on, std::string one_time, std::string path, InvitationPages pages,
                      http::Respond respond) {
  if (goes_on) {
    auto started = co_await runtime.authorizer().flow().accept(std::move(one_time));
    respond(to_provider(runtime, started, pages));
    co_return Unit{};
  }
  auto found = co_await runtime.authorizer().flow().invitation(std::move(one_time));
  respond(found ? pages.invited(*found, path) : pages.link_ended(found.error()));
  co_return Unit{};
}

Task<Unit> callback(Runtime& runtime, std::string grant, http::Request request, std::string query, http::Respond respond) {
  const InvitationPages pages(request, runtime.settings().contact);
  auto fields = http::parse_query(query);
  if (!fields) {
    respond(pages.failed(Error(Code::invalid_argument, "the provider sent an address that can't be read")));
    co_return Unit{};
  }
  auth::CallbackQuery given;
  given.grant = std::move(grant);
  given.cookie = cookie_of(request);
  for (auto& [name, value] : *fields) {
    if (name == "state") given.state = value;
    else if (name == "code") given.code = value;
    else if (name == "iss") given.iss = value;
    else if (name == "error") given.error = value;
    else if (name == "error_description") given.error_description = value;
  }
  auto finished = co_await runtime.authorizer().flow().finish(std::move(given));
  respond(finished ? pages.agreed() : pages.failed(finished.error()));
  co_return Unit{};
}

}  // namespace

void PublicSite::handle(http::Request&& request, http::Respond respond) {
  const size_t question = std::min(request.target.find('?'), request.target.size());
  const std::string path_text = request.target.substr(0, question);
  const std::string query = question < request.target.size() ? request.target.substr(question + 1) : "";
  if (path_text == "/healthz") return respond(plain(200, "ok\n"));
  if (path_text == "/readyz") return respond(ready_ ? plain(200, "ready\n") : plain(503, "not ready\n"));
  auto path = pieces(path_text);
  if ((path.size() == 3 || path.size() == 4) && path[0] == "hooks")
    return spawn(webhook(runtime_, std::move(request), std::move(path), std::move(respond)));
  if (path.size() == 4 && path[0] == "oauth" && path[1] == "token")
    return spawn(token(runtime_, std::move(request), std::move(path), std::move(respond)));
  const bool reads = request.method == "GET";
  if (reads && path.size() == 3 && path[0] == "oauth" && path[1] == "start")
    return spawn(start(runtime_, path[2], InvitationPages(request, runtime_.settings().contact), std::move(respond)));
  if ((reads || request.method == "POST") && path.size() == 2 && path[0] == "invite")
    return spawn(
        invitation(runtime_, !reads, path[1], path_text, InvitationPages(request, runtime_.settings().contact), std::move(respond)));
  // The private grant of a connection is called "client/connection": one more piece.
  if (reads && (path.size() == 3 || path.size() == 4) && path[0] == "oauth" && path[1] == "callback")
    return spawn(callback(runtime_, path.size() == 3 ? path[2] : path[2] + "/" + path[3], std::move(request), query, std::move(respond)));
  respond(refusal(404, "not_found"));
}

}  // namespace mlc::app
