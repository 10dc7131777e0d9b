// What every benchmark needs beside its own work: facts of the machine, folders on a real disk, memory of a process,
// percentiles. Figures are printed, never asserted.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace mlc::bench {

// CPU, cores, memory, kernel, kind of file system under `folder`, load before we began.
std::string machine_facts(const std::string& folder);

// A fresh folder below the current one (the temporary folder may be in memory, where a sync costs nothing).
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& name);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Memory {
  int64_t resident_kib = 0;   // RSS, pages of the program's file included
  int64_t anonymous_kib = 0;  // what it allocated itself
};
Memory memory_of(pid_t process);

struct Percentiles {
  double p50 = 0, p99 = 0, most = 0;  // milliseconds
};
Percentiles percentiles(std::vector<uint32_t> micros);

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

void print_rate(const std::string& what, double per_second, const std::string& note = "");

}  // namespace mlc::bench
