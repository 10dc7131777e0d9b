#include "runtime/script/isolate.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "runtime/script/libraries.h"

namespace mlc::script {
namespace {

constexpr int kHookInstructions = 1000;
constexpr size_t kStepsPerCheck = 4096;
constexpr size_t kLongText = 256u << 10;
constexpr int kShortestInterval = 4;
constexpr size_t kValueBytes = 16, kDeepStack = 5000 * kValueBytes;  // one on a coroutine's stack is 16 bytes
constexpr int kDeepStackInterval = 20, kNestedResets = 40;
constexpr size_t kTidyBytes = 1u << 20, kHeldSlack = 4u << 20;
constexpr const char* kOverBurst = "the script ran too long without waiting and was stopped";
constexpr const char* kOverRun = "the script used up its CPU time and was stopped";
constexpr const char* kOverMemory = "the script used up its memory and was stopped";
constexpr const char* kTooDeep = "the script's calls went too deep and used up its memory; it was stopped";

Duration thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// Outside a protected call there is nobody to tell: the state is broken, and so is the program.
int panic(lua_State* L) {
  const char* text = lua_tostring(L, -1);
  std::fprintf(stderr, "fatal: Lua error outside a protected call: %s\n", text == nullptr ? "?" : text);
  std::abort();
}

int run_protected(lua_State* L) {
  auto* work = static_cast<const std::function<void(lua_State*)>*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  std::string failure;
  try {
    (*work)(L);
    return lua_gettop(L) > 0 ? 1 : 0;
  } catch (const std::exception& broken) { failure = broken.what(); }
  raise(L, "internal error: " + failure);
}

int show_error(lua_State* L) {
  push_text(L, show(L, 1));
  return 1;
}

size_t doubled(size_t stack) { return 2 * stack - 5 * kValueBytes; }

// The bottom of every fiber. An error that comes out of a hook leaves hooks switched off in its coroutine until somebody
// catches it; caught and raised again here, what is to be closed afterwards runs with them on.
int finish_fiber(lua_State* L, int status, lua_KContext) {
  if (status != LUA_OK && status != LUA_YIELD) lua_error(L);
  return lua_gettop(L) - 1;
}
int run_fiber(lua_State* L) {
  lua_pushcfunction(L, tell_where);
  lua_insert(L, 1);
  return finish_fiber(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, finish_fiber), 0);
}

// The text of the error on top; its __tostring is a script's and may fail.
std::string error_text(lua_State* L) {
  if (lua_type(L, -1) == LUA_TSTRING) return lua_tostring(L, -1);
  lua_pushcfunction(L, show_error);
  lua_pushvalue(L, -2);
  std::string text = lua_pcall(L, 1, 1, 0) == LUA_OK ? lua_tostring(L, -1) : "an error that can't be shown";
  lua_pop(L, 1);
  return text;
}

}  // namespace

struct Hook {
  static void count(lua_State* L, lua_Debug* at) {
    Isolate& isolate = Isolate::of(L);
    if (at->event == LUA_HOOKLINE) return isolate.profile_.tracer->line(L, at);
    isolate.ticked_ = true;
    isolate.measure(L);
    if (isolate.meter().killed == nullptr) {
      if (lua_gethookcount(L) != isolate.interval_) isolate.watch(L, isolate.interval_);
      return;
    }
    // From the host's own coroutine a dead script yields away, which nothing can catch; elsewhere it is an error that
    // everything raises again.
    if (isolate.current_ != nullptr && L == isolate.current_->thread && lua_isyieldable(L)) {
      lua_yield(L, 0);
      return;
    }
    luaL_error(L, "%s", isolate.meter().killed);
  }
};

Isolate::Isolate(Profile profile, Post post)
    : profile_(std::move(profile)), post_(std::move(post)), interval_(kHookInstructions), held_limit_(kHeldSlack) {}

