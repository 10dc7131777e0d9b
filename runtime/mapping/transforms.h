// The one list of what `path:name(arguments)` can be: name, what it stands on, its arguments, what it gives, a sentence of
// documentation and the function itself. Editors, the checker and the documentation read this list. Constant; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/date.h"
#include "runtime/mapping/datum.h"
#include "runtime/mapping/types.h"

namespace mlc::mapping {

// What a transform may use, and where it says why it could not.
struct Scene {
  Arena& arena;
  const Zone* zone = nullptr;  // of the accounting dates
  std::string problem;
};

using TypeSet = uint32_t;
constexpr TypeSet one_of(std::initializer_list<Type> types) {
  TypeSet set = 0;
  for (Type type : types) set |= 1u << static_cast<unsigned>(type);
  return set;
}
constexpr bool has(TypeSet set, Type type) { return (set >> static_cast<unsigned>(type) & 1u) != 0; }
std::string types_phrase(TypeSet set);  // "a text or an integer"

struct Transform {
  // False: scene.problem says why. Missing and null never arrive unless `sees_missing`; they pass through.
  using Apply = bool (*)(Scene& scene, const Datum& on, std::span<const Datum> with, Datum& out);

  std::string_view name;
  TypeSet on;
  std::vector<TypeSet> with;  // the arguments
  size_t required;            // how many of them must be there
  Type gives;                 // any: what it stands on
  Apply apply;                // null for those that the compiler builds itself: default, or_else, pick, when, lookup
  bool sees_missing;
  std::string_view doc;
};

const std::vector<Transform>& transforms();
const Transform* find_transform(std::string_view name);
std::optional<Rounding> rounding_named(std::string_view name);

}  // namespace mlc::mapping
