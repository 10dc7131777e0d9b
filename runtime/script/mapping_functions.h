// Inside script: the `with` functions of a mapping, called on behalf of the C++ that runs it; in a job and outside of one.
// On the thread of the isolate.
#pragma once
#include <memory>
#include <optional>

#include "runtime/mapping/compiled.h"
#include "runtime/script/lua.h"
#include "runtime/script/scripts.h"
#include "runtime/script/value.h"

namespace mlc::script {

// Pushes {one list of functions a document}, by running the mapping's files again in an environment of their own; raises.
void push_mapping_functions(lua_State* L, const Sources& sources, const MappingUnit& unit);

// Pushes what functions get as `ctx`: refuse, settings, given, job = { source, key }; raises.
void push_context(lua_State* L, const document::Document& settings, const document::Document& given, const std::string& source,
                  const std::string& key);

// {look-up = {key = answer}} as a mapping takes it; null is no entry.
mapping::LookupTable lookup_table(document::Value answers);

class ScriptFunctions : public mapping::Functions {
 public:
  // `functions`: stack index of what push_mapping_functions pushed, with what push_context pushed above it. `record`: the
  // document that is mapped, of types `types`.
  ScriptFunctions(lua_State* L, int functions, const document::Document& record, std::shared_ptr<const mapping::TypeTable> types)
      : state_(L), functions_(functions), record_(record), types_{std::move(types)} {}

  Result<std::optional<document::Node>> call(const Call& call) override;
  // Of the last call that failed: what lua_pcall gave; for Isolate::rethrow_if_killed.
  int status() const { return status_; }

 private:
  struct Given;
  static std::string run(lua_State* L, const Given& given);

  lua_State* state_;
  int functions_;
  const document::Document& record_;
  RecordTypes types_;
  int status_ = LUA_OK;
};

}  // namespace mlc::script
