#include "runtime/console/alerts/sender.h"

#include "runtime/base/command.h"
#include "runtime/base/offload.h"
#include "runtime/base/strings.h"
#include "runtime/console/alerts/forms.h"
#include "runtime/limits/backoff.h"

namespace mlc::console {
namespace {

constexpr Duration kPostTime = std::chrono::seconds(15);
constexpr size_t kMaxAnswer = 64 * 1024;
constexpr size_t kToldOfOutput = 200;
constexpr Duration kInvitationServes = std::chrono::hours(1);  // all who are told of one thing; later it may be used up

std::string first_line(const std::string& text) {
  std::string line(trim(std::string_view(text).substr(0, std::min(text.find('\n'), kToldOfOutput))));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return line;
}

}  // namespace

Task<std::string> AlertPost::link(std::string grant) {
  if (grant.empty() || !parts_.invite) co_return "";
  const auto now = parts_.env.clock->wall();
  const auto known = invitations_.find(grant);
  if (known != invitations_.end() && now - known->second.made < kInvitationServes) co_return known->second.link;
  auto inviting = parts_.invite(grant);
  auto made = co_await std::move(inviting);
  if (!made.empty()) invitations_[grant] = {made, now};
  co_return made;
}

Task<Result<std::string>> AlertPost::address(Destination destination) {
  if (destination.secret.empty()) co_return destination.url;
  auto value = co_await parts_.vault->secret(alert_secrets_of(destination.client), destination.secret, "");
  if (!value) co_return value.error();
  if (!*value)
    co_return Error(Code::config, "its address is not in the vault: ml-connector alerts secret " + destination.secret +
                                      (destination.client.empty() ? "" : " --client " + destination.client));
  co_return std::string((*value)->reveal());
}

Task<AlertSender::Sent> AlertPost::post(Destination destination, std::string body) {
  auto address_of = address(destination);
  auto text = co_await std::move(address_of);
  if (!text) co_return Sent{false, text.error().text(), {}};
  auto url = http::Url::parse(*text);
  if (!url) co_return Sent{false, "its address is no URL", {}};
  if (!url->secure() && !destination.allow_loopback) co_return Sent{false, "its address is not https", {}};
  // Whoever has the path of such an address can write there: it is a credential (T8).
  if (url->target().size() > 1 && hidden_.insert(url->target()).second) parts_.log->redactor().add(url->target());
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = *url;
  request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  request.total_deadline = kPostTime;
  request.max_response_bytes = kMaxAnswer;
  request.tls.ca_file = destination.ca_file;
  request.tls.allow_loopback = destination.allow_loopback;
  request.allowed_hosts = {url->host() + ":" + std::to_string(url->port())};
  auto sending = parts_.transport->send(std::move(request));
  auto end = co_await std::move(sending);
  if (const auto* failure = std::get_if<http::SendFailure>(&end))
    co_return Sent{false, parts_.log->redactor().redact(url->host() + ": " + failure->error.text()), {}};
  const auto& answer = std::get<http::Response>(end);
  if (answer.status >= 200 && answer.status < 300) co_return Sent{true, "", {}};
  Sent sent{false, url->host() + " answered " + std::to_string(answer.status), {}};
  const std::string said = first_line(answer.body);
  if (!said.empty()) sent.error += ": " + parts_.log->redactor().redact(said);
  if (const auto later = answer.headers.get("Retry-After"))
    sent.retry_after = limits::parse_retry_after(*later, parts_.env.clock->wall()).value_or(Duration{});
  co_return sent;
}

Task<AlertSender::Sent> AlertPost::mail(Destination destination, std::string text) {
  if (worker_ == nullptr) worker_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"mail", 1, 5});
  Command command;
  command.arguments = destination.command;
  command.input = std::move(text);
  std::function<Result<CommandEnd>()> work = [command = std::move(command)] { return run_command(command); };
  auto running = offload<Result<CommandEnd>>(*worker_, *parts_.env.executor, std::move(work));
  auto end = co_await std::move(running);
  if (!end) co_return Sent{false, end.error().text(), {}};
  if (end->exit == 0) co_return Sent{true, "", {}};
  const std::string said = first_line(end->output);
  co_return Sent{false, destination.command.front() + " ended with " + std::to_string(end->exit) + (said.empty() ? "" : ": " + said), {}};
}

Task<AlertSender::Sent> AlertPost::send(Destination destination, Message message) {
  Dress dress;
  dress.workspace = parts_.workspace;
  auto linking = link(message.grant);
  dress.link = co_await std::move(linking);
  if (destination.kind == Destination::Kind::mail) {
    auto mailing = mail(destination, mail_text(destination, message, dress));
    co_return co_await std::move(mailing);
  }
  auto posting = post(destination, webhook_body(destination.kind, message, dress));
  co_return co_await std::move(posting);
}

}  // namespace mlc::console
