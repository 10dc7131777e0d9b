// The paths that a mapping wants of one source record, found together in one walk over its fields: nothing else is looked at.
// Filled while a mapping is compiled, sealed, then constant; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/document/path.h"

namespace mlc::mapping {

class Reader {
 public:
  // A value on the way that is no record or list, though the path goes on inside it.
  struct Misfit {
    std::string path;
    document::Kind expected = document::Kind::object;
    document::Kind found = document::Kind::missing;
  };

  // The cell of the path; one path has one cell.
  uint32_t want(const document::Path& path);
  void seal();
  uint32_t cells() const { return cells_; }

  // Sets every cell: missing where the record has no such value. False at the first misfit.
  bool read(document::Value record, document::Value* cells, Misfit& misfit) const;

 private:
  struct Edge {
    document::Step step;
    uint32_t child = 0;
  };
  struct Place {
    std::vector<Edge> keys;
    std::vector<Edge> indexes;    // ascending once sealed
    std::vector<uint16_t> table;  // by hash: 0 is free, else 1 + position in keys
    int32_t cell = -1;
    std::string path;  // for sentences
  };

  uint32_t child_of(uint32_t place, const document::Step& step);
  bool walk(document::Value value, uint32_t place, document::Value* cells, Misfit& misfit) const;

  std::vector<Place> places_ = std::vector<Place>(1);
  uint32_t cells_ = 0;
};

}  // namespace mlc::mapping
