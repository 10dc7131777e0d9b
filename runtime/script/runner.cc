#include "runtime/script/runner.h"

#include <algorithm>
#include <set>

#include "runtime/script/job_run.h"
#include "runtime/script/slot.h"

namespace mlc::script {
namespace {

constexpr int kRunsPerIsolate = 16;                      // more get an isolate of their own
constexpr Duration kIdleTime = std::chrono::minutes(5);  // then an isolate that no job wanted is closed

std::string key_of(const std::string& client, const std::string& instance, const std::string& version) {
  return client + "/" + instance + "/" + version;
}

// What the engine holds of a run. Dropping it abandons.
class Handle : public engine::Run {
 public:
  explicit Handle(std::shared_ptr<JobRun> run) : run_(std::move(run)) {}
  ~Handle() override { abandon(); }

  void abandon() override {
    if (run_->abandoned.exchange(true) || run_->ended) return;
    run_->slot->post([run = run_](Slot& slot) {
      if (run->ended) return;
      run->ended = true;
      run->slot->active -= 1;
      auto isolate = slot.isolate();
      run->functions.reset();
      run->environment.reset();
      if (isolate) (*isolate)->cancel(run->fiber);
    });
  }

 private:
  std::shared_ptr<JobRun> run_;
};

}  // namespace

class Runner::Core {
 public:
  Core(const Host& host, Environment env, Executor& workers) : host_(host), env_(env), workers_(workers) {}

  void set_live(std::vector<std::shared_ptr<const Program>> programs) {
    live_ = std::move(programs);
    for (const auto& program : live_) add(program);
  }

  void add(const std::shared_ptr<const Program>& program) {
    known_[key_of(program->instance.client, program->instance.name, program->instance.version)] = program;
  }

  void keep_only(const std::vector<std::string>& pinned) {
    std::set<std::string> kept(pinned.begin(), pinned.end());
    for (const auto& program : live_) kept.insert(program->instance.version);
    std::erase_if(known_, [&](const auto& entry) { return !kept.contains(entry.second->instance.version); });
    std::erase_if(slots_, [&](const auto& entry) { return !known_.contains(entry.first); });
  }

  std::vector<engine::InstancePtr> instances() const {
    std::vector<engine::InstancePtr> all;
    for (const auto& program : live_) all.emplace_back(program, &program->instance);
    return all;
  }

  std::shared_ptr<const Program> find(const std::string& client, const std::string& instance, const std::string& version) const {
    if (version.empty()) {
      for (const auto& program : live_) {
        if (program->instance.client == client && program->instance.name == instance) return program;
      }
      return nullptr;
    }
    auto found = known_.find(key_of(client, instance, version));
    return found == known_.end() ? nullptr : found->second;
  }

  Result<std::unique_ptr<engine::Run>> start(engine::RunInput input, std::shared_ptr<engine::RunHost> host,
                                             std::function<void(engine::RunEnd)> end) {
    auto program = find(input.job.client, input.job.instance, input.job.version);
    if (program == nullptr)
      return Error(Code::not_found, "instance " + input.job.client + "/" + input.job.instance + " has no version " + input.job.version);
    auto same = [&](const engine::Flow& flow) { return flow.name == input.job.flow; };
    if (std::none_of(program->instance.flows.begin(), program->instance.flows.end(), same)) {
      return Error(Code::not_found, "integration " + program->instance.integration + " has no flow " + input.job.flow);
    }
    auto run = std::make_shared<JobRun>();
    run->program = program;
    run->slot = slot_for(*program);
    run->slot->active += 1;
    run->host = std::move(host);
    run->end = std::move(end);
    run->input = std::move(input);
    run->executor = env_.executor;
    auto handle = std::make_unique<Handle>(run);
    run->slot->post([run](Slot& slot) { begin(run, slot); });
    return std::unique_ptr<engine::Run>(std::move(handle));
  }

  const std::vector<std::shared_ptr<const Program>>& programs() const { return live_; }

  size_t isolates() const {
    size_t count = 0;
    for (const auto& [key, slots] : slots_) count += slots.size();
    return count;
  }

 private:
  static void begin(const std::shared_ptr<JobRun>& run, Slot& slot) {
    if (run->abandoned) return;
    auto isolate = slot.isolate();
    if (isolate) return run->begin(**isolate);
    run->ended = true;
    slot.active -= 1;
    engine::RunEnd failed;
    failed.how = engine::RunEnd::How::failed;
    failed.code = "exhausted";
    failed.reason = isolate.error().text();
    failed.retryable = true;
    run->executor->post([run, failed] {
      if (!run->abandoned) run->end(failed);
    });
  }

