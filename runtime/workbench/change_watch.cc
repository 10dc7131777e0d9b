#include "runtime/workbench/change_watch.h"

namespace mlc::workbench {
namespace {

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Editors' swap files and git's own are nobody's scripts.
bool is_ours(const FolderEvent& event) {
  const std::string name = name_of(event.path);
  if (name.empty() || name.front() == '.') return false;
  return event.folder || name.ends_with(".lua") || name.ends_with(".csv");
}

}  // namespace

ChangeWatch::ChangeWatch(Environment env, FolderWatcher& watcher, std::function<void()> changed, ChangeWatchOptions options)
    : env_(env), watcher_(watcher), changed_(std::move(changed)), options_(options) {}

ChangeWatch::~ChangeWatch() = default;

Status ChangeWatch::watch(const std::string& workspace, const std::string& share) {
  auto below = [](const std::string& root, std::set<std::string> tops) {
    return [root, tops = std::move(tops)](const std::string& path) {
      if (name_of(path).front() == '.') return false;
      const size_t begin = root.size() + 1, end = path.find('/', begin);
      return tops.contains(path.substr(begin, end == std::string::npos ? end : end - begin));
    };
  };
  std::vector<std::pair<std::string, std::set<std::string>>> wanted = {{workspace, {"clients", "scripts"}}};
  if (share != workspace) wanted.push_back({share, {"scripts", "stdlib"}});
  else wanted.front().second.insert("stdlib");
  for (auto& [root, tops] : wanted) {
    auto watch = watcher_.watch(root, below(root, tops), [this](const FolderEvent& event) { note(event); });
    if (!watch) return watch.error();
    watches_.push_back(std::move(*watch));
  }
  return ok_status();
}

void ChangeWatch::note(const FolderEvent& event) {
  if (!is_ours(event)) return;
  if (event.writing) being_written_.insert(event.path);
  else being_written_.erase(event.path);
  if (!timer_) first_ = env_.clock->steady();
  wait();
}

void ChangeWatch::wait() {
  timer_ = env_.timers->after_real(options_.quiet, [this] {
    const bool patient = (env_.clock->steady() - first_) / env_.clock->scale() < options_.longest;
    if (!being_written_.empty() && patient) return wait();
    being_written_.clear();
    timer_.reset();
    changed_();
  });
  // A stream that never pauses: do not let each event put the end off again.
  if ((env_.clock->steady() - first_) / env_.clock->scale() < options_.longest) return;
  timer_ = env_.timers->after_real(Duration(0), [this] {
    being_written_.clear();
    timer_.reset();
    changed_();
  });
}

}  // namespace mlc::workbench
