#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "runtime/document/document.h"
#include "runtime/document/path.h"
#include "runtime/document/scan.h"

namespace mlc::document {
namespace {

namespace od = simdjson::ondemand;

constexpr size_t kKeptBytes = 1u << 20;  // buffers of a thread that grew beyond this are given back
constexpr size_t kTableKeys = 256;       // above this, duplicates are found by sorting: no crafted hashes can make it slow
constexpr size_t kTableSlots = kTableKeys * 4;

// Buffers that a thread uses again for each document; they carry nothing from one document to the next.
struct Buffers {
  od::parser parser;
  std::vector<Slot> slots;
  std::vector<char> texts;
  struct Seen {
    uint32_t round = 0;
    uint32_t slot = 0;
  };
  std::vector<Seen> seen = std::vector<Seen>(kTableSlots);
  uint32_t round = 0;
};

struct Failure {
  Code code = Code::invalid_argument;
  std::string what;
  size_t offset = 0;
  std::vector<Step> path;  // innermost first
};

std::string_view sentence(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return "the document is empty";
    case simdjson::UTF8_ERROR:
      return "the document is not valid UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "a string holds an unescaped control character";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "an array or object is not closed";
    case simdjson::MEMALLOC:
      return "there is no memory for the document";
    default:
      return "not valid JSON";
  }
}

// The first byte that breaks UTF-8, of a text known to be broken: whole blocks first, then character by character.
size_t broken_utf8_at(std::string_view bytes) {
  constexpr size_t kBlock = 4096;
  constexpr size_t kLongestCharacter = 4;
  const auto valid = [&](size_t at, size_t length) {
    return at + length <= bytes.size() && simdjson::validate_utf8(bytes.data() + at, length);
  };
  size_t good = 0;
  for (bool found = true; found;) {
    found = false;
    for (size_t cut = 0; cut < kLongestCharacter && !found; ++cut) found = valid(good, kBlock - cut);  // a block may end inside a character
    if (found) good += kBlock - kLongestCharacter + 1;
    while (found && (bytes[good] & 0xC0) == 0x80) --good;
  }
  for (size_t length = 1; length <= kLongestCharacter; ++length) {
    if (!valid(good, length)) continue;
    good += length;
    length = 0;
  }
  return good;
}

class Walk {
 public:
  Walk(Buffers& buffers, std::string_view bytes, const Limits& limits)
      : buffers_(buffers), slots_(buffers.slots), bytes_(bytes), limits_(limits) {}

  bool run(od::document& json) {
    slots_.clear();
    od::json_type type;
    if (auto error = json.type().get(type)) return fail(error, 0);
    if (type != od::json_type::object && type != od::json_type::array) return lone_scalar();
    od::value root;
    if (auto error = json.get_value().get(root)) return fail(error, bytes_.size());
    if (!value(root, 0)) return false;
    const char* rest = nullptr;
    if (json.current_location().get(rest) == simdjson::SUCCESS) return fail("bytes follow the document", offset(rest));
    return true;
  }

  const Failure& failure() const { return failure_; }
  size_t text_bytes() const { return text_end_; }

 private:
  size_t offset(const char* p) const { return static_cast<size_t>(p - bytes_.data()); }

  bool fail(std::string what, size_t at, Code code = Code::invalid_argument) {
    failure_ = {code, std::move(what), std::min(at, bytes_.size()), {}};
    return false;
  }
  bool fail(simdjson::error_code error, size_t at) { return fail(std::string(sentence(error)), at); }
  bool inside(Step step) {
    failure_.path.push_back(std::move(step));
    return false;
  }

