// Isolate: one Lua state with a memory cap, CPU budgets and an environment built by allow-list. It belongs to one
// thread at a time (whoever drives it sees to that) and runs any number of fibers: coroutines that wait for the host.
//
// Untrusted code runs in it. The rules that keep it in (style.md section 9): no bytecode, no library that reaches out,
// every loop in C counted, and a fiber over its budget is *killed*: the error comes back at every instruction and our
// pcall, xpcall and coroutine functions raise it again, so that nothing can hold on to it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/result.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/document/document.h"
#include "runtime/script/blocks.h"
#include "runtime/script/code.h"
#include "runtime/script/host.h"
#include "runtime/script/lua.h"

namespace mlc::script {

class Isolate;

using Push = std::function<int(lua_State*)>;  // pushes values, returns how many; may raise
using Wake = std::function<void(Push)>;       // call once, on any thread; later calls and calls to the dead do nothing

// What C++ holds on behalf of a script, counted against the isolate's cap like Lua's own memory until it is let go of.
class Held {
 public:
  explicit Held(Isolate& isolate) : isolate_(isolate) {}
  ~Held() { shrink(0); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  // Counts `bytes` from now on; raises, and counts as before, when they don't fit under the cap.
  void grow(lua_State* L, size_t bytes);
  void shrink(size_t bytes);

 private:
  Isolate& isolate_;
  size_t bytes_ = 0;
};

// A text that native code builds piece by piece: counted while it grows, charged by its size.
class TextBuilder {
 public:
  explicit TextBuilder(lua_State* L);
  void add(std::string_view piece) {
    if (text_.capacity() - text_.size() < piece.size()) make_room(piece.size());
    text_.append(piece);
  }
  void add(char c) { add(std::string_view(&c, 1)); }
  size_t size() const { return text_.size(); }
  void push() { push_text(state_, text_); }

 private:
  void make_room(size_t more);

  lua_State* state_;
  Held held_;
  std::string text_;
};

// CPU account of a fiber, or of the host's own calls into the state.
struct Meter {
  Duration used{0};              // by earlier bursts
  const char* killed = nullptr;  // sentence; set once
  bool by_memory = false;
};

// One coroutine of the host's, from its first instruction to its end.
struct Fiber {
  uint64_t id = 0;
  lua_State* thread = nullptr;
  Ref anchor;
  Meter meter;
  std::function<void(Wake)> begin;  // set by suspend() until the driver starts the wait
  Push reply;                       // what the waiting call will return
  std::function<void(lua_State*, int status)> done;
  std::shared_ptr<void> context;  // the run it belongs to, for bindings that know its type
  int64_t work = 0;               // the job, for the board
  std::unique_ptr<SeededRandom> random;
  Ref numbers;  // object -> number, for tostring
  int64_t next_number = 1;
  std::vector<lua_State*> inner;  // the script's coroutines that a wait went through, innermost first
};

// Told of every line before it runs, by the one hook, on the isolate's thread. It may wait and it may raise; its time is on
// nobody's account.
class Tracer {
 public:
  virtual ~Tracer() = default;
  virtual void line(lua_State* L, lua_Debug* at) = 0;
};

struct Profile {
  Budget budget;
  std::vector<Module> modules;
  bool modules_are_ambient = false;  // service scripts may use them without require
  WorkBoard* board = nullptr;        // marked with a fiber's work while it runs
  Tracer* tracer = nullptr;          // of a debugger; outlives the isolate
};

class Isolate {
 public:
  // `post` runs work later on the thread that drives this isolate; any thread may call it.
  using Post = std::function<void(std::function<void()>)>;
  static Result<std::unique_ptr<Isolate>> make(Profile profile, Post post = {});
  ~Isolate();
  Isolate(const Isolate&) = delete;
  Isolate& operator=(const Isolate&) = delete;

  static Isolate& of(lua_State* L) { return **static_cast<Isolate**>(lua_getextraspace(L)); }
  lua_State* state() const { return main_; }
  std::weak_ptr<bool> alive() const { return alive_; }
  const Profile& profile() const { return profile_; }
  size_t memory_bytes() const { return used_; }
  bool exhausted() const { return exhausted_; }  // its memory ran out once: make no new runs in it

  // Runs `work` protected under the budget. The error carries the text of what was raised.
  Status protect(const std::function<void(lua_State*)>& work);

  // Starts a fiber: `prepare` pushes a function and its arguments (returning the number of arguments); `done` is called
  // once, protected, on the main state with one value on top: the first result, or the error (status != LUA_OK).
  Result<uint64_t> spawn(const Push& prepare, std::function<void(lua_State*, int status)> done, std::shared_ptr<void> context = {},
                         std::unique_ptr<SeededRandom> random = {}, int64_t work = 0);
  // Resets a waiting fiber: its to-be-closed variables are closed, `done` is not called. Nothing when it has ended.
  void cancel(uint64_t fiber);
  size_t fibers() const { return fibers_.size(); }

