// Notices that scripts or settings changed on the disk and says so once a short quiet time has passed: the files of a
// git checkout, or an editor's temporary file, removal and rename, are one change. A file that somebody still writes
// into is waited for. What changed is not told: whoever listens reads everything and compares.
//
// Executor's thread. `changed` is called from a timer, never from inside a call.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/folder_watch.h"

namespace mlc::workbench {

struct ChangeWatchOptions {
  // Real time, whatever the clock's scale: a person's editor lives in it.
  Duration quiet = std::chrono::milliseconds(40);
  Duration longest = std::chrono::seconds(2);  // a stream of changes is looked at so often at least
};

class ChangeWatch {
 public:
  ChangeWatch(Environment env, FolderWatcher& watcher, std::function<void()> changed, ChangeWatchOptions options = {});
  ~ChangeWatch();

  // ml-connector.lua, clients/ and scripts/ of the workspace; scripts/ and stdlib/ of the share folder.
  Status watch(const std::string& workspace, const std::string& share);
  void again() { wait(); }                            // tells once more after a quiet time
  bool pending() const { return timer_ != nullptr; }  // something changed that was not told yet

 private:
  void note(const FolderEvent& event);
  void wait();

  Environment env_;
  FolderWatcher& watcher_;
  std::function<void()> changed_;
  ChangeWatchOptions options_;
  std::vector<std::unique_ptr<FolderWatch>> watches_;
  std::unique_ptr<Timer> timer_;
  std::set<std::string> being_written_;
  SteadyTime first_{};
};

}  // namespace mlc::workbench
