// The frozen form of a write, as the journal keeps it.
#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/remote/remote.h"

namespace mlc::remote {

namespace {

constexpr int64_t kForm = 1;

std::string text(document::Value value, std::string_view name) { return std::string(value.get(name).text()); }

Duration micros(document::Value value, std::string_view name) { return Duration(value.get(name).integer().value_or(0)); }

}  // namespace

std::string Plan::serialise() const {
  std::string out;
  document::Writer json(out);
  auto put = [&json](std::string_view name, std::string_view value) {
    json.key(name);
    json.string(value);
  };
  json.begin_object();
  json.key("form");
  json.integer(kForm);
  put("client", client);
  put("connection", connection);
  put("operation", operation);
  put("kind", std::string_view(&kind, 1));
  put("method", method);
  put("url", url);
  json.key("headers");
  json.begin_array();
  for (const auto& [name, value] : headers) {
    json.begin_array();
    json.string(name);
    json.string(value);
    json.end_array();
  }
  json.end_array();
  put("body", body);
  if (!idempotency_key.empty()) put("idempotency_key", idempotency_key);
  if (probe) {
    json.key("probe");
    json.begin_object();
    put("operation", probe->operation);
    put("arguments", probe->arguments);
    put("field", probe->field);
    put("value", probe->value);
    if (!probe->state_field.empty()) {
      put("state_field", probe->state_field);
      json.key("states");
      json.begin_array();
      for (const auto& state : probe->states) json.string(state);
      json.end_array();
    }
    for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"found", probe->found},
                                      {"id", probe->id},
                                      {"number", probe->number},
                                      {"gone_field", probe->gone_field},
                                      {"fetch", probe->fetch},
                                      {"fetch_arguments", probe->fetch_arguments}}) {
      if (!value.empty()) put(name, value);
    }
    if (!probe->gone.empty()) {
      json.key("gone");
      json.begin_array();
      for (const auto& state : probe->gone) json.string(state);
      json.end_array();
    }
    if (probe->parts > 0) {
      json.key("parts");
      json.integer(static_cast<int64_t>(probe->parts));
    }
    if (!probe->first) {
      json.key("first");
      json.boolean(false);
    }
    if (probe->within != Duration::zero()) {
      json.key("within");
      json.integer(probe->within.count());
    }
    json.end_object();
  }
  json.key("quiet");
  json.integer(quiet.count());
  json.key("retention");
  json.integer(retention.count());
  json.key("deadline");
  json.integer(deadline.count());
  if (!confirm_operation.empty()) put("confirm", confirm_operation);
  json.key("confirm_fields");
  json.begin_array();
  for (const auto& field : confirm_fields) json.string(field);
  json.end_array();
  if (!body_secrets.empty()) {
    json.key("body_secrets");
    json.begin_array();
    for (const auto& name : body_secrets) json.string(name);
    json.end_array();
  }
  json.end_object();
  return out;
}

Result<Plan> Plan::parse(std::string_view serialised) {
  auto parsed = document::Document::parse(std::string(serialised));
  if (!parsed) return parsed.error().wrap("plan");
  const auto root = parsed->root();
  if (root.get("form").integer().value_or(0) != kForm) return Error(Code::corrupt, "plan: written in a form this program does not know");
  Plan plan;
  plan.client = text(root, "client");
  plan.connection = text(root, "connection");
  plan.operation = text(root, "operation");
  const std::string kind = text(root, "kind");
  plan.method = text(root, "method");
  plan.url = text(root, "url");
  if (kind.size() != 1 || plan.method.empty() || plan.url.empty()) return Error(Code::corrupt, "plan: incomplete");
  plan.kind = kind.front();
  for (auto field : root.get("headers").items()) plan.headers.emplace_back(field.at(0).text(), field.at(1).text());
  plan.body = text(root, "body");
  plan.idempotency_key = text(root, "idempotency_key");
  if (auto probe = root.get("probe"); probe.is_object()) {
    plan.probe = Probe{text(probe, "operation"), text(probe, "arguments"),   text(probe, "field"),
                       text(probe, "value"),     text(probe, "state_field"), {}};
    for (auto state : probe.get("states").items()) plan.probe->states.emplace_back(state.text());
    plan.probe->found = text(probe, "found");
    plan.probe->id = text(probe, "id");
    plan.probe->number = text(probe, "number");
    plan.probe->gone_field = text(probe, "gone_field");
    for (auto state : probe.get("gone").items()) plan.probe->gone.emplace_back(state.text());
    plan.probe->parts = static_cast<size_t>(probe.get("parts").integer().value_or(0));
    plan.probe->fetch = text(probe, "fetch");
    plan.probe->fetch_arguments = text(probe, "fetch_arguments");
    plan.probe->first = !probe.get("first") || probe.get("first").as_bool();
    plan.probe->within = micros(probe, "within");
  }
  plan.quiet = micros(root, "quiet");
  plan.retention = micros(root, "retention");
  plan.deadline = micros(root, "deadline");
  plan.confirm_operation = text(root, "confirm");
  for (auto field : root.get("confirm_fields").items()) plan.confirm_fields.emplace_back(field.text());
  for (auto name : root.get("body_secrets").items()) plan.body_secrets.emplace_back(name.text());
  return plan;
}

}  // namespace mlc::remote