  // The slot's index, or none when the limit is reached.
  std::optional<uint32_t> add(Kind kind, size_t begin, size_t length = 0) {
    if (slots_.size() >= limits_.max_slots) {
      fail("the document has more than " + std::to_string(limits_.max_slots) + " values and keys", begin, Code::exhausted);
      return std::nullopt;
    }
    slots_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(length), static_cast<uint32_t>(slots_.size() + 1), kind, false});
    return static_cast<uint32_t>(slots_.size() - 1);
  }

  // Scans the string whose opening quote stands at `quote` and adds its slot; `end` becomes the offset behind the closing quote.
  bool string(size_t quote, size_t& end) {
    const size_t begin = quote + 1;
    size_t close = begin;
    bool escaped = false;
    // Stage 1 of the parser has proved that every string closes and that no control character stands in one.
    for (; close < bytes_.size() && bytes_[close] != '"'; ++close) {
      if (bytes_[close] == '\\') {
        escaped = true;
        ++close;
      }
    }
    if (close >= bytes_.size()) return fail("a string is not closed", quote);
    end = close + 1;
    if (!escaped) return add(Kind::string, begin, close - begin).has_value();

    if (buffers_.texts.size() < bytes_.size() + simdjson::SIMDJSON_PADDING)
      buffers_.texts.resize(bytes_.size() + simdjson::SIMDJSON_PADDING);
    auto* out = reinterpret_cast<uint8_t*>(buffers_.texts.data() + text_end_);
    std::string_view text;
    const od::raw_json_string raw(reinterpret_cast<const uint8_t*>(bytes_.data() + begin));
    if (buffers_.parser.unescape(raw, out).get(text)) return fail("a string holds a wrong escape", quote);
    // A lone surrogate escape comes out as bytes that are not UTF-8.
    if (!simdjson::validate_utf8(text.data(), text.size())) return fail("a string holds half of a surrogate pair", quote);
    if (!add(Kind::string, text_end_, text.size())) return false;
    slots_.back().unescaped = true;
    text_end_ += text.size();
    return true;
  }

  // A scalar token of `length` bytes, white space behind it included, and nothing else.
  bool scalar(size_t begin, size_t length) {
    std::string_view token = bytes_.substr(begin, length);
    while (!token.empty() && is_json_space(token.back())) token.remove_suffix(1);
    if (token.empty()) return fail("a value is missing", begin);
    switch (token.front()) {
      case '"': {
        size_t end = 0;
        if (!string(begin, end)) return false;
        if (end != begin + token.size()) return fail("something follows a string", end);
        return true;
      }
      case 't':
        if (token != "true") break;
        return add(Kind::boolean, begin, 1).has_value();
      case 'f':
        if (token != "false") break;
        return add(Kind::boolean, begin, 0).has_value();
      case 'n':
        if (token != "null") break;
        return add(Kind::null, begin).has_value();
      default:
        if (number_length(token) != token.size()) return fail("not a JSON value", begin);
        return add(Kind::number, begin, token.size()).has_value();
    }
    return fail("not a JSON value", begin);
  }

  bool lone_scalar() {
    size_t begin = 0;
    while (begin < bytes_.size() && is_json_space(bytes_[begin])) ++begin;
    return scalar(begin, bytes_.size() - begin);
  }

  bool value(od::value json, int depth) {
    const std::string_view token = json.raw_json_token();
    const size_t begin = offset(token.data());
    switch (token.empty() ? '\0' : token.front()) {
      case '{':
        return depth < limits_.max_depth ? object(json, begin, depth + 1) : too_deep(begin);
      case '[':
        return depth < limits_.max_depth ? array(json, begin, depth + 1) : too_deep(begin);
      case '"': {
        // Consumed, not skipped: skipping a string that a colon follows would take it for a key.
        if (auto error = json.get_raw_json_string().error()) return fail(error, begin);
        return scalar(begin, token.size());
      }
      default:
        return scalar(begin, token.size());
    }
  }

  bool too_deep(size_t at) { return fail("nested deeper than " + std::to_string(limits_.max_depth), at, Code::exhausted); }

  bool array(od::value json, size_t begin, int depth) {
    const auto self = add(Kind::array, begin);
    if (!self) return false;
    od::array items;
    if (auto error = json.get_array().get(items)) return fail(error, begin);
    uint32_t count = 0;
    for (auto entry : items) {
      od::value item;
      ++count;
      if (auto error = entry.get(item)) return fail(error, begin), inside(index_step(count));
      if (!value(item, depth)) return inside(index_step(count));
    }
    slots_[*self].length = count;
    slots_[*self].next = static_cast<uint32_t>(slots_.size());
    return true;
  }

  bool object(od::value json, size_t begin, int depth) {
    const auto self = add(Kind::object, begin);
    if (!self) return false;
    od::object fields;
    if (auto error = json.get_object().get(fields)) return fail(error, begin);
    uint32_t count = 0;
    for (auto entry : fields) {
      od::field field;
      ++count;
      if (auto error = std::move(entry).get(field)) return fail(error, begin);
      const auto name = static_cast<uint32_t>(slots_.size());
      const size_t quote = offset(field.key().raw()) - 1;
      size_t end = 0;
      if (!string(quote, end)) return false;
      while (end < bytes_.size() && is_json_space(bytes_[end])) ++end;
      if (end >= bytes_.size() || bytes_[end] != ':') return fail("a key is not followed by a colon", end);
      slots_[name].next = key_hash(key_text(name));
      if (!value(field.value(), depth)) return inside(key_step(key_text(name)));
    }
    slots_[*self].length = count;
    slots_[*self].next = static_cast<uint32_t>(slots_.size());
    return count < 2 || keys_differ(*self, count);
  }

  std::string_view key_text(uint32_t slot) const {
    const Slot& s = slots_[slot];
    return s.unescaped ? std::string_view(buffers_.texts.data() + s.begin, s.length) : bytes_.substr(s.begin, s.length);
  }

  bool duplicate(uint32_t slot) {
    const std::string name(key_text(slot));
    return fail("the key \"" + name + "\" stands twice in one object",
                slots_[slot].unescaped ? slots_[slot + 1].begin : slots_[slot].begin - 1);
  }

  bool keys_differ(uint32_t object, uint32_t count) {
    uint32_t key = object + 1;
    if (count > kTableKeys) {
      std::vector<uint32_t> keys;
      keys.reserve(count);
      for (uint32_t i = 0; i < count; ++i, key = slots_[key + 1].next) keys.push_back(key);
      std::sort(keys.begin(), keys.end(), [&](uint32_t a, uint32_t b) { return key_text(a) < key_text(b); });
      const auto twin = std::adjacent_find(keys.begin(), keys.end(), [&](uint32_t a, uint32_t b) { return key_text(a) == key_text(b); });
      return twin == keys.end() || duplicate(std::max(*twin, *(twin + 1)));
    }
    if (++buffers_.round == 0) {  // stamps of 2^32 objects ago would look fresh
      std::fill(buffers_.seen.begin(), buffers_.seen.end(), Buffers::Seen{});
      buffers_.round = 1;
    }
    for (uint32_t i = 0; i < count; ++i, key = slots_[key + 1].next) {
      const uint32_t hash = slots_[key].next;
      uint32_t place = hash % kTableSlots;
      for (; buffers_.seen[place].round == buffers_.round; place = (place + 1) % kTableSlots) {
        const uint32_t other = buffers_.seen[place].slot;
        if (slots_[other].next == hash && key_text(other) == key_text(key)) return duplicate(key);
      }
      buffers_.seen[place] = {buffers_.round, key};
    }
    return true;
  }

  Buffers& buffers_;
  std::vector<Slot>& slots_;
  std::string_view bytes_;
  const Limits& limits_;
  size_t text_end_ = 0;
  Failure failure_;
};

