#include "runtime/base/secret.h"

#include <fstream>
#include <iostream>

#include "runtime/cli/commands.h"
#include "runtime/cli/secret_input.h"

namespace mlc::cli {
namespace {

bool put(Context& context, const std::string& client, const std::string& connection, const std::string& key, std::string value) {
  if (value.empty()) {
    context.fail(kUsage, "the value of " + key + " is empty; an empty secret is refused");
    return false;
  }
  auto answer = context.ask("PUT", api({"clients", client, "connections", connection, "secrets", key}), {{"value", value}});
  wipe(value.data(), value.size());
  return answer.has_value();
}

// {"acme": {"shop": {"access_token": "…"}}}
void import(Context& context, const std::string& file) {
  std::ifstream in(file);
  if (!in) return context.fail(kEnvironment, "can't read " + file);
  const Json all = Json::parse(in, nullptr, false);
  if (!all.is_object()) return context.fail(kUsage, file + " must hold {\"client\": {\"connection\": {\"key\": \"value\"}}}");
  int count = 0;
  for (const auto& [client, connections] : all.items())
    for (const auto& [connection, secrets] : connections.items())
      for (const auto& [key, value] : secrets.items()) {
        if (!value.is_string()) return context.fail(kUsage, file + ": " + client + "." + connection + "." + key + " must be a string");
        if (!put(context, client, connection, key, value.get<std::string>())) return;
        ++count;
      }
  std::cout << count << " secrets stored. Remove " << file << " now: it holds them in the clear.\n";
}

}  // namespace

void add_secret(CLI::App& root, Context& context) {
  struct Options {
    std::string client, connection, key, file;
  };
  auto options = std::make_shared<Options>();
  CLI::App* secret =
      command(root, context, "secret", "credentials: they go in and never come back out", "ml-connector secret list", false, nullptr);
  secret->require_subcommand(1);
  CLI::App* set = command(*secret, context, "set", "stores one, read from standard input or a prompt",
                          "ml-connector secret set acme shop access_token", false, [&context, options] {
                            if (put(context, options->client, options->connection, options->key, read_secret(options->key)))
                              std::cout << options->client << "/" << options->connection << ": " << options->key
                                        << " is stored, encrypted\n";
                          });
  set->add_option("CLIENT", options->client, "name of the client")->required();
  set->add_option("CONNECTION", options->connection, "name of the connection")->required();
  set->add_option("KEY", options->key, "what the system calls it, e.g. access_token")->required();
  CLI::App* many = command(*secret, context, "import", "stores all of a JSON file: client, connection, key",
                           "ml-connector secret import secrets.json", false, [&context, options] { import(context, options->file); });
  many->add_option("FILE", options->file, "the file")->required();
  command(*secret, context, "list", "names and dates, no values", "ml-connector secret list", true, [&context] {
    auto answer = context.ask("GET", api({"secrets"}));
    if (!answer) return;
    if (context.json) return print_json(*answer);
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : (*answer)["secrets"])
      rows.push_back({get(one, "owner"), get(one, "key"), get(one, "set_at"), get(one, "hosts")});
    print_table({{"OWNER"}, {"KEY"}, {"SET"}, {"ONLY FOR"}}, rows);
  });
}

}  // namespace mlc::cli
