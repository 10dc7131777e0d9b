// Record types as data: what fields a system's records have. The script room builds them from the systems' types.lua and the
// client's additions; a mapping is checked against them when it is compiled, values when it runs.
//
//   { "bigcommerce.order": { "id": "integer",
//                            "date_shipped": { "type": "instant", "blank": "missing" },
//                            "products": { "type": "list", "of": "bigcommerce.order_product" } } }
//
// A field is a type name or an object: `type` (text, integer, decimal, boolean, date, instant, guid, record, list), `of` (the
// record's name, or of a list a scalar type), `mandatory` (false), `writable` (true), `nullable` (true), `max` (characters of a
// text), `wire` (how it looks in JSON, see Wire), `blank`: "missing" (a remote that sends "" for nothing).
// A TypeTable is built once, then read by any thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/document/document.h"

namespace mlc::mapping {

// any: known only when the mapping runs (settings, given values, look-ups, functions).
enum class Type : uint8_t { any, text, integer, decimal, boolean, date, instant, guid, record, list };

std::string_view type_name(Type type);    // "decimal"
std::string_view type_phrase(Type type);  // "a decimal"

// plain: date "2026-01-31", instant by RFC 3339, decimal a JSON number, each by its type.
// iso_midnight: date "2026-01-31T00:00:00".  ms_date: date or instant "/Date(1756684800000)/".
// unix_seconds: instant as a JSON number.  text: integer or decimal as a JSON string.
enum class Wire : uint8_t { plain, iso_midnight, ms_date, unix_seconds, text };

struct FieldType {
  std::string name;
  Type type = Type::any;
  Type item = Type::any;  // of a list: record, or the scalar type of its items
  std::string of;         // name of the record type
  Wire wire = Wire::plain;
  bool mandatory = false;
  bool writable = true;
  bool nullable = true;
  bool blank_is_missing = false;
  uint32_t max_characters = 0;  // 0: no limit known
};

struct RecordType {
  std::string name;
  std::vector<FieldType> fields;

  const FieldType* find(std::string_view field) const;
  std::vector<std::string> field_names() const;
};

class TypeTable {
 public:
  static Result<TypeTable> parse(document::Value definition);

  // More records, or more fields of a record that is here: a client's own form fields.
  Status add(document::Value definition);
  // Every record that a field names is here. Asked once, after the last add.
  Status complete() const;

  const RecordType* find(std::string_view record) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, RecordType, std::less<>> records_;
};

}  // namespace mlc::mapping
