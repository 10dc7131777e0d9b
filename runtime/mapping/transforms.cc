#include "runtime/mapping/transforms.h"

#include <algorithm>
#include <array>
#include <optional>

#include "runtime/base/strings.h"
#include "runtime/mapping/letters.h"

namespace mlc::mapping {
namespace {

using Arguments = std::span<const Datum>;

constexpr TypeSet kText = one_of({Type::text, Type::guid});
constexpr TypeSet kNumber = one_of({Type::integer, Type::decimal});
constexpr TypeSet kInteger = one_of({Type::integer});
constexpr TypeSet kDay = one_of({Type::date, Type::instant});
constexpr TypeSet kBoolean = one_of({Type::boolean});
constexpr TypeSet kScalar = kText | kNumber | kDay | kBoolean;
constexpr TypeSet kAnything = kScalar | one_of({Type::record, Type::list});

bool fail(Scene& scene, std::string why) {
  scene.problem = std::move(why);
  return false;
}

bool give(Datum& out, Datum value) {
  out = std::move(value);
  return true;
}

bool exact(Scene& scene, const Datum& datum, Decimal& out) {
  auto number = datum.number();
  if (!number) return fail(scene, number.error().text());
  out = std::move(*number);
  return true;
}

std::optional<int64_t> whole(const Datum& datum) {
  auto number = datum.number();
  if (!number) return std::nullopt;
  auto integer = number->to_int64();
  return integer ? std::optional(*integer) : std::nullopt;
}

// The characters from..to, counted from 1, both included; UTF-8 is never cut inside a character.
std::string_view slice(std::string_view text, int64_t from, int64_t to) {
  int64_t count = 0;
  size_t begin = text.size(), end = text.size();
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    ++count;
    if (count == std::max<int64_t>(from, 1)) begin = i;
    if (count == to + 1) {
      end = i;
      break;
    }
  }
  return begin < end && to >= 1 ? text.substr(begin, end - begin) : std::string_view();
}

bool upper(Scene& scene, const Datum& on, Arguments, Datum& out) {
  return give(out, Datum::of_text(scene.arena.keep(upper_case(on.text))));
}
bool lower(Scene& scene, const Datum& on, Arguments, Datum& out) {
  return give(out, Datum::of_text(scene.arena.keep(lower_case(on.text))));
}
bool trimmed(Scene&, const Datum& on, Arguments, Datum& out) { return give(out, Datum::of_text(trim(on.text))); }

bool limit(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  const auto most = whole(with[0]);
  if (!most || *most < 1) return fail(scene, "limit takes a number of characters from 1");
  return give(out, Datum::of_text(slice(on.text, 1, *most)));
}

bool sub(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  const auto from = whole(with[0]);
  const auto to = with.size() > 1 ? whole(with[1]) : INT64_MAX - 1;
  if (!from || !to || *from < 1 || *to < 0 || *to == INT64_MAX) return fail(scene, "sub counts characters from 1");
  return give(out, Datum::of_text(slice(on.text, *from, *to)));
}

bool replace(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  const std::string_view find = with[0].text, by = with[1].text;
  if (find.empty()) return fail(scene, "replace needs a text to look for");
  std::string all;
  size_t at = 0;
  for (size_t hit = on.text.find(find); hit != std::string_view::npos; hit = on.text.find(find, at)) {
    all.append(on.text, at, hit - at).append(by);
    at = hit + find.size();
  }
  all.append(on.text, at, on.text.size() - at);
  return give(out, Datum::of_text(scene.arena.keep(all)));
}

bool digits(Scene& scene, const Datum& on, Arguments, Datum& out) {
  std::string all;
  std::copy_if(on.text.begin(), on.text.end(), std::back_inserter(all), [](char c) { return c >= '0' && c <= '9'; });
  return give(out, Datum::of_text(scene.arena.keep(all)));
}

bool nonempty(Scene&, const Datum& on, Arguments, Datum& out) { return give(out, on.text.empty() ? Datum() : on); }

bool text(Scene& scene, const Datum& on, Arguments, Datum& out) { return give(out, Datum::of_text(on.as_text(scene.arena))); }

bool decimal(Scene& scene, const Datum& on, Arguments, Datum& out) {
  if (on.is == Datum::Is::number) return give(out, on);
  auto value = Decimal::parse(on.text);
  if (!value) return fail(scene, "\"" + std::string(on.text) + "\" is no decimal number");
  return give(out, Datum::of_decimal(std::move(*value)));
}

bool integer(Scene& scene, const Datum& on, Arguments, Datum& out) {
  if (!decimal(scene, on, {}, out)) return false;
  Decimal value;
  if (!exact(scene, out, value)) return false;
  if (!value.is_integer()) return fail(scene, value.text() + " is no integer; round it first");
  return give(out, Datum::of_decimal(value.round(0, Rounding::down)));
}

bool round_to(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  const auto scale = whole(with[0]);
  if (!scale || *scale < 0 || *scale > Decimal::kMaxDigits)
    return fail(scene, "round takes a number of decimals from 0 to " + std::to_string(Decimal::kMaxDigits));
  const auto mode = with.size() > 1 ? rounding_named(with[1].text) : Rounding::half_up;
  if (!mode) return fail(scene, "rounding is half_up, half_even, down, up, floor or ceil");
  Decimal value;
  if (!exact(scene, on, value)) return false;
  return give(out, Datum::of_decimal(value.round(static_cast<int>(*scale), *mode)));
}

bool absolute(Scene& scene, const Datum& on, Arguments, Datum& out) {
  Decimal value;
  return exact(scene, on, value) && give(out, Datum::of_decimal(value.abs()));
}

bool negated(Scene& scene, const Datum& on, Arguments, Datum& out) {
  Decimal value;
  return exact(scene, on, value) && give(out, Datum::of_decimal(-value));
}

bool nonzero(Scene& scene, const Datum& on, Arguments, Datum& out) {
  Decimal value;
  if (!exact(scene, on, value)) return false;
  return give(out, value.is_zero() ? Datum() : on);
}

bool day(Scene& scene, const Datum& on, Arguments, Datum& out) {
  if (on.is == Datum::Is::date) return give(out, on);
  if (scene.zone == nullptr) return fail(scene, "an instant becomes a date in a zone, and none is set");
  return give(out, Datum::of_date(scene.zone->date_of(on.instant)));
}

bool add_days(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  constexpr int64_t kMostDays = 40000;  // a century, so that no date leaves the calendar by a typing error
  const auto count = whole(with[0]);
  if (!count || *count > kMostDays || *count < -kMostDays)
    return fail(scene, "add_days takes up to " + std::to_string(kMostDays) + " days");
  return give(out, Datum::of_date(on.date.plus_days(*count)));
}

bool format(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  const std::string_view form = with[0].text;
  const bool is_date = on.is == Datum::Is::date;
  if (form == "date" && is_date) return give(out, Datum::of_text(scene.arena.keep(on.date.text())));
  if (form == "datetime")
    return give(out, Datum::of_text(scene.arena.keep(is_date ? on.date.text() + "T00:00:00" : format_rfc3339(on.instant))));
  if (form == "local" && !is_date && scene.zone != nullptr)
    return give(out, Datum::of_text(scene.arena.keep(scene.zone->local_text(on.instant))));
  return fail(scene, "format takes \"date\" (of a date), \"datetime\", or \"local\" (of an instant)");
}

// Numbers by value, so that 2 is 2.00; all else by its text.
bool same(Scene& scene, const Datum& a, const Datum& b, bool& equal) {
  equal = false;
  if (a.is_absent() || b.is_absent()) {
    equal = a.is_absent() && b.is_absent();
    return true;
  }
  if (a.is == Datum::Is::number && b.is == Datum::Is::number) {
    Decimal left, right;
    if (!exact(scene, a, left) || !exact(scene, b, right)) return false;
    equal = left == right;
    return true;
  }
  const bool text_and_day = (a.is == Datum::Is::text) != (b.is == Datum::Is::text) && (a.is == Datum::Is::date || b.is == Datum::Is::date);
  if (a.is != b.is && !text_and_day) return fail(scene, std::string(a.phrase()) + " is never equal to " + std::string(b.phrase()));
  equal = a.as_text(scene.arena) == b.as_text(scene.arena);
  return true;
}

bool is(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  bool any = false;
  for (size_t i = 0; i < with.size() && !any; ++i) {
    if (!same(scene, on, with[i], any)) return false;
  }
  return give(out, Datum::of_bool(any));
}

bool is_not(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  if (!is(scene, on, with, out)) return false;
  return give(out, Datum::of_bool(!out.flag));
}

bool above(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  Decimal left, right;
  return exact(scene, on, left) && exact(scene, with[0], right) && give(out, Datum::of_bool(left > right));
}

bool below(Scene& scene, const Datum& on, Arguments with, Datum& out) {
  Decimal left, right;
  return exact(scene, on, left) && exact(scene, with[0], right) && give(out, Datum::of_bool(left < right));
}

bool present(Scene&, const Datum& on, Arguments, Datum& out) { return give(out, Datum::of_bool(!on.is_absent())); }
bool negation(Scene&, const Datum& on, Arguments, Datum& out) { return give(out, Datum::of_bool(!on.flag)); }

// Conditions: what is missing is not true.
bool both(Scene&, const Datum& on, Arguments with, Datum& out) {
  return give(out, Datum::of_bool(on.flag && std::all_of(with.begin(), with.end(), [](const Datum& each) { return each.flag; })));
}
bool either(Scene&, const Datum& on, Arguments with, Datum& out) {
  return give(out, Datum::of_bool(on.flag || std::any_of(with.begin(), with.end(), [](const Datum& each) { return each.flag; })));
}

bool starts_with(Scene&, const Datum& on, Arguments with, Datum& out) {
  return give(out, Datum::of_bool(on.text.starts_with(with[0].text)));
}
bool ends_with(Scene&, const Datum& on, Arguments with, Datum& out) { return give(out, Datum::of_bool(on.text.ends_with(with[0].text))); }
bool contains(Scene&, const Datum& on, Arguments with, Datum& out) {
  return give(out, Datum::of_bool(on.text.find(with[0].text) != std::string_view::npos));
}

std::vector<Transform> build() {
  const auto simple = [](std::string_view name, TypeSet on, Type gives, Transform::Apply apply, std::string_view doc) {
    return Transform{name, on, {}, 0, gives, apply, false, doc};
  };
  const auto taking = [](std::string_view name, TypeSet on, std::vector<TypeSet> with, size_t required, Type gives, Transform::Apply apply,
                         std::string_view doc) { return Transform{name, on, std::move(with), required, gives, apply, false, doc}; };
  std::vector<Transform> all = {
      simple("upper", kText, Type::text, upper, "In capitals."),
      simple("lower", kText, Type::text, lower, "In small letters."),
      simple("trim", kText, Type::text, trimmed, "Without white space at both ends."),
      taking("limit", kText, {kInteger}, 1, Type::text, limit, "The first n characters at most."),
      taking("sub", kText, {kInteger, kInteger}, 1, Type::text, sub, "Characters from .. to, counted from 1."),
      taking("replace", kText, {kText, kText}, 2, Type::text, replace, "Every occurrence of the first text becomes the second."),
      simple("digits", kText, Type::text, digits, "Only the digits."),
      simple("nonempty", kText, Type::text, nonempty, "Missing when the text is empty."),
      simple("text", kScalar, Type::text, text, "As text: numbers with their decimals, dates by ISO 8601."),
      simple("decimal", kText | kNumber, Type::decimal, decimal, "The exact number that a text holds."),
      simple("number", kText | kNumber, Type::decimal, decimal, "The same as decimal."),
      simple("integer", kText | kNumber, Type::integer, integer, "The integer that a text or decimal holds; a fraction is refused."),
      taking("round", kNumber, {kInteger, kText}, 1, Type::decimal, round_to,
             "To n decimals, ties away from zero unless a rounding is named."),
      simple("abs", kNumber, Type::any, absolute, "Without its sign."),
      simple("negate", kNumber, Type::any, negated, "With the other sign."),
      simple("nonzero", kNumber, Type::any, nonzero, "Missing when zero."),
      simple("date", kDay, Type::date, day, "The calendar date of an instant in the accounting zone."),
      taking("add_days", one_of({Type::date}), {kInteger}, 1, Type::date, add_days, "The date n days later."),
      taking("format", kDay, {kText}, 1, Type::text, format, "\"date\", \"datetime\" or \"local\", by ISO 8601."),
      taking("is", kScalar, {kScalar, kScalar, kScalar, kScalar, kScalar, kScalar, kScalar, kScalar}, 1, Type::boolean, is,
             "Whether the value is one of those given."),
      taking("is_not", kScalar, {kScalar, kScalar, kScalar, kScalar, kScalar, kScalar, kScalar, kScalar}, 1, Type::boolean, is_not,
             "Whether the value is none of those given."),
      taking("above", kNumber, {kNumber}, 1, Type::boolean, above, "Whether the number is larger."),
      taking("below", kNumber, {kNumber}, 1, Type::boolean, below, "Whether the number is smaller."),
      simple("present", kAnything, Type::boolean, present, "Whether there is a value: neither missing nor null."),
      simple("is_false", kBoolean, Type::boolean, negation, "True becomes false and false true."),
      taking("both", kBoolean, {kBoolean, kBoolean, kBoolean, kBoolean}, 1, Type::boolean, both,
             "Whether this and all those given are true."),
      taking("either", kBoolean, {kBoolean, kBoolean, kBoolean, kBoolean}, 1, Type::boolean, either,
             "Whether this or any of those given is true."),
      taking("starts_with", kText, {kText}, 1, Type::boolean, starts_with, "Whether the text begins with the other."),
      taking("ends_with", kText, {kText}, 1, Type::boolean, ends_with, "Whether the text ends with the other."),
      taking("contains", kText, {kText}, 1, Type::boolean, contains, "Whether the other text is in this one."),
      taking("default", kAnything, {kAnything}, 1, Type::any, nullptr, "The other value when this one is missing or null."),
      taking("or_else", kAnything, {kAnything}, 1, Type::any, nullptr, "The same as default; reads better with another path."),
      simple("pick", kScalar, Type::any, nullptr, "The entry of a table, else its otherwise, else missing."),
      simple("when", kBoolean, Type::any, nullptr, "One value when true, another (or missing) when not."),
      simple("lookup", kScalar, Type::any, nullptr, "The value of a declared look-up for this key."),
  };
  for (Transform& each : all)
    each.sees_missing =
        each.name == "is" || each.name == "both" || each.name == "either" || each.name == "is_not" || each.name == "present";
  return all;
}

}  // namespace

std::optional<Rounding> rounding_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Rounding>, 6> kModes = {{{"half_up", Rounding::half_up},
                                                                            {"half_even", Rounding::half_even},
                                                                            {"down", Rounding::down},
                                                                            {"up", Rounding::up},
                                                                            {"floor", Rounding::floor},
                                                                            {"ceil", Rounding::ceil}}};
  for (const auto& [mode, value] : kModes) {
    if (mode == name) return value;
  }
  return std::nullopt;
}

std::string types_phrase(TypeSet set) {
  std::string all;
  for (unsigned bit = 1; bit <= static_cast<unsigned>(Type::list); ++bit) {
    if (!has(set, static_cast<Type>(bit))) continue;
    if (!all.empty()) all += " or ";
    all += type_phrase(static_cast<Type>(bit));
  }
  return all;
}

const std::vector<Transform>& transforms() {
  static const std::vector<Transform> kAll = build();
  return kAll;
}

const Transform* find_transform(std::string_view name) {
  for (const Transform& each : transforms()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

}  // namespace mlc::mapping
