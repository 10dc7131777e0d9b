// The first lines of a mapping between two record types: what the target must have, from fields of the same name, and from settings
// where the source has none; with a record and settings that a spec of it runs on. Pure: definitions in, text out.
#pragma once
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/cli/context.h"

namespace mlc::cli {

struct MappingWanted {
  std::string source_system, source_type, key;        // key: the field that a record of the source is told by
  std::string target_system, target_type, reference;  // reference: the field of the target that bears our key; "" = none
  Json source_types, target_types;                    // `types` of both definitions
};

struct MappingMade {
  std::string name, text;  // the mapping's name, and its file
  struct Setting {
    std::string name, type, doc;
  };
  std::vector<Setting> settings;
  std::string sample, sample_settings;  // Lua tables
  std::string sample_key;               // as Lua
};

// Error: the target wants what can't be begun by itself.
Result<MappingMade> begin_mapping(const MappingWanted& wanted);

// "SalesInvoice" -> "sales_invoice"
std::string snake_case(const std::string& name);

}  // namespace mlc::cli
