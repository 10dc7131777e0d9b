#include "runtime/remote/classify.h"

#include <algorithm>

#include "runtime/base/strings.h"
#include "runtime/document/write.h"
#include "runtime/remote/wrapping.h"

namespace mlc::remote {

namespace {

using document::Value;

constexpr size_t kMaxWords = 500;

std::string answered(const Operation& operation, int status, const std::string& words) {
  std::string sentence = operation.name + ": the remote answered " + std::to_string(status);
  return words.empty() ? sentence : sentence + ": " + words;
}

void no_answer(const Operation& operation, const http::SendFailure& failure, Outcome& outcome) {
  const bool not_sent = failure.stage == http::SendFailure::Stage::not_sent;
  outcome.verdict = not_sent ? Verdict::not_sent : Verdict::unknown;
  const Code code = failure.error.code();
  outcome.code = code == Code::denied ? "denied" : code == Code::timeout ? "timeout" : "unavailable";
  outcome.retryable = code != Code::denied && code != Code::config && code != Code::invalid_argument;
  outcome.sentence = operation.name + ": " + failure.error.text();
}

Result<document::Document> parse_body(const http::Response& response) { return document::Document::parse(response.body); }

bool blank(const http::Response& response) { return response.status == 204 || trim(response.body).empty(); }

bool refusal(const SystemSpec& spec, int status, Value answer) {
  if (!spec.refusal_like || spec.refusal_like->status.count(status) == 0) return false;
  Value words = find_dotted(answer, spec.refusal_like->path);
  if (!words.is_string() || trim(words.text()).empty()) return false;
  const auto& unless = spec.refusal_like->unless_prefix;
  return std::none_of(unless.begin(), unless.end(), [&](const std::string& prefix) { return trim(words.text()).starts_with(prefix); });
}

std::string one_line(std::string_view text) {
  std::string words;
  for (char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (!control) words += c;
    else if (!words.empty() && !words.ends_with("; ")) words += "; ";
  }
  if (words.size() > kMaxWords) {
    words.resize(kMaxWords);
    while (!words.empty() && (static_cast<unsigned char>(words.back()) & 0xC0) == 0x80) words.pop_back();  // no half character
    if (!words.empty() && static_cast<unsigned char>(words.back()) >= 0xC0) words.pop_back();
    words += "…";
  }
  return words;
}

std::string plain(Value value) { return value.is_string() || value.is_number() ? std::string(value.text()) : std::string(); }

}  // namespace

Value unwrapped(const Operation& operation, Value answer) {
  for (const auto& path : operation.unwrap) {
    Value record = find_dotted(answer, path);
    if (record && !record.is_null()) return record;
  }
  return answer;
}

WallTime again_at(const Meaning& meaning, WallTime now) {
  if (!meaning.until_day) return now + meaning.wait;
  constexpr Duration kDay = std::chrono::hours(24), kAfter = std::chrono::seconds(1);
  return from_micros(to_micros(now) / kDay.count() * kDay.count()) + kDay + kAfter;
}

const Meaning* meaning_of(const SystemSpec& spec, int status, Value answer, const std::string& body) {
  for (const auto& meaning : spec.meanings) {
    if (!meaning.status.empty() && meaning.status.count(status) == 0) continue;
    if (meaning.path.empty() ? body.find(meaning.has) != std::string::npos
                             : find_dotted(answer, meaning.path).text().find(meaning.has) != std::string_view::npos)
      return &meaning;
  }
  return nullptr;
}

std::string remote_words(const SystemSpec& spec, Value answer) {
  for (const auto& path : spec.message_paths) {
    Value found = find_dotted(answer, path);
    if (found.is_string() && !trim(found.text()).empty()) return one_line(trim(found.text()));
  }
  return spec.field_errors.empty() ? "" : one_line(field_faults(answer, spec.field_errors));
}

Outcome classify_write(const SystemSpec& spec, const Operation& operation, const http::SendResult& end) {
  Outcome outcome;
  if (const auto* failure = std::get_if<http::SendFailure>(&end)) {
    no_answer(operation, *failure, outcome);
    return outcome;
  }
  const auto& response = std::get<http::Response>(end);
  const int status = response.status;
  auto parsed = parse_body(response);
  const Value answer = parsed ? parsed->root() : Value();
  const std::string words = remote_words(spec, answer);
  outcome.sentence = answered(operation, status, words);

  if (status >= 200 && status < 300) {
    outcome.verdict = Verdict::applied;
    if (blank(response)) {
      // An update may well answer with nothing; a create that does not say what it made has to be looked up.
      if (operation.create && !operation.id.empty()) outcome.verdict = Verdict::applied_blind;
    } else if (!parsed && operation.content && operation.id.empty()) {
      // A document was taken, and nothing of the answer is wanted: hooks say "ok" in many forms.
    } else if (!parsed) {
      outcome.verdict = Verdict::applied_blind;
      outcome.sentence =
          operation.name + ": the remote answered " + std::to_string(status) + " with a body that can't be read: " + parsed.error().text();
    } else {
      const Value record = unwrapped(operation, answer);
      outcome.body = document::write(record);
      if (!operation.refused_unless.empty() && !find_dotted(answer, operation.refused_unless).as_bool()) {
        outcome.verdict = Verdict::rejected;
        outcome.code = "validation";
        return outcome;
      }
      if (!operation.id.empty()) outcome.remote_id = plain(find_dotted(record, operation.id));
      if (!operation.number.empty()) outcome.number = plain(find_dotted(record, operation.number));
      if (operation.create && !operation.id.empty() && outcome.remote_id.empty()) outcome.verdict = Verdict::applied_blind;
    }
    outcome.code = outcome.verdict == Verdict::applied ? "applied" : "applied_blind";
    return outcome;
  }

  if (const Meaning* meaning = meaning_of(spec, status, answer, response.body)) {
    const bool busy = meaning->is == Meaning::Is::busy;
    outcome.verdict = busy ? Verdict::again : Verdict::rejected;
    outcome.code = busy ? "quota" : meaning->is == Meaning::Is::not_found ? "not_found" : "validation";
    outcome.retryable = busy;
  } else if (operation.rejects.count(status) != 0) {
    outcome.verdict = Verdict::rejected;
    outcome.code = status == 409 || status == 412 ? "conflict" : "validation";
  } else if (status == 401 || status == 429) {
    outcome.verdict = Verdict::again;
    outcome.code = status == 401 ? "auth" : "quota";
    outcome.retryable = true;
  } else if (refusal(spec, status, answer)) {
    outcome.verdict = Verdict::refusal_like;
    outcome.code = "validation";
  } else if (status >= 400 && status < 500 && status != 408 && status != 409 && status != 412 && status != 425) {
    outcome.verdict = Verdict::rejected;
    outcome.code = status == 403 ? "denied" : status == 404 || status == 410 ? "not_found" : "validation";
  } else {
    // 408, 5xx, redirects of a write, and conflicts that the system does not explain.
    outcome.verdict = Verdict::unknown;
    outcome.code = "http_" + std::to_string(status);
    outcome.retryable = true;
  }
  return outcome;
}

Outcome classify_read(const SystemSpec& spec, const Operation& operation, const http::SendResult& end) {
  Outcome outcome;
  if (const auto* failure = std::get_if<http::SendFailure>(&end)) {
    no_answer(operation, *failure, outcome);
    return outcome;
  }
  const auto& response = std::get<http::Response>(end);
  const int status = response.status;
  auto parsed = parse_body(response);
  const Value answer = parsed ? parsed->root() : Value();
  outcome.sentence = answered(operation, status, remote_words(spec, answer));
  if (status >= 200 && status < 300) {
    if (!parsed && !blank(response)) {
      outcome.verdict = Verdict::unknown;
      outcome.code = "corrupt";
      outcome.sentence = operation.name + ": the answer can't be read: " + parsed.error().text();
      return outcome;
    }
    outcome.verdict = Verdict::applied;
    outcome.code = "applied";
    if (blank(response)) return outcome;
    const Value record = unwrapped(operation, answer);
    outcome.body = document::write(record);
    if (!operation.id.empty()) outcome.remote_id = plain(find_dotted(record, operation.id));
    if (!operation.number.empty()) outcome.number = plain(find_dotted(record, operation.number));
    return outcome;
  }
  outcome.verdict = Verdict::rejected;
  if (const Meaning* meaning = meaning_of(spec, status, answer, response.body)) {
    const bool busy = meaning->is == Meaning::Is::busy;
    if (busy) outcome.verdict = Verdict::again;
    outcome.code = busy ? "exhausted" : meaning->is == Meaning::Is::not_found ? "not_found" : "invalid_argument";
    outcome.retryable = busy;
  } else if (status == 401) {
    outcome.verdict = Verdict::again;
    outcome.code = "denied";
  } else if (status == 403) {
    outcome.code = "denied";
  } else if (status == 404 || status == 410) {
    outcome.code = "not_found";
  } else if (status == 429) {
    outcome.verdict = Verdict::again;
    outcome.code = "exhausted";
    outcome.retryable = true;
  } else if (refusal(spec, status, answer)) {
    outcome.code = "invalid_argument";
  } else if (status == 408 || status == 425 || status >= 500) {
    outcome.verdict = Verdict::unknown;
    outcome.code = status == 408 ? "timeout" : "unavailable";
    outcome.retryable = true;
  } else if (status >= 300 && status < 400) {
    outcome.code = "unavailable";
  } else {
    outcome.code = "invalid_argument";
  }
  return outcome;
}

}  // namespace mlc::remote
