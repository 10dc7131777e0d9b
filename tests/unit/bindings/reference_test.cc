// Functions, their LuaCATS blocks and the pages of docs/reference say the same: every function that a script can reach has
// a block, every block a function, every example runs, every page is what the blocks give.
//
//   docs/reference/generate.sh        writes the pages anew
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "bindings/bindings.h"
#include "runtime/base/files.h"
#include "runtime/base/system_clock.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/http/client.h"
#include "runtime/mapping/transforms.h"
#include "runtime/script/decimal_value.h"
#include "runtime/script/definition.h"
#include "runtime/script/service.h"
#include "runtime/script/sources.h"
#include "runtime/script/value.h"
#include "tests/source_dir.h"
#include "tests/temp_folder.h"

namespace mlc::script {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

// What an isolate with stdlib and the ambient names gives for a chunk: its first result as text, or "error: …".
class Scripts {
 public:
  Scripts() {
    host_.files = &files_;
    host_.share = mlc::test::source_dir();
    std::vector<Problem> problems;
    add_stdlib(host_, sources_, problems);
    EXPECT_TRUE(problems.empty()) << problems.front().text();
  }

  std::string run(const std::string& name, const std::string& text, const std::vector<std::string>& arguments = {}) {
    auto compiled = compile(name, text);
    if (compiled.chunk == nullptr) return "error: " + compiled.problem.text();
    Profile profile;
    profile.modules = bindings::job_modules();
    auto isolate = Isolate::make(std::move(profile), [](std::function<void()>) {});
    if (!isolate) return "error: " + isolate.error().text();
    std::string ended = "error: it waits";
    auto started = (*isolate)->spawn(
        [&](lua_State* L) {
          (*isolate)->push_environment(L, sources_);
          Ref recorded;
          add_ambient(L, sources_, &recorded);
          (*isolate)->push_chunk(L, *compiled.chunk, lua_gettop(L));
          for (const auto& each : arguments) push_text(L, each);
          return static_cast<int>(arguments.size());
        },
        [&](lua_State* L, int status) { ended = (status == LUA_OK ? "" : "error: ") + show(L, -1); }, {},
        std::make_unique<SeededRandom>(1));
    return started ? ended : "error: " + started.error().text();
  }

  // Names that the environment has beyond the language's own.
  Names ambient() {
    Names names;
    auto isolate = Isolate::make(Profile{}, [](std::function<void()>) {});
    EXPECT_TRUE((*isolate)->protect([&](lua_State* L) {
      (*isolate)->push_environment(L, sources_);
      collect(L, names);
      Names own = names;
      add_ambient(L, sources_, nullptr);
      collect(L, names);
      for (const auto& each : own) names.erase(each);
    }));
    return names;
  }

  std::string read(const std::string& path) {
    auto text = files_.read(mlc::test::source_dir() + "/" + path);
    EXPECT_TRUE(text.ok()) << path;
    return text ? *text : "";
  }

  Names lua_files(const std::string& folder) {
    Names names;
    for (const auto& entry : fs::directory_iterator(mlc::test::source_dir() + "/" + folder)) {
      if (entry.path().extension() == ".lua") names.insert(entry.path().stem().string());
    }
    return names;
  }

  RealFiles& files() { return files_; }
  const Host& host() const { return host_; }

 private:
  static void collect(lua_State* L, Names& names) {
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      lua_pop(L, 1);
      names.insert(show(L, -1));
    }
  }

  RealFiles files_;
  Host host_;
  Sources sources_;
};

struct Page {
  std::string name;
  std::string markdown;
  Names functions;                              // as written: "json.encode", "decimal:round"
  Names values;                                 // "setting"
  std::map<std::string, std::string> examples;  // of those functions that have one
};

constexpr const char* kRead = R"(
local text, name = ...
local doc, json = require "doc", require "json"
local page = doc.parse(text, name)
local out = { markdown = doc.page(page), functions = json.array {}, values = json.array {}, examples = {} }
for index, each in ipairs(page.functions) do
  out.functions[index] = each.name
  out.examples[each.name] = each.example
end
for index, each in ipairs(page.values) do out.values[index] = each.name end
return json.encode(out)
)";

