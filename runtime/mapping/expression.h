// Inside mapping only: turns the expressions of definition.h into operations, with their types checked.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/mapping/compiled.h"
#include "runtime/mapping/definition.h"
#include "runtime/mapping/program.h"

namespace mlc::mapping {

class ExpressionCompiler {
 public:
  ExpressionCompiler(Program& program, const Sources& sources, Problems& problems)
      : program_(program), sources_(sources), problems_(problems) {}

  // Where an expression stands: whose rows it may read, and for checks which target fields it may read.
  struct Context {
    uint32_t row = 0;
    uint32_t scope = 0;
    bool in_check = false;
    RecordPlan* target = nullptr;  // {"target": ...} reads its fields
  };

  // The operation's index; none when there are problems (which are appended).
  std::optional<uint32_t> compile(document::Value expr, const Context& context);
  // A path to a list of records in reach, as "over" of a group wants it.
  std::optional<uint32_t> compile_list(document::Value expr, const Context& context);
  // Adds a scope for the rows of that list.
  uint32_t add_scope(const std::string& group, uint32_t list, uint32_t parent);

  // Look-up operations inside an operation.
  void collect_lookups(uint32_t op, std::vector<uint32_t>& into) const;

 private:
  std::nullopt_t wrong(const Context& context, document::Value expr, std::string message, std::string_view word = {});
  uint32_t add(const Context& context, document::Value expr, Op op);
  std::optional<uint32_t> literal(document::Value expr, const Context& context);
  std::optional<uint32_t> path(document::Value expr, const Context& context);
  std::optional<uint32_t> named(document::Value expr, const Context& context);
  std::optional<uint32_t> concat(document::Value expr, const Context& context);
  std::optional<uint32_t> arithmetic(document::Value expr, const Context& context, OpCode code, std::string_view member);
  std::optional<uint32_t> transform(document::Value expr, const Context& context);
  std::optional<uint32_t> apply(document::Value expr, const Context& context, const Transform& transform);
  std::optional<uint32_t> fallback(document::Value expr, const Context& context, const Transform& transform);
  std::optional<uint32_t> pick(document::Value expr, const Context& context);
  std::optional<uint32_t> when(document::Value expr, const Context& context);
  std::optional<uint32_t> lookup(document::Value expr, const Context& context);
  std::optional<uint32_t> table(document::Value expr, const Context& context, const Table& rows, Op op);
  std::optional<uint32_t> call(document::Value expr, const Context& context);
  std::optional<uint32_t> target(document::Value expr, const Context& context);
  std::optional<uint32_t> sum(document::Value expr, const Context& context);
  std::optional<std::vector<uint32_t>> operands(document::Value list, const Context& context);
  std::optional<uint32_t> scope_named(std::string_view group, uint32_t from) const;
  bool only(document::Value expr, const Context& context, std::initializer_list<std::string_view> members);
  void add_source(const Context& context, std::string source);
  Type type_of(uint32_t op) const { return program_.ops[op].type; }
  Type common(Type a, Type b) const;

  Program& program_;
  const Sources& sources_;
  Problems& problems_;
  int lenient_ = 0;  // inside what default or or_else stands on
};

}  // namespace mlc::mapping
