// Proof of one connection (C1): every operation of its system named "ping" or "ping.<what>" is read once, in order; the
// first that fails says what is wrong and what to do.
#pragma once
#include "runtime/console/router.h"
#include "runtime/console/services.h"

namespace mlc::console {

// {"client","connection","system","ok","text","fix"}
Task<Json> ping_connection(Services& services, std::shared_ptr<const remote::Connection> connection);

}  // namespace mlc::console
