#include "runtime/base/folder_watch.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <map>

namespace mlc {
namespace {

constexpr uint32_t kWanted = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR;
constexpr size_t kBuffer = 64 << 10;

// One inotify descriptor. Watches are of folders, by number; a folder that is moved away keeps its number, so its
// watch is dropped when IN_MOVED_FROM names it.
class Inotify : public FolderWatch, public std::enable_shared_from_this<Inotify> {
 public:
  Inotify(EventLoop& loop, int descriptor, std::function<bool(const std::string&)> enter, std::function<void(FolderEvent)> told)
      : stream_(loop.context(), descriptor), enter_(std::move(enter)), told_(std::move(told)), buffer_(kBuffer, '\0') {}

  Status add(const std::string& folder) {
    const int number = inotify_add_watch(stream_.native_handle(), folder.c_str(), kWanted);
    if (number < 0) {
      if (errno == ENOENT || errno == ENOTDIR) return ok_status();  // gone meanwhile
      if (errno == ENOSPC)
        return Error(Code::exhausted, "can't watch " + folder + ": the system allows no more watches; raise fs.inotify.max_user_watches");
      return Error(Code::io, "can't watch " + folder + ": " + std::strerror(errno));
    }
    folders_[number] = folder;
    numbers_[folder] = number;
    DIR* listing = opendir(folder.c_str());
    if (listing == nullptr) return ok_status();
    Status all = ok_status();
    while (const dirent* entry = readdir(listing)) {
      const std::string name = entry->d_name;
      if (name == "." || name == ".." || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)) continue;
      const std::string path = folder + "/" + name;
      if (!enter_(path)) continue;
      all = add(path);
      if (!all) break;
    }
    closedir(listing);
    return all;
  }

  void read() {
    stream_.async_read_some(boost::asio::buffer(buffer_),
                            [self = shared_from_this()](const boost::system::error_code& failed, size_t count) {
                              if (failed || self->closed_) return;
                              self->take(count);
                              if (!self->closed_) self->read();
                            });
  }
  void close() {
    closed_ = true;
    boost::system::error_code ignored;
    stream_.close(ignored);
  }

 private:
  void take(size_t count) {
    for (size_t at = 0; at + sizeof(inotify_event) <= count && !closed_;) {
      inotify_event event{};
      std::memcpy(&event, buffer_.data() + at, sizeof event);
      const std::string name = event.len == 0 ? "" : std::string(buffer_.data() + at + sizeof event);
      at += sizeof event + event.len;
      // More happened than the kernel kept: whoever listens looks at everything anyway.
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        told_({folders_.empty() ? "" : folders_.begin()->second, true, false});
        continue;
      }
      const auto found = folders_.find(event.wd);
      if (found == folders_.end()) continue;
      if ((event.mask & (IN_IGNORED | IN_DELETE_SELF)) != 0) {
        numbers_.erase(found->second);
        folders_.erase(found);
        continue;
      }
      const std::string path = found->second + "/" + name;
      const bool folder = (event.mask & IN_ISDIR) != 0;
      if (folder && (event.mask & IN_MOVED_FROM) != 0) drop(path);
      if (folder && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && enter_(path)) {
        auto added = add(path);
        (void)added;  // told to be looked at; what lies in it is read then, whatever can be watched
      }
      told_({path, folder, (event.mask & IN_MODIFY) != 0});
    }
  }

  void drop(const std::string& folder) {
    for (auto at = numbers_.lower_bound(folder); at != numbers_.end();) {
      if (at->first != folder && at->first.compare(0, folder.size() + 1, folder + "/") != 0) break;
      inotify_rm_watch(stream_.native_handle(), at->second);
      folders_.erase(at->second);
      at = numbers_.erase(at);
    }
  }

  boost::asio::posix::stream_descriptor stream_;
  std::function<bool(const std::string&)> enter_;
  std::function<void(FolderEvent)> told_;
  std::string buffer_;
  std::map<int, std::string> folders_;
  std::map<std::string, int> numbers_;
  bool closed_ = false;
};

// The read under way keeps the Inotify; closing it is what ends the watch.
class Watch : public FolderWatch {
 public:
  explicit Watch(std::shared_ptr<Inotify> inotify) : inotify_(std::move(inotify)) {}
  ~Watch() override { inotify_->close(); }

 private:
  std::shared_ptr<Inotify> inotify_;
};

class RealFolderWatcher : public FolderWatcher {
 public:
  explicit RealFolderWatcher(EventLoop& loop) : loop_(loop) {}

  Result<std::unique_ptr<FolderWatch>> watch(const std::string& folder, std::function<bool(const std::string&)> enter,
                                             std::function<void(FolderEvent)> told) override {
    const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) return Error(Code::exhausted, std::string("inotify_init1: ") + std::strerror(errno));
    auto inotify = std::make_shared<Inotify>(loop_, descriptor, std::move(enter), std::move(told));
    auto added = inotify->add(folder);
    if (!added) {
      inotify->close();
      return added.error();
    }
    inotify->read();
    return std::unique_ptr<FolderWatch>(std::make_unique<Watch>(std::move(inotify)));
  }

 private:
  EventLoop& loop_;
};

}  // namespace

std::unique_ptr<FolderWatcher> real_folder_watcher(EventLoop& loop) { return std::make_unique<RealFolderWatcher>(loop); }

}  // namespace mlc
