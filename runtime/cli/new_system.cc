#include <iostream>

#include "runtime/app/share.h"
#include "runtime/cli/new.h"
#include "runtime/cli/scaffold.h"

namespace mlc::cli {
namespace {

constexpr const char* kTemplate = "/scripts/templates/system";
constexpr std::string_view kName = "@NAME@";

// The template's files with the name in its places.
Result<NewFiles> system_files(Files& files, const std::string& share, const std::string& name) {
  const std::string folder = share + kTemplate;
  auto names = files.list(folder);
  if (!names) return names.error();
  NewFiles made;
  for (const auto& file : *names) {
    auto text = files.read(folder + "/" + file);
    if (!text) return text.error();
    for (size_t at = text->find(kName); at != std::string::npos; at = text->find(kName, at)) text->replace(at, kName.size(), name);
    made.emplace_back(file, std::move(*text));
  }
  return made;
}

}  // namespace

void add_new_system(CLI::App& group, Context& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* sub = command(group, context, "system", "makes scripts/systems/NAME: what a remote's API is, to be filled in",
                          "ml-connector new system parcels", false, [&context, name] {
                            RealFiles files;
                            if (!in_workspace(context, files)) return;
                            auto share = app::find_share(files, context.share);
                            if (!share) return context.fail(share.error());
                            if (!is_free_name(context, files, *share, "systems", *name)) return;
                            auto made = system_files(files, *share, *name);
                            if (!made) return context.fail(made.error());
                            const std::string folder = "scripts/systems/" + *name;
                            if (!write_all(context, folder, *made)) return;
                            std::cout << folder << " is made. Next:\n"
                                      << "  hold " << folder << "/init.lua against the documentation of the remote\n"
                                      << "  ml-connector check\n"
                                      << "  ml-connector test " << folder << "\n"
                                      << "  ml-connector new integration NAME --from SYSTEM --to " << *name << "\n";
                          });
  sub->add_option("NAME", *name, "name of the system")->required();
}

}  // namespace mlc::cli
