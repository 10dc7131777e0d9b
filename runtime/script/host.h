// What all isolates of the process share: budgets, the modules that bindings register, and where Lua files are found.
// Made once by app, immutable afterwards, read from any thread; it outlives every isolate, program and runner.
//
//   script::Host host;
//   host.files = &files;
//   host.share = "/usr/share/ml-connector";
//   host.modules = bindings::job_modules();
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "runtime/base/files.h"
#include "runtime/base/time.h"
#include "runtime/base/work_board.h"

struct lua_State;

namespace mlc::script {

// What one script may cost. CPU time only: waiting is free.
struct Budget {
  size_t memory_bytes = 64u << 20;                      // of a whole isolate
  Duration burst_cpu = std::chrono::milliseconds(200);  // from a resume to the next wait or the end
  Duration run_cpu = std::chrono::seconds(2);           // of one run, all its bursts
};

// Every function that Lua may call has this shape and is registered through a trampoline (lua.h); it may throw
// std::exception, which becomes a Lua error.
using NativeFunction = int (*)(lua_State*);

struct NativeEntry {
  const char* name;
  NativeFunction function;
};

// A module that scripts reach by `require "name"`: a table of functions, made afresh for each run.
struct Module {
  std::string name;
  std::vector<NativeEntry> functions;
  void (*more)(lua_State*) = nullptr;  // adds what is no function to the table on top of the stack; raises
};

struct Host {
  Files* files = nullptr;
  std::string share;            // holds stdlib/ and scripts/
  std::vector<Module> modules;  // of job scripts and definitions
  Budget job;
  Budget definition{32u << 20, std::chrono::seconds(1), std::chrono::seconds(1)};             // loading systems, integrations, mappings
  Budget settings{8u << 20, std::chrono::milliseconds(100), std::chrono::milliseconds(100)};  // ml-connector.lua, client.lua
  Budget service{512u << 20, std::chrono::seconds(5), std::chrono::hours(24 * 365)};          // long-lived: only its bursts are bounded
  size_t idle_isolates = 64;                                                                  // kept for the next job of their instance
  WorkBoard* board = nullptr;                                                                 // where bursts of jobs are marked
};

// One fault that a person can go to. line and column count from 1; 0 = not known.
struct Problem {
  std::string file;
  int line = 0;
  int column = 0;
  std::string sentence;
  std::vector<std::string> keys = {};  // with no line: the keys of a settings file that lead there, for whoever has its text

  // "file:line:column: sentence", as compilers and editors have it.
  std::string text() const;
};

}  // namespace mlc::script
