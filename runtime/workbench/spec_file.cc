#include "runtime/workbench/spec_file.h"

#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/script/definition.h"
#include "runtime/script/offline_mapping.h"
#include "runtime/script/value.h"

namespace mlc::workbench {
namespace {

using document::Document;
using document::Node;
using document::Value;
using script::Isolate;

constexpr Duration kSpecCpu = std::chrono::seconds(20);  // of a file, all its cases
constexpr size_t kSpecMemory = 256u << 20;
constexpr int kDiffLines = 12;

// What the natives of one file work on: Isolate::owner.
struct Scene {
  const script::Host* host;
  const SpecFile* spec;
  SpecReport* report;

  static Scene& of(lua_State* L) { return *static_cast<Scene*>(Isolate::of(L).owner); }
};

Document json_argument(lua_State* L, int index) {
  auto parsed = Document::parse(lua_isnoneornil(L, index) ? "{}" : script::to_json(L, index));
  if (!parsed) script::raise(L, parsed.error().text());
  return *parsed;
}

// Lua's empty table is an empty list as well as an empty record; the field's type says which the author of a spec means.
Node with_empty_lists(Value record, const script::RecordTypes& types, const mapping::RecordType* type) {
  if (type == nullptr || !record.is_object()) return Node::copy_of(record);
  Node all = Node::object();
  for (auto field : record.fields()) {
    const mapping::FieldType* known = type->find(field.key);
    Node value = Node::copy_of(field.value);
    if (known != nullptr && known->type == mapping::Type::record) value = with_empty_lists(field.value, types, types.find(known->of));
    if (known != nullptr && known->type == mapping::Type::list) {
      const auto* item = known->item == mapping::Type::record ? types.find(known->of) : nullptr;
      if (field.value.is_object() && field.value.size() == 0) value = Node::array();
      if (field.value.is_array() && item != nullptr) {
        value = Node::array();
        for (auto each : field.value.items()) value.push(with_empty_lists(each, types, item));
      }
    }
    all.set(field.key, std::move(value));
  }
  return all;
}

std::string part(Value options, const char* name) {
  Value value = options.get(name);
  return value ? document::write(value) : "{}";
}

// The program with other settings, as the spec wants them.
std::shared_ptr<const script::Program> with_settings(const std::shared_ptr<const script::Program>& program, Value own) {
  if (!own || own.size() == 0) return program;
  Node merged = Node::copy_of(program->settings->root());
  for (auto field : own.fields()) merged.set(field.key, Node::copy_of(field.value));
  auto parsed = Document::parse(document::write(merged));
  if (!parsed) return program;
  auto changed = std::make_shared<script::Program>(*program);
  changed->settings = std::make_shared<const Document>(std::move(*parsed));
  return changed;
}

std::string without_numbers(const std::string& place) {
  std::string field;
  bool number = false;
  for (char c : place) {
    if (c == '[') number = true;
    if (!number) field += c;
    if (c == ']') number = false;
  }
  return field;
}

// mappings.run("invoice", record, { given =, lookups =, settings =, source =, key = }?) -> record; raises what a job would
int run_mapping(lua_State* L) {
  Scene& scene = Scene::of(L);
  const std::string name(script::text_argument(L, 1));
  if (scene.spec->program == nullptr) script::raise(L, "mappings.run: a system has no mappings");
  script::Options known(L, 3, {"given", "lookups", "settings", "source", "key"});
  Document record = json_argument(L, 2), options = json_argument(L, 3);
  auto program = with_settings(scene.spec->program, options.root().get("settings"));
  auto mapping = script::OfflineMapping::make(*scene.host, program, name);
  if (!mapping) script::raise(L, mapping.error().message());
  auto given = Document::parse(part(options.root(), "given")), lookups = Document::parse(part(options.root(), "lookups"));
  if (!given || !lookups) script::raise(L, "mappings.run: the options can't be read");
  const auto& from = program->mappings->at(name)->from;
  script::RecordTypes source;
  source.table = program->types_of(from);
  auto typed = Document::parse(document::write(with_empty_lists(record.root(), source, source.find(from))));
  if (!typed) script::raise(L, typed.error().text());
  script::OfflineMapping::Input input{*typed, *given, *lookups, known.text("source", "source"), known.text("key", "key")};
  auto told = (*mapping)->explain(input);
  for (const auto& field : told.fields)
    if (field.value) scene.spec->coverage->exercised[name].insert(without_numbers(field.place));
  if (told.refusal) {
    const auto& refusal = *told.refusal;
    script::raise_failure(L,
                          refusal.code == Code::not_found ? "lookup_missing"
                          : refusal.code == Code::denied  ? "refused"
                                                          : "mapping",
                          refusal.sentence, false, refusal.field, "");
  }
  auto made = Document::parse(told.json);
  if (!made) script::raise(L, made.error().text());
  const auto& to = program->mappings->at(name)->to;
  script::RecordTypes types;
  types.table = program->types_of(to);
  script::push_record(L, *made, made->root(), types, types.find(to));
  return 1;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// The lines between what both begin and end with.
std::string difference(const std::string& wanted, const std::string& found) {
  auto old = lines_of(wanted), now = lines_of(found);
  size_t begin = 0, end = 0;
  while (begin < old.size() && begin < now.size() && old[begin] == now[begin]) ++begin;
  while (end < old.size() - begin && end < now.size() - begin && old[old.size() - 1 - end] == now[now.size() - 1 - end]) ++end;
  std::string text;
  auto add = [&](const std::vector<std::string>& lines, const char* mark) {
    int told = 0;
    for (size_t i = begin; i + end < lines.size(); ++i) {
      if (++told > kDiffLines) {
        text += std::string("\n") + mark + " …";
        return;
      }
      text += std::string("\n") + mark + " " + lines[i];
    }
  };
  if (begin > 0) text += "\n  " + old[begin - 1];
  add(old, "-");
  add(now, "+");
  return text;
}

// golden.matches("invoice_118", value)
int matches(lua_State* L) {
  Scene& scene = Scene::of(L);
  const std::string name(script::text_argument(L, 1));
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != std::string::npos)
    script::raise(L, "golden.matches: '" + name + "' is no name of a file (letters, digits, _ and -)");
  auto value = Document::parse(script::to_json(L, 2));
  if (!value) script::raise(L, value.error().text());
  auto sorted = Document::parse(document::canonical(value->root()));
  const std::string found = document::write(sorted ? sorted->root() : value->root(), document::Style::indented) + "\n";
  const std::string& file = scene.spec->file;
  const std::string folder = file.substr(0, file.rfind('/')) + "/golden", path = folder + "/" + name + ".json";
  Files& files = *scene.host->files;
  auto wanted = files.read(scene.spec->folder + "/" + path);
  if (wanted && *wanted == found) return 0;
  if (scene.spec->update) {
    auto made = files.make_dirs(scene.spec->folder + "/" + folder, 0755);
    auto written = made ? files.write_atomic(scene.spec->folder + "/" + path, found, 0644) : made;
    if (!written) script::raise(L, written.error().text());
    scene.report->updated.push_back(path);
    return 0;
  }
  if (!wanted) script::raise(L, "there is no " + path + " yet; `ml-connector test --update` writes it");
  script::raise(L, path + " differs (- expected, + found):" + difference(*wanted, found));
}

const std::vector<script::NativeEntry> kMappings = {{"run", run_mapping}};
const std::vector<script::NativeEntry> kGolden = {{"matches", matches}};

script::Problem problem_of(const Error& error, const std::string& file) { return script::Definer::problem_of(error, file); }

}  // namespace

void run_spec_file(const script::Host& host, SpecFile spec, SpecReport& report) {
  auto text = host.files->read(spec.folder + "/" + spec.file);
  if (!text) {
    report.problems.push_back({spec.file, 0, 0, text.error().text()});
    return;
  }
  auto compiled = script::compile(spec.file, *text);
  if (compiled.chunk == nullptr) {
    report.problems.push_back(compiled.problem);
    return;
  }
  // Read by the host, so that a filter with quotes in it is no script.
  static const auto kRun = script::compile("test", "local filter = ...\nreturn require(\"spec\").run(filter)\n");
  script::Profile profile;
  profile.budget = {kSpecMemory, kSpecCpu, kSpecCpu};
  profile.modules = host.modules;
  profile.modules.push_back({"mappings", kMappings, nullptr});
  profile.modules.push_back({"golden", kGolden, nullptr});
  auto isolate = Isolate::make(std::move(profile));
  if (!isolate) {
    report.problems.push_back({spec.file, 0, 0, isolate.error().text()});
    return;
  }
  Scene scene{&host, &spec, &report};
  (*isolate)->owner = &scene;
  std::string json = "[]";
  auto done = (*isolate)->protect([&](lua_State* L) {
    (*isolate)->push_environment(L, spec.modules);
    script::add_ambient(L, spec.modules, nullptr);
    const int environment = lua_gettop(L);
    (*isolate)->push_chunk(L, *compiled.chunk, environment);
    lua_call(L, 0, 0);
    (*isolate)->push_chunk(L, *kRun.chunk, environment);
    if (spec.filter.empty()) lua_pushnil(L);
    else script::push_text(L, spec.filter);
    lua_call(L, 1, 1);
    json = script::to_json(L, -1);
  });
  if (!done) {
    report.problems.push_back(problem_of(done.error(), spec.file));
    return;
  }
  auto parsed = Document::parse(json);
  if (!parsed) return;
  for (Value one : parsed->root().items()) {
    SpecResult result;
    result.name = std::string(one.get("name").text());
    result.ok = one.get("ok").as_bool();
    result.message = std::string(one.get("message").text());
    result.file = std::string(one.get("file").text());
    result.line = static_cast<int>(one.get("line").integer().value_or(0));
    report.results.push_back(std::move(result));
  }
}

}  // namespace mlc::workbench
