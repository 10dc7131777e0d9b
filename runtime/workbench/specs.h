// `ml-connector test`: runs *_spec.lua files beside scripts and in clients' folders, in the sandboxed host, with the
// modules of what they stand beside. Beside what stdlib gives, a spec may
//
//   local mappings = require "mappings"     -- the compiled mappings, with the client's layers where it stands in one
//   local invoice = mappings.run("invoice", order, { given = {…}, lookups = { items = { SKU = "8f0c" } }, settings = {…} })
//   local golden = require "golden"         -- golden/<name>.json beside the spec; `--update` writes them
//   golden.matches("invoice_118", invoice)
//
// Where specs stand: scripts/integrations/<name>/, scripts/systems/<name>/, clients/<client>/<instance>/, and a folder
// spec/ in each. Blocks on files and runs Lua: not for the io thread.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/script/host.h"
#include "runtime/script/loader.h"

namespace mlc::workbench {

struct SpecResult {
  std::string name, message, file;
  int line = 0;
  bool ok = false;
};

// Which target fields of a mapping had a value in some run of a spec.
struct MappingCoverage {
  std::string place, mapping;  // "acme/shop_nl" or an integration's name
  std::set<std::string> fields, exercised;
  std::vector<std::string> missed() const;
};

struct SpecReport {
  std::vector<SpecResult> results;
  std::vector<script::Problem> problems;  // files that could not be run
  std::vector<MappingCoverage> coverage;  // of mappings that the specs' places have
  std::vector<std::string> updated;       // golden files written
  int files = 0;
  bool good() const;
};

struct SpecOptions {
  bool update = false;
  std::string filter;  // part of a name; "" = all
};

// `path`: a workspace, or a file or folder in one.
Result<SpecReport> run_specs(const script::Host& host, const std::string& path, const SpecOptions& options = {});

// What stands between a candidate and its going live: the specs of its integration, and of its own folder. What failed, as
// problems. One Gate for one look at the files: an integration's specs run once, however many instances use it.
class SpecGate {
 public:
  SpecGate(const script::Host& host, std::string folder) : host_(host), folder_(std::move(folder)) {}
  std::vector<script::Problem> failures(const std::shared_ptr<const script::Program>& program);

 private:
  const script::Host& host_;
  std::string folder_;
  std::map<std::string, std::vector<script::Problem>> integrations_;
};

}  // namespace mlc::workbench
