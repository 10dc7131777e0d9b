// Redirects for reads. Transport returns a 3xx as it is; this follows it for GET only, checks the new address like
// the first one and never sends credentials to it (T5).
#pragma once
#include "runtime/http/transport.h"

namespace mlc::http {

inline constexpr int kMaxRedirects = 5;

// Sends a GET and follows 301, 302, 303, 307 and 308. After the first hop the request carries no `credentials` and
// neither Authorization nor Cookie; https never becomes http; allowed_hosts holds for every hop.
Task<SendResult> follow_get(Transport& transport, OutgoingRequest request, int max_redirects = kMaxRedirects);

}  // namespace mlc::http
