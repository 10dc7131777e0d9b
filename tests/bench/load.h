// A load generator for HTTP/1.1 on loopback: keep-alive connections on one thread, requests built beforehand. It reads
// as much of an answer as it must: the status and where it ends.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace mlc::bench {

struct Load {
  uint16_t port = 0;
  int connections = 64;
  double per_second = 0;  // 0: each connection sends as soon as it was answered
};

struct LoadResult {
  double seconds = 0;
  uint64_t succeeded = 0, refused = 0;  // 2xx; anything else or no answer
  // With a rate: from the moment the request was due, so that a stall is counted for all who waited behind it.
  std::vector<uint32_t> micros;
};

LoadResult run_load(const Load& load, const std::vector<std::string>& requests);

}  // namespace mlc::bench
