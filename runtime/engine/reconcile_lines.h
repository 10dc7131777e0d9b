// Records that are lines of documents. Where a side's key is "List[].Field", each line of that list in a row is a record of its own, with
// the row's own fields beside its own; "[].Field" says that the rows are such lines themselves. Lines of one reference are one document in
// parts, and lines without a reference of a source are none of ours. Pure.
#pragma once
#include <string>
#include <vector>

#include "runtime/engine/reconcile_records.h"

namespace mlc::engine {

Result<std::vector<ReconcileRecord>> reconcile_records(const ReconcileSide& side, document::Value row, const Zone& zone);

// Beside the others of its reference, or added to them.
void add_record(const ReconcileSide& side, ReconcileRecords* records, ReconcileRecord record);

// Leaves out lines whose reference begins like none of the sources' keys.
void keep_ours(const ReconcileSide& side, const std::vector<ReconcileSide>& sources, ReconcileRecords* records);

}  // namespace mlc::engine
