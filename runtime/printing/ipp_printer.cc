#include "runtime/printing/ipp_printer.h"

#include <algorithm>
#include <set>

#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/http/private_network.h"
#include "runtime/printing/document.h"
#include "runtime/printing/ipp.h"

namespace mlc::printing {
namespace {

using document::Node;
using http::OutgoingRequest;
using http::Response;
using http::SendFailure;
using http::SendResult;
using ipp::Tag;
using Stage = SendFailure::Stage;

constexpr const char* kUser = "ml-connector";
constexpr int32_t kMostJobs = 1000;
constexpr size_t kMarkLength = 32;

std::string header(const OutgoingRequest& request, std::string_view name, std::string otherwise) {
  const auto value = request.headers.get(name);
  return value ? std::string(*value) : std::move(otherwise);
}

// The printer's own address: ipp://host/path, without what is asked of it.
struct Place {
  http::Url over_http;
  std::string uri, asked;
};

Result<Place> place_of(const http::Url& url) {
  const size_t last = url.path().rfind('/');
  const std::string path = last == 0 ? "/" : url.path().substr(0, last);
  auto own = url.with_target(path);
  if (!own) return own.error();
  // 631 is the usual port of ipp and not of http, so it is written there.
  const std::string host = url.host().find(':') == std::string::npos ? url.host() : "[" + url.host() + "]";
  auto http = http::Url::parse((url.scheme() == "ipps" ? "https://" : "http://") + host + ":" + std::to_string(url.port()) + path);
  if (!http) return http.error();
  return Place{*http, own->text(), url.path().substr(last + 1)};
}

ipp::Group operation_group(const Place& place, const std::string& user) {
  ipp::Group group;
  group.add("attributes-charset", Tag::charset, "utf-8");
  group.add("attributes-natural-language", Tag::language, "en");
  group.add("printer-uri", Tag::uri, place.uri);
  group.add("requesting-user-name", Tag::name, user);
  return group;
}

OutgoingRequest as_http(const OutgoingRequest& asked, const Place& place, const ipp::Message& message) {
  OutgoingRequest request;
  request.method = "POST";
  request.url = place.over_http;
  request.headers.add("Content-Type", "application/ipp");
  request.headers.add("Accept", "application/ipp");
  request.body = ipp::encode(message);
  request.total_deadline = asked.total_deadline;
  request.fresh = asked.fresh;
  request.tls = asked.tls;
  request.allowed_hosts = {place.over_http.host()};
  if (http::may_be_private(asked.allowed_hosts)) request.allowed_hosts.emplace_back(http::kPrivateNetwork);
  request.credentials = asked.credentials;
  return request;
}

// What a complete answer that is no success means for a document that was to be printed.
SendResult refused(uint16_t status, const std::string& words) {
  const std::string name = ipp::status_name(status) + (words.empty() ? "" : ": " + words);
  switch (status) {
    case 0x040a:
      return refusal(415, "the printer does not take this document-format (" + name + "); `format` of the connection names another");
    case 0x0408:
      return refusal(413, "the document is too large for the printer (" + name + ")");
    case 0x0402:
    case 0x0403:
      return refusal(403, "the printer does not let this user print (" + name + ")");
    case 0x0406:
      return refusal(404, "there is no such printer there (" + name + ")");
    // It took nothing, and will once it stands again: not sent, so it is tried later by itself.
    case 0x0502:
    case 0x0505:
    case 0x0506:
    case 0x0507:
      return SendFailure{Stage::not_sent, Error(Code::unavailable, "the printer takes no job now (" + name + ")")};
    default:
      break;
  }
  // An error in the middle of printing says nothing about what came out.
  if (status >= 0x0500 && status != 0x0501 && status != 0x0503) return refusal(500, "the printer failed (" + name + ")");
  return refusal(422, "the printer refused it (" + name + ")");
}

// An answer over HTTP to what it says as IPP; anything that is none is given on as it is.
std::variant<ipp::Message, SendResult> unpacked(SendResult end) {
  auto* response = std::get_if<Response>(&end);
  if (response == nullptr) return end;
  if (response->status != 200) {
    const std::string what = "answered " + std::to_string(response->status) + " by HTTP";
    return SendResult(refusal(response->status < 300 ? 502 : response->status,
                              response->status == 426 ? what + ": it wants TLS, write ipps:// in base_url" : what));
  }
  auto message = ipp::decode(response->body);
  if (!message) return SendResult(refusal(502, "what answers there is no IPP printer (" + message.error().message() + ")"));
  return *message;
}

std::string words_of(const ipp::Message& message) {
  const auto* group = message.group(Tag::operation_group);
  return group == nullptr ? "" : group->text("status-message");
}

Node texts(const std::vector<std::string>& all) {
  Node list = Node::array();
  for (const auto& each : all) list.push(each);
  return list;
}

Task<SendResult> print(http::Transport& beneath, OutgoingRequest request, Place place) {
  auto document = read_document(request.body);
  if (!document) co_return refusal(422, document.error().message());
  const std::string mark = header(request, "Idempotency-Key", "");
  if (mark.empty()) co_return SendFailure{Stage::not_sent, Error(Code::internal, "a print without a key of its effect")};
  ipp::Message message;
  message.code = static_cast<uint16_t>(ipp::Operation::print_job);
  auto group = operation_group(place, header(request, "Printer-User", kUser));
  group.add("job-name", Tag::name, document->name + " " + mark);
  group.add("document-name", Tag::name, document->name);
  group.add("document-format", Tag::media_type, header(request, "Printer-Format", document->type));
  message.groups.push_back(std::move(group));
  if (document->copies > 1) {
    ipp::Group job{Tag::job_group, {}};
    job.add("copies", document->copies);
    message.groups.push_back(std::move(job));
  }
  message.document = std::move(document->bytes);
  auto sending = beneath.send(as_http(request, place, message));
  auto end = co_await std::move(sending);
  auto said = unpacked(std::move(end));
  if (auto* other = std::get_if<SendResult>(&said)) co_return std::move(*other);
  const auto& answered = std::get<ipp::Message>(said);
  if (!ipp::succeeded(answered.code)) co_return refused(answered.code, words_of(answered));
  const auto* job = answered.group(Tag::job_group);
  const auto id = job == nullptr ? std::nullopt : job->integer("job-id");
  auto told = Node::object();
  if (id) told.set("id", std::to_string(*id));
  told.set("state", job == nullptr ? "unknown" : ipp::job_state_name(job->integer("job-state").value_or(0)));
  if (job != nullptr) told.set("reasons", texts(job->texts("job-state-reasons")));
  co_return answer(201, document::write(told));
}

Task<SendResult> list_jobs(http::Transport& beneath, OutgoingRequest request, Place place) {
  Node rows = Node::array();
  std::set<std::string> seen;
  // What is printed already is asked for second: a job that ends between the two answers stands in both, never in none.
  for (const char* which : {"not-completed", "completed"}) {
    ipp::Message message;
    message.code = static_cast<uint16_t>(ipp::Operation::get_jobs);
    auto group = operation_group(place, header(request, "Printer-User", kUser));
    group.add("limit", kMostJobs);
    group.add("which-jobs", Tag::keyword, which);
    group.add("requested-attributes", Tag::keyword, {"job-id", "job-name", "job-state"});
    message.groups.push_back(std::move(group));
    auto sending = beneath.send(as_http(request, place, message));
    auto end = co_await std::move(sending);
    auto said = unpacked(std::move(end));
    if (auto* other = std::get_if<SendResult>(&said)) co_return std::move(*other);
    const auto& answered = std::get<ipp::Message>(said);
    if (!ipp::succeeded(answered.code)) co_return refused(answered.code, words_of(answered));
    for (const auto& job : answered.groups) {
      if (job.tag != Tag::job_group) continue;
      const std::string name = job.text("job-name"), id = std::to_string(job.integer("job-id").value_or(0));
      if (!seen.insert(id).second) continue;
      auto row = Node::object();
      row.set("id", id).set("name", name).set("mark", name.size() > kMarkLength ? name.substr(name.size() - kMarkLength) : "");
      row.set("state", ipp::job_state_name(job.integer("job-state").value_or(0)));
      rows.push(std::move(row));
    }
  }
  auto told = Node::object();
  told.set("jobs", std::move(rows));
  co_return answer(200, document::write(told));
}

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& each : all) text += (text.empty() ? "" : ", ") + each;
  return text;
}

