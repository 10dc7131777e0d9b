#include <iostream>

#include "runtime/app/share.h"
#include "runtime/cli/new.h"
#include "runtime/cli/scaffold_integration.h"
#include "runtime/script/loader.h"

namespace mlc::cli {
namespace {

// The definition of the side's system; false (and exit set) when there is none.
bool read_side(Context& context, const script::Host& host, SideWanted& side) {
  auto definition = script::load_system(host, context.workspace, side.system);
  if (definition) {
    side.definition = Json::parse(*definition, nullptr, false);
    return true;
  }
  if (definition.error().code() != Code::not_found) {
    context.fail(kNo, definition.error().text());
    return false;
  }
  std::string known;
  for (const auto& name : script_names(context, *host.files, host.share, "systems")) known += (known.empty() ? "" : ", ") + name;
  context.fail(kNo, "there is no system " + side.system + " (known: " + known + "); make it with: ml-connector new system " + side.system);
  return false;
}

}  // namespace

void add_new_integration(CLI::App& group, Context& context) {
  struct Options {
    std::string name, from, to;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(group, context, "integration", "makes scripts/integrations/NAME: a flow and a mapping from one system to another",
                          "ml-connector new integration shop_parcels --from shop --to parcels", false, [&context, options] {
                            RealFiles files;
                            if (!in_workspace(context, files)) return;
                            auto share = app::find_share(files, context.share);
                            if (!share) return context.fail(share.error());
                            if (!is_free_name(context, files, *share, "integrations", options->name)) return;
                            const script::Host host = app::make_host(files, *share);
                            SideWanted from = side_named(options->from), to = side_named(options->to);
                            if (!read_side(context, host, from) || !read_side(context, host, to)) return;
                            auto made = begin_integration(options->name, from, to);
                            if (!made) return context.fail(kNo, made.error().text());
                            const std::string folder = "scripts/integrations/" + options->name;
                            if (!write_all(context, folder, *made)) return;
                            std::cout << folder << " is made. Next:\n"
                                      << "  ml-connector check\n"
                                      << "  ml-connector test " << folder << "\n"
                                      << "  ml-connector new client acme --integration " << options->name << "\n";
                          });
  sub->add_option("NAME", options->name, "name of the integration")->required();
  sub->add_option("--from", options->from, "the system whose records are read, or one of its lists: shop, shop.orders.list")
      ->required()
      ->type_name("SYSTEM");
  sub->add_option("--to", options->to, "the system where they are made, or one of its writes: books, books.invoices.create")
      ->required()
      ->type_name("SYSTEM");
}

}  // namespace mlc::cli
