// What a call asks of a list, so that several may be asked at once (`any_of` and `listed` of operations).
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/remote/real_remote.h"
#include "runtime/remote/system_spec.h"

namespace mlc::remote {
namespace {

using document::Node;
using document::Value;

// The only argument of a record's read, and then its id.
std::string only_id(Value arguments) {
  for (const auto field : arguments.fields())
    if (field.key != "path" && field.value.size() > 0) return "";
  const Value path = arguments.get("path");
  return path.size() == 1 ? std::string(path.get("id").text()) : "";
}

}  // namespace

std::optional<Question> RealRemote::question(const Call& call) {
  const auto found = target(call.client, call.connection, call.operation);
  const auto arguments = document::Document::parse(call.arguments.empty() ? "{}" : call.arguments);
  if (!found || !arguments) return std::nullopt;
  const Operation& operation = *found->operation;
  const Operation* list = operation.listed ? found->connection->spec->operation(operation.listed->list) : &operation;
  if (list == nullptr || !list->any_of) return std::nullopt;
  Question question{list->name, list->any_of->param, "", list->any_of->join, "", list->any_of->max, "", ""};
  Node query = Node::object(), others = Node::object();
  if (operation.listed) {
    question.field = operation.listed->field, question.value = only_id(arguments->root());
    // What does not look like an id does not belong into a filter.
    if (question.value.empty() || question.value.find_first_not_of("0123456789abcdefABCDEF-") != std::string::npos) return std::nullopt;
    question.asked = operation.listed->find;
    question.asked.replace(question.asked.find("{id}"), 4, question.value);
    for (const auto& [name, value] : operation.query) query.set(name, value);
  } else {
    for (const auto field : arguments->root().fields()) {
      if (field.key == "url") return std::nullopt;  // a page that the remote named
      if (field.key != "query") others.set(field.key, Node::copy_of(field.value));
    }
    for (const auto field : arguments->root().get("query").fields()) {
      if (field.key == question.param) question.asked = std::string(field.value.text());
      else query.set(field.key, Node::copy_of(field.value));
    }
    if (question.asked.empty()) return std::nullopt;
    question.asked = "(" + question.asked + ")";
  }
  others.set("query", std::move(query));
  question.others = document::write(others);
  return question;
}

}  // namespace mlc::remote
