// One thing to say to one destination: an alert that opened, got worse, still holds or has ended, the digest of an hour's
// cases, or a test. Holds sentences, counts and numbers of records, nothing else of anybody's data; an invitation's link
// is added when it leaves and is kept nowhere. Values.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/console/alerts/book.h"

namespace mlc::console {

struct Message {
  enum class What { opened, worse, still, ended, digest, test };
  // A case, in a digest.
  struct Item {
    std::string what;  // new, still, solved
    std::string sentence, fix;
    int64_t case_id = 0, count = 0;
    std::vector<std::string> numbers;  // of some of its records
  };

  std::string id;  // the same at every attempt: who gets it twice can tell
  What what = What::test;
  std::string kind, client, concern;
  Severity severity = Severity::warning;
  std::string sentence, fix, grant;
  WallTime at{}, opened{};
  std::vector<Item> items;

  std::string to_json() const;
  static std::optional<Message> from_json(const std::string& text);
};

std::string_view what_name(Message::What what);

Message message_of(const AlertBook::Due& due, WallTime now);
Message test_message(WallTime now);

}  // namespace mlc::console
