// A job's journal as the engine writes and reads it. What an entry answered is sealed together with the time that
// the script saw: "<micros> v <json>" for a value, "<micros> e <json>" for an error that the script was given.
//
// A revival by replay asks the remotes anew: it opens a new chapter, and only entries after its mark answer by
// position. Finished steps and effects outlive chapters; they are found by name and by effect key.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/runner.h"
#include "runtime/store/types.h"
#include "runtime/vault/vault.h"

namespace mlc::engine {

struct Answer {
  WallTime at{};
  bool failed = false;
  std::string json;  // the value, or the error as an object
};

std::string encode_answer(const Answer& answer);
Result<Answer> decode_answer(std::string_view text);

std::string error_json(const HostError& error);
HostError error_from_json(std::string_view json);
HostReply to_reply(Answer answer);

// 32 bytes over length-prefixed parts: no two lists of parts are one text.
std::string hash_parts(std::initializer_list<std::string_view> parts);

class Journal {
 public:
  Journal(vault::Vault& vault, std::string client, std::vector<store::Entry> entries, int chapter);

  // Name of the mark that opens a chapter (a revival, or a beginning anew), or lets it go on with the one before.
  static std::string mark(int chapter, bool continues);
  // Names of the notes that tell of a case: where in the scripts it was refused, that a person may say whose version counts
  // ("theirs" or "ours"), and what was said for a chapter.
  static std::string position_mark(const std::string& position) { return "position:" + position; }
  static std::string undecided_mark(int chapter) { return "undecided:" + std::to_string(chapter); }
  static std::string decision_mark(int chapter, const std::string& decision) { return decision_prefix(chapter) + decision; }
  std::string decision() const;                    // said for this chapter; "" = nothing
  bool needs_mark() const { return needs_mark_; }  // this chapter has no mark yet

  // The entry that answered call number `index` of this chapter.
  const store::Entry* at(int index, store::EntryKind kind) const;
  const store::Entry* any_at(int index) const;
  // The newest of a name in any chapter.
  const store::Entry* newest(store::EntryKind kind, std::string_view name) const;
  const store::Entry* by_row(store::Id row) const;
  // How many of a name stand after `row`.
  int count_after(store::Id row, store::EntryKind kind, std::string_view name) const;
  const store::Entry* newest_after(store::Id row, store::EntryKind kind, std::string_view name) const;

  Result<Answer> open(const store::Entry& entry) const;
  Result<store::EntryBirth> seal(store::EntryKind kind, int index, std::string name, std::string input_hash, const Answer& answer) const;

  // What was committed in this run, so that later looks see it.
  void add(const store::EntryBirth& birth, store::Id row, store::Id job);

 private:
  static std::string decision_prefix(int chapter) { return "decision:" + std::to_string(chapter) + ":"; }
  bool in_chapter(const store::Entry& entry) const { return entry.row > chapter_; }

  vault::Vault& vault_;
  std::string client_;
  std::vector<store::Entry> entries_;
  int number_ = 1;         // of the chapter
  store::Id chapter_ = 0;  // row of the mark
  bool needs_mark_ = false;
};

}  // namespace mlc::engine
