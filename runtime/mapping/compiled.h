// A compiled mapping: a base and its layers, checked against the record types of both sides. Immutable; any thread may run it.
//
//   Problems problems;
//   auto mapping = compile({base.root(), {layer.root()}, source_types, target_types, names}, problems);
//   if (!mapping) ... every problem with file, line and column
//   std::vector<LookupKey> keys;
//   if (auto status = mapping->lookups_needed(order, inputs, keys); !status) ...      // then fetch them in one batch
//   Output output;
//   if (auto status = mapping->run(order, inputs, output); !status) park(output.refusal->sentence);
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/date.h"
#include "runtime/base/result.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/mapping/position.h"
#include "runtime/mapping/table.h"
#include "runtime/mapping/types.h"

namespace mlc::mapping {

struct Program;

// A row of the mapping with its lineage.
struct RowInfo {
  std::string layer;
  uint32_t document = 0;  // 0 base, then the layers
  Position at;
  std::string target;                  // "SalesInvoiceLines.product.NetPrice"
  std::vector<std::string> sources;    // "products[].price_ex_tax", "setting journal", "lookup items"
  std::optional<Position> instead_of;  // the row of a lower layer that this one replaces
  bool live = true;                    // false when a higher layer replaced or removed it
};

// Fields computed by Lua functions; implemented above this room. Called on the thread that runs the mapping.
class Functions {
 public:
  virtual ~Functions() = default;
  struct Call {
    uint32_t document = 0, index = 0;  // document 0 is the base, then the layers in order
    document::Value record;
    const RecordType* record_type = nullptr;
    document::Value line;  // the group's source row, else missing
    const RecordType* line_type = nullptr;
  };
  // Nothing returned is a missing value. An error with Code::denied is a refusal by the script (ctx.refuse); its message is the
  // sentence for the controller.
  virtual Result<std::optional<document::Node>> call(const Call& call) = 0;
};

// What look-ups answered, by name and key.
class Lookups {
 public:
  virtual ~Lookups() = default;
  virtual const document::Node* find(std::string_view lookup, std::string_view key) const = 0;  // null pointer: no entry
};

class LookupTable : public Lookups {
 public:
  void set(std::string_view lookup, std::string_view key, document::Node value);
  const document::Node* find(std::string_view lookup, std::string_view key) const override;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::map<std::string, std::unordered_map<std::string, document::Node, Hash, std::equal_to<>>, std::less<>> tables_;
};

// What a run may see besides the record. Views; they outlive the run.
struct Inputs {
  document::Value settings;
  document::Value given;
  std::string_view job_source;
  std::string_view job_key;
  const Zone* zone = nullptr;  // of the accounting dates
  const Lookups* lookups = nullptr;
  Functions* functions = nullptr;
};

struct LookupKey {
  std::string lookup, key;
  friend auto operator<=>(const LookupKey&, const LookupKey&) = default;
};

// Why a record could not be mapped: a sentence for a person, and where it comes from.
struct Refusal {
  Code code = Code::invalid_argument;  // denied: refused by a check or a script; not_found: a look-up has no entry
  std::string sentence;
  std::string field;   // of the target; empty when none is concerned
  std::string source;  // path in the source record, with row numbers
  Position at;
};

struct Output {
  std::string json;  // the target record; meaningless after a refusal
  std::optional<Refusal> refusal;
};

class Compiled {
 public:
  explicit Compiled(std::unique_ptr<const Program> program, std::shared_ptr<const TypeTable> source,
                    std::shared_ptr<const TypeTable> target);
  ~Compiled();

  // Appends the keys that this record needs, each once.
  Status lookups_needed(document::Value record, const Inputs& inputs, std::vector<LookupKey>& keys) const;
  // The error is the refusal as text: "file:line:column: sentence".
  Status run(document::Value record, const Inputs& inputs, Output& output) const;

  // Every row, also those replaced by a layer, in order.
  const std::vector<RowInfo>& describe() const;

  // Inside mapping only.
  const Program& program() const { return *program_; }
  const TypeTable& target_types() const { return *target_; }

 private:
  std::unique_ptr<const Program> program_;
  std::shared_ptr<const TypeTable> source_, target_;  // the program points into them
};

// Names that a mapping may use, as the integration declares them.
struct Names {
  std::vector<std::string> settings;
  std::vector<std::string> lookups;
  std::map<std::string, Type> setting_types;  // any when it is not here
};

struct Sources {
  document::Value base;
  std::vector<document::Value> layers;               // lowest first
  std::vector<std::string> layer_names;              // of the layers, for lineage: documents of one name are one layer; "" goes by its file
  std::vector<std::shared_ptr<const Table>> tables;  // look-ups that need no call
  std::shared_ptr<const TypeTable> source, target;
  Names names;
};

// Null when there are problems; all of them are appended.
std::unique_ptr<const Compiled> compile(const Sources& sources, Problems& problems);

}  // namespace mlc::mapping
