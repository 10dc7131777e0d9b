// A folder of a test's own under $TMPDIR, removed with what is in it. A fixture names it as its first member, so that it goes last.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace mlc::test {

class TempFolder {
 public:
  TempFolder() : path_((std::filesystem::temp_directory_path() / "mlc-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("can't make a folder like " + path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  void keep() { kept_ = true; }  // for a look at what a failed test left

 private:
  std::string path_;
  bool kept_ = false;
};

}  // namespace mlc::test
