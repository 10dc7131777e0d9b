#include "bindings/bindings.h"

#include "bindings/modules.h"

namespace mlc::bindings {

std::vector<script::Module> job_modules() {
  return {json_module(), decimal_module(), time_module(), crypto_module(), text_module(), csv_module()};
}

std::vector<script::Module> service_modules() {
  auto modules = job_modules();
  for (auto make : {http_module, timers_module, clock_module, random_module, files_module, log_module, process_module})
    modules.push_back(make());
  return modules;
}

}  // namespace mlc::bindings
