#include "runtime/cli/scaffold_mapping.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include "runtime/mapping/transforms.h"

namespace mlc::cli {
namespace {

constexpr int kDeepest = 4;  // records in records

// A value of each type that a field may have, as Lua; what is not here is no plain value.
const std::map<std::string, std::string>& samples() {
  static const std::map<std::string, std::string> kSamples = {{"text", "\"A-1\""},
                                                              {"integer", "7"},
                                                              {"decimal", "\"2.00\""},
                                                              {"boolean", "true"},
                                                              {"guid", "\"62437e23-a074-4e6e-8a5e-27f346ce1a85\""},
                                                              {"date", "\"2026-01-05\""},
                                                              {"instant", "\"2026-01-05T10:00:00Z\""}};
  return kSamples;
}

std::string setting_type(const std::string& type) { return type == "integer" || type == "decimal" || type == "boolean" ? type : "text"; }

// The transform that makes one type of the other; nullopt: none does, or not of every value.
std::optional<std::string> conversion(const std::string& from, const std::string& to) {
  if (from == to || (from == "integer" && to == "decimal")) return "";
  if (from == "decimal" && to == "integer") return ":integer()";
  if ((from == "integer" || from == "decimal" || from == "guid") && to == "text") return ":text()";
  if (from == "instant" && to == "date") return ":date()";
  return std::nullopt;
}

std::string words_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

class Builder {
 public:
  explicit Builder(const MappingWanted& wanted) : wanted_(wanted) {}

  Result<MappingMade> run() {
    made_.name = snake_case(wanted_.target_type);
    const Json source = fields_of(wanted_.source_types, wanted_.source_type);
    const std::string key_type = source.contains(wanted_.key) ? get(source[wanted_.key], "type") : "text";
    made_.sample_key = samples().contains(key_type) ? samples().at(key_type) : samples().at("text");
    sample_ = Sample{{wanted_.key, made_.sample_key}};
    auto status = record(wanted_.target_type, "target", source, "source", sample_, 0);
    if (!status) return status.error();
    made_.text = head() + text_;
    made_.sample = table(sample_, list_name_, row_sample_);
    made_.sample_settings = table(settings_sample_, "", {});
    return std::move(made_);
  }

 private:
  using Sample = std::map<std::string, std::string>;

  static Json fields_of(const Json& types, const std::string& type) {
    return types.value(type, Json::object()).value("fields", Json::object());
  }

  std::string head() const {
    const std::string from = wanted_.source_system + "." + wanted_.source_type, to = wanted_.target_system + "." + wanted_.target_type;
    return "-- What " + to + " must have. Give it more fields: `check` knows those of both sides, and what they take.\n\n---@type from." +
           from + ", to." + to + "\nlocal source, target = mapping { name = \"" + made_.name + "\", from = \"" + from + "\", to = \"" + to +
           "\" }\n\n";
  }

  static bool must_be_written(const Json& field) { return field.value("writable", true) && field.value("mandatory", false); }

  // Our reference first, lists last: their rows are blocks of their own.
  Status record(const std::string& type, const std::string& target, const Json& source, const std::string& from, Sample& sample,
                int depth) {
    if (depth > kDeepest) return Error(Code::unsupported, target + " lies too deep in records to be begun by itself");
    const Json fields = fields_of(wanted_.target_types, type);
    const bool has_reference =
        depth == 0 && !wanted_.reference.empty() && get(fields.value(wanted_.reference, Json::object()), "type") == "text";
    if (has_reference) text_ += target + "." + wanted_.reference + " = job.source .. \"-\" .. " + read("source", wanted_.key) + "\n";
    const size_t before = text_.size();
    for (const bool lists : {false, true}) {
      for (const auto& [name, field] : fields.items()) {
        if (!must_be_written(field) || (get(field, "type") == "list") != lists || (has_reference && name == wanted_.reference)) continue;
        auto status = one(name, field, target, source, from, sample, depth);
        if (!status) return status;
      }
    }
    // A record that must be there and has no field that must be: any field makes it one.
    if (depth > 0 && text_.size() == before) {
      for (const auto& [name, field] : fields.items())
        if (field.value("writable", true) && samples().contains(get(field, "type")))
          return one(name, field, target, source, from, sample, depth);
    }
    return ok_status();
  }

