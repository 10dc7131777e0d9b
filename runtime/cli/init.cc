#include <filesystem>
#include <iostream>

#include "runtime/app/share.h"
#include "runtime/base/encoding.h"
#include "runtime/base/files.h"
#include "runtime/base/system_clock.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/scaffold.h"
#include "runtime/http/address.h"
#include "runtime/vault/vault.h"
#include "runtime/workbench/editor.h"

namespace mlc::cli {
namespace {

std::string quoted(const std::string& text) { return Json(text).dump(); }

// A file as a shell in `folder` names it.
std::string seen_from(const std::string& folder, const std::string& file) {
  return std::filesystem::proximate(std::filesystem::absolute(file), std::filesystem::absolute(folder)).string();
}

// Where the runtime is reached.
struct Site {
  std::string about, listen, proxies, public_url, admin;
};

Site site_of_a_server() {
  return {
      "-- Where webhooks and OAuth callbacks arrive. Plain http behind a proxy on this machine, or with\n"
      "-- tls = { cert = \"cert.pem\", key = \"key.pem\" } when it faces the internet itself.\n",
      "{ address = \"127.0.0.1:8080\" }", "proxies = { \"127.0.0.1\" }\n", "https://hooks.example.com", "127.0.0.1:8081"};
}

// Beside a sandbox: its certificate, and ports that nobody has.
Result<Site> site_beside(const Json& sandbox) {
  auto port = http::free_port();
  if (!port) return port.error();
  auto admin = http::free_port();
  if (!admin) return admin.error();
  const std::string address = ":" + std::to_string(*port);
  const Json& pair = sandbox["certificate"];
  return Site{"-- Where the simulated systems' webhooks and OAuth callbacks arrive, with the certificate that the sandbox made.\n",
              "{ address = \"127.0.0.1" + address + "\", tls = { cert = " + quoted(get(pair, "cert")) +
                  ", key = " + quoted(get(pair, "key")) + " } }",
              "", "https://localhost" + address, "127.0.0.1:" + std::to_string(*admin)};
}

std::string settings_text(const std::string& id, const Site& site) {
  return "-- Settings of this workspace. Secrets never stand here: ml-connector secret set CLIENT CONNECTION KEY\n"
         "id = \"" +
         id + "\"\n\n" + site.about + "listen = " + site.listen + "\n" + site.proxies + "public_url = \"" + site.public_url +
         "\"\n"
         "\n"
         "-- The console and the admin API: loopback only.\n"
         "admin = \"" +
         site.admin +
         "\"\n"
         "store = \"sqlite\"\n"
         "\n"
         "-- One OAuth grant for several clients: what one remote user agreed to.\n"
         "grants = {\n"
         "  -- books_nl = grant { system = \"SYSTEM\", region = \"nl\", clients = { \"acme\" } },\n"
         "}\n";
}

}  // namespace

void add_init(CLI::App& root, Context& context) {
  auto folder = std::make_shared<std::string>(), sandbox = std::make_shared<std::string>();
  CLI::App* sub =
      command(root, context, "init", "makes a workspace and its master key", "ml-connector init books && cd books", false,
              [&context, folder, sandbox] {
                const std::string where = folder->empty() ? context.workspace : *folder;
                Site site = site_of_a_server();
                std::string clock;
                if (!sandbox->empty()) {
                  const auto line = read_sandbox(context, *sandbox);
                  if (!line) return;
                  auto beside = site_beside(*line);
                  if (!beside) return context.fail(beside.error());
                  site = std::move(*beside);
                  clock = get(*line, "clock");
                }
                SystemRandom random;
                std::string bytes(2, '\0');
                random.fill(bytes.data(), bytes.size());
                const std::string id = "ws-" + to_hex(bytes);
                if (!write_new(context, where + "/ml-connector.lua", settings_text(id, site))) return;
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
                          << (where == "." ? "" : "  cd " + where + "\n") << "  ml-connector new client acme --integration INTEGRATION"
                          << (sandbox->empty() ? "" : " --sandbox " + seen_from(where, *sandbox)) << "\n  ml-connector check\n"
                          << (clock.empty() ? "" : "  ml-connector serve --clock " + seen_from(where, clock) + "\n");
              });
  sub->add_option("DIR", *folder, "the folder (default: --workspace)");
  sub->add_option("--sandbox", *sandbox, "for the simulated systems: the file that holds the line `sandbox` printed")->type_name("FILE");
}

}  // namespace mlc::cli
