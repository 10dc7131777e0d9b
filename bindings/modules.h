// Inside bindings: one function a module, each in the file of its name.
#pragma once
#include "runtime/script/host.h"

namespace mlc::bindings {

script::Module json_module();
script::Module decimal_module();
script::Module time_module();
script::Module crypto_module();
script::Module text_module();
script::Module csv_module();
script::Module xml_module();

script::Module http_module();
script::Module timers_module();
script::Module clock_module();
script::Module random_module();
script::Module files_module();
script::Module log_module();
script::Module process_module();

}  // namespace mlc::bindings
