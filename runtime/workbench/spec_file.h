// Inside workbench: one spec file in an isolate of its own, with the modules `mappings` and `golden` of specs.h.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "runtime/script/sources.h"
#include "runtime/workbench/specs.h"

namespace mlc::workbench {

// Of one program, by mapping.
struct CoverageSheet {
  std::map<std::string, std::set<std::string>> fields, exercised;
};

struct SpecFile {
  std::string folder, file;  // the workspace; the spec's path in it
  script::Sources modules;
  std::shared_ptr<const script::Program> program;  // null: `mappings` has none
  CoverageSheet* coverage = nullptr;
  bool update = false;
  std::string filter;
};

void run_spec_file(const script::Host& host, SpecFile spec, SpecReport& report);

}  // namespace mlc::workbench
