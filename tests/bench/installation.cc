#include "tests/bench/installation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace mlc::bench {
namespace {

void write_file(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(probe, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return ntohs(address.sin_port);
}

// Nothing answers at the remotes' address: what is measured here calls nobody.
std::string client_text(uint16_t nobody, int number, int instances) {
  const std::string url = "http://127.0.0.1:" + std::to_string(nobody);
  const std::string store = number == 0 ? std::string(kStoreHash) : "hash" + std::to_string(number);
  std::string text = "zone = \"Europe/Amsterdam\"\nconnections = {\n  shop = connection \"bigcommerce\" { store_hash = \"" + store +
                     "\", base_url = \"" + url +
                     "\", allow_loopback = true },\n  books = connection \"exact_online\" { division = " + std::to_string(123456 + number) +
                     ", base_url = \"" + url + "\", allow_loopback = true },\n}\ninstances = {\n";
  for (int i = 0; i < instances; ++i) {
    text += "  shop_nl" + (i == 0 ? std::string() : std::to_string(i)) +
            " = use \"bigcommerce_exact_online\" { bind = { shop = \"shop\", books = \"books\" }, settings = { journal = \"" +
            std::to_string(10 + (number + i) % 90) + "\" } },\n";
  }
  return text + "}\n";
}

}  // namespace

Installation::Installation(std::string program, const std::string& folder, int clients, int instances)
    : program_(std::move(program)), folder_(folder), workspace_(folder + "/workspace"), port_(free_port()) {
  init();
  const uint16_t nobody = free_port();
  for (int i = 0; i < clients; ++i)
    write_file(workspace_ + "/clients/c" + std::to_string(i) + "/client.lua", client_text(nobody, i, instances));
}

Installation::Installation(std::string program, const std::string& folder, const std::string& folder_of_files, const std::string& url)
    : program_(std::move(program)), folder_(folder), workspace_(folder + "/workspace"), port_(free_port()) {
  init();
  const auto how = std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy(folder_of_files, workspace_, how);
  for (const auto& client : std::filesystem::directory_iterator(workspace_ + "/clients")) {
    const std::string file = client.path().string() + "/client.lua";
    std::string text = read_file(file);
    for (size_t at = text.find("@URL@"); at != std::string::npos; at = text.find("@URL@", at)) text.replace(at, 5, url);
    write_file(file, text);
  }
}

void Installation::init() {
  setenv("XDG_CONFIG_HOME", (folder_ + "/config").c_str(), 1);  // where `init` keeps the master key
  std::filesystem::create_directories(workspace_);
  command({"init", workspace_});
  const std::string made = read_file(workspace_ + "/ml-connector.lua");
  const auto id = made.find("id = \"");
  if (id == std::string::npos) throw std::runtime_error("init wrote no id");
  write_file(workspace_ + "/ml-connector.lua", made.substr(id, made.find('\n', id) - id) +
                                                   "\nlisten = { address = \"127.0.0.1:" + std::to_string(port_) +
                                                   "\" }\npublic_url = \"https://hooks.example.com\"\nstore = \"sqlite\"\n");
}

Installation::~Installation() { stop(); }

pid_t Installation::spawn(const std::vector<std::string>& arguments, const std::string& output) {
  std::vector<char*> pointers{program_.data()};
  for (const auto& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t process = -1;
  const int failed = posix_spawn(&process, program_.c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(program_ + ": " + std::strerror(failed));
  return process;
}

void Installation::command(std::vector<std::string> arguments) {
  const std::string output = folder_ + "/command.log";
  if (arguments.front() != "init") arguments.insert(arguments.end(), {"--workspace", workspace_});
  const pid_t process = spawn(arguments, output);
  int status = 0;
  waitpid(process, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(arguments.front() + " failed: " + read_file(output));
}

void Installation::store_secrets(const std::string& client) {
  import_secrets("{\"" + client + "\":{\"shop\":{\"access_token\":\"bench\",\"client_secret\":\"" + kClientSecret + "\",\"hook_token\":\"" +
                 kHookToken + "\"}}}");
}

void Installation::import_secrets(const std::string& json) {
  const std::string file = folder_ + "/secrets.json";
  write_file(file, json);
  command({"secret", "import", file});
}

double Installation::cpu_seconds() const {
  const std::string text = read_file("/proc/" + std::to_string(process_) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double Installation::start() {
  const int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder_ + "/notify";
  unlink(path.c_str());
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (bind(notify, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("can't bind " + path);
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  const Stopwatch watch;
  process_ = spawn({"serve", "--workspace", workspace_}, folder_ + "/serve.log");
  unsetenv("NOTIFY_SOCKET");
  for (;;) {
    pollfd wanted{notify, POLLIN, 0};
    if (poll(&wanted, 1, 100) == 1) {
      char text[512];
      const auto got = recv(notify, text, sizeof text - 1, 0);
      if (got > 0 && std::string(text, static_cast<size_t>(got)).find("READY=1") != std::string::npos) break;
    }
    if (waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      throw std::runtime_error("serve ended: " + read_file(folder_ + "/serve.log"));
    }
    if (watch.seconds() > 600) throw std::runtime_error("serve was not ready within 600 s");
  }
  const double took = watch.seconds();
  close(notify);
  return took;
}

void Installation::stop() {
  if (process_ < 0) return;
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace mlc::bench