void* Isolate::allocate(void* self, void* block, size_t old_size, size_t new_size) {
  auto* isolate = static_cast<Isolate*>(self);
  Blocks& blocks = isolate->blocks_;
  if (block == nullptr) {  // then old_size is a type tag
    if (old_size == LUA_TSTRING && new_size > kLongText) isolate->long_text(new_size);
    old_size = 0;
  }
  const bool was_small = old_size > 0 && Blocks::fits(old_size);
  if (new_size == 0) {
    if (was_small) blocks.give(block, old_size);
    else std::free(block);
    isolate->used_ -= old_size;
    if (old_size > kDeepStack / 2) isolate->stack_may_have_grown(old_size);
    return nullptr;
  }
  const size_t cap = isolate->profile_.budget.memory_bytes;
  const bool grows = new_size > old_size;
  if (grows && isolate->used_ + (new_size - old_size) > cap) return nullptr;
  if (block == nullptr && new_size > kDeepStack && !isolate->may_grow_stack(new_size)) return nullptr;
  const bool is_small = Blocks::fits(new_size);
  void* moved = block;
  if (!was_small && !is_small) {
    moved = std::realloc(block, new_size);
    if (moved == nullptr) return grows ? nullptr : block;  // shrinking must not fail
  } else if (!was_small || !is_small || !Blocks::same(old_size, new_size)) {
    // A shrinking block may take a page beyond the cap: Lua has no way to hear of a failure.
    moved = is_small ? blocks.take(new_size, grows ? cap : SIZE_MAX) : std::malloc(new_size);
    if (moved == nullptr) {
      if (grows) return nullptr;
      std::fputs("fatal: no memory to shrink a block of a Lua state\n", stderr);
      std::abort();
    }
    if (block != nullptr) {
      std::memcpy(moved, block, std::min(old_size, new_size));
      if (was_small) blocks.give(block, old_size);
      else std::free(block);
    }
  }
  isolate->used_ = isolate->used_ - old_size + new_size;
  return moved;
}

// A callable table whose __call is itself makes Lua 5.4.4 shift the whole stack once for each value on it, without running
// an instruction, until a million are there: minutes. So a large stack may double only when instructions ran since it did
// before. A stack of n values is a block of n + 5 (EXTRA_STACK in lstate.h); it grows by a new block of 2n + 5, whereupon
// the old one is freed: that is how it is known.
bool Isolate::may_grow_stack(size_t size) {
  last_block_ = size;
  if (deep_stack_ == 0 || size != doubled(deep_stack_) || ticked_) return true;
  too_deep_ = true;
  return false;
}

void Isolate::stack_may_have_grown(size_t freed) {
  if (last_block_ != doubled(freed)) return;
  deep_stack_ = last_block_;
  ticked_ = false;
  if (running_ != nullptr && lua_gethookcount(running_) > kDeepStackInterval) watch(running_, kDeepStackInterval);
}

// Comparing, joining or hashing a text of many megabytes is one instruction: the longer texts are, the fewer instructions
// pass between two looks at the clock.
void Isolate::long_text(size_t bytes) {
  int wanted = std::max(kShortestInterval, static_cast<int>(kHookInstructions * kLongText / bytes));
  if (wanted >= interval_) return;
  interval_ = wanted;
  if (running_ != nullptr && lua_gethookcount(running_) > wanted) watch(running_, wanted);
}

void Isolate::watch(lua_State* L, int instructions) { lua_sethook(L, Hook::count, hook_mask(), instructions); }

Result<std::unique_ptr<Isolate>> Isolate::make(Profile profile, Post post) {
  std::unique_ptr<Isolate> isolate(new Isolate(std::move(profile), std::move(post)));
  isolate->main_ = lua_newstate(allocate, isolate.get());
  if (isolate->main_ == nullptr) return Error(Code::exhausted, "no memory for a Lua state");
  *static_cast<Isolate**>(lua_getextraspace(isolate->main_)) = isolate.get();
  lua_atpanic(isolate->main_, panic);
  auto opened = isolate->protect([&](lua_State* L) { isolate->open(L); });
  if (!opened) return opened.error();
  isolate->watch(isolate->main_, kHookInstructions);
  return isolate;
}

