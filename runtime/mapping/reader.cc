#include "runtime/mapping/reader.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace mlc::mapping {

using document::Kind;
using document::Value;

uint32_t Reader::child_of(uint32_t place, const document::Step& step) {
  const auto known = [&](const std::vector<Edge>& edges) {
    return std::find_if(edges.begin(), edges.end(), [&](const Edge& edge) { return edge.step == step; });
  };
  const auto& edges = step.is_key() ? places_[place].keys : places_[place].indexes;
  if (const auto found = known(edges); found != edges.end()) return found->child;
  const auto child = static_cast<uint32_t>(places_.size());
  places_.emplace_back();
  Place& parent = places_[place];
  if (step.is_key()) {
    places_[child].path = parent.path.empty() ? step.key : parent.path + "." + step.key;
    parent.keys.push_back({step, child});
  } else {
    places_[child].path = parent.path + "[" + std::to_string(step.index) + "]";
    parent.indexes.push_back({step, child});
  }
  return child;
}

uint32_t Reader::want(const document::Path& path) {
  uint32_t place = 0;
  for (const document::Step& step : path.steps()) place = child_of(place, step);
  if (places_[place].cell < 0) places_[place].cell = static_cast<int32_t>(cells_++);
  return static_cast<uint32_t>(places_[place].cell);
}

void Reader::seal() {
  for (Place& place : places_) {
    std::sort(place.indexes.begin(), place.indexes.end(), [](const Edge& a, const Edge& b) { return a.step.index < b.step.index; });
    if (place.keys.empty()) continue;
    place.table.assign(std::bit_ceil(place.keys.size() * 4),
                       0);  // a quarter full: most fields of a record are not wanted, and miss at once
    for (size_t i = 0; i < place.keys.size(); ++i) {
      size_t at = place.keys[i].step.hash & (place.table.size() - 1);
      while (place.table[at] != 0) at = (at + 1) & (place.table.size() - 1);
      place.table[at] = static_cast<uint16_t>(i + 1);
    }
  }
}

bool Reader::read(Value record, Value* cells, Misfit& misfit) const {
  std::fill(cells, cells + cells_, Value());
  return walk(record, 0, cells, misfit);
}

bool Reader::walk(Value value, uint32_t at, Value* cells, Misfit& misfit) const {
  const Place& place = places_[at];
  if (place.cell >= 0) cells[place.cell] = value;
  if (value.is_null()) return true;
  if (!place.keys.empty()) {
    if (!value.is_object()) {
      misfit = {place.path, Kind::object, value.kind()};
      return false;
    }
    const document::Content& content = *value.content();
    const size_t mask = place.table.size() - 1;
    uint32_t slot = value.index() + 1;
    for (size_t left = value.size(); left != 0; --left) {
      const document::Slot& name = content.slots[slot];
      for (size_t entry = name.next & mask; place.table[entry] != 0; entry = (entry + 1) & mask) {
        const Edge& edge = place.keys[place.table[entry] - 1u];
        if (edge.step.hash != name.next || content.text(name) != edge.step.key) continue;
        if (!walk(Value(&content, slot + 1), edge.child, cells, misfit)) return false;
        break;
      }
      slot = content.slots[slot + 1].next;
    }
  }
  if (!place.indexes.empty()) {
    if (!value.is_array()) {
      misfit = {place.path, Kind::array, value.kind()};
      return false;
    }
    uint32_t index = 0;
    auto wanted = place.indexes.begin();
    for (Value item : value.items()) {
      if (++index != wanted->step.index) continue;
      if (!walk(item, wanted->child, cells, misfit)) return false;
      if (++wanted == place.indexes.end()) break;
    }
  }
  return true;
}

}  // namespace mlc::mapping
