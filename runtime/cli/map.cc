// `map`: runs an instance's mapping over records, as it stands on disk. Records come as NDJSON, one a line: the source record
// itself, or {"record": …, "given": …, "lookups": …, "source": …, "key": …} for mappings that need more.
#include <iostream>
#include <set>

#include "runtime/cli/commands.h"
#include "runtime/cli/mapping_input.h"
#include "runtime/document/write.h"

namespace mlc::cli {
namespace {

using document::Document;
using document::Node;
using script::OfflineMapping;

struct MapOptions {
  std::string client, instance, mapping, record, lookups;
  bool explain = false;
};

class MapCommand {
 public:
  MapCommand(Context& context, const MapOptions& options) : context_(context), options_(options) {}

  void run() {
    auto scene = open_scene(context_);
    if (!scene) return context_.fail(scene.error());
    scene_ = std::move(*scene);
    auto program = find_instance(*scene_, options_.client, options_.instance);
    if (!program) return context_.fail(program.error());
    program_ = *program;
    auto mapping = OfflineMapping::make(scene_->host, program_, options_.mapping);
    if (!mapping) return context_.fail(mapping.error());
    mapping_ = std::move(*mapping);
    if (!options_.lookups.empty()) {
      auto text = scene_->files.read(options_.lookups);
      auto parsed = text ? Document::parse(*text) : Result<Document>(text.error());
      if (!parsed) return context_.fail(Error(Code::config, "--lookups " + options_.lookups + ": " + parsed.error().message()));
      lookups_ = Node::copy_of(parsed->root());
    }
    options_.record.empty() ? lines() : recorded();
    if (missing_.empty()) return;
    std::string all;
    for (const auto& [lookup, key] : missing_) all += (all.empty() ? "" : ", ") + lookup + " " + document::quoted(key);
    context_.fail(kNo, "no answer is known for " + all + "; give them in a file: --lookups FILE with {\"" + missing_.begin()->first +
                           "\": {" + document::quoted(missing_.begin()->second) + ": …}}");
  }

 private:
  void lines() {
    int number = 0;
    for (std::string line; std::getline(std::cin, line);) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      auto parsed = Document::parse(line);
      if (!parsed) {
        context_.fail(kNo, "line " + std::to_string(number) + ": " + parsed.error().message());
        continue;
      }
      auto input = read(parsed->root());
      if (input) map(*input, "line " + std::to_string(number));
      else context_.fail(kNo, "line " + std::to_string(number) + ": " + input.error().message());
    }
  }

  // A record, or a record with what else is needed.
  static Result<OfflineMapping::Input> read(document::Value line) {
    static const std::set<std::string_view> kMembers = {"record", "given", "lookups", "source", "key"};
    bool whole = static_cast<bool>(line.get("record"));
    for (auto field : line.fields()) whole = whole && kMembers.contains(field.key);
    if (whole) return OfflineMapping::Input::recorded(line, std::string(line.get("source").text()), std::string(line.get("key").text()));
    Node node = Node::object();
    node.set("record", Node::copy_of(line));
    auto wrapped = Document::parse(document::write(node));
    if (!wrapped) return wrapped.error();
    return OfflineMapping::Input::recorded(wrapped->root(), "", "");
  }

  void recorded() {
    auto jobs = recorded_jobs(context_, options_.client, options_.record);
    if (!jobs) return context_.fail(jobs.error());
    for (const auto& job : *jobs) {
      for (const auto& one : job.mappings) {
        if (job.instance == options_.instance && one.mapping == options_.mapping) return map(one.input, options_.record);
      }
    }
    context_.fail(
        kNo, "no job of " + options_.record + " has mapped \"" + options_.mapping + "\" in " + options_.client + "/" + options_.instance);
  }

  // The input's own look-ups, under those of the file.
  bool with_lookups(OfflineMapping::Input& input, const Node& more) {
    Node merged = Node::copy_of(input.lookups.root());
    for (const auto& [lookup, answers] : more.fields()) {
      for (const auto& [key, answer] : answers.fields()) merged[lookup].set(key, answer);
    }
    auto parsed = Document::parse(document::write(merged));
    if (parsed) input.lookups = *parsed;
    else context_.fail(parsed.error());
    return parsed.ok();
  }

