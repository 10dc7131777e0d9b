// The equation of G2, kept in the transactions that change it: jobs born = done + dead + cancelled + open, events =
// with jobs + ignored. Writer thread only.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/store/sqlite/database.h"
#include "runtime/store/types.h"

namespace mlc::store {

class Books {
 public:
  explicit Books(Database& db) : db_(db) {}
  void load();
  void accepted(const std::string& client, bool ignored);
  void born(const std::string& client);  // a job
  void duplicate(const std::string& client) { ++open(client).duplicates; }
  void moved(const std::string& client, JobState from, JobState to);
  void write();  // what changed since the last write

 private:
  struct Page {
    Counts counts;
    bool changed = false;
  };
  Counts& open(const std::string& client);
  static int64_t& column(Counts& counts, JobState state);
  Database& db_;
  std::unordered_map<std::string, Page> pages_;
  std::vector<std::pair<const std::string, Page>*> changed_;
};

// Of one client or, for "", of all; reads what is committed.
Counts read_counts(Database& db, const std::string& client);

}  // namespace mlc::store