Isolate::~Isolate() {
  while (!fibers_.empty()) cancel(fibers_.begin()->first);
  alive_.reset();  // wakes and references that outlive the state do nothing from here on
  if (main_ != nullptr) lua_close(main_);
}

void Isolate::open(lua_State* L) {
  lua_newtable(L);  // the master of all environments
  open_base(L);
  open_string(L);
  open_table(L);
  open_coroutine(L);
  open_math(L);
  if (profile_.modules_are_ambient) {
    for (const auto& module : profile_.modules) {
      push_module(L, module);
      lua_setfield(L, -2, module.name.c_str());
    }
  }
  keep_master(L);
}

Status Isolate::protect(const std::function<void(lua_State*)>& work) {
  bool outermost = current_ == nullptr && burst_began_ == Duration(0);
  lua_State* before = running_;
  if (outermost) {
    burst_began_ = thread_cpu();
    own_ = Meter();
    running_ = main_;
    watch(main_, interval_);
  }
  lua_pushcfunction(main_, run_protected);
  lua_pushlightuserdata(main_, const_cast<std::function<void(lua_State*)>*>(&work));
  int status = lua_pcall(main_, 1, 0, 0);
  Status result = ok_status();
  if (status != LUA_OK) {
    if (status == LUA_ERRMEM || own_.by_memory) exhausted_ = true;
    std::string why = own_.killed != nullptr && current_ == nullptr ? own_.killed : status == LUA_ERRMEM ? kOverMemory : error_text(main_);
    lua_pop(main_, 1);
    result = Error(status == LUA_ERRMEM || own_.killed != nullptr ? Code::exhausted : Code::config, std::move(why));
  }
  if (outermost) {
    burst_began_ = Duration(0);
    running_ = before;
  }
  return result;
}

Result<uint64_t> Isolate::spawn(const Push& prepare, std::function<void(lua_State*, int)> done, std::shared_ptr<void> context,
                                std::unique_ptr<SeededRandom> random, int64_t work) {
  auto fiber = std::make_shared<Fiber>();
  int arguments = 0;
  auto ready = protect([&](lua_State* L) {
    fiber->thread = lua_newthread(L);
    fiber->anchor = Ref::pop(L);
    arguments = prepare(fiber->thread);
    // What prepare needed beside function and arguments would count as results.
    int extra = lua_gettop(fiber->thread) - arguments - 1;
    for (; extra > 0; --extra) lua_remove(fiber->thread, 1);
    lua_pushcfunction(fiber->thread, run_fiber);
    lua_insert(fiber->thread, 1);
    arguments += 1;
  });
  if (!ready) return ready.error();
  fiber->id = next_id_++;
  fiber->done = std::move(done);
  fiber->context = std::move(context);
  fiber->random = std::move(random);
  fiber->work = work;
  fibers_[fiber->id] = fiber;
  uint64_t id = fiber->id;
  resume(fiber, arguments);
  return id;
}

void Isolate::resume(const std::shared_ptr<Fiber>& fiber, int arguments) {
  Fiber* before = current_;
  Duration outer = burst_began_;
  lua_State* ran = running_;
  current_ = fiber.get();
  running_ = fiber->thread;
  burst_began_ = thread_cpu();
  const WorkBoard::Mark mark(profile_.board, fiber->work);
  fiber->inner.clear();
  if (lua_gethookcount(running_) > interval_) watch(running_, interval_);
  int results = 0;
  int status = lua_resume(fiber->thread, main_, arguments, &results);
  fiber->meter.used += thread_cpu() - burst_began_;
  current_ = before;
  running_ = ran;
  burst_began_ = outer;
  if (status == LUA_YIELD && fiber->begin) {
    lua_pop(fiber->thread, results);
    auto begin = std::move(fiber->begin);
    fiber->begin = nullptr;
    begin(wake_of(fiber));
    return;
  }
  finish(fiber, status, results);
}