Page read_page(Scripts& scripts, const std::string& path, const std::string& name) {
  Page page{name, {}, {}, {}, {}};
  const std::string said = scripts.run("read.lua", kRead, {scripts.read(path), name});
  auto parsed = document::Document::parse(said);
  EXPECT_TRUE(parsed.ok()) << path << ": " << said;
  if (!parsed) return page;
  page.markdown = parsed->root().get("markdown").text();
  for (auto each : parsed->root().get("functions").items()) page.functions.insert(std::string(each.text()));
  for (auto each : parsed->root().get("values").items()) page.values.insert(std::string(each.text()));
  for (auto [function, example] : parsed->root().get("examples").fields()) page.examples[std::string(function)] = example.text();
  return page;
}

// Files of stdlib that open with a block are for scripts; the others are the host's own.
std::map<std::string, Page> pages_of_stdlib(Scripts& scripts) {
  std::map<std::string, Page> pages;
  for (const auto& name : scripts.lua_files("stdlib")) {
    if (scripts.read("stdlib/" + name + ".lua").starts_with("---")) pages[name] = read_page(scripts, "stdlib/" + name + ".lua", name);
  }
  return pages;
}

std::map<std::string, Page> pages_of_meta(Scripts& scripts) {
  std::map<std::string, Page> pages;
  for (const auto& name : scripts.lua_files("stdlib/meta")) pages[name] = read_page(scripts, "stdlib/meta/" + name + ".lua", name);
  return pages;
}

// What stands before the arguments in `function job:skip(reason)` and the like.
Names functions_in(const std::string& text, const std::string& pattern) {
  Names names;
  const std::regex wanted(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) names.insert((*at)[1].str());
  return names;
}

Names last_parts(const Names& names, const std::string& owner) {
  Names out;
  for (const auto& name : names) {
    if (name.starts_with(owner)) out.insert(name.substr(owner.size()));
  }
  return out;
}

TEST(Reference, EveryFunctionOfABindingHasAStubAndTheOtherWayRound) {
  Scripts scripts;
  auto meta = pages_of_meta(scripts);
  Names modules;
  for (const auto& module : bindings::service_modules()) {
    modules.insert(module.name);
    Names registered, documented = meta[module.name].functions;
    for (const auto& function : module.functions) registered.insert(module.name + "." + function.name);
    if (module.name == "decimal") {
      for (const auto& method : decimal_methods()) registered.insert(std::string("decimal:") + method.name);
    }
    EXPECT_EQ(registered, documented) << module.name;
  }
  for (const auto& [name, page] : meta) {
    EXPECT_TRUE(modules.contains(name) || name == "ambient" || name == "job" || name == "mapping") << "stdlib/meta/" << name << ".lua";
  }
}

TEST(Reference, EveryFunctionOfStdlibHasABlockAndTheOtherWayRound) {
  Scripts scripts;
  constexpr const char* kList = R"(
    local name = ...
    local module, json, out = require(name), require "json", require("json").array {}
    if type(module) == "function" then return json.encode { name } end
    for key, value in pairs(module) do
      if type(value) == "function" then out[#out + 1] = name .. "." .. key end
    end
    return json.encode(out))";
  for (const auto& [name, page] : pages_of_stdlib(scripts)) {
    const std::string said = scripts.run("list.lua", kList, {name});
    auto list = document::Document::parse(said);
    ASSERT_TRUE(list.ok()) << name << ": " << said;
    Names there, documented;
    for (auto each : list->root().items()) there.insert(std::string(each.text()));
    // Methods of objects that the module makes are told from its functions by their colon.
    for (const auto& each : page.functions) {
      if (each.find(':') == std::string::npos) documented.insert(each);
    }
    EXPECT_EQ(there, documented) << "stdlib/" << name << ".lua";
    const std::string text = scripts.read("stdlib/" + name + ".lua");
    EXPECT_EQ(functions_in(text, "\nfunction (\\w+:\\w+)\\("), functions_in(
                                                                   [&] {
                                                                     std::string all;
                                                                     for (const auto& each : page.functions)
                                                                       all += "\nfunction " + each + "(";
                                                                     return all;
                                                                   }(),
                                                                   "\nfunction (\\w+:\\w+)\\("))
        << "stdlib/" << name << ".lua";
  }
}