  // What was answered last, if there is a store to ask.
  Node last_recorded(const std::vector<mapping::LookupKey>& keys) {
    Node found = Node::object();
    if (!scene_->files.exists(context_.workspace + "/state/store.db")) return found;
    std::map<std::string, Json> wanted;
    for (const auto& each : keys) wanted[each.lookup].push_back(each.key);
    for (const auto& [lookup, list] : wanted) {
      const std::string from(program_->scripts->definition->root().get("lookups").get(lookup).get("from").text());
      const std::string role = from.substr(0, from.find('.'));
      for (const auto& [name, connections] : program_->instance.roles) {
        if (name != role || connections.empty()) continue;
        auto told = context_.call("POST", api({"clients", options_.client, "connections", connections.front(), "lookups", lookup}),
                                  {{"keys", list}});
        if (!told) continue;
        for (const auto& [key, json] : (*told)["answers"].items()) {
          auto answer = Document::parse(json.get<std::string>());
          if (answer) found[lookup].set(key, Node::copy_of(answer->root()));
        }
      }
    }
    return found;
  }

  void map(OfflineMapping::Input input, const std::string& what) {
    if (!lookups_.is_null() && !with_lookups(input, lookups_)) return;
    auto open = mapping_->missing(input);
    if (!open.empty()) {
      if (!with_lookups(input, last_recorded(open))) return;
      open = mapping_->missing(input);
    }
    for (const auto& each : open) missing_.emplace(each.lookup, each.key);
    if (!open.empty()) return;
    if (options_.explain) return explain(input, what);
    const auto output = mapping_->run(input);
    if (output.refusal) return refused(*output.refusal, what);
    std::cout << output.json << "\n";
  }

  void refused(const mapping::Refusal& refusal, const std::string& what) {
    if (context_.json) {
      Node line = Node::object();
      line.set("refusal", mapping::to_node(refusal));
      std::cout << document::write(line) << "\n";
    }
    context_.fail(kNo, what + ": " + (refusal.at.line == 0 ? "" : refusal.at.text() + ": ") + refusal.sentence);
  }

  void explain(const OfflineMapping::Input& input, const std::string& what) {
    const auto why = mapping_->explain(input);
    if (context_.json) {
      Node fields = Node::array(), line = Node::object();
      for (const auto& field : why.fields) fields.push(mapping::to_node(field));
      if (auto record = Document::parse(why.json); !why.refusal && record) line.set("record", Node::copy_of(record->root()));
      line.set("fields", std::move(fields));
      if (why.refusal) line.set("refusal", mapping::to_node(*why.refusal));
      std::cout << document::write(line) << "\n";
      if (why.refusal) context_.exit = kNo;
      return;
    }
    for (const auto& field : why.fields) std::cout << mapping::told(field);
    if (why.refusal) refused(*why.refusal, what);
  }

  Context& context_;
  const MapOptions& options_;
  std::unique_ptr<Scene> scene_;
  std::shared_ptr<const script::Program> program_;
  std::unique_ptr<OfflineMapping> mapping_;
  Node lookups_;
  std::set<std::pair<std::string, std::string>> missing_;
};

}  // namespace

void add_map(CLI::App& root, Context& context) {
  auto options = std::make_shared<MapOptions>();
  CLI::App* sub =
      command(root, context, "map",
              "runs a mapping as it stands on disk: records come and go as NDJSON, or one that a job recorded; never calls out",
              "ml-connector map acme shop_nl invoice --lookups answers.json --explain < orders.ndjson\n"
              "  ml-connector map acme shop_nl invoice --record 118 --explain\n"
              "A line is the source record, or {\"record\": …, \"given\": …, \"lookups\": …, \"source\": \"shop\", \"key\": \"118\"}.",
              true, [&context, options] { MapCommand(context, *options).run(); });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
  sub->add_option("MAPPING", options->mapping, "name of the mapping")->required();
  sub->add_option("--record", options->record, "number of a record that was mapped before: its recorded input is mapped")
      ->type_name("NUMBER");
  sub->add_option("--lookups", options->lookups, "answers of look-ups: {\"items\": {\"SKU1\": \"8f0c…\"}}")->type_name("FILE");
  sub->add_flag("--explain", options->explain, "why each field has its value, instead of the record");
}

}  // namespace mlc::cli
