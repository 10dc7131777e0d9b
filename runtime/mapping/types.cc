#include "runtime/mapping/types.h"

#include <algorithm>
#include <array>
#include <optional>

namespace mlc::mapping {
namespace {

using document::Kind;
using document::Value;

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypeNames = {{{"any", "any value"},
                                                                                       {"text", "a text"},
                                                                                       {"integer", "an integer"},
                                                                                       {"decimal", "a decimal"},
                                                                                       {"boolean", "a boolean"},
                                                                                       {"date", "a date"},
                                                                                       {"instant", "an instant"},
                                                                                       {"guid", "a guid"},
                                                                                       {"record", "a record"},
                                                                                       {"list", "a list"}}};

constexpr std::array<std::string_view, 5> kWireNames = {"plain", "iso_midnight", "ms_date", "unix_seconds", "text"};

std::optional<Type> type_named(std::string_view name) {
  for (size_t i = 1; i < kTypeNames.size(); ++i) {
    if (kTypeNames[i].first == name) return static_cast<Type>(i);
  }
  return std::nullopt;
}

bool wire_fits(Wire wire, Type type) {
  switch (wire) {
    case Wire::plain:
      return true;
    case Wire::iso_midnight:
      return type == Type::date;
    case Wire::ms_date:
      return type == Type::date || type == Type::instant;
    case Wire::unix_seconds:
      return type == Type::instant;
    case Wire::text:
      return type == Type::integer || type == Type::decimal;
  }
  return false;
}

Result<bool> flag(Value value, std::string_view name) {
  if (value.is_bool()) return value.as_bool();
  return Error(Code::config, "\"" + std::string(name) + "\" is true or false");
}

Status read_property(FieldType& field, std::string_view name, Value value) {
  if (name == "mandatory" || name == "writable" || name == "nullable") {
    auto set = flag(value, name);
    if (!set) return set.error();
    (name == "mandatory" ? field.mandatory : name == "writable" ? field.writable : field.nullable) = *set;
    return ok_status();
  }
  if (name == "max") {
    auto most = value.integer();
    if (!most || *most < 1 || *most > INT32_MAX) return Error(Code::config, "\"max\" is a number of characters from 1");
    field.max_characters = static_cast<uint32_t>(*most);
    return ok_status();
  }
  if (name == "blank") {
    if (value.text() != "missing") return Error(Code::config, "\"blank\" can only be \"missing\"");
    field.blank_is_missing = true;
    return ok_status();
  }
  if (name == "wire") {
    const auto found = std::find(kWireNames.begin(), kWireNames.end(), value.text());
    if (found == kWireNames.end()) return Error(Code::config, "unknown wire form \"" + std::string(value.text()) + "\"");
    field.wire = static_cast<Wire>(found - kWireNames.begin());
    return ok_status();
  }
  if (name == "type" || name == "of" || name == "doc") return ok_status();
  return Error(Code::config, "unknown property \"" + std::string(name) + "\"");
}

Result<FieldType> read_field(std::string_view name, Value definition) {
  FieldType field;
  field.name = name;
  const std::string_view type = definition.is_object() ? definition.get("type").text() : definition.text();
  const auto known = type_named(type);
  if (!known) return Error(Code::config, "unknown type \"" + std::string(type) + "\"");
  field.type = *known;
  for (auto [property, value] : definition.fields()) {
    if (auto status = read_property(field, property, value); !status) return status.error();
  }
  const std::string_view of = definition.get("of").text();
  const bool holds_others = field.type == Type::record || field.type == Type::list;
  if (holds_others == of.empty())
    return Error(Code::config, holds_others ? "\"of\" must name a record type" : "only records and lists have \"of\"");
  if (holds_others) {
    const auto scalar = field.type == Type::list ? type_named(of) : std::nullopt;
    field.item = scalar ? *scalar : Type::record;
    if (!scalar) field.of = of;
    if (field.item == Type::list) return Error(Code::config, "a list of lists has no type");
  }
  if (!wire_fits(field.wire, field.type)) return Error(Code::config, "this wire form does not fit " + std::string(type_phrase(field.type)));
  return field;
}

}  // namespace

std::string_view type_name(Type type) { return kTypeNames[static_cast<size_t>(type)].first; }
std::string_view type_phrase(Type type) { return kTypeNames[static_cast<size_t>(type)].second; }

const FieldType* RecordType::find(std::string_view field) const {
  for (const FieldType& each : fields) {
    if (each.name == field) return &each;
  }
  return nullptr;
}

std::vector<std::string> RecordType::field_names() const {
  std::vector<std::string> all;
  for (const FieldType& each : fields) all.push_back(each.name);
  return all;
}

Result<TypeTable> TypeTable::parse(Value definition) {
  TypeTable table;
  if (auto status = table.add(definition); !status) return status.error();
  return table;
}

Status TypeTable::add(Value definition) {
  if (!definition.is_object()) return Error(Code::config, "record types are an object by name");
  for (auto [name, fields] : definition.fields()) {
    if (!fields.is_object()) return Error(Code::config, "type " + std::string(name) + " is an object of fields");
    RecordType& record = records_.try_emplace(std::string(name), RecordType{std::string(name), {}}).first->second;
    for (auto [key, value] : fields.fields()) {
      const std::string where = "type " + std::string(name) + ", field " + std::string(key);
      if (record.find(key) != nullptr) return Error(Code::config, where + ": declared before");
      auto field = read_field(key, value);
      if (!field) return field.error().wrap(where);
      record.fields.push_back(std::move(*field));
    }
  }
  return ok_status();
}

Status TypeTable::complete() const {
  for (const auto& [name, record] : records_) {
    for (const FieldType& field : record.fields) {
      if (!field.of.empty() && find(field.of) == nullptr) {
        return Error(Code::config, "type " + name + ", field " + field.name + ": there is no type \"" + field.of + "\"");
      }
    }
  }
  return ok_status();
}

const RecordType* TypeTable::find(std::string_view record) const {
  const auto found = records_.find(record);
  return found == records_.end() ? nullptr : &found->second;
}

std::vector<std::string> TypeTable::names() const {
  std::vector<std::string> all;
  for (const auto& [name, record] : records_) all.push_back(name);
  return all;
}

}  // namespace mlc::mapping