TEST(Reference, AmbientNamesJobAndMappingAreDeclaredAsTheyAre) {
  Scripts scripts;
  auto meta = pages_of_meta(scripts);
  Names declared = meta["ambient"].values;
  for (const auto& each : meta["ambient"].functions) declared.insert(each.substr(0, each.find('.')));
  EXPECT_EQ(scripts.ambient(), declared);

  const std::string job = scripts.read("stdlib/job.lua");
  EXPECT_EQ(functions_in(job, "\nfunction job:(\\w+)"), last_parts(meta["job"].functions, "Job:"));
  EXPECT_NE(job.find("job.kv = { get = host.kv_get, set = host.kv_set, list = list_kept }"), std::string::npos);

  const std::string recorder = scripts.read("stdlib/recorder.lua");
  EXPECT_EQ(functions_in(recorder, "function methods\\.(\\w+)"), last_parts(meta["mapping"].functions, "Path:"));
  EXPECT_EQ(functions_in(recorder, "function target_methods\\.(\\w+)"), last_parts(meta["mapping"].functions, "Target:"));
}

TEST(Reference, EveryFunctionHasAnExampleThatRuns) {
  Scripts scripts;
  auto pages = pages_of_meta(scripts);
  pages.merge(pages_of_stdlib(scripts));
  Names service;
  for (const auto& module : bindings::service_modules()) service.insert(module.name);
  for (const auto& module : bindings::job_modules()) {
    if (!module.functions.empty()) service.erase(module.name);
  }
  int ran = 0;
  for (const auto& [name, page] : pages) {
    for (const auto& function : page.functions) {
      ASSERT_TRUE(page.examples.contains(function)) << function << " has no example";
      if (service.contains(name)) continue;
      EXPECT_FALSE(scripts.run(function, page.examples.at(function)).starts_with("error"))
          << scripts.run(function, page.examples.at(function)) << "\n"
          << page.examples.at(function);
      ++ran;
    }
  }
  EXPECT_GT(ran, 150);
}

// The service profile's examples, each in a service of its own over real sockets on loopback.
class ServiceExamples : public ::testing::Test {
 protected:
  mlc::test::TempFolder folder_;

  std::string run(Scripts& scripts, const std::string& example) {
    EXPECT_TRUE(scripts.files().write_atomic(folder_ / "main.lua", example + "\nrequire(\"process\").exit(0, \"example over\")\n", 0644));
    std::string ended = "timed out";
    ServiceWiring wiring;
    wiring.loop = &loop_;
    wiring.env = {&clock_, &loop_, &loop_, &random_};
    wiring.transport = &client_;
    wiring.log = &log_;
    wiring.folder = folder_.path();
    wiring.exit = [&](int, std::string why) {
      if (ended != "timed out") return;  // a second stop would end the next example's loop
      ended = std::move(why);
      loop_.post([this] { loop_.stop(); });
    };
    auto limit = loop_.after_real(std::chrono::seconds(20), [this] { loop_.stop(); });
    auto service =
        Service::start(scripts.host(), bindings::service_modules(), std::move(wiring), "main.lua", "{}", [&](Result<std::string> ready) {
          if (ready) return;
          ended = "error: " + ready.error().text();
          loop_.post([this] { loop_.stop(); });
        });
    if (!service) return "error: " + service.error().text();
    loop_.run();
    (*service).reset();
    return ended;
  }

  SystemClock clock_;
  EventLoop loop_{clock_};
  SeededRandom random_{7};
  http::Client client_{loop_};
  Log log_{clock_, [](std::string_view) {}, Level::debug};
};

TEST_F(ServiceExamples, Run) {
  Scripts scripts;
  for (auto& [name, page] : pages_of_meta(scripts)) {
    for (const auto& module : bindings::service_modules()) {
      const auto pure = bindings::job_modules();
      const bool of_jobs =
          std::any_of(pure.begin(), pure.end(), [&](const Module& each) { return each.name == name && !each.functions.empty(); });
      if (module.name != name || of_jobs) continue;
      for (const auto& [function, example] : page.examples) EXPECT_EQ(run(scripts, example), "example over") << function << "\n" << example;
    }
  }
}

std::string phrase(mapping::TypeSet types) {
  using mapping::Type;
  const auto single = mapping::one_of({Type::text, Type::guid, Type::integer, Type::decimal, Type::date, Type::instant, Type::boolean});
  if ((types & single) != single) return mapping::types_phrase(types);
  return mapping::has(types, Type::record) ? "anything" : "a single value";
}