  std::shared_ptr<Slot> slot_for(const Program& program) {
    auto& slots = slots_[key_of(program.instance.client, program.instance.name, program.instance.version)];
    std::erase_if(slots, [](const auto& slot) { return slot->exhausted.load(); });
    for (const auto& slot : slots) {
      if (slot->active >= kRunsPerIsolate) continue;
      slot->used = env_.clock->steady();
      return slot;
    }
    make_room();
    Profile profile;
    profile.budget = host_.job;
    profile.modules = host_.modules;
    profile.board = host_.board;
    auto slot = std::make_shared<Slot>(workers_, std::move(profile));
    slot->used = env_.clock->steady();
    slots.push_back(slot);
    watch_idle();
    return slot;
  }

  static bool is_idle(const std::shared_ptr<Slot>& slot) { return slot->active == 0; }

  // The isolate is closed where it ran.
  static void close(const std::shared_ptr<Slot>& slot) {
    slot->post([](Slot& closing) { closing.drop_isolate(); });
  }

  // Isolates are a cache: the one that was idle for longest goes when there are too many.
  void make_room() {
    while (isolates() >= std::max<size_t>(host_.idle_isolates, 1)) {
      std::vector<std::shared_ptr<Slot>>* of = nullptr;
      size_t oldest = 0;
      for (auto& [key, slots] : slots_) {
        for (size_t i = 0; i < slots.size(); ++i) {
          if (is_idle(slots[i]) && (of == nullptr || slots[i]->used < (*of)[oldest]->used)) of = &slots, oldest = i;
        }
      }
      if (of == nullptr) return;  // all of them run
      close((*of)[oldest]);
      of->erase(of->begin() + static_cast<std::ptrdiff_t>(oldest));
    }
  }

  void watch_idle() {
    if (timer_ != nullptr || env_.timers == nullptr) return;
    timer_ = env_.timers->after_real(kIdleTime / 2, [this] {
      timer_.reset();
      close_idle();
      if (isolates() > 0) watch_idle();
    });
  }

  void close_idle() {
    SteadyTime now = env_.clock->steady();
    for (auto& [key, slots] : slots_) {
      std::erase_if(slots, [&](const auto& slot) {
        if (!is_idle(slot)) slot->used = now;
        if (now - slot->used < kIdleTime) return false;
        close(slot);
        return true;
      });
    }
    std::erase_if(slots_, [](const auto& entry) { return entry.second.empty(); });
  }

  const Host& host_;
  Environment env_;
  Executor& workers_;
  std::vector<std::shared_ptr<const Program>> live_;
  std::map<std::string, std::shared_ptr<const Program>> known_;
  std::map<std::string, std::vector<std::shared_ptr<Slot>>> slots_;
  std::unique_ptr<Timer> timer_;
};

Runner::Runner(const Host& host, Environment env, Executor& workers) : core_(std::make_shared<Core>(host, env, workers)) {}
Runner::~Runner() = default;
void Runner::set_live(std::vector<std::shared_ptr<const Program>> programs) { core_->set_live(std::move(programs)); }
void Runner::add(std::shared_ptr<const Program> program) { core_->add(program); }
void Runner::keep_only(const std::vector<std::string>& pinned) { core_->keep_only(pinned); }
std::vector<engine::InstancePtr> Runner::instances() { return core_->instances(); }
Result<std::unique_ptr<engine::Run>> Runner::start(engine::RunInput input, std::shared_ptr<engine::RunHost> host,
                                                   std::function<void(engine::RunEnd)> end) {
  return core_->start(std::move(input), std::move(host), std::move(end));
}
bool Runner::has_version(const std::string& client, const std::string& instance, const std::string& version) {
  return core_->find(client, instance, version) != nullptr;
}
Task<Status> Runner::bring(std::string client, std::string instance, std::string version) {
  if (!archive_) co_return Error(Code::not_found, "instance " + client + "/" + instance + " has no version " + version);
  auto asking = archive_(version);
  auto program = co_await std::move(asking);
  if (!program) co_return program.error();
  if ((*program)->instance.client != client || (*program)->instance.name != instance)
    co_return Error(Code::not_found, "script version " + version + " is not of " + client + "/" + instance);
  core_->add(*program);
  co_return ok_status();
}
std::vector<std::shared_ptr<const Program>> Runner::programs() const { return core_->programs(); }
size_t Runner::isolates() const { return core_->isolates(); }

}  // namespace mlc::script
