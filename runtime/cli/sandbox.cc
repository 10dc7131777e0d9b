#include "runtime/app/sandbox.h"

#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_sandbox(CLI::App& root, Context& context) {
  struct Options {
    app::SandboxOptions sandbox;
    std::string only, listen = "127.0.0.1:0";
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(root, context, "sandbox", "serves the simulated systems on this machine, as strict as the real ones",
              "ml-connector sandbox --seed 7", false, [&context, options] {
                auto& sandbox = options->sandbox;
                sandbox.share = context.share;
                sandbox.workspace = context.workspace;
                sandbox.clock = context.clock;
                std::stringstream names(options->only);
                for (std::string name; std::getline(names, name, ',');) sandbox.only.push_back(name);
                const auto colon = options->listen.rfind(':');
                if (colon == std::string::npos) return context.fail(kUsage, "--listen takes ADDRESS:PORT");
                sandbox.address = options->listen.substr(0, colon);
                const std::string port = options->listen.substr(colon + 1);
                if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535)
                  return context.fail(kUsage, "--listen takes ADDRESS:PORT with a port from 0 to 65535");
                sandbox.port = static_cast<uint16_t>(std::stoi(port));
                auto end = app::run_sandbox(sandbox, [](const std::string& line) { std::cout << line << std::endl; });
                if (!end) context.fail(kEnvironment, end.error().text());
              });
  sub->add_option("--only", options->only, "names of systems, with commas between (default: the usual ones, and the workspace's own)");
  sub->add_option("--seed", options->sandbox.seed, "seed of everything random");
  sub->add_option("--listen", options->listen, "address and first port; loopback only")->type_name("ADDRESS:PORT");
  sub->add_option("--state", options->sandbox.state, "folder for ca.pem, certificates and the clock (default: a new temporary one)")
      ->type_name("DIR");
  sub->add_option("--clock", context.clock, "clock file, made when missing (default: clock.json in --state)")->type_name("FILE");
  sub->add_option("--scale", options->sandbox.scale, "virtual seconds in a real one, for a new clock file")
      ->check(CLI::Range(0.001, 100000.0));
}

}  // namespace mlc::cli
