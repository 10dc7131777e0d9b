#include "runtime/remote/wrapping.h"

#include "runtime/document/write.h"

namespace mlc::remote {

namespace {

using document::Value;
using document::Writer;

void wrap(const Wrapping& wrapping, Value value, Writer& json) {
  if (value.is_object()) {
    json.begin_object();
    for (auto field : value.fields()) {
      json.key(field.key);
      const bool whole = field.value.is_object() || field.value.is_array();
      if (whole || wrapping.bare.count(field.key) != 0) {
        wrap(wrapping, field.value, json);
        continue;
      }
      json.begin_object();
      json.key(wrapping.field);
      json.value(field.value);
      json.end_object();
    }
    json.end_object();
  } else if (value.is_array()) {
    json.begin_array();
    for (auto item : value.items()) wrap(wrapping, item, json);
    json.end_array();
  } else {
    json.value(value);
  }
}

void unwrap(const Wrapping& wrapping, Value value, Writer& json) {
  if (value.is_object()) {
    if (Value inside = value.get(wrapping.field)) return unwrap(wrapping, inside, json);
    json.begin_object();
    for (auto field : value.fields()) {
      json.key(field.key);
      // {} is how an unset field may stand, but the bare ones are tables.
      if (field.value.is_object() && field.value.size() == 0 && wrapping.bare.count(field.key) == 0) json.null();
      else unwrap(wrapping, field.value, json);
    }
    json.end_object();
  } else if (value.is_array()) {
    json.begin_array();
    for (auto item : value.items()) unwrap(wrapping, item, json);
    json.end_array();
  } else {
    json.value(value);
  }
}

void gather(Value value, std::string_view name, const std::string& path, std::string& out) {
  const std::string before = path.empty() ? "" : path + ".";
  if (Value fault = value.get(name); fault.is_string() && !fault.text().empty()) {
    out += out.empty() ? "" : "; ";
    if (!path.empty()) out += path + ": ";
    out += fault.text();
  }
  for (auto field : value.fields()) gather(field.value, name, before + std::string(field.key), out);
  size_t index = 0;
  for (auto item : value.items()) gather(item, name, before + std::to_string(index++), out);
}

}  // namespace

std::string wrap_values(const Wrapping& wrapping, Value body) {
  std::string out;
  Writer json(out);
  wrap(wrapping, body, json);
  return out;
}

std::string unwrap_values(const Wrapping& wrapping, Value answer) {
  std::string out;
  Writer json(out);
  unwrap(wrapping, answer, json);
  return out;
}

std::string field_faults(Value answer, std::string_view name) {
  std::string out;
  gather(answer, name, "", out);
  return out;
}

}  // namespace mlc::remote