Wake Isolate::wake_of(const std::shared_ptr<Fiber>& fiber) {
  std::weak_ptr<Fiber> weak = fiber;
  std::weak_ptr<bool> alive = alive_;
  auto once = std::make_shared<std::atomic<bool>>(false);
  return [this, weak, alive, once, post = post_](Push push) {
    if (once->exchange(true)) return;
    post([this, weak, alive, push = std::move(push)] {
      if (!alive.lock()) return;
      auto fiber_alive = weak.lock();
      if (!fiber_alive) return;
      fiber_alive->reply = push;
      resume(fiber_alive, 0);
    });
  };
}

void Isolate::finish(const std::shared_ptr<Fiber>& fiber, int status, int results) {
  // The fiber leaves the table first: `done` may look at the isolate or start another.
  fibers_.erase(fiber->id);
  if (status == LUA_ERRMEM || fiber->meter.by_memory) exhausted_ = true;
  if (status == LUA_ERRMEM && fiber->meter.killed == nullptr) {
    fiber->meter.killed = std::exchange(too_deep_, false) ? kTooDeep : kOverMemory;
    fiber->meter.by_memory = true;
  }
  // One value crosses to the main state; the host reads it there, where errors can be caught.
  bool moved = lua_checkstack(main_, 4) != 0;
  int top = lua_gettop(main_);
  if (status == LUA_YIELD) {
    // Killed in its hook, or a yield of the script's own that nobody receives.
    status = fiber->meter.by_memory ? LUA_ERRMEM : LUA_ERRRUN;
    if (fiber->meter.killed == nullptr) fiber->meter.killed = "coroutine.yield outside of a coroutine";
    if (moved) lua_pushnil(main_);  // tell() puts the sentence there, where memory may run out
  } else if (moved) {
    if (status == LUA_OK && results > 1) lua_pop(fiber->thread, results - 1);
    if (status == LUA_OK && results == 0) {
      lua_pushnil(main_);
    } else {
      lua_xmove(fiber->thread, main_, 1);
    }
  }
  reset(*fiber);
  if (fiber->done) tell(*fiber, status, top + 1);
  lua_settop(main_, top);
  tidy();
}

// Runs what is to be closed, the innermost coroutine's first.
void Isolate::reset(Fiber& fiber) {
  Fiber* before = std::exchange(current_, &fiber);
  Duration outer = std::exchange(burst_began_, thread_cpu());
  lua_State* ran = running_;
  fiber.inner.push_back(fiber.thread);
  for (lua_State* thread : fiber.inner) {
    running_ = thread;
    lua_resetthread(thread);
  }
  current_ = before;
  burst_began_ = outer;
  running_ = ran;
}

// An isolate that waits for its next run holds little more than its functions and what it keeps.
void Isolate::tidy() {
  if (!fibers_.empty()) return;
  if (used_ > kept_ + kTidyBytes && current_ == nullptr && burst_began_ == Duration(0)) {
    collect();
    kept_ = used_;
  }
  interval_ = kHookInstructions;
}

void Isolate::tell(Fiber& fiber, int status, int value) {
  struct Call {
    std::function<void(lua_State*, int)> done;
    int status;
    const char* killed;
  } call{std::move(fiber.done), status, fiber.meter.killed};
  auto protected_done = [](lua_State* L) {
    auto* given = static_cast<Call*>(lua_touserdata(L, 1));
    lua_remove(L, 1);
    if (given->killed != nullptr) {
      lua_settop(L, 0);
      lua_pushstring(L, given->killed);
    }
    given->done(L, given->status);
    return 0;
  };
  Fiber* before = std::exchange(current_, nullptr);
  Duration outer = std::exchange(burst_began_, thread_cpu());
  lua_State* ran = std::exchange(running_, main_);
  own_ = Meter();
  watch(main_, interval_);
  // Twice at most: when the value itself is the trouble (its __tostring, or no memory), nil tells of it instead.
  for (int attempt = 0; attempt < 2; ++attempt) {
    lua_pushcfunction(main_, protected_done);
    lua_pushlightuserdata(main_, &call);
    if (attempt == 0) {
      lua_pushvalue(main_, value);
    } else {
      lua_pushnil(main_);
      if (call.status == LUA_OK) call.status = LUA_ERRRUN;
    }
    if (lua_pcall(main_, 2, 0, 0) == LUA_OK) break;
    lua_pop(main_, 1);
    own_ = Meter();
    burst_began_ = thread_cpu();
    watch(main_, interval_);
  }
  current_ = before;
  burst_began_ = outer;
  running_ = ran;
}

