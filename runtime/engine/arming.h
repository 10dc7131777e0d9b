// The end of a restored installation's hold (G14): says first what nobody knows and what will be done, then looks up the
// effects that were open, then opens the door. Nothing is sent before it was looked for: an effect whose outcome is unknown
// is searched here and again by its job, a create by its natural key (effect_search.cc), and what can't be looked up waits
// for a person (after_restore.cc). Owned by Engine; executor's thread.
#pragma once
#include <string>

#include "runtime/document/node.h"
#include "runtime/engine/context.h"
#include "runtime/engine/operations.h"

namespace mlc::engine {

class Arming {
 public:
  Arming(Context& context, Operations& operations) : context_(context), operations_(operations) {}

  // {"client","held","restored":{"at","taken","file"},"jobs":{…},"unknown":[…],"planned":n,"polls":[…]}. Changes nothing.
  Task<Result<document::Node>> forecast(std::string client);
  // {"client","unknown":[each with "found"],"settled":n,"armed":true}
  Task<Result<document::Node>> arm(std::string client, std::string actor);

 private:
  struct Looked {
    std::string word, id;  // what the search said, and the record that it found
  };
  Task<Result<std::vector<store::Effect>>> open_effects(std::string client, store::EffectState state);
  Task<Looked> look(store::Effect effect);

  Context& context_;
  Operations& operations_;
};

}  // namespace mlc::engine
