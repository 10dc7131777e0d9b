// A terminal's way to its REPL session: lines and questions go in, events come out. The session lives in this process or in the
// running server, behind a WebSocket. Each call blocks until the session is ready for the next; Ctrl-C meanwhile interrupts it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "runtime/app/channel.h"
#include "runtime/base/event_loop.h"
#include "runtime/workbench/repl_session.h"

namespace mlc::app {

class Runtime;

class ReplLink {
 public:
  using Hear = std::function<void(const workbench::ReplEvent&)>;
  virtual ~ReplLink() = default;
  virtual Status begin(const Hear& hear) = 0;  // greets
  virtual Status line(const std::string& text, const Hear& hear) = 0;
  virtual Result<script::Completions> complete(const std::string& before_cursor) = 0;
  virtual Status drop_line(const Hear& hear) = 0;  // the half of a chunk that was typed
};

std::unique_ptr<ReplLink> local_repl(EventLoop& loop, Runtime& runtime, const ReplOptions& options);
Result<std::unique_ptr<ReplLink>> attached_repl(const std::string& socket_path, const ReplOptions& options);

}  // namespace mlc::app