void Isolate::cancel(uint64_t id) {
  auto found = fibers_.find(id);
  if (found == fibers_.end() || found->second.get() == current_) return;
  auto fiber = found->second;
  fibers_.erase(found);
  reset(*fiber);
  tidy();
}

int Isolate::suspend(lua_State* L, std::function<void(Wake)> begin) {
  if (current_ == nullptr || !lua_isyieldable(L)) {
    raise_failure(L, "invalid_argument",
                  "this call waits, and nothing can wait here (a sort comparator, a gsub callback, a module that loads, __tostring)");
  }
  current_->begin = std::move(begin);
  return lua_yieldk(L, 0, 0, [](lua_State* thread, int, lua_KContext) -> int {
    Isolate& isolate = Isolate::of(thread);
    Push reply = std::move(isolate.current_->reply);
    isolate.current_->reply = nullptr;
    std::string failure;
    try {
      return reply(thread);
    } catch (const std::exception& broken) { failure = broken.what(); }
    raise(thread, "internal error: " + failure);
  });
}

void Isolate::refuse_wait() {
  current_->begin = nullptr;
  current_->reply = [](lua_State* L) -> int {
    raise_failure(L, "invalid_argument",
                  "this call waits, and nothing can wait here (a sort comparator, a gsub callback, a module that loads, __tostring)");
  };
}

void Isolate::stand_still(const std::function<void()>& meanwhile) {
  Fiber* before = std::exchange(current_, nullptr);
  Duration outer = std::exchange(burst_began_, Duration(0));
  Duration began = thread_cpu();
  meanwhile();
  current_ = before;
  burst_began_ = outer + (thread_cpu() - began);
}

void Isolate::charge(lua_State* L, size_t steps) {
  steps_ += steps;
  if (steps_ < kStepsPerCheck) return;
  steps_ = 0;
  check(L);
}

void Isolate::measure(lua_State* L) {
  Meter& spent = meter();
  if (spent.killed == nullptr) {
    Duration burst = thread_cpu() - burst_began_;
    if (burst > profile_.budget.burst_cpu) kill(L, kOverBurst);
    if (spent.used + burst > profile_.budget.run_cpu) kill(L, kOverRun);
  }
  if (spent.killed != nullptr) every_instruction(L);
}

void Isolate::check(lua_State* L) {
  measure(L);
  if (meter().killed != nullptr) luaL_error(L, "%s", meter().killed);
}

void Isolate::kill(lua_State* L, const char* why) {
  if (meter().killed == nullptr) meter().killed = why;
  every_instruction(L);
}

// Setting a hook walks all active calls, so it is done once.
void Isolate::every_instruction(lua_State* L) {
  if (lua_gethookcount(L) != 1) lua_sethook(L, Hook::count, LUA_MASKCOUNT, 1);
}

void Isolate::rethrow_if_killed(lua_State* L, int status) {
  if (status == LUA_ERRMEM) {
    meter().by_memory = true;
    kill(L, std::exchange(too_deep_, false) ? kTooDeep : kOverMemory);
  }
  if (meter().killed == nullptr) return;
  every_instruction(L);
  luaL_error(L, "%s", meter().killed);
}

void Isolate::need(lua_State* L, size_t bytes) {
  if (bytes <= profile_.budget.memory_bytes && used_ + bytes <= profile_.budget.memory_bytes) return;
  collect();
  if (bytes <= profile_.budget.memory_bytes && used_ + bytes <= profile_.budget.memory_bytes) return;
  rethrow_if_killed(L, LUA_ERRMEM);
}

