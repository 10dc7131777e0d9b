// Seeded random changes to signed webhooks of every scheme: none may be accepted (reliability.md, tests, 6).
#include <gtest/gtest.h>

#include <cstdlib>

#include "runtime/base/encoding.h"
#include "runtime/base/virtual_loop.h"
#include "tests/unit/crypto/signed_samples.h"

namespace mlc::crypto {
namespace {

// One random edit; the text is never equal to what it was.
void mutate(Random& random, std::string& text) {
  const std::string before = text;
  do {
    text = before;
    const size_t at = random.below(text.size() + 1), length = 1 + random.below(4);
    switch (random.below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.insert(at, length, static_cast<char>(random.below(256)));
        break;
      case 2:
        if (at < text.size()) text.erase(at, length);
        break;
      case 3:
        text.resize(at);
        break;
      case 4:  // a piece of itself somewhere else
        if (!before.empty()) text.insert(at, before.substr(random.below(before.size()), 1 + random.below(40)));
        break;
      default: {
        constexpr std::string_view kTelling[] = {
            R"({"Content":)", R"(,"HashCode":")", "\"}", "v1,", "v1a,", " ", ".", "=", "sha256=", "\r\n", "0"};
        text.insert(at, kTelling[random.below(std::size(kTelling))]);
      }
    }
  } while (text == before);
}

// A changed signature list may still hold the whole good entry, which is then rightly accepted: "v1,<good> v1,x".
bool holds_good_entry(const std::string& changed, const std::string& good) {
  for (size_t begin = 0; begin <= changed.size();) {
    size_t end = changed.find(' ', begin);
    if (end == std::string::npos) end = changed.size();
    if (changed.compare(begin, end - begin, good) == 0) return true;
    begin = end + 1;
  }
  return false;
}

TEST(SignatureMutation, NothingChangedIsAccepted) {
  const char* wanted = std::getenv("MLC_MUTATIONS");
  const long rounds = wanted != nullptr ? std::atol(wanted) : 100'000;
  const std::vector<Sample> samples = all_samples();
  SeededRandom random(20251014);
  long refused = 0;
  for (long i = 0; i < rounds; ++i) {
    const Sample& original = samples[random.below(samples.size())];
    Sample changed = original;
    const size_t where = random.below(original.headers.size() + 1);
    if (where == original.headers.size()) {
      mutate(random, changed.body);
    } else {
      mutate(random, changed.headers[where].second);
      const bool is_list = std::holds_alternative<StandardWebhooks>(original.scheme.mac) && where == 2;
      if (is_list && holds_good_entry(changed.headers[where].second, original.headers[where].second)) continue;
    }
    ASSERT_NE(changed.check().kind, Verdict::ok) << original.name << " round " << i << " body " << changed.body << " header "
                                                 << (where < changed.headers.size() ? changed.headers[where].second : "");
    ++refused;
  }
  EXPECT_GT(refused, rounds * 9 / 10);
}

// The signature of one sample does not sign another, whatever the scheme it is read by.
TEST(SignatureMutation, SchemesDoNotAcceptEachOthersMessages) {
  const std::vector<Sample> samples = all_samples();
  for (const Sample& reader : samples) {
    for (const Sample& message : samples) {
      if (reader.name == message.name) continue;
      Sample mixed = reader;
      mixed.body = message.body;
      if (mixed.body == reader.body) continue;
      EXPECT_NE(mixed.check().kind, Verdict::ok) << reader.name << " / " << message.name;
    }
  }
}

}  // namespace
}  // namespace mlc::crypto
