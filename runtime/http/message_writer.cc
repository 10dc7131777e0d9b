#include "runtime/http/message_writer.h"

#include <charconv>

#include "runtime/base/strings.h"

namespace mlc::http {
namespace {

constexpr size_t kLineRoom = 80;  // what a request says besides its own parts: version, Host, Content-Length, line ends

void append_number(uint64_t number, std::string& out) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

bool is_framing(std::string_view name) {
  switch (name.size()) {
    case 4:
      return iequals(name, "date");
    case 7:
      return iequals(name, "trailer");
    case 10:
      return iequals(name, "connection") || iequals(name, "keep-alive");
    case 14:
      return iequals(name, "content-length");
    case 17:
      return iequals(name, "transfer-encoding");
    default:
      return false;
  }
}

bool all_writable(const Headers& headers) {
  for (const Field& field : headers) {
    if (!is_token(field.name) || !is_field_value(field.value)) return false;
  }
  return true;
}

void append_fields(const Headers& headers, bool skip_host, std::string& out) {
  for (const Field& field : headers) {
    if (is_framing(field.name) || (skip_host && iequals(field.name, "host"))) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

}  // namespace

bool append_response(const Response& response, const ResponseFraming& framing, std::string& out) {
  if (response.status < 200 || response.status > 599 || !all_writable(response.headers)) return false;
  out.append("HTTP/1.1 ");
  append_number(static_cast<uint64_t>(response.status), out);
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  append_fields(response.headers, false, out);
  out.append("Date: ").append(framing.date).append("\r\n");
  bool bodyless = response.status == 204 || response.status == 304;
  if (!bodyless) {
    out.append("Content-Length: ");
    append_number(response.body.size(), out);
    out.append("\r\n");
  }
  if (!framing.keep_alive) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (!bodyless && !framing.to_head) out.append(response.body);
  return true;
}

Status append_request(std::string_view method, std::string_view target, std::string_view authority, const Headers& headers,
                      std::string_view body, std::string& out) {
  if (!is_token(method) || method == "CONNECT") return Error(Code::invalid_argument, "malformed method");
  if (!is_target(target) || target.front() != '/') return Error(Code::invalid_argument, "control character in the request target");
  for (const Field& field : headers) {
    if (!is_token(field.name)) return Error(Code::invalid_argument, "malformed field name");
    if (!is_field_value(field.value)) return Error(Code::invalid_argument, "control character in the field " + field.name);
  }
  // In one piece: the caller wipes what holds secrets, and a buffer that grew would have left copies behind.
  size_t room = kLineRoom + method.size() + target.size() + authority.size() + body.size();
  for (const Field& field : headers) room += field.name.size() + field.value.size() + 4;
  out.reserve(out.size() + room);
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(authority).append("\r\n");
  append_fields(headers, true, out);
  // RFC 9110 8.6: a method that gives meaning to a body says its length also when it is 0.
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    out.append("Content-Length: ");
    append_number(body.size(), out);
    out.append("\r\n");
  }
  out.append("\r\n").append(body);
  return ok_status();
}

}  // namespace mlc::http
