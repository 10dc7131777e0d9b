// Every connection that exists, as data: built by app from workspace, clients and systems, given whole at start and at
// each reload. Immutable; calls that are under way keep the one they began with.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/auth/authorizer.h"
#include "runtime/http/url.h"
#include "runtime/remote/system_spec.h"

namespace mlc::remote {

struct Connection {
  std::string client, name;
  std::shared_ptr<const SystemSpec> spec;
  std::map<std::string, std::string> settings;  // division, store_hash, region …
  http::Url base;
  std::vector<std::string> hosts;  // allowed, as in OutgoingRequest
  http::TlsPolicy tls;
  limits::Rules rules;  // the system's, or the connection's own
  std::string grant;    // "" = none
  std::string owner;    // of its secrets
  std::string zone;
};

// A system's sentence with the connection's words in the place of {client}, {connection}, {host} and its settings.
std::string filled(std::string sentence, const Connection& connection);

struct Directory {
  std::map<std::string, std::shared_ptr<const Connection>> connections;  // "client/connection"
  std::vector<auth::GrantSetup> grants;

  std::shared_ptr<const Connection> find(const std::string& client, const std::string& name) const;
};

// From the JSON of script's loader: ml-connector.lua, clients/<client>/client.lua by client, systems by name. The error
// says which file's which connection is wrong. `own`: "client/connection" -> definition of its system, where that differs
// from the one of the name: its instance stays on an older version.
Result<std::shared_ptr<const Directory>> build_directory(const std::string& settings, const std::map<std::string, std::string>& clients,
                                                         const std::map<std::string, std::string>& systems,
                                                         const std::map<std::string, std::string>& own = {});

}  // namespace mlc::remote
