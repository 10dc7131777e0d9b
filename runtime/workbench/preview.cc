#include "runtime/workbench/preview.h"

#include <algorithm>
#include <set>

#include "runtime/document/write.h"
#include "runtime/engine/journal.h"
#include "runtime/script/offline_mapping.h"

namespace mlc::workbench {
namespace {

using document::Document;
using document::Node;
using script::OfflineMapping;

constexpr size_t kExamples = 3;
constexpr int kPage = 200;        // jobs asked for at once
constexpr int kJobsAnInput = 20;  // jobs looked through for each input wanted

// "Lines.product[2].Price" is field "Lines.product.Price" of every line.
std::string field_of(const std::string& place) {
  std::string field;
  bool number = false;
  for (char c : place) {
    if (c == '[') number = true;
    if (!number) field += c;
    if (c == ']') number = false;
  }
  return field;
}

using Values = std::map<std::string, std::string>;  // place -> JSON

Values values_of(const mapping::Explanation& told) {
  Values values;
  for (const auto& field : told.fields)
    if (field.value) values[field.place] = *field.value;
  return values;
}

void add(std::vector<FieldChange>& changes, const std::string& field, FieldChange::Example example, bool first_of_record) {
  auto found = std::find_if(changes.begin(), changes.end(), [&](const FieldChange& one) { return one.field == field; });
  if (found == changes.end()) found = changes.insert(changes.end(), {field, 0, {}});
  if (!first_of_record) return;
  ++found->records;
  // A record that several events told of is one example, unless it was another one then.
  const bool told = std::any_of(found->examples.begin(), found->examples.end(), [&](const FieldChange::Example& one) {
    return one.record == example.record && one.before == example.before && one.after == example.after;
  });
  if (!told && found->examples.size() < kExamples) found->examples.push_back(std::move(example));
}

class MappingComparison {
 public:
  MappingComparison(std::string name, std::unique_ptr<OfflineMapping> before, std::unique_ptr<OfflineMapping> after)
      : before_(std::move(before)), after_(std::move(after)) {
    result.mapping = std::move(name);
  }

  void compare(const RecordedInput& recorded, const std::map<std::string, Node>& answers) {
    ++result.records;
    auto parsed = Document::parse(recorded.entry);
    auto input = parsed ? OfflineMapping::Input::recorded(parsed->root().get("input"), recorded.source, recorded.key)
                        : Result<OfflineMapping::Input>(parsed.error());
    if (!input) {
      ++result.unknown;
      ++result.needs["a record that can be read"];
      return;
    }
    if (!answer_missing(*input, answers)) return;
    auto old = before_->run(*input), now = after_->run(*input);
    const FieldChange::Example example{recorded.source + ":" + recorded.key, recorded.job, "", ""};
    const bool same = !old.refusal && !now.refusal                         ? old.json == now.json
                      : old.refusal.has_value() && now.refusal.has_value() ? old.refusal->sentence == now.refusal->sentence
                                                                           : false;
    if (same) {
      ++result.unchanged;
      return;
    }
    ++result.changed;
    if (now.refusal) {
      if (!old.refusal) ++result.refused_now;
      auto told = example;
      told.after = now.refusal->at.text();
      add(result.refusals, now.refusal->sentence, std::move(told), true);
      return;
    }
    if (old.refusal) {
      ++result.mapped_now;
      return;
    }
    compare_fields(values_of(before_->explain(*input)), values_of(after_->explain(*input)), example);
  }

  MappingPreview result;

 private:
  // Answers of other recorded inputs serve too; what nobody ever answered can't be told.
  bool answer_missing(OfflineMapping::Input& input, const std::map<std::string, Node>& answers) {
    auto missing = after_->missing(input);
    if (missing.empty()) return true;
    Node all = input.lookups.root() ? Node::copy_of(input.lookups.root()) : Node::object();
    bool complete = true;
    for (const auto& key : missing) {
      const auto found = answers.find(key.lookup + "\n" + key.key);
      if (found == answers.end()) {
        complete = false;
        ++result.needs[key.lookup + " \"" + key.key + "\""];
        continue;
      }
      Node of = Node::object();
      if (auto known = Document::parse(document::write(all)); known && known->root().get(key.lookup))
        of = Node::copy_of(known->root().get(key.lookup));
      of.set(key.key, found->second);
      all.set(key.lookup, std::move(of));
    }
    auto completed = Document::parse(document::write(all));
    if (completed) input.lookups = *completed;
    if (!complete) ++result.unknown;
    return complete;
  }

  void compare_fields(const Values& old, const Values& now, const FieldChange::Example& example) {
    std::set<std::string> told;
    auto changed = [&](const std::string& place, const std::string& before, const std::string& after) {
      const std::string field = field_of(place);
      auto one = example;
      one.before = before;
      one.after = after;
      add(result.fields, field, std::move(one), told.insert(field).second);
    };
    for (const auto& [place, value] : old) {
      const auto found = now.find(place);
      if (found == now.end()) changed(place, value, "");
      else if (found->second != value) changed(place, value, found->second);
    }
    for (const auto& [place, value] : now)
      if (!old.contains(place)) changed(place, "", value);
    // The same values, in another order of lines.
    if (told.empty()) add(result.fields, "(order of lines)", example, true);
  }

