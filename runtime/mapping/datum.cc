#include "runtime/mapping/datum.h"

#include <algorithm>
#include <cstring>

namespace mlc::mapping {

using document::Kind;

std::string_view Arena::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(texts_.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

void Arena::clear() {
  texts_.release();
  nodes_.clear();
}

Datum Datum::of_text(std::string_view text) {
  Datum datum;
  datum.is = Is::text;
  datum.text = text;
  return datum;
}

Datum Datum::of_number(std::string_view text) {
  Datum datum;
  datum.is = Is::number;
  datum.text = text;
  return datum;
}

Datum Datum::of_decimal(Decimal value) {
  Datum datum;
  datum.is = Is::number;
  datum.computed = true;
  datum.decimal = std::move(value);
  return datum;
}

Datum Datum::of_bool(bool value) {
  Datum datum;
  datum.is = Is::boolean;
  datum.flag = value;
  return datum;
}

Datum Datum::of_date(Date value) {
  Datum datum;
  datum.is = Is::date;
  datum.date = value;
  return datum;
}

Datum Datum::of_instant(WallTime value) {
  Datum datum;
  datum.is = Is::instant;
  datum.instant = value;
  return datum;
}

Datum Datum::of_null() {
  Datum datum;
  datum.is = Is::null;
  return datum;
}

Datum Datum::of(document::Value value) {
  switch (value.kind()) {
    case Kind::missing:
      return {};
    case Kind::null:
      return of_null();
    case Kind::boolean:
      return of_bool(value.as_bool());
    case Kind::number:
      return of_number(value.text());
    case Kind::string:
      return of_text(value.text());
    default:
      break;
  }
  Datum datum;
  datum.is = Is::structure;
  datum.value = value;
  return datum;
}

Datum Datum::of(const document::Node& node) {
  switch (node.kind()) {
    case Kind::missing:
      return {};
    case Kind::null:
      return of_null();
    case Kind::boolean:
      return of_bool(node.as_bool());
    case Kind::number:
      return of_number(node.text());
    case Kind::string:
      return of_text(node.text());
    default:
      break;
  }
  Datum datum;
  datum.is = Is::structure;
  datum.node = &node;
  return datum;
}

Result<Decimal> Datum::number() const {
  if (is != Is::number) return Error(Code::invalid_argument, "expected a number, found " + std::string(phrase()));
  if (computed) return decimal;
  return Decimal::parse(text);
}

std::string_view Datum::as_text(Arena& arena) const {
  switch (is) {
    case Is::text:
      return text;
    case Is::number:
      return computed ? arena.keep(decimal.text()) : text;
    case Is::boolean:
      return flag ? "true" : "false";
    case Is::date:
      return arena.keep(date.text());
    case Is::instant:
      return arena.keep(format_rfc3339(instant));
    default:
      return {};
  }
}

std::string_view Datum::phrase() const {
  switch (is) {
    case Is::missing:
      return "nothing";
    case Is::null:
      return "null";
    case Is::text:
      return "a text";
    case Is::number:
      return "a number";
    case Is::boolean:
      return "a boolean";
    case Is::date:
      return "a date";
    case Is::instant:
      return "an instant";
    case Is::structure:
      return "a record or list";
  }
  return "nothing";
}

bool is_integer_text(std::string_view number) {
  if (!number.empty() && number.front() == '-') number.remove_prefix(1);
  return !number.empty() && std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_guid(std::string_view text) {
  constexpr size_t kLength = 36;
  if (text.size() != kLength) return false;
  for (size_t i = 0; i < kLength; ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

size_t characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool fits(const Datum& datum, Type type) {
  switch (type) {
    case Type::any:
      return true;
    case Type::text:
      return datum.is == Datum::Is::text;
    case Type::guid:
      return datum.is == Datum::Is::text && is_guid(datum.text);
    case Type::integer:
      return datum.is == Datum::Is::number && (datum.computed ? datum.decimal.is_integer() : is_integer_text(datum.text));
    case Type::decimal:
      return datum.is == Datum::Is::number;
    case Type::boolean:
      return datum.is == Datum::Is::boolean;
    case Type::date:
      return datum.is == Datum::Is::date;
    case Type::instant:
      return datum.is == Datum::Is::instant;
    case Type::record:
    case Type::list:
      return datum.is == Datum::Is::structure;
  }
  return false;
}

}  // namespace mlc::mapping
