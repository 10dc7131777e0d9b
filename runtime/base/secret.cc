#include "runtime/base/secret.h"

#include <cstring>

namespace mlc {

void wipe(void* bytes, size_t count) { explicit_bzero(bytes, count); }

}  // namespace mlc
