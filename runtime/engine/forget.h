// What is kept of a person is destroyed (G13). A subject is an e-mail address, found wherever it stands in what was recorded, or
// a number that records are searched by (of an order, a customer, an invoice). The list of who was forgotten is a file beside the
// database with keyed digests only: a backup of before is put right by it when it is restored.
//
// Executor's thread; needs no running engine.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/files.h"
#include "runtime/store/erasing.h"
#include "runtime/vault/vault.h"

namespace mlc::engine {

// Who is meant: by what of it may be kept.
struct Subject {
  std::string client;
  std::string digest;    // the client's keyed digest of the address or number
  bool address = false;  // an e-mail address
  std::string flow;      // of a number: only jobs of this flow; "" = of all
  std::string number{};  // as a person gave it; "" when it comes from the list
  WallTime until{};      // of the list: when it was asked for; who came back since is not meant
};

struct Remembered {
  std::set<store::Id> events, jobs, cases;
  std::vector<std::pair<store::Table, std::string>> rows;  // keyed values, look-ups, reports
  std::vector<store::Job> open;                            // jobs that still need it
  std::map<std::string, int64_t> flows;                    // how many jobs of which
  int64_t unreadable = 0;                                  // rows that no key opens
  bool empty() const { return events.empty() && jobs.empty() && cases.empty() && rows.empty(); }
};

// Each e-mail address that stands in the text, in lower case; also one that a URL has encoded.
std::set<std::string> addresses_in(std::string_view text);

class Forgetting {
 public:
  Forgetting(Environment env, store::Store& store, vault::Vault& vault, Files& files, std::string list)
      : env_(env), store_(store), erasing_(store::erasing_of(store)), vault_(vault), files_(files), list_(std::move(list)) {}

  // Code::not_found for a client that nothing is kept of.
  Task<Result<Subject>> subject(std::string client, std::string text, std::string flow);
  Task<Result<Remembered>> find(Subject subject);
  // First the list, then the store. How many payloads were destroyed.
  Task<Result<int64_t>> forget(Subject subject, Remembered found, std::string actor);

  // After a restore: everybody on `lists` (paths) is forgotten again; jobs that the backup has open are cancelled, they ended
  // before their data was erased. The list here then holds all of them. How many subjects were found and erased.
  Task<Result<int64_t>> again(std::vector<std::string> lists, std::string actor);

 private:
  using Holds = std::function<bool(std::string_view)>;
  Task<Status> find_payloads(const Subject& subject, const Holds& holds, Remembered& found);
  Task<Status> find_rows(const Subject& subject, const Holds& holds, Remembered& found);
  Task<Status> find_numbered(const Subject& subject, Remembered& found);
  Task<Status> complete(const Subject& subject, Remembered& found);
  Task<Status> cancel(store::Job job, std::string actor);
  Task<Result<int64_t>> erase(const Subject& subject, Remembered found, WallTime at, std::string actor);
  Status note(const std::string& line);  // on the list, synced

  Environment env_;
  store::Store& store_;
  store::Erasing& erasing_;
  vault::Vault& vault_;
  Files& files_;
  std::string list_;
};

}  // namespace mlc::engine
