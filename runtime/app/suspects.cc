#include "runtime/app/suspects.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace mlc::app {
namespace {

constexpr size_t kMostRemembered = 1000;
// A signal handler has no argument of ours; one serving runtime a process.
std::atomic<const Suspects*> watching{nullptr};

// One line of the log: what ended the process, where. Offsets are into the program, for `addr2line -fe ml-connector OFFSET`; those
// of libraries have their name. Nothing here allocates.
void tell(int number) {
  constexpr int kMostFrames = 24;
  void* frames[kMostFrames];
  const int count = backtrace(frames, kMostFrames);
  char thread[16] = "?", line[2048];
  prctl(PR_GET_NAME, thread);
  int at = std::snprintf(line, sizeof line, R"({"level":"error","event":"fatal.signal","signal":%d,"thread":"%s","at":")", number, thread);
  for (int i = 1; i < count && at < static_cast<int>(sizeof line) - 200; ++i) {  // the first is this
    Dl_info info{};
    const bool known = dladdr(frames[i], &info) != 0 && info.dli_fname != nullptr;
    const char* file = known ? info.dli_fname : "?";
    for (const char* each = file; *each != '\0'; ++each)
      if (*each == '/') file = each + 1;
    const auto offset = reinterpret_cast<uintptr_t>(frames[i]) - (known ? reinterpret_cast<uintptr_t>(info.dli_fbase) : 0);
    at += std::snprintf(line + at, sizeof line - static_cast<size_t>(at), "%s%.60s+0x%zx", i > 1 ? " " : "", file, offset);
  }
  at += std::snprintf(line + at, sizeof line - static_cast<size_t>(at), "\"}\n");
  if (write(STDERR_FILENO, line, static_cast<size_t>(at)) < 0) return;
}

void on_fatal(int number) {
  signal(number, SIG_DFL);  // should telling fail too
  if (const Suspects* suspects = watching.load()) {
    std::array<WorkBoard::Busy, WorkBoard::kPlaces> busy;
    const size_t count = suspects->board().read(busy);
    for (size_t i = 0; i < count; ++i)
      if (busy[i].thread == gettid()) suspects->name(busy[i].work);
  }
  tell(number);
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
  void* first = nullptr;
  backtrace(&first, 1);  // loads what it needs, which a handler could not
  struct sigaction action {};
  action.sa_handler = on_fatal;
  action.sa_flags = SA_NODEFER | SA_ONSTACK;
  for (int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) sigaction(number, &action, nullptr);
}

}  // namespace mlc::app
