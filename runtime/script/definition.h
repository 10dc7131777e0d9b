// Inside script: runs definition files. A Definer is an isolate with the ambient names and what they need of the host;
// what a file returns or records comes out as JSON.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/script/host.h"
#include "runtime/script/isolate.h"

namespace mlc::script {

// Whether rows and faults get the line and column of their statement, or only Lua's line: jobs have no use for the former.
enum class Positions { exact, cheap };

// Adds the ambient names to the environment on top of the stack, and with `recorded`, a reference to the function that
// gives what mappings recorded; raises.
void add_ambient(lua_State* L, const Sources& sources, Ref* recorded, Positions positions = Positions::exact);

class Definer {
 public:
  static Result<std::unique_ptr<Definer>> make(const Host& host);

  // Runs the chunk; JSON of the first value it returns ("null" when none). Functions are left out.
  Result<std::string> run(const Chunk& chunk, const Sources& sources);
  // Runs a mapping or layer file; the JSON of each document it recorded.
  Result<std::vector<std::string>> record(const Chunk& chunk, const Sources& sources);

  // "file:12: sentence" at the start of an error as a problem; `file` when it names none.
  static Problem problem_of(const Error& error, const std::string& file);

 private:
  explicit Definer(std::unique_ptr<Isolate> isolate) : isolate_(std::move(isolate)) {}
  std::unique_ptr<Isolate> isolate_;
};

// Runs ml-connector.lua (kind "workspace") and client.lua ("client"), each in an environment of its own without libraries.
// Thousands of them share one state, whose budgets hold for each file: what a file leaves is garbage when the next begins.
class SettingsReader {
 public:
  SettingsReader(const Host& host, std::shared_ptr<const Chunk> language) : host_(host), language_(std::move(language)) {}
  // JSON of what the file assigned.
  Result<std::string> read(const Chunk& chunk, const std::string& kind);

 private:
  Status open();

  const Host& host_;
  std::shared_ptr<const Chunk> language_;
  std::unique_ptr<Isolate> isolate_;
  Ref made_;  // the language, loaded
};

}  // namespace mlc::script
