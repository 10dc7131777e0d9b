#include "runtime/base/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 declares its functions without their linkage
}

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace mlc {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { shut(); }
  void shut() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

Error failed(const std::string& doing) { return {Code::io, doing + ": " + std::strerror(errno)}; }

struct Pipe {
  Descriptor read, write;
  bool make() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return true;
  }
};

// While it lives, a write to a pipe that nobody reads is an error of this thread and no signal.
class QuietPipes {
 public:
  QuietPipes() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~QuietPipes() {
    const timespec at_once{};
    if (sigismember(&before_, SIGPIPE) == 0)
      while (sigtimedwait(&pipe_, nullptr, &at_once) > 0) {}
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  QuietPipes(const QuietPipes&) = delete;
  QuietPipes& operator=(const QuietPipes&) = delete;

 private:
  sigset_t pipe_{}, before_{};
};

std::vector<std::string> environment() {
  std::vector<std::string> list;
  for (const char* name : {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ"})
    if (const char* value = getenv(name)) list.push_back(std::string(name) + "=" + value);
  return list;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

int exit_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

Result<pid_t> start(const Command& command, const Pipe& in, const Pipe& out) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, in.read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  auto arguments = command.arguments;
  auto variables = environment();
  pid_t child = -1;
  const int error =
      posix_spawn(&child, arguments.front().c_str(), &actions, &attributes, pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return Error(error == ENOENT ? Code::not_found : Code::io, command.arguments.front() + ": " + std::strerror(error));
  return child;
}

// Reads what is there. False at its end.
bool take(int from, std::string& output, size_t most) {
  std::array<char, 4096> bytes{};
  const ssize_t count = ::read(from, bytes.data(), bytes.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  output.append(bytes.data(), std::min(static_cast<size_t>(count), most - std::min(most, output.size())));
  return count > 0;
}

}  // namespace

Result<CommandEnd> run_command(const Command& command) {
  if (command.arguments.empty() || command.arguments.front().empty() || command.arguments.front().front() != '/')
    return Error(Code::invalid_argument, "a command begins with the full path of its program");
  const QuietPipes quiet;
  Pipe in, out;
  if (!in.make() || !out.make()) return failed("pipe");
  Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  if (!timer.open()) return failed("timerfd");
  auto started = start(command, in, out);
  if (!started) return started.error();
  const pid_t child = *started;
  in.read.shut();
  out.write.shut();
  Descriptor ended(pidfd_open(child, 0));
  fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
  fcntl(out.read.get(), F_SETFL, O_NONBLOCK);
  itimerspec limit{};
  limit.it_value.tv_sec = command.limit / std::chrono::seconds(1);
  limit.it_value.tv_nsec = static_cast<long>((command.limit % std::chrono::seconds(1)) / std::chrono::nanoseconds(1));
  timerfd_settime(timer.get(), 0, &limit, nullptr);

  CommandEnd end;
  size_t sent = 0;
  bool timed_out = !ended.open();
  while (!timed_out) {
    if (in.write.open() && sent == command.input.size()) in.write.shut();
    std::array<pollfd, 4> waits = {
        {{ended.get(), POLLIN, 0}, {timer.get(), POLLIN, 0}, {out.read.get(), POLLIN, 0}, {in.write.get(), POLLOUT, 0}}};
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    if (waits[2].revents != 0 && !take(out.read.get(), end.output, command.max_output)) out.read.shut();
    if (waits[3].revents != 0) {
      const ssize_t count = ::write(in.write.get(), command.input.data() + sent, command.input.size() - sent);
      if (count > 0) sent += static_cast<size_t>(count);
      else if (count < 0 && errno != EINTR && errno != EAGAIN) sent = command.input.size();  // it reads no further: its own affair
    }
    if (waits[0].revents != 0) break;  // whoever it left behind may keep the pipe open
    timed_out = waits[1].revents != 0;
  }
  if (timed_out) kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (out.read.open() && !timed_out) {
    pollfd rest{out.read.get(), POLLIN, 0};
    while (poll(&rest, 1, 0) > 0 && take(out.read.get(), end.output, command.max_output)) {}
  }
  if (timed_out)
    return Error(Code::timeout, command.arguments.front() + " did not end within " +
                                    std::to_string(command.limit / std::chrono::seconds(1)) + " s and was killed");
  end.exit = exit_of(status);
  return end;
}

}  // namespace mlc
