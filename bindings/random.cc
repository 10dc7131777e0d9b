// random, of the service profile: drawn from --seed in the order of the calls.
#include "bindings/modules.h"
#include "runtime/script/service_context.h"

namespace mlc::bindings {
namespace {

using namespace script;

constexpr int64_t kMaxBytes = 1 << 20;

// random.bytes(count) -> bytes
int bytes(lua_State* L) {
  int64_t count = integer_argument(L, 1);
  if (count < 0 || count > kMaxBytes) argument_error(L, 1, "0 to 1048576");
  std::string drawn(static_cast<size_t>(count), '\0');
  ServiceContext::of(L).wiring.env.random->fill(drawn.data(), drawn.size());
  push_text(L, drawn);
  return 1;
}

// random.int(low, high) -> integer, both ends included
int integer(lua_State* L) {
  int64_t low = integer_argument(L, 1);
  int64_t high = integer_argument(L, 2);
  if (low > high) raise(L, "random.int: the interval is empty");
  uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
  Random& random = *ServiceContext::of(L).wiring.env.random;
  uint64_t drawn = span == 0 ? random.next() : random.below(span);
  lua_pushinteger(L, static_cast<int64_t>(static_cast<uint64_t>(low) + drawn));
  return 1;
}

}  // namespace

script::Module random_module() { return {"random", {{"bytes", bytes}, {"int", integer}}, nullptr}; }

}  // namespace mlc::bindings