  std::unique_ptr<OfflineMapping> before_, after_;
};

std::map<std::string, Node> all_answers(const std::vector<RecordedInput>& inputs) {
  std::map<std::string, Node> answers;
  for (const auto& recorded : inputs) {
    auto parsed = Document::parse(recorded.entry);
    if (!parsed) continue;
    for (auto lookup : parsed->root().get("input").get("lookups").fields())
      for (auto answer : lookup.value.fields())
        answers.emplace(std::string(lookup.key) + "\n" + std::string(answer.key), Node::copy_of(answer.value));
  }
  return answers;
}

Node text_or_json(const std::string& json) {
  if (json.empty()) return nullptr;
  auto parsed = Document::parse(json);
  return parsed ? Node::copy_of(parsed->root()) : Node(json);
}

Node changes_node(const std::vector<FieldChange>& changes, const char* name) {
  Node list = Node::array();
  for (const auto& change : changes) {
    Node examples = Node::array();
    for (const auto& example : change.examples) {
      Node one = Node::object();
      one.set("record", example.record).set("job", example.job);
      one.set("before", text_or_json(example.before)).set("after", text_or_json(example.after));
      examples.push(std::move(one));
    }
    Node one = Node::object();
    one.set(name, change.field).set("records", change.records).set("examples", std::move(examples));
    list.push(std::move(one));
  }
  return list;
}

void sort(std::vector<FieldChange>& changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const FieldChange& a, const FieldChange& b) { return a.records > b.records; });
}

}  // namespace

bool Preview::differs() const {
  return !gone.empty() || !added.empty() ||
         std::any_of(mappings.begin(), mappings.end(), [](const MappingPreview& one) { return one.differs(); });
}

Preview preview(const script::Host& host, const ProgramPtr& before, const ProgramPtr& after, const std::vector<RecordedInput>& inputs) {
  Preview all;
  const auto answers = all_answers(inputs);
  for (const auto& [name, unit] : *after->mappings)
    if (!before->mappings->contains(name)) all.added.push_back(name);
  for (const auto& [name, unit] : *before->mappings) {
    if (!after->mappings->contains(name)) {
      all.gone.push_back(name);
      continue;
    }
    auto old = OfflineMapping::make(host, before, name), now = OfflineMapping::make(host, after, name);
    if (!old || !now) continue;
    MappingComparison comparison(name, std::move(*old), std::move(*now));
    for (const auto& recorded : inputs)
      if (recorded.mapping == name) comparison.compare(recorded, answers);
    sort(comparison.result.fields);
    sort(comparison.result.refusals);
    all.mappings.push_back(std::move(comparison.result));
  }
  return all;
}

Node to_node(const Preview& preview) {
  Node mappings = Node::array();
  for (const auto& one : preview.mappings) {
    Node needs = Node::array();
    for (const auto& [what, records] : one.needs) {
      Node need = Node::object();
      need.set("lookup", what).set("records", records);
      needs.push(std::move(need));
    }
    Node node = Node::object();
    node.set("mapping", one.mapping).set("records", one.records).set("unchanged", one.unchanged).set("changed", one.changed);
    node.set("refused_now", one.refused_now).set("mapped_now", one.mapped_now).set("unknown", one.unknown);
    node.set("fields", changes_node(one.fields, "field")).set("refusals", changes_node(one.refusals, "sentence"));
    node.set("needs", std::move(needs));
    mappings.push(std::move(node));
  }
  auto names = [](const std::vector<std::string>& list) {
    Node all = Node::array();
    for (const auto& name : list) all.push(name);
    return all;
  };
  Node all = Node::object();
  all.set("differs", preview.differs()).set("mappings", std::move(mappings));
  all.set("gone", names(preview.gone)).set("added", names(preview.added));
  return all;
}

Task<Result<std::vector<RecordedInput>>> recorded_inputs(store::Store& store, vault::Vault& vault, std::string client, std::string instance,
                                                         int last) {
  std::vector<RecordedInput> inputs;
  std::map<std::string, int> counts;
  const engine::Journal reader(vault, client, {}, 1);
  store::JobFilter filter;
  filter.client = client;
  filter.instance = instance;
  filter.limit = kPage;
  bool wanting = true;
  for (int64_t seen = 0; wanting && seen < static_cast<int64_t>(last) * kJobsAnInput;) {
    auto jobs = co_await store.jobs(filter);
    if (!jobs) co_return jobs.error();
    for (const auto& job : *jobs) {
      ++seen;
      auto story = co_await store.story(job.id);
      if (!story) co_return story.error();
      if (!*story) continue;
      // Of a job that ran again, only how it mapped last.
      std::map<std::string, const store::Entry*> newest;
      for (const auto& entry : (*story)->journal)
        if (entry.kind == store::EntryKind::map_input) newest[entry.name] = &entry;
      for (const auto& [mapping, entry] : newest) {
        if (counts[mapping] >= last) continue;
        auto answer = reader.open(*entry);
        if (!answer || answer->failed) continue;  // erased, or of a key that is gone
        ++counts[mapping];
        inputs.push_back({job.id, mapping, job.source, job.key, std::move(answer->json)});
      }
    }
    if (jobs->size() < static_cast<size_t>(filter.limit)) break;
    filter.after = jobs->back().id;
    wanting = counts.empty() || std::any_of(counts.begin(), counts.end(), [&](const auto& one) { return one.second < last; });
  }
  co_return inputs;
}

}  // namespace mlc::workbench
