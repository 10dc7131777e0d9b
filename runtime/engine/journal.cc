#include "runtime/engine/journal.h"

#include <charconv>

#include "runtime/crypto/digest.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::engine {

std::string encode_answer(const Answer& answer) {
  std::string text = std::to_string(to_micros(answer.at));
  text += answer.failed ? " e " : " v ";
  text += answer.json;
  return text;
}

Result<Answer> decode_answer(std::string_view text) {
  int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  const auto rest = text.substr(static_cast<size_t>(end - text.data()));
  if (error != std::errc() || rest.size() < 3 || rest[0] != ' ' || rest[2] != ' ' || (rest[1] != 'v' && rest[1] != 'e')) {
    return Error(Code::corrupt, "a journal entry has an unknown form");
  }
  return Answer{from_micros(micros), rest[1] == 'e', std::string(rest.substr(3))};
}

std::string error_json(const HostError& error) {
  auto node = document::Node::object();
  node.set("code", error.code).set("message", error.message).set("retryable", error.retryable);
  if (!error.cause.empty()) node.set("cause", error.cause);
  if (!error.detail.empty()) node.set("detail", error.detail);
  return document::write(node);
}

HostError error_from_json(std::string_view json) {
  auto parsed = document::Document::parse(std::string(json));
  if (!parsed) return {"internal", "a recorded error is unreadable", false, "", ""};
  const auto root = parsed->root();
  return {std::string(root.get("code").text()), std::string(root.get("message").text()), root.get("retryable").as_bool(),
          std::string(root.get("cause").text()), std::string(root.get("detail").text())};
}

HostReply to_reply(Answer answer) {
  HostReply reply;
  reply.now = answer.at;
  if (answer.failed) reply.value = error_from_json(answer.json);
  else reply.value = std::move(answer.json);
  return reply;
}

std::string hash_parts(std::initializer_list<std::string_view> parts) {
  crypto::Sha256 hash;
  for (const auto part : parts) hash.update(std::to_string(part.size()) + ":").update(part);
  return hash.finish();
}

std::string Journal::mark(int chapter, bool continues) { return "attempt:" + std::to_string(chapter) + (continues ? ":continues" : ""); }

Journal::Journal(vault::Vault& vault, std::string client, std::vector<store::Entry> entries, int chapter)
    : vault_(vault), client_(std::move(client)), entries_(std::move(entries)), number_(chapter) {
  const auto is_note = [](const store::Entry& entry, const std::string& name) {
    return entry.kind == store::EntryKind::note && entry.name == name;
  };
  for (int n = 2; n <= chapter; ++n) {
    bool marked = false;
    for (const auto& entry : entries_) {
      if (is_note(entry, mark(n, true))) marked = true;
      if (is_note(entry, mark(n, false))) marked = true, chapter_ = entry.row;
    }
    if (marked) continue;
    // A chapter that was ended before its first run left no mark: the last one decides.
    if (n < chapter) continue;
    needs_mark_ = true;
    chapter_ = entries_.empty() ? 0 : entries_.back().row;
  }
}

std::string Journal::decision() const {
  const auto prefix = decision_prefix(number_);
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->kind == store::EntryKind::note && entry->name.starts_with(prefix)) return entry->name.substr(prefix.size());
  }
  return "";
}

const store::Entry* Journal::at(int index, store::EntryKind kind) const {
  for (const auto& entry : entries_) {
    if (entry.index == index && entry.kind == kind && in_chapter(entry)) return &entry;
  }
  return nullptr;
}

const store::Entry* Journal::any_at(int index) const {
  for (const auto& entry : entries_) {
    if (entry.index == index && in_chapter(entry)) return &entry;
  }
  return nullptr;
}

const store::Entry* Journal::newest(store::EntryKind kind, std::string_view name) const { return newest_after(0, kind, name); }

const store::Entry* Journal::newest_after(store::Id row, store::EntryKind kind, std::string_view name) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && entry->row > row; ++entry) {
    if (entry->kind == kind && entry->name == name) return &*entry;
  }
  return nullptr;
}

const store::Entry* Journal::by_row(store::Id row) const {
  for (const auto& entry : entries_) {
    if (entry.row == row) return &entry;
  }
  return nullptr;
}

int Journal::count_after(store::Id row, store::EntryKind kind, std::string_view name) const {
  int count = 0;
  for (const auto& entry : entries_) count += entry.row > row && entry.kind == kind && entry.name == name ? 1 : 0;
  return count;
}

Result<Answer> Journal::open(const store::Entry& entry) const {
  auto plain = vault_.open(client_, "journal", entry.payload);
  if (!plain) return plain.error().wrap("journal entry " + std::to_string(entry.row));
  return decode_answer(*plain);
}

Result<store::EntryBirth> Journal::seal(store::EntryKind kind, int index, std::string name, std::string input_hash,
                                        const Answer& answer) const {
  auto sealed = vault_.seal(client_, "journal", encode_answer(answer));
  if (!sealed) return sealed.error();
  store::EntryBirth birth;
  birth.kind = kind;
  birth.index = index;
  birth.name = std::move(name);
  birth.input_hash = std::move(input_hash);
  birth.payload = std::move(*sealed);
  return birth;
}

void Journal::add(const store::EntryBirth& birth, store::Id row, store::Id job) {
  store::Entry entry;
  static_cast<store::EntryBirth&>(entry) = birth;
  entry.row = row;
  entry.job = job;
  entries_.push_back(std::move(entry));
}

}  // namespace mlc::engine
