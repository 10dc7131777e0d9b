// What an edit changes, before it is live: two versions of an instance's mappings over recorded inputs (record, given,
// look-up answers), differences by field. Nothing is called and nothing is written.
//
// Lines of a list are compared by the row they come from, so that a line that is gone or new is told as that and not as a
// change of every line behind it. Pure; any thread, isolates are made for the call.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/document/node.h"
#include "runtime/script/host.h"
#include "runtime/store/store.h"
#include "runtime/vault/vault.h"
#include "runtime/workbench/versions.h"

namespace mlc::workbench {

// One recorded run of a mapping.
struct RecordedInput {
  store::Id job = 0;
  std::string mapping, source, key;
  std::string entry;  // JSON of the journal's entry: {"input":{"record","given","lookups"},"output":…}
};

struct FieldChange {
  std::string field;  // "SalesInvoiceLines.product.NetPrice"
  int64_t records = 0;
  struct Example {
    std::string record;  // "shop:118"
    store::Id job = 0;
    std::string before, after;  // JSON; "" = not there
  };
  std::vector<Example> examples;
};

struct MappingPreview {
  std::string mapping;
  int64_t records = 0, unchanged = 0, changed = 0;
  int64_t refused_now = 0, mapped_now = 0;  // of `changed`: refused by the new version only, by the old one only
  int64_t unknown = 0;                      // need look-ups that were never answered
  std::vector<FieldChange> fields;          // most records first
  std::vector<FieldChange> refusals;        // field: the sentence; the new version's only
  std::map<std::string, int64_t> needs;     // "items \"SKU-9\"" -> records that would look it up
  bool differs() const { return changed + unknown > 0; }
};

struct Preview {
  std::vector<MappingPreview> mappings;
  std::vector<std::string> gone, added;  // mappings that only one version has
  bool differs() const;
};

Preview preview(const script::Host& host, const ProgramPtr& before, const ProgramPtr& after, const std::vector<RecordedInput>& inputs);
document::Node to_node(const Preview& preview);

// The newest recorded inputs of an instance, at most `last` of each mapping.
Task<Result<std::vector<RecordedInput>>> recorded_inputs(store::Store& store, vault::Vault& vault, std::string client, std::string instance,
                                                         int last);

}  // namespace mlc::workbench
