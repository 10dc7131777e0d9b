// An isolate and a queue in place of its thread, for tests of what scripts may do.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <deque>
#include <string>

#include "runtime/document/document.h"
#include "runtime/script/isolate.h"
#include "runtime/script/value.h"

namespace mlc::script {

class Lab {
 public:
  explicit Lab(Budget budget = small(), std::vector<Module> modules = {}) {
    Profile profile;
    profile.budget = budget;
    profile.modules = std::move(modules);
    auto made = Isolate::make(std::move(profile), [this](std::function<void()> work) { queue_.push_back(std::move(work)); });
    EXPECT_TRUE(made.ok());
    isolate_ = std::move(*made);
  }

  static Budget small() { return {16u << 20, std::chrono::milliseconds(100), std::chrono::milliseconds(300)}; }

  // Starts the text as a fiber; its end is told to `ended` as text, or as "error: …".
  Result<uint64_t> start(const std::string& text, std::string& ended, const Sources& sources = {}) {
    auto compiled = compile("test.lua", text);
    if (compiled.chunk == nullptr) return Error(Code::config, compiled.problem.text());
    return isolate_->spawn(
        [&](lua_State* L) {
          isolate_->push_environment(L, sources);
          for (const auto& entry : kGiven) {
            push_native(L, entry.function);
            Isolate::set_ambient(L, entry.name);
          }
          isolate_->push_chunk(L, *compiled.chunk, -1);
          return 0;
        },
        [&ended](lua_State* L, int status) { ended = (status == LUA_OK ? "" : "error: ") + show(L, -1); }, {},
        std::make_unique<SeededRandom>(7));
  }

  // Runs the text as a fiber; gives what it returned as text, or "error: …".
  std::string run(const std::string& text, const Sources& sources = {}) {
    std::string ended = "nothing";
    auto began = cpu();
    auto started = start(text, ended, sources);
    if (!started) return "error: " + started.error().text();
    drain();
    used_ = cpu() - began;
    return ended;
  }

  void drain() {
    while (!queue_.empty()) {
      auto work = std::move(queue_.front());
      queue_.pop_front();
      work();
    }
  }

  // CPU time of this thread that the last run() took.
  std::chrono::nanoseconds used() const { return used_; }
  Isolate& isolate() { return *isolate_; }

 private:
  static std::chrono::nanoseconds cpu() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  }

  // wait(value) -> value, after going through the queue
  static int wait_once(lua_State* L) {
    std::string value = lua_gettop(L) > 0 ? show(L, 1) : "";
    return Isolate::of(L).suspend(L, [value](Wake wake) {
      wake([value](lua_State* state) {
        push_text(state, value);
        return 1;
      });
    });
  }

  static document::Document parsed(lua_State* L) {
    auto text = text_argument(L, 1);
    Isolate::of(L).need(L, text.size() * 3);
    Isolate::of(L).charge(L, text.size() / 32);  // as the json module does
    auto document = document::Document::parse(std::string(text));
    if (!document) raise(L, document.error().text());
    return *document;
  }
  // record(json) -> record; plain(json) -> tables; encode(value) -> json
  static int record_of(lua_State* L) {
    auto document = parsed(L);
    push_record(L, document, document.root());
    return 1;
  }
  static int plain_of(lua_State* L) {
    push_plain(L, parsed(L).root());
    return 1;
  }
  static int json_of(lua_State* L) {
    std::string json = to_json(L, 1);
    push_text(L, json);
    return 1;
  }
  // held() -> bytes that count against the cap
  static int held_bytes(lua_State* L) {
    lua_pushinteger(L, static_cast<lua_Integer>(Isolate::of(L).memory_bytes()));
    return 1;
  }

  // keep(value), kept() -> value: what fibers of one isolate share, as the handlers of a service do
  static int keep(lua_State* L) {
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kKept);
    return 0;
  }
  static int kept(lua_State* L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &kKept);
    return 1;
  }

  static inline const char kKept = 0;
  static inline const NativeEntry kGiven[] = {{"wait", wait_once},  {"record", record_of}, {"plain", plain_of}, {"encode", json_of},
                                              {"held", held_bytes}, {"keep", keep},        {"kept", kept}};

  std::deque<std::function<void()>> queue_;
  std::unique_ptr<Isolate> isolate_;
  std::chrono::nanoseconds used_{0};
};

}  // namespace mlc::script
