// What one call of RealRemote holds while it is on its way: permit and credentials. Of that class's own files.
#pragma once
#include "runtime/auth/authorizer.h"
#include "runtime/limits/limits.h"
#include "runtime/remote/real_remote.h"

namespace mlc::remote {

struct RealRemote::Admission {
  Target target;
  limits::Permit permit;
  auth::Credentials credentials;
};

}  // namespace mlc::remote