std::string arguments_of(const mapping::Transform& transform) {
  std::string out;
  for (size_t i = 0; i < transform.with.size(); ++i) {
    size_t same = i;
    while (same + 1 < transform.with.size() && transform.with[same + 1] == transform.with[i]) ++same;
    const bool repeats = same >= i + 2;
    out += (i == 0 ? "" : "; ") + phrase(transform.with[i]) + (i < transform.required ? "" : " (optional)");
    if (repeats) {
      out += ", up to " + std::to_string(same - i + 1) + " of them";
      i = same;
    }
  }
  return out;
}

std::string transforms_page() {
  std::string out =
      "# transforms\n\nMethods of paths in a mapping: `order.email:lower()`. A value that is missing or null passes through, unless the "
      "row says "
      "what it does with one.\n\n| | stands on | arguments | gives | |\n|---|---|---|---|---|\n";
  std::map<std::string_view, const mapping::Transform*> sorted;
  for (const auto& each : mapping::transforms()) sorted[each.name] = &each;
  for (const auto& [name, each] : sorted) {
    out += "| `:" + std::string(name) + "` | " + phrase(each->on) + " | " + arguments_of(*each) + " | " +
           (each->gives == mapping::Type::any ? "what it stands on" : std::string(mapping::type_phrase(each->gives))) + " | " +
           std::string(each->doc) + " |\n";
  }
  return out;
}

std::map<std::string, std::string> reference(Scripts& scripts) {
  std::map<std::string, std::string> files;
  std::string index =
      "# Reference\n\nMade from the LuaCATS blocks in `stdlib/` and `stdlib/meta/` by `docs/reference/generate.sh`; every example runs in "
      "a test.\n";
  auto list = [&](const std::string& title, std::map<std::string, Page>& pages) {
    index += "\n## " + title + "\n\n";
    for (auto& [name, page] : pages) {
      files[name + ".md"] = page.markdown;
      const std::string text = page.markdown.substr(page.markdown.find("\n\n") + 2);
      std::string first = text.starts_with("## ") ? "" : text.substr(0, text.find("\n\n"));
      first = first.substr(0, std::min(first.find(". "), first.find(".\n")));
      std::replace(first.begin(), first.end(), '\n', ' ');
      if (first.ends_with(":")) first.pop_back();
      if (!first.empty() && first.back() != '.') first += ".";
      index += "- [" + name + "](" + name + ".md): " + first + "\n";
    }
  };
  auto meta = pages_of_meta(scripts);
  std::map<std::string, Page> surface, pure, service;
  for (auto& [name, page] : meta) {
    const auto jobs = bindings::job_modules();
    const bool of_jobs = std::any_of(
        jobs.begin(), jobs.end(), [&, &each_name = name](const Module& each) { return each.name == each_name && !each.functions.empty(); });
    const bool is_module = name != "ambient" && name != "job" && name != "mapping";
    (is_module ? of_jobs ? pure : service : surface)[name] = std::move(page);
  }
  auto stdlib = pages_of_stdlib(scripts);
  list("Names without require", surface);
  files["transforms.md"] = transforms_page();
  index += "- [transforms](transforms.md): Methods of paths in a mapping.\n";
  list("Modules of the runtime", pure);
  list("Modules of the standard library", stdlib);
  list("Modules of simulated systems only", service);
  files["README.md"] = index;
  return files;
}

TEST(Reference, PagesAreWhatTheBlocksGive) {
  Scripts scripts;
  const std::string folder = mlc::test::source_dir() + "/docs/reference";
  const bool update = ::getenv("MLC_UPDATE_REFERENCE") != nullptr;
  Names wanted;
  for (const auto& [name, text] : reference(scripts)) {
    wanted.insert(name);
    if (update) { ASSERT_TRUE(scripts.files().write_atomic(folder + "/" + name, text, 0644)); }
    auto found = scripts.files().read(folder + "/" + name);
    EXPECT_EQ(found ? *found : "", text) << name << " is stale: run docs/reference/generate.sh";
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".md") continue;
    EXPECT_TRUE(wanted.contains(entry.path().filename().string())) << entry.path() << " is of nothing";
  }
}

}  // namespace
}  // namespace mlc::script
