#include "runtime/app/sandbox.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bindings/bindings.h"
#include "runtime/app/share.h"
#include "runtime/app/signals.h"
#include "runtime/base/event_loop.h"
#include "runtime/base/log.h"
#include "runtime/base/system_clock.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/http/address.h"
#include "runtime/http/certificate_authority.h"
#include "runtime/http/client.h"
#include "runtime/script/service.h"

namespace mlc::app {
namespace {

using Json = nlohmann::ordered_json;

// Everything random in the simulated systems comes from --seed, so that a run can be had again.
struct Folder {
  std::string path, ca, server_certificate, server_key, runtime_certificate, runtime_key, clock;
};

Result<Folder> prepare_folder(Files& files, const SandboxOptions& options) {
  Folder folder;
  folder.path = options.state;
  if (folder.path.empty()) {
    std::string name = (std::filesystem::temp_directory_path() / "ml-connector-sandbox-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      return Error(Code::io, "can't make a folder under " + std::filesystem::temp_directory_path().string());
    folder.path = name;
  }
  folder.path = std::filesystem::absolute(folder.path).string();
  auto made = files.make_dirs(folder.path, 0700);
  if (!made) return made.error();
  folder.ca = folder.path + "/ca.pem";
  folder.server_certificate = folder.path + "/server-cert.pem";
  folder.server_key = folder.path + "/server-key.pem";
  folder.runtime_certificate = folder.path + "/runtime-cert.pem";
  folder.runtime_key = folder.path + "/runtime-key.pem";
  folder.clock = options.clock.empty() ? folder.path + "/clock.json" : std::filesystem::absolute(options.clock).string();
  // A restart keeps its certificates, so that a runtime that trusts ca.pem goes on trusting it.
  if (files.exists(folder.ca) && files.exists(folder.runtime_key) && files.exists(folder.server_key)) return folder;

  auto authority = http::CertificateAuthority::make("ml-connector sandbox");
  if (!authority) return authority.error();
  auto server = authority->issue();
  if (!server) return server.error();
  auto runtime = authority->issue();
  if (!runtime) return runtime.error();
  const std::pair<const std::string*, const std::string*> written[] = {{&folder.server_certificate, &server->certificate_pem},
                                                                       {&folder.server_key, &server->key_pem},
                                                                       {&folder.runtime_certificate, &runtime->certificate_pem},
                                                                       {&folder.runtime_key, &runtime->key_pem},
                                                                       {&folder.ca, &authority->certificate_pem()}};
  for (const auto& [path, text] : written) {
    auto status = files.write_atomic(*path, *text, 0600);
    if (!status) return status.error();
  }
  return folder;
}

// The workspace's own simulated systems: scripts/sandbox/<name>/init.lua.
struct OwnSystems {
  std::string folder;
  std::vector<std::string> names;
};

OwnSystems own_systems(Files& files, const std::string& workspace) {
  OwnSystems own;
  const std::string folder = workspace + "/scripts/sandbox";
  if (!files.exists(folder)) return own;
  own.folder = folder;
  for (const auto& name : files.list(folder).value_or({}))
    if (files.exists(folder + "/" + name + "/init.lua")) own.names.push_back(name);
  return own;
}

bool is_loopback(const std::string& address) { return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0; }

}  // namespace

Status run_sandbox(const SandboxOptions& options, std::function<void(const std::string& line)> announce) {
  if (!is_loopback(options.address)) return Error(Code::config, "the sandbox serves on loopback only, not on " + options.address);
  RealFiles files;
  auto share = find_share(files, options.share);
  if (!share) return share.error();
  auto scripts = find_sandbox(files, *share);
  if (!scripts) return scripts.error();
  auto folder = prepare_folder(files, options);
  if (!folder) return folder.error();

  SystemClock real;
  if (!files.exists(folder->clock)) {
    auto written = FileClock::write(folder->clock, real.wall(), real.wall(), options.scale);
    if (!written) return written.error();
  }
  auto clock = FileClock::open(folder->clock);
  if (!clock) return clock.error();

  EventLoop loop(**clock);
  SeededRandom random(static_cast<uint64_t>(options.seed));
  Log log(**clock, stderr);
  http::Client transport(loop);
  const script::Host host = make_host(files, *share);

  const OwnSystems own = own_systems(files, options.workspace);
  Json arguments;
  arguments["only"] = options.only;
  arguments["own"] = own.names;
  arguments["seed"] = options.seed;
  arguments["address"] = options.address;
  arguments["port"] = options.port;
  arguments["ca"] = folder->ca;
  arguments["state"] = folder->path;
  for (const auto& [name, path] : {std::pair{"cert", folder->server_certificate}, std::pair{"key", folder->server_key}}) {
    auto text = files.read(path);
    if (!text) return text.error();
    arguments["tls"][name] = *text;
  }

  Status end = ok_status();
  script::ServiceWiring wiring;
  wiring.loop = &loop;
  wiring.env = {clock->get(), &loop, &loop, &random};
  wiring.transport = &transport;
  wiring.log = &log;
  wiring.folder = *scripts;
  wiring.more = own.folder;
  wiring.advance_clock = [&](Duration by) { return (*clock)->advance(folder->clock, by); };
  wiring.exit = [&](int code, std::string why) {
    if (code != 0) end = Error(Code::config, "the sandbox stopped: " + why);
    loop.stop();
  };
  auto service =
      script::Service::start(host, bindings::service_modules(), wiring, "init.lua", arguments.dump(), [&](Result<std::string> ready) {
        if (!ready) {
          end = ready.error();
          loop.stop();
          return;
        }
        Json line = Json::parse(*ready, nullptr, false);
        if (!line.is_object()) {
          end = Error(Code::internal, "the sandbox's init.lua must return a table");
          loop.stop();
          return;
        }
        line["ca"] = folder->ca;
        line["clock"] = folder->clock;
        line["certificate"] = {{"cert", folder->runtime_certificate}, {"key", folder->runtime_key}};
        announce(line.dump());
      });
  if (!service) return service.error();
  if (!end) return end;  // failed before its first wait, and so before anything listens
  auto signals = on_stop_signal(loop, [&] { loop.stop(); });
  loop.run();
  signals.reset();
  service->reset();
  return end;
}

}  // namespace mlc::app
