// What every command shares: the options before it, the way to the runtime, and how it prints and exits.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runtime/app/channel.h"
#include "runtime/base/result.h"
#include "runtime/cli/visible_output.h"

namespace mlc::cli {

using Json = nlohmann::ordered_json;

enum Exit { kDone = 0, kNo = 1, kUsage = 2, kEnvironment = 3 };

struct Context {
  std::string workspace = ".";
  std::string share;
  std::string clock;
  bool json = false;
  int exit = kDone;
  std::unique_ptr<app::Channel> channel;
  std::optional<VisibleOutput> output, errors;  // while a command runs; what it prints as JSON goes out as it is

  // One request to the admin API; opens the channel at the first. An API error comes back as Error with its sentence.
  Result<Json> call(const std::string& method, const std::string& path, const Json& body = nullptr);
  // The same, but prints the error, sets `exit` and gives nullopt.
  std::optional<Json> ask(const std::string& method, const std::string& path, const Json& body = nullptr);
  void fail(const Error& error);
  void fail(int code, const std::string& sentence);
};

// A path of the admin API from parts that are percent-encoded: api("clients", client, "jobs").
std::string api(std::initializer_list<std::string> parts, const std::vector<std::pair<std::string, std::string>>& query = {});

// A sub-command with the options that all have. `data` adds --json.
CLI::App* command(CLI::App& parent, Context& context, const std::string& name, const std::string& does, const std::string& example,
                  bool data, std::function<void()> run);

struct Column {
  std::string title;
  bool right = false;
};
// Prints rows under their titles, columns as wide as their widest cell (counted in UTF-8 characters).
void print_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);
void print_json(const Json& data);
std::string text_of(const Json& value);  // a string as it is, null as "", the rest as JSON
std::string get(const Json& object, const std::string& key);

}  // namespace mlc::cli
