// What an answer, or its absence, means (reliability.md section 2, the table of observations). Pure.
#pragma once
#include <string>

#include "runtime/http/transport.h"
#include "runtime/remote/remote.h"
#include "runtime/remote/system_spec.h"

namespace mlc::remote {

// Verdict, code, sentence, retryable, body, remote_id and number of a write. `exchange` and `not_before` are the caller's.
Outcome classify_write(const SystemSpec& spec, const Operation& operation, const http::SendResult& end);

// The same for a read, with the codes that Remote::read promises.
Outcome classify_read(const SystemSpec& spec, const Operation& operation, const http::SendResult& end);

// What the system declares of this answer, beyond its status; nullptr = nothing.
const Meaning* meaning_of(const SystemSpec& spec, int status, document::Value answer, const std::string& body);

// When a busy remote may be asked again.
WallTime again_at(const Meaning& meaning, WallTime now);

// The record in an answer, by the operation's `unwrap`.
document::Value unwrapped(const Operation& operation, document::Value answer);

// The remote's own words, "" when it gave none: one line, bounded.
std::string remote_words(const SystemSpec& spec, document::Value answer);

}  // namespace mlc::remote
