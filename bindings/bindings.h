// The modules that scripts can require, one file each in this folder. Only app and tools give them to script.
#pragma once
#include <vector>

#include "runtime/script/host.h"

namespace mlc::bindings {

// json, decimal, time, crypto, csv, xml, text: pure functions, the same in every profile. Those of the service profile
// are there by name only: `require` of one says what a job uses instead.
std::vector<script::Module> job_modules();
// http, timers, clock, random, files, log, process: for `sandbox` only, besides the pure ones.
std::vector<script::Module> service_modules();

}  // namespace mlc::bindings
