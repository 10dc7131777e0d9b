// A program's mapping outside of any job: for `map`, `why`, preview, specs and the REPL. It never calls out; look-ups are
// what the caller has. Owns an isolate for the mapping's functions; one thread at a time.
//
//   auto offline = OfflineMapping::make(host, program, "invoice");
//   auto input = OfflineMapping::Input::recorded(recorded_json);          // what the job's journal keeps of a mapping
//   auto why = (*offline)->explain(*input);
//   for (const auto& field : why.fields) std::cout << mapping::told(field);
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/mapping/explain.h"
#include "runtime/script/host.h"
#include "runtime/script/isolate.h"
#include "runtime/script/program.h"

namespace mlc::script {

struct MappingUnit;

class OfflineMapping {
 public:
  // What a mapping is run with. `given` and `lookups` ({"items": {"SKU1": "8f0c"}}) are objects or missing.
  struct Input {
    document::Document record;
    document::Document given;
    document::Document lookups;
    std::string source, key;  // of the job

    // The "input" of a journal's map entry: {"record":…,"given":…,"lookups":…}.
    static Result<Input> recorded(document::Value input, std::string source, std::string key);
  };

  // not_found when the program has no such mapping; the sentence names those that it has.
  static Result<std::unique_ptr<OfflineMapping>> make(const Host& host, std::shared_ptr<const Program> program, const std::string& mapping);

  // Look-ups that the record needs and the input does not answer. A record that can't be read needs none: run() says why.
  std::vector<mapping::LookupKey> missing(const Input& input);
  mapping::Output run(const Input& input);
  mapping::Explanation explain(const Input& input);
  const mapping::Compiled& compiled() const;

 private:
  OfflineMapping(std::shared_ptr<const Program> program, const MappingUnit& unit, std::unique_ptr<Isolate> isolate);
  mapping::Inputs inputs(const Input& input) const;
  // Runs `work` with the mapping's functions at hand; the error is of the isolate (its budget), not of the mapping.
  Status with_functions(const Input& input, mapping::Inputs& inputs, const std::function<void()>& work);

  std::shared_ptr<const Program> program_;
  const MappingUnit& unit_;
  std::unique_ptr<Isolate> isolate_;
  Ref functions_;  // made at the first call
};

}  // namespace mlc::script
