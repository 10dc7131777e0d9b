#include "runtime/app/suspects.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

namespace mlc::app {
namespace {

constexpr size_t kMostRemembered = 1000;
// A signal handler has no argument of ours; one serving runtime a process.
std::atomic<const Suspects*> watching{nullptr};

void on_fatal(int number) {
  if (const Suspects* suspects = watching.load()) {
    std::array<WorkBoard::Busy, WorkBoard::kPlaces> busy;
    const size_t count = suspects->board().read(busy);
    for (size_t i = 0; i < count; ++i)
      if (busy[i].thread == gettid()) suspects->name(busy[i].work);
  }
  signal(number, SIG_DFL);
  raise(number);
}

}  // namespace

Suspects::Suspects(const std::string& state_folder, const WorkBoard& board) : board_(board) {
  const std::string path = state_folder + "/suspects";
  size_t lines = 0;
  {
    std::ifstream before(path);
    for (int64_t job = 0; before >> job; ++lines) named_.insert(job);
  }
  const int mode = O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (lines > kMostRemembered ? O_TRUNC : 0);
  file_ = open(path.c_str(), mode, 0600);
}

Suspects::~Suspects() {
  const Suspects* self = this;
  watching.compare_exchange_strong(self, nullptr);
  if (file_ >= 0) close(file_);
}

void Suspects::name(int64_t job) const {
  char text[24];
  size_t at = sizeof text;
  text[--at] = '\n';
  do {
    text[--at] = static_cast<char>('0' + job % 10);
    job /= 10;
  } while (job > 0);
  // Without this line the next start only needs more evidence: nothing better can be done in a process that ends.
  if (write(file_, text + at, sizeof text - at) < 0) return;
}

void Suspects::watch_signals() {
  watching = this;
  struct sigaction action {};
  action.sa_handler = on_fatal;
  action.sa_flags = SA_NODEFER | SA_ONSTACK;
  for (int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) sigaction(number, &action, nullptr);
}

}  // namespace mlc::app
