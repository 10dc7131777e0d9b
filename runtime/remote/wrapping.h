// Values that a remote wraps in an object of one field (Wrapping in system_spec.h): {"City": {"value": "Oslo"}} there is
// {"City": "Oslo"} here. Pure functions.
#pragma once
#include <string>

#include "runtime/document/document.h"
#include "runtime/remote/system_spec.h"

namespace mlc::remote {

// A body as the remote takes it: every text, number, boolean and null in an object is wrapped, but for the bare names; lists keep
// their elements.
std::string wrap_values(const Wrapping& wrapping, document::Value body);

// An answer as scripts see it. A field without its value is null, what stands beside a value is left out.
std::string unwrap_values(const Wrapping& wrapping, document::Value answer);

// "CustomerID: 'Customer' cannot be found.; Details.0.UOM: …" of a refused body whose fields carry their faults under `name`.
std::string field_faults(document::Value answer, std::string_view name);

}  // namespace mlc::remote
