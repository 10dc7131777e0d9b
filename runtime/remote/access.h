// Further ways into a remote: another address of it, with a sign-in, limits and operations of its own, beside the one that a connection
// usually means. A system declares them as `access = { v2 = { base_url = …, auth = …, limits = … } }`, and operations name theirs. To
// remote and auth each is a connection of its own, "<connection>.<access>", so its credentials go to its own hosts and nowhere else;
// to scripts and to the engine it is the one connection. Pure.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/remote/directory.h"

namespace mlc::remote {

// No name of a connection holds it.
inline constexpr char kAccessMark = '.';

// "station" of "station.v2".
std::string_view connection_of_access(std::string_view name);

struct Access {
  std::shared_ptr<const SystemSpec> spec;
  std::string with;  // one without secrets is there where this other access is; "" = always
};
using Accesses = std::map<std::string, Access>;

// Of a system's JSON: each as a system "<system>.<access>" of its own, with the operations that name it.
Result<Accesses> parse_accesses(std::string_view system_json);

// Secrets that it signs in with; none = whoever has the connection may use it.
std::vector<std::string> secrets_of(const auth::AuthSpec& spec);

// The ways in of a connection, itself first.
std::vector<std::shared_ptr<const Connection>> ways_in(const Directory& directory, const std::string& client, const std::string& name);

// The way in that signs in with this secret, else the first: the secret is of its owner, and may go to its hosts alone (T15).
std::shared_ptr<const Connection> way_of_secret(const std::vector<std::shared_ptr<const Connection>>& ways, std::string_view secret);

}  // namespace mlc::remote
