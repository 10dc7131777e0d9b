// `serve`: the whole runtime until SIGTERM or SIGINT, then a drain of at most 30 s.
#pragma once
#include "runtime/app/channel.h"

namespace mlc::app {

// Errors are of the environment: settings, key, lock, ports. Tells systemd READY=1 and feeds its watchdog when run by it.
Status serve(const ChannelOptions& options);

}  // namespace mlc::app
