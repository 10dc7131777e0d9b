// Inside mapping only: what compile makes and run executes. Operations stand in one flat vector and name each other by index; plans
// say in which order the target is written.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/document/path.h"
#include "runtime/mapping/compiled.h"
#include "runtime/mapping/datum.h"
#include "runtime/mapping/position.h"
#include "runtime/mapping/reader.h"
#include "runtime/mapping/table.h"
#include "runtime/mapping/transforms.h"
#include "runtime/mapping/types.h"

namespace mlc::mapping {

enum class OpCode : uint8_t {
  literal,
  path,
  setting,
  given,
  job_source,
  job_key,
  concat,
  join,
  add,
  subtract,
  multiply,
  divide,
  apply,
  fallback,
  pick,
  when,
  lookup,
  table,
  call,
  target,
  sum
};

struct Op {
  OpCode code = OpCode::literal;
  Type type = Type::any;
  std::vector<uint32_t> parts;       // operands
  Datum literal;                     // its text lives in Program::texts
  uint32_t scope = 0;                // path
  uint32_t cell = 0;                 // path: in the run's cells
  const FieldType* field = nullptr;  // path: what is there
  std::string text;                  // path as written; name of a setting, given value, look-up or function; separator
  document::Path inner;              // given: inside the value
  uint32_t hash = 0;                 // of `text` as a key
  const Transform* transform = nullptr;
  std::vector<std::pair<std::string, uint32_t>> table;  // pick: sorted by key
  std::optional<uint32_t> otherwise;                    // pick, when
  int scale = 0;
  Rounding rounding = Rounding::half_up;
  bool optional = false;        // look-up: no entry is missing, not refused
  uint32_t document = 0;        // call: whose function
  uint32_t index = 0;           // call: which; target: memo; sum: total; table: column
  const Table* rows = nullptr;  // table
  uint32_t row = 0;
  int line = 0, column = 0;  // of the expression, in the row's file
};

struct RecordPlan;

struct GroupPlan {
  std::string name;
  bool each = false;
  uint32_t scope = 0;  // whose cells its expressions read: its own when each
  uint32_t list = 0;   // each: op of the source list
  std::optional<uint32_t> when;
  std::unique_ptr<RecordPlan> line;
  std::vector<std::pair<uint32_t, uint32_t>> sums;  // (total, op), added after each line
  uint32_t row = 0;
};

struct FieldPlan {
  const FieldType* field = nullptr;
  std::string key;  // quoted for JSON
  uint32_t row = 0;
  bool assigned = false;  // by one row: `op`; else `record` or `groups` hold what is inside
  uint32_t op = 0;
  std::vector<uint32_t> lookups;  // look-up operations inside `op`
  int32_t memo = -1;              // kept for checks
  std::unique_ptr<RecordPlan> record;
  std::vector<std::unique_ptr<GroupPlan>> groups;
};

struct RecordPlan {
  const RecordType* type = nullptr;
  std::vector<FieldPlan> fields;
  uint32_t row = 0;  // that made it
};

// The source rows in reach: scope 0 is the record, each group over a list has one more.
struct Scope {
  std::string group;
  uint32_t parent = 0;
  const RecordType* type = nullptr;
  std::string list_path;  // in the parent
  Reader reader;
  uint32_t first_cell = 0;
};

struct Check {
  uint32_t expect = 0, equals = 0;
  Decimal within;
  std::string says;
  uint32_t row = 0;
};

struct Program {
  std::vector<Op> ops;
  std::vector<Scope> scopes;
  std::vector<Check> checks;
  std::vector<RowInfo> rows;
  std::deque<std::string> texts;
  std::vector<std::shared_ptr<const Table>> tables;
  RecordPlan root;
  uint32_t cells = 0;
  uint32_t memos = 0;
  uint32_t totals = 0;
};

}  // namespace mlc::mapping
