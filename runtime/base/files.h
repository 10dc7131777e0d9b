// The few things the program does with files outside its database: settings, keys, escrow records, journals of one
// line, locks. Paths are UTF-8 and absolute or relative to the working folder. Calls block: keep them off the io
// thread except at start. RealFiles is safe from any thread; MemoryFiles serves tests.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace mlc {

class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // When it returns ok the bytes are on the disk (fdatasync). After an error the tail of the file is unknown and the
  // handle refuses further use.
  virtual Status append_synced(std::string_view bytes) = 0;
};

// Held until destroyed or the process ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class Files {
 public:
  static constexpr size_t kMaxRead = 64u << 20;  // bytes; larger files are an error of kind exhausted

  virtual ~Files() = default;
  virtual Result<std::string> read(const std::string& path) = 0;  // not_found if there is none
  // Old content or new content after any crash: a temporary file beside it, fsync, rename, fsync of the folder.
  virtual Status write_atomic(const std::string& path, std::string_view bytes, unsigned mode = 0600) = 0;
  virtual Result<std::unique_ptr<AppendFile>> append(const std::string& path, unsigned mode = 0600) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;  // names, sorted, without . and ..
  virtual bool exists(const std::string& path) = 0;
  virtual Status remove(const std::string& path) = 0;  // a file; fsync of the folder; not_found if there is none
  virtual Status make_dirs(const std::string& folder, unsigned mode = 0700) = 0;
  // One holder among all processes (and within this one); conflict while another holds it. Makes the file.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

class RealFiles : public Files {
 public:
  Result<std::string> read(const std::string& path) override;
  Status write_atomic(const std::string& path, std::string_view bytes, unsigned mode) override;
  Result<std::unique_ptr<AppendFile>> append(const std::string& path, unsigned mode) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  bool exists(const std::string& path) override;
  Status remove(const std::string& path) override;
  Status make_dirs(const std::string& folder, unsigned mode) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

class MemoryFiles : public Files {
 public:
  Result<std::string> read(const std::string& path) override;
  Status write_atomic(const std::string& path, std::string_view bytes, unsigned mode) override;
  Result<std::unique_ptr<AppendFile>> append(const std::string& path, unsigned mode) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  bool exists(const std::string& path) override;
  Status remove(const std::string& path) override;
  Status make_dirs(const std::string& folder, unsigned mode) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  struct Shared {
    std::mutex mutex;
    std::map<std::string, std::string> files;
    std::set<std::string> folders;
    std::set<std::string> locked;
  };
  class Appender;
  class Lock;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();  // handles may outlive the object
};

}  // namespace mlc
