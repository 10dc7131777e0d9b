#include "runtime/engine/mark.h"

#include "runtime/base/encoding.h"
#include "runtime/remote/mark.h"

namespace mlc::engine {

void put_mark(remote::Plan& plan, std::string_view effect_key) {
  constexpr size_t kBytes = 16;
  const bool looked_for = plan.kind == 'C' && plan.probe && plan.probe->value == remote::kMark;
  if ((plan.kind != 'B' && !looked_for) || !plan.idempotency_key.empty()) return;
  plan.idempotency_key = to_hex(effect_key.substr(0, kBytes));
  if (!looked_for) return;
  auto& asked = plan.probe->arguments;
  if (const size_t at = asked.find(remote::kMark); at != std::string::npos) asked.replace(at, remote::kMark.size(), plan.idempotency_key);
  plan.probe->value = plan.idempotency_key;
}

}  // namespace mlc::engine
