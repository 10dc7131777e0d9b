#include <iostream>

#include "runtime/cli/commands.h"
#include "runtime/cli/mapping_input.h"
#include "runtime/document/write.h"
#include "runtime/mapping/position.h"

namespace mlc::cli {
namespace {

using document::Document;
using document::Node;

struct WhyOptions {
  std::string client, number, field;
};

// Source values and look-ups, with the recorded answer that each came in.
void origins(const mapping::Trace& trace, const std::vector<workbench::RecordedAnswer>& answers, std::vector<Node>& found) {
  for (const auto& part : trace.from) origins(part, answers, found);
  std::optional<workbench::Origin> origin;
  if (trace.kind == mapping::Trace::Kind::source && trace.raw) origin = workbench::origin_of(answers, trace.path, *trace.raw);
  if (trace.kind == mapping::Trace::Kind::lookup && !trace.row) origin = workbench::origin_of_lookup(answers, trace.path, trace.key);
  if (!origin) return;
  Node one = Node::object();
  one.set("what", trace.what).set("operation", origin->answer->name).set("at", origin->answer->at).set("path", origin->path);
  found.push_back(std::move(one));
}

std::string line_of(const Node& origin) {
  return "    " + std::string(origin.get("what")->text()) + " came in the answer of " + std::string(origin.get("operation")->text()) +
         " at " + std::string(origin.get("at")->text()) + ", " + std::string(origin.get("path")->text()) + "\n";
}

class WhyCommand {
 public:
  WhyCommand(Context& context, const WhyOptions& options) : context_(context), options_(options) {}

  void run() {
    auto jobs = recorded_jobs(context_, options_.client, options_.number);
    if (!jobs) return context_.fail(jobs.error());
    if (jobs->empty())
      return context_.fail(kNo, "no job of " + options_.number + " has mapped anything; `ml-connector show " + options_.client + " " +
                                    options_.number + "` tells its story");
    auto scene = open_scene(context_);
    if (!scene) return context_.fail(scene.error());
    for (const RecordedJob& job : *jobs) {  // the newest that mapped the field: a customer may bear an order's number
      auto program = program_of(context_, **scene, job.version);
      if (!program) return context_.fail(program.error());
      Node list = Node::array();
      for (const auto& one : job.mappings) {
        auto mapping = script::OfflineMapping::make((*scene)->host, *program, one.mapping);
        if (!mapping) return context_.fail(mapping.error());
        list.push(tell(job, one, (*mapping)->explain(one.input)));
      }
      if (shown_ == 0) continue;
      if (!context_.json) return;
      Node all = Node::object();
      all.set("client", options_.client).set("number", options_.number).set("job", job.id).set("instance", job.instance);
      all.set("flow", job.flow).set("version", job.version).set("mappings", std::move(list));
      std::cout << document::write(all, document::Style::indented) << "\n";
      return;
    }
    nothing(jobs->front());
  }

 private:
  Node tell(const RecordedJob& job, const RecordedMapping& recorded, const mapping::Explanation& why) {
    Node fields = Node::array();
    bool headed = false;
    for (const auto& field : why.fields) {
      names_.push_back(field.field);
      if (!options_.field.empty() && !mapping::is_field(field, options_.field)) continue;
      ++shown_;
      std::vector<Node> found;
      origins(field.trace, job.answers, found);
      Node node = mapping::to_node(field), list = Node::array();
      if (!context_.json) {
        if (!headed)
          std::cout << recorded.mapping << " of " << options_.client << "/" << job.instance << ", job " << job.id << ", mapped "
                    << recorded.at << " by version " << job.version.substr(0, 12) << "\n";
        headed = true;
        std::cout << mapping::told(field);
        for (const auto& origin : found) std::cout << line_of(origin);
      }
      for (auto& origin : found) list.push(std::move(origin));
      fields.push(std::move(node.set("answers", std::move(list))));
    }
    if (why.refusal && !context_.json && (headed || options_.field.empty()))
      std::cout << recorded.mapping << " was refused: " << why.refusal->sentence << "\n";
    Node all = Node::object();
    all.set("mapping", recorded.mapping).set("at", recorded.at).set("fields", std::move(fields));
    if (why.refusal) all.set("refusal", mapping::to_node(*why.refusal));
    return all;
  }

  void nothing(const RecordedJob& job) {
    const std::string like = mapping::closest(options_.field, names_);
    std::string sentence = "job " + std::to_string(job.id) + " mapped no field \"" + options_.field + "\"";
    if (!like.empty()) sentence += "; did you mean \"" + like + "\"?";
    context_.fail(kNo, sentence);
  }

  Context& context_;
  const WhyOptions& options_;
  std::vector<std::string> names_;
  int shown_ = 0;
};

}  // namespace

void add_why(CLI::App& root, Context& context) {
  auto options = std::make_shared<WhyOptions>();
  CLI::App* sub = command(
      root, context, "why", "why a record's fields have their values: line, layer, source, each step, and the answer it came in",
      "ml-connector why acme 118 'SalesInvoiceLines[1].NetPrice'", true, [&context, options] { WhyCommand(context, *options).run(); });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("NUMBER", options->number, "order, invoice, delivery or tracking number")->required();
  sub->add_option("FIELD", options->field, "a field, a line such as SalesInvoiceLines[1], or a group (default: all)");
}

}  // namespace mlc::cli
