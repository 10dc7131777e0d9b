// Inside workbench: arguments of the REPL's commands.
#pragma once
#include <optional>
#include <string>

#include "runtime/store/types.h"

namespace mlc::workbench {

// A positive whole number and nothing else.
std::optional<store::Id> number_of(const std::string& text);

}  // namespace mlc::workbench
