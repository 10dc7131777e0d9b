#include "runtime/workbench/repl_doc.h"

#include <algorithm>
#include <map>
#include <vector>

#include "runtime/base/strings.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"

namespace mlc::workbench {
namespace {

using document::Document;
using document::Value;

constexpr int kMaxFolderDepth = 3;

void list_lua(Files& files, const std::string& folder, int depth, std::vector<std::string>& found) {
  auto names = files.list(folder);
  for (const auto& name : names.value_or({})) {
    if (name.empty() || name[0] == '.') continue;
    if (name.ends_with(".lua")) found.push_back(folder + "/" + name);
    else if (depth < kMaxFolderDepth && name.find('.') == std::string::npos) list_lua(files, folder + "/" + name, depth + 1, found);
  }
}

// "function M.rows(a, b)" gives "M.rows"; "names.try = function" gives "names.try"; "" for other lines.
std::string declared_in(std::string_view line) {
  std::string_view text = trim(line);
  for (const std::string_view lead : {"local function ", "function ", "local "}) {
    if (text.starts_with(lead)) {
      text.remove_prefix(lead.size());
      break;
    }
  }
  const bool function = trim(line).find("function") != std::string_view::npos;
  const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:");
  if (end == 0 || end == std::string_view::npos) return "";
  const bool is_call = text[end] == '(' && function;
  const bool is_value = trim(text.substr(end)).starts_with("=");
  return is_call || is_value ? std::string(text.substr(0, end)) : "";
}

std::string with_dots(std::string name) {
  std::replace(name.begin(), name.end(), ':', '.');
  return name;
}

struct Entry {
  std::string name, signature, text;
};

// Comment blocks that stand directly above a declaration.
void read_entries(const std::string& path, const std::string& content, std::vector<Entry>& entries) {
  const std::string stem = path.substr(path.rfind('/') + 1, path.size() - path.rfind('/') - 5);
  std::string block;
  for (auto line : split(content, '\n')) {
    const auto text = trim(line);
    if (text.starts_with("--")) {
      auto body = text.substr(2);
      if (body.starts_with("-")) body.remove_prefix(1);
      if (body.starts_with("@meta") || body.starts_with("@class")) continue;
      if (body.starts_with(" ")) body.remove_prefix(1);  // what is left is the example's own indentation
      if (trim(body).starts_with("```")) continue;
      block += "  " + std::string(body) + "\n";
      continue;
    }
    const auto name = declared_in(line);
    if (!block.empty() && !name.empty()) {
      std::string signature(text);
      const size_t open = signature.find('('), close = signature.find(')', open == std::string::npos ? 0 : open);
      if (signature.find("function") != std::string::npos && close != std::string::npos) signature.resize(close + 1);
      entries.push_back({with_dots(name), signature, block});
      // M.rows of paging.lua is paging.rows to its users.
      const size_t dot = name.find_first_of(".:");
      const std::string last = with_dots(dot == std::string::npos ? name : name.substr(dot + 1));
      if (with_dots(name) != stem + "." + last) entries.push_back({stem + "." + last, signature, block});
    }
    block.clear();
  }
}

std::string from_stdlib(const script::Host& host, const std::string& wanted) {
  std::vector<std::string> paths;
  list_lua(*host.files, host.share + "/stdlib", 0, paths);
  // What is written for authors comes before what stands above an implementation.
  std::stable_partition(paths.begin(), paths.end(), [](const std::string& path) { return path.find("/meta/") != std::string::npos; });
  std::vector<Entry> entries;
  for (const auto& path : paths) {
    auto content = host.files->read(path);
    if (content) read_entries(path, *content, entries);
  }
  const std::string name = with_dots(wanted);
  const auto told = [](const Entry& entry) { return entry.signature + "\n" + entry.text.substr(0, entry.text.size() - 1); };
  for (const auto& entry : entries) {
    if (entry.name == name) return told(entry);
  }
  std::map<std::string, const Entry*> ending;
  for (const auto& entry : entries) {
    if (entry.name.ends_with("." + name)) ending.emplace(entry.signature, &entry);
  }
  if (ending.size() == 1) return told(*ending.begin()->second);
  std::string text;
  for (const auto& [signature, entry] : ending) text += (text.empty() ? "" : "\n") + entry->name + "  " + signature;
  return text;
}

std::string field_type(Value field) {
  if (field.is_string()) return std::string(field.text());
  std::string text(field.get("type").text());
  if (auto of = field.get("of")) text += " of " + std::string(of.text());
  if (field.get("mandatory").as_bool()) text += ", mandatory";
  if (auto writable = field.get("writable"); writable.is_bool() && !writable.as_bool()) text += ", read only";
  return text;
}

std::string of_record(Value types, const std::string& name) {
  auto record = types.get(name);
  if (!record) return "";
  auto fields = record.get("fields");
  std::string text = "record " + name;
  for (auto field : fields.fields()) text += "\n  " + std::string(field.key) + "  " + field_type(field.value);
  return text;
}

std::string of_operation(const std::string& name, Value operation) {
  std::string text = name;
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    if (auto path = operation.get(method)) text += "  " + std::string(method) + " " + std::string(path.text());
  }
  if (auto takes = operation.get("takes")) text += "\n  takes a record of type " + std::string(takes.text());
  if (auto gives = operation.get("gives"))
    text += "\n  gives " + std::string(operation.get("pages") ? "rows, each of type " : "a record of type ") + std::string(gives.text());
  if (auto effect = operation.get("effect")) text += "\n  a write of kind " + std::string(effect.get("kind").text());
  if (operation.get("pages")) text += "\n  more than one page: `each` goes through the rows one by one";
  return text;
}

std::string from_program(const script::Program& program, const std::string& name) {
  if (name == "settings" || name == "job.settings") {
    std::string text = "settings of " + program.instance.integration;
    for (auto setting : program.scripts->definition->root().get("settings").fields()) {
      text += "\n  " + std::string(setting.key) + "  " + field_type(setting.value);
      if (auto otherwise = setting.value.get("default")) text += ", default " + document::write(otherwise);
      if (auto doc = setting.value.get("doc"); doc.is_string()) text += "  " + std::string(doc.text());
    }
    return text;
  }
  const size_t dot = name.find('.');
  const std::string first = name.substr(0, dot), rest = dot == std::string::npos ? "" : name.substr(dot + 1);
  auto role = program.scripts->role_systems.find(first);
  const std::string system = role != program.scripts->role_systems.end() ? role->second : first;
  auto definition = program.scripts->systems.find(system);
  if (definition == program.scripts->systems.end()) {
    // A record's name alone.
    std::string text;
    for (const auto& [each, json] : program.scripts->systems) {
      auto parsed = Document::parse(json);
      if (parsed && text.empty()) text = of_record(parsed->root().get("types"), name);
    }
    return text;
  }
  auto parsed = Document::parse(definition->second);
  if (!parsed) return "";
  const auto operations = parsed->root().get("operations");
  if (auto exact = operations.get(rest); exact && !rest.empty()) return of_operation(name, exact);
  if (auto record = of_record(parsed->root().get("types"), rest); !record.empty()) return record;
  std::string text;
  for (auto operation : operations.fields()) {
    const std::string each(operation.key);
    if (rest.empty() || each.starts_with(rest + "."))
      text += (text.empty() ? "" : "\n") + of_operation(first + "." + each, operation.value);
  }
  return text;
}

}  // namespace

std::string documentation(const script::Host& host, const script::Program* program, const std::string& name) {
  if (program != nullptr) {
    auto text = from_program(*program, with_dots(name));
    if (!text.empty()) return text;
  }
  return from_stdlib(host, name);
}

}  // namespace mlc::workbench
