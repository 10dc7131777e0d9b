// The way to a server elsewhere, by its name in the user's configuration (servers_file.h): https, or http to the end of a tunnel on this
// machine. The same requests as over the Unix socket, with the token of that server.
#pragma once
#include <memory>
#include <string>

#include "runtime/app/channel.h"

namespace mlc::app {

// Reads the configuration only; a server that can't be reached shows at the first request.
Result<std::unique_ptr<Channel>> at_channel(const std::string& name);

}  // namespace mlc::app
