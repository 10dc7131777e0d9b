#include <iostream>

#include "runtime/app/share.h"
#include "runtime/base/encoding.h"
#include "runtime/base/files.h"
#include "runtime/base/system_clock.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/scaffold.h"
#include "runtime/vault/vault.h"
#include "runtime/workbench/editor.h"

namespace mlc::cli {
namespace {

std::string settings_text(const std::string& id) {
  return "-- Settings of this workspace. Secrets never stand here: ml-connector secret set CLIENT CONNECTION KEY\n"
         "id = \"" +
         id +
         "\"\n"
         "\n"
         "-- Where webhooks and OAuth callbacks arrive. Plain http behind a proxy on this machine, or with\n"
         "-- tls = { cert = \"cert.pem\", key = \"key.pem\" } when it faces the internet itself.\n"
         "listen = { address = \"127.0.0.1:8080\" }\n"
         "proxies = { \"127.0.0.1\" }\n"
         "public_url = \"https://hooks.example.com\"\n"
         "\n"
         "-- The console and the admin API: loopback only.\n"
         "admin = \"127.0.0.1:8081\"\n"
         "store = \"sqlite\"\n"
         "\n"
         "-- One OAuth grant for several clients: what one remote user agreed to.\n"
         "grants = {\n"
         "  -- books_nl = grant { system = \"SYSTEM\", region = \"nl\", clients = { \"acme\" } },\n"
         "}\n";
}

}  // namespace

void add_init(CLI::App& root, Context& context) {
  auto folder = std::make_shared<std::string>();
  CLI::App* sub = command(
      root, context, "init", "makes a workspace and its master key", "ml-connector init books && cd books", false, [&context, folder] {
        const std::string where = folder->empty() ? context.workspace : *folder;
        SystemRandom random;
        std::string bytes(2, '\0');
        random.fill(bytes.data(), bytes.size());
        const std::string id = "ws-" + to_hex(bytes);
        if (!write_new(context, where + "/ml-connector.lua", settings_text(id))) return;
        RealFiles files;
        if (!files.exists(where + "/.gitignore")) write_new(context, where + "/.gitignore", "state/\n.luals/\n");
        // For editors with a Lua language server; `check` keeps the folder current.
        if (!files.exists(where + "/" + workbench::kEditorSettings))
          write_new(context, where + "/" + workbench::kEditorSettings, workbench::editor_settings());
        if (auto share = app::find_share(files, context.share)) {
          auto types = workbench::refresh_editor_files(app::make_host(files, *share), where);
          if (!types) return context.fail(types.error());
        }
        auto made = files.make_dirs(where + "/clients", 0755);
        if (!made) return context.fail(made.error());
        auto key = vault::make_master_key(files, random, id, "");
        if (!key) return context.fail(key.error());
        std::cout << "workspace " << id << " in " << where << "\n"
                  << "master key in " << *key << ": without it the store can't be read. Keep a copy elsewhere.\n\nNext:\n"
                  << (where == "." ? "" : "  cd " + where + "\n")
                  << "  ml-connector new client acme --integration INTEGRATION\n  ml-connector check\n";
      });
  sub->add_option("DIR", *folder, "the folder (default: --workspace)");
}

}  // namespace mlc::cli