Task<SendResult> look(http::Transport& beneath, OutgoingRequest request, Place place) {
  ipp::Message message;
  message.code = static_cast<uint16_t>(ipp::Operation::get_printer_attributes);
  auto group = operation_group(place, header(request, "Printer-User", kUser));
  group.add("requested-attributes", Tag::keyword,
            {"printer-name", "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "document-format-supported"});
  message.groups.push_back(std::move(group));
  auto sending = beneath.send(as_http(request, place, message));
  auto end = co_await std::move(sending);
  auto said = unpacked(std::move(end));
  if (auto* other = std::get_if<SendResult>(&said)) co_return std::move(*other);
  const auto& answered = std::get<ipp::Message>(said);
  if (!ipp::succeeded(answered.code)) co_return refused(answered.code, words_of(answered));
  const auto* printer = answered.group(Tag::printer_group);
  if (printer == nullptr) co_return refusal(502, "the printer says nothing of itself");
  auto reasons = printer->texts("printer-state-reasons");
  std::erase(reasons, "none");
  const std::string state = ipp::printer_state_name(printer->integer("printer-state").value_or(0));
  const auto formats = printer->texts("document-format-supported");
  const std::string wanted = header(request, "Printer-Format", "");
  if (!printer->boolean("printer-is-accepting-jobs").value_or(true))
    co_return refusal(409, "the printer accepts no jobs" + (reasons.empty() ? "" : ": " + joined(reasons)));
  if (state == "stopped") co_return refusal(409, "the printer is stopped" + (reasons.empty() ? "" : ": " + joined(reasons)));
  if (!wanted.empty() && !formats.empty() && std::find(formats.begin(), formats.end(), wanted) == formats.end())
    co_return refusal(415, "the printer takes no " + wanted + ", but " + joined(formats));
  auto told = Node::object();
  told.set("state", state).set("reasons", texts(reasons)).set("formats", texts(formats));
  co_return answer(200, document::write(told));
}

}  // namespace

Task<SendResult> ask_ipp_printer(http::Transport& beneath, OutgoingRequest request) {
  auto place = place_of(request.url);
  if (!place) co_return SendFailure{Stage::not_sent, place.error()};
  Task<SendResult> asking = place->asked == "documents" ? print(beneath, std::move(request), *place)
                            : place->asked == "jobs"    ? list_jobs(beneath, std::move(request), *place)
                                                        : look(beneath, std::move(request), *place);
  co_return co_await std::move(asking);
}

}  // namespace mlc::printing
