// From an integration's `reconcile` and an instance's settings to the comparisons that the engine makes, and from an instance's
// own `reconcile` to when it makes them by itself. Pure.
#pragma once
#include "runtime/engine/catalog.h"
#include "runtime/remote/directory.h"
#include "runtime/script/loader.h"

namespace mlc::workbench {

// Fails when a comparison names a role that its integration has not.
Status reconcile_catalog(const script::Workspace& workspace, std::shared_ptr<const remote::Directory> directory, engine::Catalog* catalog);

}  // namespace mlc::workbench
