// One request of the admin API and its answer over a stream that is open: the Unix socket, or a connection to a server elsewhere.
// Blocks. In a header because Beast's streams are types of their own.
#pragma once
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "runtime/base/result.h"
#include "runtime/http/message.h"

namespace mlc::app {

inline constexpr uint64_t kMaxAnswerBytes = 256u << 20;  // a year's reconcile fits; a runaway answer does not

template <class Stream>
Result<http::Response> exchange(Stream& stream, http::Request request, const std::string& host) {
  namespace beast = boost::beast;
  boost::system::error_code error;
  beast::http::request<beast::http::string_body> out;
  out.method_string(request.method);
  out.target(request.target);
  out.version(11);
  out.set(beast::http::field::host, host);
  out.set(beast::http::field::connection, "close");
  for (const auto& field : request.headers) out.insert(field.name, field.value);
  out.body() = std::move(request.body);
  out.prepare_payload();
  beast::http::write(stream, out, error);
  if (error) return Error(Code::unavailable, "asking the server failed: " + error.message());

  beast::flat_buffer buffer;
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(kMaxAnswerBytes);
  beast::http::read(stream, buffer, parser, error);
  if (error) return Error(Code::unavailable, "the server gave no whole answer: " + error.message());
  http::Response response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) response.headers.add(std::string(field.name_string()), std::string(field.value()));
  response.body = std::move(parser.get().body());
  return response;
}

}  // namespace mlc::app