void Held::grow(lua_State* L, size_t bytes) {
  if (bytes <= bytes_) return;
  isolate_.need(L, bytes - bytes_);
  isolate_.used_ += bytes - bytes_;
  isolate_.held_ += bytes - bytes_;
  bytes_ = bytes;
}

void Held::shrink(size_t bytes) {
  if (bytes >= bytes_) return;
  isolate_.used_ -= bytes_ - bytes;
  isolate_.held_ -= bytes_ - bytes;
  bytes_ = bytes;
}

std::shared_ptr<Held> Isolate::hold(lua_State* L, const document::Document& document) {
  const document::Content* content = document.root().content();
  auto found = documents_.find(content);
  if (found != documents_.end()) {
    if (auto held = found->second.lock()) return held;
    documents_.erase(found);
  }
  auto held = std::make_shared<Held>(*this);
  held->grow(L, content->bytes.capacity() + content->texts.capacity() + content->slots.capacity() * sizeof(document::Slot));
  if (held_ > held_limit_) {
    collect();
    held_limit_ = held_ + kHeldSlack;
  }
  if (documents_.size() >= documents_limit_) {
    std::erase_if(documents_, [](const auto& entry) { return entry.second.expired(); });
    documents_limit_ = 2 * documents_.size() + 64;
  }
  documents_[content] = held;
  return held;
}

TextBuilder::TextBuilder(lua_State* L) : state_(L), held_(Isolate::of(L)) {}

void TextBuilder::make_room(size_t more) {
  size_t capacity = std::max(2 * text_.capacity(), text_.size() + more);
  held_.grow(state_, capacity + text_.capacity());  // both are there while one is copied to the other
  text_.reserve(capacity);
  held_.shrink(capacity);
  Isolate::of(state_).charge(state_, text_.size() / 64);
}

int Isolate::resume_inner(lua_State* L, lua_State* inner, int arguments, int* results) {
  lua_State* before = std::exchange(running_, inner);
  if (lua_gethookcount(inner) > interval_) watch(inner, interval_);
  int status = lua_resume(inner, L, arguments, results);
  running_ = before;
  if (lua_gethookcount(L) > interval_) watch(L, interval_);
  return status;
}

int Isolate::close_inner(lua_State* L, lua_State* inner) {
  // Killed in an earlier fiber: hooks are off in it for good, and what it would close could not be stopped.
  if (lua_gethookcount(inner) == 1) luaL_error(L, "%s", kOverRun);
  // Lua 5.4.4 does not count the C calls of nested resets.
  if (resets_ >= kNestedResets) raise(L, "coroutines that close each other are nested too deep");
  lua_State* before = std::exchange(running_, inner);
  ++resets_;
  int status = lua_resetthread(inner);
  --resets_;
  running_ = before;
  return status;
}

int64_t Isolate::number_of(lua_State* L, int index) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 6, nullptr);
  if (current_ == nullptr) return 0;
  if (!current_->numbers) {
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    current_->numbers = Ref::pop(L);
  }
  current_->numbers.push(L);
  lua_pushvalue(L, index);
  int64_t number = 0;
  if (lua_rawget(L, -2) == LUA_TNUMBER) {
    number = lua_tointeger(L, -1);
    lua_pop(L, 2);
    return number;
  }
  lua_pop(L, 1);
  number = current_->next_number++;
  lua_pushvalue(L, index);
  lua_pushinteger(L, number);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  return number;
}

void Isolate::push_chunk(lua_State* L, const Chunk& code, int environment) {
  environment = lua_absindex(L, environment);
  // "b": our own dump, never a script's bytes.
  if (luaL_loadbufferx(L, code.dump.data(), code.dump.size(), code.name.c_str(), "b") != LUA_OK) lua_error(L);
  lua_pushvalue(L, environment);
  lua_setupvalue(L, -2, 1);
}

}  // namespace mlc::script
