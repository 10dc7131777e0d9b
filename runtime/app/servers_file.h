// The servers that a user's commands reach elsewhere (--at NAME): ${XDG_CONFIG_HOME:-~/.config}/ml-connector/servers.json
//
//   { "books": { "url": "https://ops.example.com/books", "token_file": "books.token" },
//     "test":  { "url": "http://localhost:8081", "token_file": "test.token" } }         through ssh -L 8081:127.0.0.1:8081
//
// url: https, or http to this machine only. token_file: holds what state/admin.token holds there; beside servers.json unless its path is
// whole, and for nobody else to read. ca_file: PEM of the authority behind the certificate, when the system does not know it. host: what
// the server calls itself, when a tunnel has another port here than there.
#pragma once
#include <string>

#include "runtime/base/files.h"
#include "runtime/base/result.h"
#include "runtime/base/secret.h"
#include "runtime/http/url.h"

namespace mlc::app {

struct ServerElsewhere {
  std::string name;
  http::Url url;
  std::string host;  // for the Host field
  std::string token_file, ca_file;
  Secret token;
};

// Errors name the file and what to do; Code::config.
Result<ServerElsewhere> find_server(Files& files, const std::string& name);

}  // namespace mlc::app
