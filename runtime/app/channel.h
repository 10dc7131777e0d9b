// How a command reaches the runtime: one request of the admin API and its answer. A server that runs in this
// workspace answers over its socket; otherwise the workspace is opened here and the same API answers in this process.
#pragma once
#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/http/message.h"

namespace mlc::app {

struct ChannelOptions {
  std::string workspace = ".";
  std::string share;  // "" = found beside the program or in the source tree
  std::string clock;  // file of --clock; only used when the workspace is opened here
};

struct ReplOptions {
  std::string client, instance;
  bool colour = false;
};

class ReplLink;

class Channel {
 public:
  virtual ~Channel() = default;
  virtual Result<http::Response> send(http::Request request) = 0;  // blocks
  virtual bool is_server() const = 0;
  // A REPL where the runtime is: in the server, or here. The channel outlives it.
  virtual Result<std::unique_ptr<ReplLink>> repl(const ReplOptions& options) = 0;
};

// Error Code::config when there is no workspace or its settings are wrong (exit 3).
Result<std::unique_ptr<Channel>> open_channel(const ChannelOptions& options);

// The running server of a workspace, by its socket; nullptr when none answers.
std::unique_ptr<Channel> socket_channel(const std::string& socket_path);

}  // namespace mlc::app
