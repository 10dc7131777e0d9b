#include "tests/bench/machine.h"

#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace mlc::bench {
namespace {

std::string value_in(const std::string& file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const auto begin = line.find_first_not_of(" \t:", key.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

std::string file_system(const std::string& folder) {
  struct statfs facts {};
  if (statfs(folder.c_str(), &facts) != 0) return "unknown";
  switch (static_cast<unsigned long>(facts.f_type)) {
    case 0xEF53:
      return "ext4";
    case 0x58465342:
      return "xfs";
    case 0x9123683E:
      return "btrfs";
    case 0x01021994:
      return "tmpfs (syncs cost nothing: figures of durable work mean little)";
    case 0x794c7630:
      return "overlayfs";
    default: {
      char text[32];
      std::snprintf(text, sizeof text, "0x%lx", static_cast<unsigned long>(facts.f_type));
      return text;
    }
  }
}

}  // namespace

std::string machine_facts(const std::string& folder) {
  utsname system{};
  uname(&system);
  std::ifstream load("/proc/loadavg");
  std::string before;
  load >> before;
  return value_in("/proc/cpuinfo", "model name") + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " cores, " +
         value_in("/proc/meminfo", "MemTotal") + ", " + system.sysname + " " + system.release + ", " + file_system(folder) +
         ", load before: " + before;
}

WorkFolder::WorkFolder(const std::string& name) {
  std::string pattern = std::filesystem::current_path().string() + "/" + name + "-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("can't make a folder at " + pattern);
  path_ = pattern;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Memory memory_of(pid_t process) {
  const std::string file = "/proc/" + std::to_string(process) + "/status";
  const auto number = [&](const std::string& key) {
    const std::string text = value_in(file, key);
    return text.empty() ? 0 : std::stoll(text);
  };
  return {number("VmRSS"), number("RssAnon")};
}

Percentiles percentiles(std::vector<uint32_t> micros) {
  if (micros.empty()) return {};
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double share) { return micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))] / 1000.0; };
  return {at(0.5), at(0.99), at(1.0)};
}

void print_rate(const std::string& what, double per_second, const std::string& note) {
  std::printf("%-58s %10.0f /s  %s\n", what.c_str(), per_second, note.c_str());
  std::fflush(stdout);
}

}  // namespace mlc::bench
