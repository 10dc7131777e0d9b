// Tells when files below a folder change. One real implementation over inotify (real_folder_watcher) and fakes in
// tests. Lives on the executor's thread of whoever made it; `told` is called there, once for each event.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "runtime/base/event_loop.h"
#include "runtime/base/result.h"

namespace mlc {

struct FolderEvent {
  std::string path;      // absolute; of a folder when one came or went
  bool folder = false;   // it is one, or was
  bool writing = false;  // somebody writes into it and has not closed it yet
};

// Destroying it ends the watch: `told` is not called any more.
class FolderWatch {
 public:
  virtual ~FolderWatch() = default;
};

class FolderWatcher {
 public:
  virtual ~FolderWatcher() = default;
  // Watches `folder` and those below it for which `enter` says so (asked with the absolute path, also when one appears
  // later). exhausted: the system allows no more watches.
  virtual Result<std::unique_ptr<FolderWatch>> watch(const std::string& folder, std::function<bool(const std::string&)> enter,
                                                     std::function<void(FolderEvent)> told) = 0;
};

std::unique_ptr<FolderWatcher> real_folder_watcher(EventLoop& loop);

}  // namespace mlc
