#include <iostream>

#include "runtime/app/share.h"
#include "runtime/cli/commands.h"
#include "runtime/workbench/settings_list.h"

namespace mlc::cli {
namespace {

void print_settings(Context& context, const std::vector<workbench::SettingLine>& lines) {
  if (context.json) {
    Json list = Json::array();
    const auto value = [](const std::string& json) { return json.empty() ? Json(nullptr) : Json::parse(json); };
    for (const auto& each : lines)
      list.push_back({{"name", each.name},
                      {"type", each.type},
                      {"value", value(each.value)},
                      {"default", value(each.default_value)},
                      {"set", each.own},
                      {"mandatory", each.mandatory},
                      {"meaning", each.meaning},
                      {"file", each.file},
                      {"line", each.line},
                      {"column", each.column}});
    return print_json({{"settings", list}});
  }
  for (const auto& each : lines) {
    const std::string value = each.value.empty() ? "(not set)" : each.value;
    std::cout << each.name << " = " << value << "  (" << each.type << ")\n";
    if (!each.meaning.empty()) std::cout << "    " << each.meaning << "\n";
    std::string where = each.file + ":" + std::to_string(each.line) + ":" + std::to_string(each.column);
    if (!each.own) where = (each.value.empty() ? "declared in " : "default, from ") + where;
    else if (!each.default_value.empty()) where += "; default " + each.default_value;
    std::cout << "    " << where << "\n";
  }
}

}  // namespace

void add_settings(CLI::App& root, Context& context) {
  struct Options {
    std::string client, instance;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "settings", "what an instance runs with: value, default, meaning, and the line that says so",
                          "ml-connector settings acme shop_nl", true, [&context, options] {
                            RealFiles files;
                            auto share = app::find_share(files, context.share);
                            if (!share) return context.fail(share.error());
                            const script::Host host = app::make_host(files, *share);
                            const auto workspace = script::load_workspace(host, context.workspace);
                            auto lines = workbench::list_settings(host, workspace, options->client, options->instance);
                            if (!lines) return context.fail(lines.error());
                            print_settings(context, *lines);
                          });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
}

}  // namespace mlc::cli
