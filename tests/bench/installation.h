// A workspace made for a measurement and the `serve` that runs on it: the program as it ships, in a process of its own.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/machine.h"

namespace mlc::bench {

// Of the simulated sender; the same in every installation, for this machine only.
inline constexpr const char* kClientSecret = "bench-client-secret-0123456789abcdef";
inline constexpr const char* kHookToken = "bench-hook-token-0123456789abcdef";
inline constexpr const char* kStoreHash = "abc123";

class Installation {
 public:
  // `program` is build/ml-connector. Clients are called c0, c1, …, each with connections of its own and the shipped
  // integration, so many times as `instances` says.
  Installation(std::string program, const std::string& folder, int clients, int instances = 1);
  // A workspace copied from `folder_of_files`, with @URL@ in its clients' files replaced.
  Installation(std::string program, const std::string& folder, const std::string& folder_of_files, const std::string& url);
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  // Runs a command in the workspace; throws when it fails.
  void command(std::vector<std::string> arguments);
  void store_secrets(const std::string& client);
  void import_secrets(const std::string& json);  // {client: {connection: {key: value}}}

  // Starts `serve`; gives seconds until it said READY=1.
  double start();
  void stop();
  Memory memory() const { return memory_of(process_); }
  double cpu_seconds() const;  // of serve, since it began
  std::string store_file() const { return workspace_ + "/state/store.db"; }
  uint16_t port() const { return port_; }

 private:
  void init();
  pid_t spawn(const std::vector<std::string>& arguments, const std::string& output);

  std::string program_, folder_, workspace_;
  uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace mlc::bench
