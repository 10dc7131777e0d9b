// The REPL's messages over its WebSocket, each one JSON object in a text message.
//
//   to the session    {"line":"job.key"}  {"complete":"shop.or"}  {"interrupt":true}  {"drop":true}
//   from the session  {"event":"output"|"note"|"error"|"ready"|"ended","text":…}   {"event":"completions","from":5,"words":[…]}
//
// The session begins with the connection: GET /api/v1/repl?client=acme&instance=main&colour=1
#pragma once
#include <optional>
#include <string>

#include "runtime/workbench/repl_session.h"

namespace mlc::app {

inline constexpr size_t kMaxReplMessageBytes = 1u << 20;
inline constexpr const char* kReplPath = "/api/v1/repl";

std::string event_message(const workbench::ReplEvent& event);
std::string completions_message(const script::Completions& found);

struct ReplAnswer {  // one of both
  std::optional<workbench::ReplEvent> event;
  std::optional<script::Completions> completions;
};
Result<ReplAnswer> read_answer(const std::string& message);

struct ReplAsked {
  std::optional<std::string> line, complete;
  bool interrupt = false, drop = false;
};
Result<ReplAsked> read_asked(const std::string& message);

}  // namespace mlc::app
