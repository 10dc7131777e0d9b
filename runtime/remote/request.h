// From an operation and its arguments to the exact request. Pure. Whatever came from a record or a remote is encoded
// where it enters the URL; control characters are refused (T7, T17).
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/document/node.h"
#include "runtime/remote/directory.h"

namespace mlc::remote {

struct BuiltRequest {
  std::string method;
  http::Url url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// The fields of every call; one that is a {setting} is left out where the connection has none.
std::vector<std::pair<std::string, std::string>> system_headers(const Connection& connection);

// Adds the fields that the system declares as {request_id}, unless the caller gave them: 32 hex digits, new for each request that reads.
void add_request_ids(const Connection& connection, Random& random, std::vector<std::pair<std::string, std::string>>& headers);

// Errors (invalid_argument) name the missing placeholder or the wrong argument; denied: a link that leaves the connection.
Result<BuiltRequest> build_request(const Connection& connection, const Operation& operation, document::Value arguments);

// Arguments that find records by the value of one field; `like` gives path values a list may need.
std::string find_arguments(const Operation& list, std::string_view field, std::string_view value, document::Value like);

// Arguments of a look-up out of its template (AskSpec): `body` is the write's. The error names what is missing.
Result<std::string> ask_arguments(const Connection& connection, std::string_view arguments, std::string_view reference,
                                  document::Value body);

// Arguments of a list of what changed since then.
std::string since_arguments(const SinceSpec& since, std::optional<WallTime> from);

}  // namespace mlc::remote
