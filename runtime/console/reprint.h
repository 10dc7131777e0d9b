// `reprint`: what a flow with `reprints` printed comes out again from the store, as a further copy. The first event's payload is given
// to the flow anew, with `copy` raised; nothing else is in it, so nothing else can be done: no purchase, no write-back.
#pragma once
#include "runtime/console/router.h"

namespace mlc::console {

std::vector<Route> reprint_routes();

}  // namespace mlc::console
