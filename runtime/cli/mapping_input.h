// What `map` and `why` share: instances of the workspace on disk, and what a server (or the store) has recorded of mappings.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/files.h"
#include "runtime/cli/context.h"
#include "runtime/script/loader.h"
#include "runtime/script/offline_mapping.h"
#include "runtime/workbench/provenance.h"

namespace mlc::cli {

// The workspace's files and the host that runs them; neither state nor network.
struct Scene {
  RealFiles files;
  script::Host host;
  script::Workspace workspace;
};
Result<std::unique_ptr<Scene>> open_scene(Context& context);
// Its faults are part of the error; config when it has any.
Result<std::shared_ptr<const script::Program>> find_instance(const Scene& scene, const std::string& client, const std::string& instance);

struct RecordedMapping {
  std::string mapping, at;
  script::OfflineMapping::Input input;
  std::string output;  // JSON
};
struct RecordedJob {
  int64_t id = 0;
  std::string instance, flow, version;
  std::vector<RecordedMapping> mappings;
  std::vector<workbench::RecordedAnswer> answers;
};
// Newest first; not_found when nothing bears the number.
Result<std::vector<RecordedJob>> recorded_jobs(Context& context, const std::string& client, const std::string& number);

// The program that a job ran on: of the workspace when it is the same, else restored from the store.
Result<std::shared_ptr<const script::Program>> program_of(Context& context, const Scene& scene, const std::string& version);

}  // namespace mlc::cli