  // For native functions: yields the fiber; `begin` then runs outside Lua and must see to it that the wake is called.
  // Raises where a wait is impossible (sort comparators, gsub callbacks, module loading, iterators of the host).
  int suspend(lua_State* L, std::function<void(Wake)> begin);
  bool waiting() const { return current_ != nullptr && current_->begin != nullptr; }  // the last yield was suspend's
  // The wait goes on outwards from this coroutine of the script's.
  void wait_passes(lua_State* inner) { current_->inner.push_back(inner); }
  // The yield could not leave this coroutine: the waiting call raises instead.
  void refuse_wait();

  // For a tracer: the fiber that runs stands still meanwhile, and `meanwhile` may run other fibers.
  void stand_still(const std::function<void()>& meanwhile);

  void* owner = nullptr;  // the host object whose bindings run here; set by whoever made the isolate

  Fiber* current() const { return current_; }
  Meter& meter() { return current_ != nullptr ? current_->meter : own_; }
  // Work done in C on behalf of the script; raises when the budget is spent.
  void charge(lua_State* L, size_t steps);
  void check(lua_State* L);
  // Before C++ makes `bytes` outside the counted memory; kills when they would not fit under the cap.
  void need(lua_State* L, size_t bytes);
  // The count of `document`'s bytes, shared by all who hold it; raises when they don't fit.
  std::shared_ptr<Held> hold(lua_State* L, const document::Document& document);
  // Resumes a coroutine of the script's; as lua_resume.
  int resume_inner(lua_State* L, lua_State* inner, int arguments, int* results);
  // While a metamethod of `..` runs in a coroutine of its own (concat.cc): nothing is collected, because that could move L's stack.
  class Joining {
   public:
    Joining(Isolate& isolate, lua_State* L);
    ~Joining();
    Joining(const Joining&) = delete;
    Joining& operator=(const Joining&) = delete;
    void begins(lua_State* apart) const { isolate_.joining_.back().apart = apart; }

   private:
    Isolate& isolate_;
  };
  // The coroutine whose `..` is answered by this one; nullptr when it answers none.
  lua_State* joined_by(const lua_State* apart) const;
  // Resets a coroutine, which runs what it has to close; as lua_resetthread. Raises when resets are nested too deep.
  int close_inner(lua_State* L, lua_State* inner);
  // Raises again when the running fiber is dead; called by everything that catches errors. `status` is what was caught.
  void rethrow_if_killed(lua_State* L, int status);

  int64_t number_of(lua_State* L, int index);  // stands for the address in tostring; raises
  // Pushes a fresh environment that sees ambient names, `require` over `sources` and nothing else; raises.
  void push_environment(lua_State* L, const Sources& sources);
  // Gives the environment below the value on top one more name; pops the value.
  static void set_ambient(lua_State* L, const char* name) {
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
  }
  // Pushes the chunk as a function in the environment at `environment`; raises.
  void push_chunk(lua_State* L, const Chunk& code, int environment);

 private:
  friend struct Hook;
  friend class Held;
  Isolate(Profile profile, Post post);
  static void* allocate(void* self, void* block, size_t old_size, size_t new_size);
  void open(lua_State* L);
  int hook_mask() const { return LUA_MASKCOUNT | (profile_.tracer != nullptr ? LUA_MASKLINE : 0); }
  void kill(lua_State* L, const char* why);
  void measure(lua_State* L);
  static void every_instruction(lua_State* L);
  bool may_grow_stack(size_t size);
  void stack_may_have_grown(size_t freed);
  void watch(lua_State* L, int instructions);
  void long_text(size_t bytes);
  void collect();
  void tidy();
  void reset(Fiber& fiber);
  void resume(const std::shared_ptr<Fiber>& fiber, int arguments);
  void finish(const std::shared_ptr<Fiber>& fiber, int status, int results);
  void tell(Fiber& fiber, int status, int value);
  Wake wake_of(const std::shared_ptr<Fiber>& fiber);

  Profile profile_;
  Post post_;
  Blocks blocks_;
  lua_State* main_ = nullptr;
  size_t used_ = 0;
  size_t kept_ = 0;  // of it after the last collection between two runs
  bool exhausted_ = false;
  Meter own_;
  Fiber* current_ = nullptr;
  Duration burst_began_{0};  // thread CPU time
  size_t steps_ = 0;
  lua_State* running_ = nullptr;  // the coroutine whose instructions run
  int interval_;                  // instructions between two looks at the clock
  size_t last_block_ = 0;         // that was asked for
  size_t deep_stack_ = 0;         // bytes of the deep stack that grew last
  bool ticked_ = false;           // the hook ran since then
  bool too_deep_ = false;         // why the last allocation failed
  int resets_ = 0;                // nested
  struct Join {
    lua_State* by = nullptr;
    lua_State* apart = nullptr;
  };
  std::vector<Join> joining_;  // nested
  size_t held_ = 0;            // part of used_ that C++ holds
  size_t held_limit_ = 0;      // a full collection comes beyond it: the collector does not see what is held
  std::unordered_map<const void*, std::weak_ptr<Held>> documents_;
  size_t documents_limit_ = 64;
  uint64_t next_id_ = 1;
  std::map<uint64_t, std::shared_ptr<Fiber>> fibers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mlc::script
