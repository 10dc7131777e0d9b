#include "runtime/workbench/editor.h"

#include <algorithm>
#include <set>
#include <vector>

#include "runtime/mapping/transforms.h"
#include "runtime/script/loader.h"

namespace mlc::workbench {
namespace {

using document::Document;
using document::Value;

constexpr std::string_view kMade = "-- Made by ml-connector check; changes here are lost.\n";

std::string plain_type(std::string_view type) {
  if (type == "integer" || type == "decimal" || type == "boolean") return std::string(type);
  return type.empty() ? "any" : "string";
}

// "SalesInvoice" is "exact_online.SalesInvoice"; the scalar types of lists stay.
std::string class_of(const std::string& system, std::string_view of) { return system + "." + std::string(of); }

struct FieldWords {
  std::string read, source, target, note;
  bool writable = true;
};

FieldWords words_of(const std::string& system, Value types, Value field) {
  const std::string_view type = field.is_object() ? field.get("type").text() : field.text();
  const std::string_view of = field.get("of").text();
  const bool of_record = types.get(of).is_object();
  FieldWords words;
  if (type == "record" || type == "list") {
    const std::string item = of_record ? class_of(system, of) : plain_type(of);
    words.read = item + (type == "list" ? "[]" : "");
    words.source = of_record ? "from." + item : "mapping.Path";
    words.target = of_record ? "to." + item : "any";
    words.note = type == "list" ? "list" : "";
  } else {
    words.read = plain_type(type);
    words.source = "mapping.Path";
    words.target = words.read + "|mapping.Path";
    words.note = type;
  }
  words.writable = !field.get("writable") || field.get("writable").as_bool();
  if (field.get("mandatory").as_bool()) words.note += ", mandatory";
  if (!words.writable) words.note += ", never written";
  return words;
}

void append_record(std::string& out, const std::string& system, Value types, const std::string& record, Value fields) {
  const std::string name = class_of(system, record);
  std::string read = "---@class " + name + "\n";
  std::string source = "---@class from." + name + ": mapping.Path\n---@field [integer] from." + name + "\n";
  std::string target = "---@class to." + name + ": mapping.Target\n";
  for (auto [field, described] : fields.fields()) {
    const FieldWords words = words_of(system, types, described);
    const std::string key(field);
    read += "---@field " + key + "? " + words.read + " " + words.note + "\n";
    source += "---@field " + key + " " + words.source + " " + words.note + "\n";
    if (words.writable) target += "---@field " + key + " " + words.target + " " + words.note + "\n";
  }
  out += read + "\n" + source + "\n" + target + "\n";
}

// {"orders.get": …} by group: verb and what it gives.
void append_roles(std::string& out, const std::string& system, Value definition) {
  std::map<std::string, std::string> groups;
  for (auto [name, operation] : definition.get("operations").fields()) {
    const std::string full(name);
    const size_t dot = full.rfind('.');
    if (dot == std::string::npos) continue;
    const std::string verb = full.substr(dot + 1);
    const bool reads = operation.get("GET") || operation.get("reads").as_bool();
    std::string gives = operation.get("gives") ? class_of(system, operation.get("gives").text()) : "table";
    std::string& group = groups[full.substr(0, dot)];
    if (operation.get("pages")) {
      if (verb == "list") group += "---@field each fun(...: any): fun(): " + gives + " rows one by one, page after page\n";
      gives += "[]";
    }
    group += "---@field " + verb + " fun(...: any): " + (reads ? gives : "table") + (reads ? "" : " a write, for job:send") + "\n";
  }
  std::string role = "---@class role." + system + "\n---@field at fun(self: role." + system + ", connection: string): role." + system +
                     " another of the role's connections\n";
  for (const auto& [group, fields] : groups) {
    role += "---@field " + group + " role." + system + "." + group + "\n";
    out += "---@class role." + system + "." + group + "\n" + fields + "\n";
  }
  out += role + "\n";
}

std::string transforms_file() {
  std::map<std::string_view, const mapping::Transform*> sorted;
  for (const auto& each : mapping::transforms()) sorted[each.name] = &each;
  std::string out = "---@meta _\n" + std::string(kMade) + "\n---@class mapping.Path\n";
  for (const auto& [name, each] : sorted)
    out += "---@field " + std::string(name) + " fun(self: mapping.Path, ...: any): mapping.Path " + std::string(each->doc) + "\n";
  return out;
}

std::set<std::string> system_names(Files& files, const std::string& share, const std::string& workspace) {
  std::set<std::string> names;
  for (const auto& root : {share, workspace}) {
    for (const auto& name : files.list(root + "/scripts/systems").value_or({})) {
      if (files.exists(root + "/scripts/systems/" + name + "/init.lua")) names.insert(name);
    }
  }
  return names;
}

}  // namespace

std::string editor_types(const std::string& system, Value definition) {
  std::string out = "---@meta _\n" + std::string(kMade) + "\n";
  Value types = definition.get("types");
  for (auto [record, described] : types.fields()) {
    Value fields = described.get("fields").is_object() ? described.get("fields") : described;
    append_record(out, system, types, std::string(record), fields);
  }
  append_roles(out, system, definition);
  return out;
}

std::map<std::string, std::string> editor_files(const script::Host& host, const std::string& workspace) {
  Files& files = *host.files;
  std::map<std::string, std::string> out;
  out["transforms.lua"] = transforms_file();
  for (const std::string folder : {"", "meta/"}) {
    for (const auto& name : files.list(host.share + "/stdlib/" + folder).value_or({})) {
      if (!name.ends_with(".lua")) continue;
      auto text = files.read(host.share + "/stdlib/" + folder + name);
      if (text && text->starts_with("---")) out[name] = *text;  // what opens otherwise is the host's own
    }
  }
  for (const auto& name : system_names(files, host.share, workspace)) {
    auto definition = script::load_system(host, workspace, name);
    auto parsed = definition ? Document::parse(*definition) : Result<Document>(definition.error());
    if (parsed) out["system_" + name + ".lua"] = editor_types(name, parsed->root());
  }
  return out;
}

Status refresh_editor_files(const script::Host& host, const std::string& workspace) {
  Files& files = *host.files;
  if (!files.exists(workspace + "/" + kEditorSettings)) return ok_status();
  const std::string folder = workspace + "/" + kEditorFolder;
  auto made = files.make_dirs(folder, 0755);
  if (!made) return made;
  const auto wanted = editor_files(host, workspace);
  for (const auto& [name, text] : wanted) {
    auto found = files.read(folder + "/" + name);
    if (found && *found == text) continue;
    auto written = files.write_atomic(folder + "/" + name, text, 0644);
    if (!written) return written;
  }
  for (const auto& name : files.list(folder).value_or({})) {
    if (!name.ends_with(".lua") || wanted.contains(name)) continue;
    auto removed = files.remove(folder + "/" + name);
    if (!removed) return removed;
  }
  return ok_status();
}

std::string editor_settings() {
  return "{\n  \"runtime.version\": \"Lua 5.4\",\n  \"workspace.library\": [\".luals\"],\n  \"workspace.ignoreDir\": [\"state\", "
         "\".luals\"],\n"
         "  \"diagnostics.globals\": [\"grant\", \"connection\", \"use\"],\n  \"diagnostics.disable\": [\"lowercase-global\"]\n}\n";
}

}  // namespace mlc::workbench
