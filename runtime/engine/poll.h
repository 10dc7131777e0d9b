// Reads what changed since a cursor, page by page; the events of a page and the cursor behind it commit together, so
// that a crash neither skips nor doubles (P3). Executor's thread.
#pragma once
#include <string>
#include <vector>

#include "runtime/engine/context.h"

namespace mlc::engine {

struct PollTask {
  InstancePtr instance;
  std::string flow, connection;
  Trigger trigger;
};

std::string cursor_key(const PollTask& task);

// Those of its cursors that begin anew when the instance's start is another one: of all polls but those whose first look takes all there
// is.
std::vector<std::string> cursors_from_start(const Instance& instance);

// Rows seen. An error leaves the cursor where the last complete page put it.
Task<Result<int64_t>> run_poll(Context& context, PollTask task);

// RFC 3339, RFC 2822, "/Date(ms)/" or whole seconds.
Result<WallTime> parse_remote_instant(std::string_view text);

}  // namespace mlc::engine
