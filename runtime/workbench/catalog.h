// From the scripts' definitions to what the engine is told: webhook endpoints, registrations to keep, what reconcile
// compares. Pure; the errors name the system or integration and the field.
#pragma once
#include "runtime/engine/catalog.h"
#include "runtime/engine/runner.h"
#include "runtime/remote/directory.h"
#include "runtime/script/loader.h"

namespace mlc::workbench {

// The `verify` part of a system's webhooks: one way for a delivery to prove itself, or a list of them, each with a name. `{ bearer = {…} }`
// is a token that the remote fetches from us; who may is `tokens` then.
Result<std::vector<engine::IntakeProof>> parse_proofs(const std::string& json, const std::string& where,
                                                      std::optional<engine::TokenClient>& tokens);

// `webhooks` of a system by itself, as its definition has it; the sentence begins with the field: "webhooks.verify.mac: expected …".
Status check_webhooks(const std::string& json);

Result<engine::Catalog> build_catalog(const script::Workspace& workspace, std::shared_ptr<const remote::Directory> shared,
                                      const std::string& public_url);

}  // namespace mlc::workbench
