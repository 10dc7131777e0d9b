// What is the same for the same content is made once in a process and goes with its last user: file texts, compiled
// code, definitions, mappings, settings. Thousands of clients that differ in a few settings share the rest so.
// Any thread.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace mlc::script {

template <class T>
class SharedByContent {
 public:
  // Null when nobody holds it.
  std::shared_ptr<const T> find(const std::string& key) {
    std::lock_guard hold(mutex_);
    auto found = known_.find(key);
    return found == known_.end() ? nullptr : found->second.lock();
  }

  // Of two that were made at once, the first stays.
  std::shared_ptr<const T> keep(const std::string& key, std::shared_ptr<const T> made) {
    std::lock_guard hold(mutex_);
    auto& place = known_[key];
    if (auto first = place.lock()) return first;
    place = made;
    if (known_.size() > prune_at_) {
      std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
      prune_at_ = 2 * known_.size() + kFewest;
    }
    return made;
  }

 private:
  static constexpr size_t kFewest = 256;

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const T>> known_;
  size_t prune_at_ = kFewest;
};

}  // namespace mlc::script
