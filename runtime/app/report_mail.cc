#include "runtime/app/report_mail.h"

#include <nlohmann/json.hpp>

#include "runtime/base/command.h"
#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/base/offload.h"
#include "runtime/crypto/digest.h"

namespace mlc::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLine = 76;  // RFC 2045 section 6.8

std::string in_lines(const std::string& text) {
  const std::string encoded = to_base64(text);
  std::string lines;
  for (size_t at = 0; at < encoded.size(); at += kLine) lines += encoded.substr(at, kLine) + "\r\n";
  return lines;
}

// One line; what is not ASCII as an encoded word (RFC 2047).
std::string header_text(std::string text) {
  bool plain = true;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    plain = plain && static_cast<unsigned char>(c) < 0x80;
  }
  return plain ? text : "=?utf-8?B?" + to_base64(text) + "?=";
}

std::vector<std::string> texts(const Json& value) {
  std::vector<std::string> list;
  if (value.is_array())
    for (const auto& each : value)
      if (each.is_string()) list.push_back(each.get<std::string>());
  return list;
}

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

}  // namespace

Result<MailDestination> mail_destination(const script::Workspace& workspace, const std::string& client, const std::string& name) {
  const auto own = workspace.clients.find(client);
  for (const std::string& source : {own == workspace.clients.end() ? std::string("{}") : own->second, workspace.settings}) {
    const Json file = Json::parse(source, nullptr, false);
    if (!file.is_object()) continue;
    const Json alerts = file.value("alerts", Json::object());
    if (!alerts.is_object() || !alerts.contains(name)) continue;
    const Json& found = alerts[name];
    if (found.value("kind", "") != "mail")
      return Error(Code::config, "reconcile.mail names \"" + name + "\", but alerts." + name + " of " + client + " is no mail { … }");
    return MailDestination{texts(found.value("command", Json())), texts(found.value("to", Json())), found.value("from", "")};
  }
  return Error(Code::config, "reconcile.mail of " + client + " names \"" + name + "\", and there is no alerts." + name +
                                 ": add alerts = { " + name + " = mail { … } }");
}

std::string mail_with_files(const MailDestination& destination, const engine::ReportMail& mail, WallTime now) {
  std::string to;
  for (const auto& each : destination.to) to += (to.empty() ? "" : ", ") + each;
  const std::string mark = to_hex(crypto::sha256(mail.id + mail.subject)).substr(0, 32);
  const auto host = destination.from.substr(std::min(destination.from.find('@'), destination.from.size() - 1) + 1);
  auto date = format_http_date(now);
  date.replace(date.size() - 3, 3, "+0000");
  std::string text = "From: " + header_text(destination.from) + "\r\nTo: " + header_text(to) + "\r\nSubject: " + header_text(mail.subject) +
                     "\r\nDate: " + date + "\r\nMessage-ID: <" + mark + "@" + header_text(host) +
                     ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + mark +
                     "\"\r\n\r\n";
  const auto part = [&](const std::string& fields, const std::string& content) {
    text += "--" + mark + "\r\n" + fields + "Content-Transfer-Encoding: base64\r\n\r\n" + in_lines(content);
  };
  part("Content-Type: text/plain; charset=utf-8\r\n", with_crlf(mail.text));
  for (const auto& [name, content] : mail.files)
    part("Content-Type: text/csv; charset=utf-8; name=\"" + name + "\"\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n",
         content);
  return text + "--" + mark + "--\r\n";
}

Task<Status> ReportMailer::send(const script::Workspace& workspace, engine::ReportMail mail) {
  std::vector<MailDestination> destinations;
  for (const auto& name : mail.to) {
    auto found = mail_destination(workspace, mail.client, name);
    if (!found) co_return found.error();
    if (found->command.empty() || found->to.empty())
      co_return Error(Code::config, "alerts." + name + " has no command or nobody to mail to");
    destinations.push_back(std::move(*found));
  }
  if (worker_ == nullptr) worker_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"report mail", 1, 5});
  for (const auto& destination : destinations) {
    Command command;
    command.arguments = destination.command;
    command.input = mail_with_files(destination, mail, env_.clock->wall());
    std::function<Result<CommandEnd>()> work = [command = std::move(command)] { return run_command(command); };
    auto running = offload<Result<CommandEnd>>(*worker_, *env_.executor, std::move(work));
    auto end = co_await std::move(running);
    if (!end) co_return end.error().wrap("mailing a reconcile report");
    if (end->exit == 0) continue;
    co_return Error(Code::unavailable, "the mail command " + destination.command.front() + " ended with " + std::to_string(end->exit) +
                                           (end->output.empty() ? "" : ": " + end->output.substr(0, end->output.find('\n'))));
  }
  co_return ok_status();
}

}  // namespace mlc::app