  Status one(const std::string& name, const Json& field, const std::string& target, const Json& source, const std::string& from,
             Sample& sample, int depth) {
    const std::string place = target + "." + name, type = get(field, "type");
    if (type == "record") return record(get(field, "of"), place, source, from, sample, depth + 1);
    if (type == "list") return list(get(field, "of"), place, source, depth);
    if (!samples().contains(type)) return Error(Code::unsupported, place + " is a " + type + ", which can't be begun by itself");
    const std::string there = source.contains(name) ? get(source[name], "type") : "";
    if (const auto converted = conversion(there, type)) {
      text_ += place + " = " + read(from, name) + *converted + "\n";
      sample.emplace(name, samples().at(there));
    } else {
      text_ += place + " = setting." + setting(name, type, place) + "\n";
    }
    return ok_status();
  }

  // How many fields that rows of the target must have are in rows of the source, under the same name.
  int shared_fields(const std::string& target, const std::string& source) const {
    const Json there = fields_of(wanted_.source_types, source), fields = fields_of(wanted_.target_types, target);
    int count = 0;
    for (const auto& [name, field] : fields.items())
      if (must_be_written(field) && there.contains(name) && conversion(get(there[name], "type"), get(field, "type"))) ++count;
    return count;
  }

  // A list's rows come from the list of the source that fits best, else there is one row.
  Status list(const std::string& of, const std::string& place, const Json& source, int depth) {
    if (!wanted_.target_types.contains(of) || depth > 0)
      return Error(Code::unsupported, place + " is a list of " + of + ", which can't be begun by itself");
    std::string group = snake_case(of), rows;
    int most = -1;
    for (const auto& [each, field] : source.items()) {
      if (get(field, "type") != "list" || !wanted_.source_types.contains(get(field, "of"))) continue;
      const int fits = shared_fields(of, get(field, "of"));
      if (fits > most || (fits == most && each.size() < rows.size())) most = fits, rows = each;
    }
    text_ += "\n";
    if (rows.empty()) {
      text_ += "local " + group + " = " + place + ":one(\"" + group + "\", " + read("source", wanted_.key) + ")\n";
      return record(of, group, source, "source", sample_, 1);
    }
    const std::string row = group + "_source";
    text_ += "local " + row + ", " + group + " = " + place + ":each(\"" + group + "\", " + read("source", rows) + ")\n";
    list_name_ = rows;
    return record(of, group, fields_of(wanted_.source_types, get(source[rows], "of")), row, row_sample_, 1);
  }

  // A field that bears a method's name is read by `field`.
  static std::string read(const std::string& from, const std::string& name) {
    return name == "field" || mapping::find_transform(name) != nullptr ? from + ":field \"" + name + "\"" : from + "." + name;
  }

  std::string setting(const std::string& field, const std::string& type, const std::string& place) {
    std::string name = snake_case(field);
    for (int number = 2; settings_sample_.contains(name); ++number) name = snake_case(field) + "_" + std::to_string(number);
    made_.settings.push_back({name, setting_type(type), "What every " + words_of(made_.name) + " has as " + words_of(place) + "."});
    settings_sample_.emplace(name, samples().at(type));
    return name;
  }

  static std::string table(const Sample& sample, const std::string& list, const Sample& row) {
    std::string inside;
    for (const auto& [name, value] : sample) inside += (inside.empty() ? " " : ", ") + name + " = " + value;
    if (!list.empty()) inside += (inside.empty() ? " " : ", ") + list + " = { " + table(row, "", {}) + " }";
    return inside.empty() ? "{}" : "{" + inside + " }";
  }

  const MappingWanted& wanted_;
  MappingMade made_;
  std::string text_, list_name_;
  Sample sample_, row_sample_, settings_sample_;
};

}  // namespace

std::string snake_case(const std::string& name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto is_upper = [&](size_t at) { return at < name.size() && std::isupper(static_cast<unsigned char>(name[at])) != 0; };
    const bool word_begins = is_upper(i) && i > 0 && name[i - 1] != '_' && (!is_upper(i - 1) || (i + 1 < name.size() && !is_upper(i + 1)));
    if (word_begins) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return out;
}

Result<MappingMade> begin_mapping(const MappingWanted& wanted) { return Builder(wanted).run(); }

}  // namespace mlc::cli
