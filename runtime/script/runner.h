// Runner: runs flows for the engine. Each (program, client) has isolates that are kept for the next job; in an isolate
// every run is a coroutine with an environment of its own, so that nothing of one job is seen by another.
//
// Made and used on the engine's thread; runs execute on `workers` (a ThreadPool, or the virtual loop itself in a
// simulation), one thread in an isolate at a time; replies and ends arrive on env.executor.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/engine/runner.h"
#include "runtime/script/program.h"

namespace mlc::script {

class Runner : public engine::Runner {
 public:
  Runner(const Host& host, Environment env, Executor& workers);
  ~Runner() override;  // abandons what runs
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Makes these the live programs; programs that were live before stay known for the jobs pinned to them.
  void set_live(std::vector<std::shared_ptr<const Program>> programs);
  // Adds an old version (from the store) for jobs that are pinned to it.
  void add(std::shared_ptr<const Program> program);
  // Where bring() gets versions that are not known any more; without it they are not found.
  using Archive = std::function<Task<Result<std::shared_ptr<const Program>>>(std::string version)>;
  void set_archive(Archive archive) { archive_ = std::move(archive); }
  // Forgets versions that are not live and not in `pinned`; their runs under way go on.
  void keep_only(const std::vector<std::string>& pinned);

  std::vector<engine::InstancePtr> instances() override;
  Result<std::unique_ptr<engine::Run>> start(engine::RunInput input, std::shared_ptr<engine::RunHost> host,
                                             std::function<void(engine::RunEnd)> end) override;
  bool has_version(const std::string& client, const std::string& instance, const std::string& version) override;
  Task<Status> bring(std::string client, std::string instance, std::string version) override;

  std::vector<std::shared_ptr<const Program>> programs() const;  // live versions
  size_t isolates() const;                                       // live ones, idle included

 private:
  class Core;
  std::shared_ptr<Core> core_;
  Archive archive_;
};

}  // namespace mlc::script
