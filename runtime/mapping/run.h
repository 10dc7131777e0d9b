// Inside mapping only: one execution of a program over one record.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/document/write.h"
#include "runtime/mapping/compiled.h"
#include "runtime/mapping/program.h"

namespace mlc::mapping {

// Buffers that a thread uses again for each record; they carry nothing over.
struct Workspace {
  Arena arena;
  std::vector<document::Value> cells;
  std::vector<document::Value> rows;  // per scope: the current source row
  std::vector<uint32_t> numbers;      // per scope: its number in the list, from 1
  std::vector<Datum> memos;
  std::vector<Decimal> totals;
};

// Explainer (explain.cc) walks the same plan and asks the same questions.
class Run {
 public:
  Run(const Program& program, const Inputs& inputs, const TypeTable& target, Workspace& workspace)
      : program_(program), inputs_(inputs), target_(target), work_(workspace), scene_{workspace.arena, inputs.zone, {}} {}

  bool write(document::Value record, std::string& json);
  bool collect(document::Value record, std::vector<LookupKey>& keys);
  const Refusal& refusal() const { return refusal_; }

 protected:
  bool start(document::Value record);
  bool read_scope(uint32_t scope, document::Value row);
  // For each line of a group: `line` is called with the group's scope filled.
  template <class Line>
  bool each_line(const GroupPlan& group, Line line);
  bool wanted(const GroupPlan& group, bool& yes);

  // Adds the settings without a value that an expression is made of: who left one out wants to hear its name.
  void unset_settings(uint32_t index, std::string& names);
  bool write_record(document::Writer& writer, const RecordPlan& plan);
  bool anything(const RecordPlan& plan, bool& any);
  bool write_field(document::Writer& writer, const FieldPlan& plan, bool& wrote);
  bool write_groups(document::Writer& writer, const FieldPlan& plan, bool& wrote);
  bool encode(document::Writer& writer, const FieldType& field, Type type, const Datum& datum);
  template <class Any>
  bool encode_structure(document::Writer& writer, const FieldType& field, Type type, const Any& value);
  bool convert(const FieldType& field, Type type, Datum& datum);
  bool add_totals(const GroupPlan& group);
  bool check(const Check& check);
  bool collect_record(const RecordPlan& plan, std::vector<LookupKey>& keys);

  bool eval(uint32_t index, Datum& out);
  bool read(const Op& op, document::Value value, Datum& out);
  bool concat(const Op& op, Datum& out);
  bool arithmetic(const Op& op, Datum& out);
  bool apply(const Op& op, Datum& out);
  bool pick(const Op& op, Datum& out);
  bool look_up(const Op& op, Datum& out);
  bool find_row(const Op& op, Datum& out);
  bool call(const Op& op, Datum& out);

  bool fail(const Op& op, std::string sentence, Code code = Code::invalid_argument);
  bool fail_row(uint32_t row, std::string sentence, Code code = Code::invalid_argument);
  std::string source_path(uint32_t scope, std::string_view path) const;

  const Program& program_;
  const Inputs& inputs_;
  const TypeTable& target_;
  Workspace& work_;
  Scene scene_;
  Refusal refusal_;
};

template <class Line>
bool Run::each_line(const GroupPlan& group, Line line) {
  bool yes = false;
  if (!group.each) return wanted(group, yes) && (!yes || line());
  Datum list;
  if (!eval(group.list, list)) return false;
  if (list.is_absent()) return true;
  uint32_t number = 0;
  for (document::Value row : list.value.items()) {
    work_.numbers[group.scope] = ++number;
    if (!row.is_object()) {
      fail_row(group.row, source_path(group.scope, "") + " is no record: found " + std::string(kind_name(row.kind())));
      refusal_.source = source_path(group.scope, "");
      return false;
    }
    if (!read_scope(group.scope, row) || !wanted(group, yes)) return false;
    if (yes && !line()) return false;
  }
  return true;
}

}  // namespace mlc::mapping
