// From the scripts' definitions to what the engine is told: webhook endpoints, registrations to keep, what reconcile
// compares. Pure; the errors name the system or integration and the field.
#pragma once
#include "runtime/engine/catalog.h"
#include "runtime/engine/runner.h"
#include "runtime/remote/directory.h"
#include "runtime/script/loader.h"

namespace mlc::app {

// The `verify` part of a system's webhooks.
Result<crypto::SignatureScheme> parse_scheme(const std::string& json, const std::string& where);

Result<engine::Catalog> build_catalog(const script::Workspace& workspace, std::shared_ptr<const remote::Directory> shared,
                                      const std::string& public_url);

}  // namespace mlc::app