Error explain(const Failure& failure) {
  std::vector<Step> steps(failure.path.rbegin(), failure.path.rend());
  std::string text = failure.what + " at byte " + std::to_string(failure.offset);
  if (!steps.empty()) text += " (in " + Path(std::move(steps)).text() + ")";
  return Error(failure.code, std::move(text));
}

}  // namespace

Result<Document> Document::parse(std::string bytes, const Limits& limits) {
  const size_t most = std::min<size_t>(limits.max_bytes, std::numeric_limits<uint32_t>::max() - simdjson::SIMDJSON_PADDING);
  if (bytes.size() > most) {
    return Error(Code::exhausted, "the document has " + std::to_string(bytes.size()) + " bytes, more than " + std::to_string(most));
  }
  thread_local Buffers buffers;
  bytes.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);
  auto content = std::make_shared<Content>();
  content->bytes = std::move(bytes);

  Walk walk(buffers, content->bytes, limits);
  od::document json;
  if (auto error = buffers.parser.iterate(std::string_view(content->bytes), content->bytes.capacity()).get(json)) {
    const std::string_view all = content->bytes;
    return explain(
        {Code::invalid_argument, std::string(sentence(error)), error == simdjson::UTF8_ERROR ? broken_utf8_at(all) : all.size(), {}});
  }
  if (!walk.run(json)) return explain(walk.failure());
  content->slots.assign(buffers.slots.begin(), buffers.slots.end());
  content->texts.assign(buffers.texts.data(), walk.text_bytes());

  if (buffers.slots.capacity() * sizeof(Slot) > kKeptBytes) buffers.slots = {};
  if (buffers.texts.capacity() > kKeptBytes) buffers.texts = {};
  if (buffers.parser.capacity() > kKeptBytes) buffers.parser = od::parser();
  return Document(std::move(content));
}

}  // namespace mlc::document
