#include "runtime/engine/signing_keys.h"

#include <map>
#include <utility>

#include "runtime/base/date.h"
#include "runtime/base/strings.h"
#include "runtime/crypto/rsa.h"
#include "runtime/document/document.h"

namespace mlc::engine {
namespace {

using document::Value;

constexpr Duration kClockMayDiffer = std::chrono::minutes(5);

// For signatures by RSA with SHA-256, as far as it says; a key for something else is none of ours.
bool is_for_us(Value key) {
  const auto fits = [&](const char* field, std::string_view wanted) { return !key.get(field) || key.get(field).text() == wanted; };
  if (key.get("kty").text() != "RSA" || !fits("use", "sig") || !fits("alg", "RS256")) return false;
  const Value uses = key.get("key_ops");
  bool verifies = !uses;
  for (const auto use : uses.items()) verifies = verifies || use.text() == "verify";
  return verifies;
}

std::map<std::string, std::string> by_id(std::string_view lines) {
  std::map<std::string, std::string> known;
  for (const auto line : split(lines, '\n')) {
    auto key = crypto::pinned_key(line);
    if (key) known[key->id] = std::string(line);
  }
  return known;
}

Task<Status> pin(Context& context, KeyPlace place) {
  auto reading = context.remote.read(place.call);
  auto read = co_await std::move(reading);
  if (!read) co_return read.error();
  if (read->outcome.verdict != remote::Verdict::applied) co_return Error(Code::unavailable, read->outcome.sentence);
  auto looking = context.vault.secret(place.owner, place.name, "");
  auto there = co_await std::move(looking);
  if (!there) co_return there.error();
  const PinnedKeys before = *there ? kept_keys((*there)->reveal()) : PinnedKeys{};
  const auto now = context.now();
  auto lines = signing_keys_of(read->outcome.body, before.trusted(now) ? std::string_view(before.lines) : std::string_view());
  if (!lines) co_return lines.error();
  if (*lines != before.lines)
    context.log.warn("webhook.keys_changed", {{"client", place.call.client},
                                              {"connection", place.call.connection},
                                              {"first", before.lines.empty()},
                                              {"published", static_cast<int64_t>(split(*lines, '\n').size())}});
  // For no host: they are public, and are sent nowhere.
  auto putting = context.vault.put_secret(place.owner, place.name, Secret(kept_text({now, std::move(*lines)})), {}, "engine");
  co_return co_await std::move(putting);
}

}  // namespace

// A clock that was set back must not make them last.
bool PinnedKeys::trusted(WallTime now) const { return !lines.empty() && asked - now <= kClockMayDiffer && now - asked < kKeysTrusted; }

std::string kept_text(const PinnedKeys& keys) { return format_rfc3339(keys.asked) + "\n" + keys.lines; }

PinnedKeys kept_keys(std::string_view text) {
  const size_t end = text.find('\n');
  const auto asked = parse_instant(text.substr(0, end));
  if (!asked || end == std::string_view::npos) return {};
  return {*asked, std::string(text.substr(end + 1))};
}

Result<std::string> signing_keys_of(std::string_view jwks, std::string_view trusted) {
  const auto parsed = document::Document::parse(std::string(jwks));
  if (!parsed || !parsed->root().get("keys").is_array()) return Error(Code::invalid_argument, "the answer is no key set");
  const auto known = by_id(trusted);
  std::map<std::string, std::string> found;
  std::string wrong;
  for (const auto one : parsed->root().get("keys").items()) {
    if (!is_for_us(one)) continue;
    auto key = crypto::rsa_key(one.get("kid").text(), one.get("n").text(), one.get("e").text());
    if (!key) {
      wrong = key.error().message();
      continue;
    }
    const auto text = crypto::pinned_text(*key);
    const auto before = known.find(key->id);
    if (before != known.end() && before->second != text)
      return Error(Code::invalid_argument,
                   "key " + key->id + " is another one than the key that is pinned by this id: nothing of the set is taken");
    if (!found.emplace(key->id, text).second) return Error(Code::invalid_argument, "the set holds two keys of the id " + key->id);
  }
  if (found.empty()) return Error(Code::invalid_argument, wrong.empty() ? "the set holds no RSA key for signatures" : wrong);
  if (found.size() > crypto::kMostPinnedKeys)
    return Error(Code::invalid_argument, "the set holds " + std::to_string(found.size()) + " keys; " +
                                             std::to_string(crypto::kMostPinnedKeys) + " are taken at most");
  std::string lines;
  for (const auto& [id, text] : found) lines += (lines.empty() ? "" : "\n") + text;
  return lines;
}

Duration KeyAsking::wait(SteadyTime now) const {
  const Duration since = now - last_;
  return under_way_ || (asked_ && since < kKeysAgain) ? std::max<Duration>(kKeysAgain - since, std::chrono::seconds(1)) : Duration(0);
}

Task<Unit> KeyAsking::join() {
  Callback<Unit> ended([this](Callback<Unit>::Complete done) { waiting_.push_back(std::move(done)); });
  co_return co_await ended;
}

// Also where whoever asks is cut off: others must be able to ask again.
class KeyAsking::UnderWay {
 public:
  explicit UnderWay(KeyAsking& asking) : asking_(asking) { asking_.asked_ = asking_.under_way_ = true; }
  ~UnderWay() {
    asking_.under_way_ = false;
    for (auto& done : std::exchange(asking_.waiting_, {})) done({});
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  KeyAsking& asking_;
};

Task<Status> KeyAsking::ask(Context& context, KeyPlace place) {
  Status pinned = ok_status();
  {
    const UnderWay under_way(*this);
    last_ = context.env.clock->steady();
    auto pinning = pin(context, place);
    pinned = co_await std::move(pinning);
  }
  if (!pinned)
    context.log.error("webhook.no_keys",
                      {{"client", place.call.client}, {"connection", place.call.connection}, {"error", pinned.error().text()}});
  co_return pinned;
}

}  // namespace mlc::engine
