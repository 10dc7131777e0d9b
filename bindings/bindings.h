// The modules that scripts can require, one file each in this folder. Only app and tools give them to script.
#pragma once
#include <vector>

#include "runtime/script/host.h"

namespace mlc::bindings {

// json, decimal, time, crypto, csv, text: pure functions, the same in every profile.
std::vector<script::Module> job_modules();
// http, timers, clock, random, state, files, log, process: for `sandbox` only, besides the above.
std::vector<script::Module> service_modules();

}  // namespace mlc::bindings
