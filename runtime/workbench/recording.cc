#include "runtime/workbench/recording.h"

#include <algorithm>
#include <map>

#include "runtime/engine/request_key.h"
#include "runtime/engine/words.h"

namespace mlc::workbench {

bool Recording::ended() const {
  const auto state = job().state;
  return state != store::JobState::waiting && state != store::JobState::running;
}

int Recording::calls() const {
  int count = 0;
  for (const auto& entry : entries) {
    if (entry.index >= 0 && journal->any_at(entry.index) != nullptr) count = std::max(count, entry.index + 1);
  }
  return count;
}

std::string Recording::end_text() const {
  std::string text(engine::word(job().state));
  if (job().done_as != store::DoneAs::none) text += ", " + std::string(engine::word(job().done_as));
  return job().reason.empty() ? text : text + ": " + job().reason;
}

Task<Result<std::shared_ptr<const Recording>>> read_recording(store::Store& store, vault::Vault& vault, store::Id job) {
  auto story = co_await store.story(job);
  if (!story) co_return story.error();
  if (!*story) co_return Error(Code::not_found, "there is no job " + std::to_string(job));
  auto& told = **story;
  auto recording = std::make_shared<Recording>();
  auto event = vault.open(told.job.client, "event", told.payload);
  if (!event) co_return event.error().wrap("job " + std::to_string(job) + " can't be read");
  recording->topic = told.topic;
  recording->entries = told.journal;
  recording->journal = std::make_shared<engine::Journal>(vault, told.job.client, std::move(told.journal), told.job.attempt);
  recording->input.decision = recording->journal->decision();
  recording->input.job = std::move(told.job);
  recording->input.event = std::move(*event);
  recording->input.began = told.received;
  recording->input.seed = engine::run_seed(recording->input.job);
  co_return std::shared_ptr<const Recording>(std::move(recording));
}

Task<Result<std::shared_ptr<const script::Program>>> read_program(store::Store& store, const script::Host& host, std::string version) {
  std::map<std::string, std::string> rows;
  const std::string key = script::version_row(version);
  auto manifest = co_await store.get(store::Table::scripts, key);
  if (!manifest) co_return manifest.error();
  if (!*manifest) co_return Error(Code::not_found, "script version " + version + " is not in the store any more");
  rows[key] = (*manifest)->value;
  auto keys = script::rows_of_manifest((*manifest)->value);
  if (!keys) co_return keys.error();
  for (const auto& each : *keys) {
    auto row = co_await store.get(store::Table::scripts, each);
    if (!row) co_return row.error();
    if (*row) rows[each] = (*row)->value;
  }
  co_return script::restore_program(host, version, [&rows](const std::string& wanted) -> Result<std::string> {
    auto found = rows.find(wanted);
    if (found == rows.end()) return Error(Code::not_found, "the store has no " + wanted);
    return found->second;
  });
}

}  // namespace mlc::workbench
