// Story, second part: what was mapped, and what it was mapped with.
#include <map>

#include "runtime/base/date.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/sealed_row.h"
#include "runtime/engine/story.h"

namespace mlc::engine {

using document::Node;
using store::EntryKind;

namespace {

// The newest entry of each mapping; one that can't be opened is left out.
void add_mapping(const Journal& reader, const store::Entry& entry, std::map<std::string, Node>& mappings) {
  auto answer = reader.open(entry);
  auto parsed = answer ? document::Document::parse(answer->json) : Result<document::Document>(answer.error());
  if (!parsed) return;
  auto one = Node::object();
  one.set("mapping", entry.name).set("row", entry.row).set("at", format_rfc3339(answer->at));
  one.set("input", document::write(parsed->root().get("input"))).set("output", document::write(parsed->root().get("output")));
  mappings.insert_or_assign(entry.name, std::move(one));
}

}  // namespace

Task<Result<Node>> Story::mappings(std::string client, std::string number) {
  auto ids = co_await find_jobs(client, number);
  if (!ids) co_return ids.error();
  auto jobs = Node::array();
  const Journal reader(context_.vault, client, {}, 1);
  for (const auto id : *ids) {
    auto story = co_await context_.store.story(id);
    if (!story) co_return story.error();
    if (!*story) continue;
    const store::Job& told = (*story)->job;
    std::map<std::string, Node> mapped;
    auto answers = Node::array();
    for (const auto& entry : (*story)->journal) {
      if (entry.kind == EntryKind::map_input) add_mapping(reader, entry, mapped);
      if (entry.kind != EntryKind::read && entry.kind != EntryKind::lookup) continue;
      auto answer = reader.open(entry);
      if (!answer || answer->failed || answer->json == "null") continue;
      auto one = Node::object();
      one.set("name", entry.name).set("kind", entry.kind == EntryKind::read ? "read" : "lookup").set("row", entry.row);
      one.set("at", format_rfc3339(answer->at)).set("answer", answer->json);
      answers.push(std::move(one));
    }
    if (mapped.empty()) continue;
    auto list = Node::array();
    for (auto& [name, one] : mapped) list.push(std::move(one));
    auto job = Node::object();
    job.set("id", id).set("client", client).set("instance", told.instance).set("flow", told.flow).set("source", told.source);
    job.set("key", told.key).set("version", told.version).set("mappings", std::move(list)).set("answers", std::move(answers));
    jobs.push(std::move(job));
  }
  auto node = Node::object();
  node.set("client", client).set("number", number).set("jobs", std::move(jobs));
  co_return node;
}

Task<Result<Node>> Story::looked_up(std::string client, std::string connection, std::string name, std::vector<std::string> keys) {
  auto answers = Node::object();
  for (const auto& key : keys) {
    auto row = co_await context_.store.get(store::Table::lookups, client + "/" + connection + "/" + name + "/" + key);
    if (!row) co_return row.error();
    if (!*row) continue;
    const auto sealed = unpack((*row)->value);
    const auto plain = sealed ? context_.vault.open(client, "lookup", *sealed) : Result<std::string>(sealed.error());
    const auto answer = plain ? decode_answer(*plain) : Result<Answer>(plain.error());
    if (!answer) co_return answer.error();
    answers.set(key, answer->json);
  }
  auto node = Node::object();
  node.set("answers", std::move(answers));
  co_return node;
}

}  // namespace mlc::engine
