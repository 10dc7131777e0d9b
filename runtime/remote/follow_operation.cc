// Operations that only begin with their answer (EndSpec): the end is asked for at the address that the answer gave.
#include "runtime/base/sleep.h"
#include "runtime/remote/admission.h"
#include "runtime/remote/real_remote.h"
#include "runtime/remote/request.h"

namespace mlc::remote {

namespace {

constexpr Duration kAskDeadline = std::chrono::seconds(60), kMostBetween = std::chrono::seconds(5);
constexpr int kLostAsked = 3;  // so many questions in a row may stay without a useful answer

// Says nothing about the operation: it may be asked again.
bool passing(const http::SendResult& end) {
  const auto* response = std::get_if<http::Response>(&end);
  if (response == nullptr) return true;
  const int status = response->status;
  return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

http::SendResult unknown(std::string words) {
  return http::SendFailure{http::SendFailure::Stage::unknown, Error(Code::timeout, std::move(words))};
}

}  // namespace

Task<http::SendResult> RealRemote::follow_operation(const Operation& operation, Admission& admission, http::SendResult begun,
                                                    Exchange& record) {
  const EndSpec ending = *operation.end;
  const Connection& connection = *admission.target.connection;
  const auto given = std::get<http::Response>(begun).headers.get(ending.header);
  if (!given) co_return unknown("it was answered " + std::to_string(ending.status) + " without saying where its end is told");
  auto url = connection.base.resolve(*given);
  if (!url || url->origin() != connection.base.origin()) co_return unknown("its end is told at an address that is not this connection's");

  const SteadyTime give_up = parts_.env.clock->steady() + ending.within;
  Duration pause = ending.every;
  int lost = 0;
  for (;;) {
    if (parts_.env.clock->steady() + pause > give_up) {
      co_return unknown("it was still running after " +
                        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(ending.within).count()) +
                        " s; its record says whether it happened");
    }
    auto waiting = sleep_for(*parts_.env.timers, pause);
    co_await std::move(waiting);
    pause = std::min(pause * 3 / 2, std::max(kMostBetween, ending.every));

    http::OutgoingRequest request;
    request.method = "GET";
    request.url = *url;
    for (const auto& [name, value] : system_headers(connection)) request.headers.add(name, value);
    request.total_deadline = kAskDeadline;
    Exchange asked;
    auto asking = exchange(std::move(request), admission, false, asked, nullptr, Counting::none);
    auto end = co_await std::move(asking);
    if (passing(end)) {
      if (++lost < kLostAsked) continue;
      co_return unknown("what became of it could not be asked: " +
                        (asked.failure.empty() ? "HTTP " + std::to_string(asked.status) : asked.failure));
    }
    lost = 0;
    if (std::get<http::Response>(end).status == ending.status) continue;
    record.status = asked.status;
    record.ended = asked.ended;
    record.response_headers = asked.response_headers;
    record.response_body = asked.response_body;
    co_return end;
  }
}

}  // namespace mlc::remote
