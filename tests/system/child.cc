#include "tests/system/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

namespace mlc::system_test {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20};

size_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<size_t>(size);
}

// Only calls that are safe between fork and exec.
[[noreturn]] void become(char* const* arguments, char* const* settings, int in, int out, int err) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execve(arguments[0], arguments, settings);
  _exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

void pause_between_looks() { std::this_thread::sleep_for(kBetweenLooks); }

Child::Child(const std::vector<std::string>& arguments, const Variables& variables, const std::string& log, const std::string& input)
    : log_(log), out_from_(size_of(log + ".out")), err_from_(size_of(log + ".err")) {
  std::vector<std::string> words = arguments, settings;
  for (char** each = ::environ; *each != nullptr; ++each) {
    const std::string text = *each;
    if (!variables.contains(text.substr(0, text.find('=')))) settings.push_back(text);
  }
  for (const auto& [name, value] : variables) settings.push_back(name + "=" + value);
  const auto argv = pointers(words), envp = pointers(settings);

  write_file(log + ".in", input);
  const int in = open((log + ".in").c_str(), O_RDONLY | O_CLOEXEC);
  const int out = open((log + ".out").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int err = open((log + ".err").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) become(argv.data(), envp.data(), in, out, err);
  close(in);
  close(out);
  close(err);
  EXPECT_GT(pid_, 0) << "fork failed";
}

Child::~Child() {
  signal(SIGKILL);
  wait(Seconds(10));
}

void Child::signal(int number) {
  if (pid_ > 0 && !end_) kill(pid_, number);
}

std::optional<int> Child::wait(Seconds patience) {
  eventually(patience, [&] {
    if (end_ || pid_ <= 0) return true;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
    end_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
  });
  return end_;
}

std::string Child::written(const std::string& path, size_t from) const {
  const std::string all = read_file(path);
  return from < all.size() ? all.substr(from) : "";
}

std::string Child::output() const { return written(log_ + ".out", out_from_); }
std::string Child::errors() const { return written(log_ + ".err", err_from_); }

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

Folder::~Folder() {
  if (::testing::UnitTest::GetInstance()->Failed()) {
    std::cerr << "kept for a look: " << path << "\n";
    temporary.keep();
  }
}

}  // namespace mlc::system_test
