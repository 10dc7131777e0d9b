// A printer that is a folder: whoever watches it prints what appears there. Blocking; any thread.
#pragma once
#include <string>

#include "runtime/http/transport.h"

namespace mlc::printing {

// `key`: the effect's own. The same key again places nothing and gives the first answer, also when the file was taken away meanwhile.
http::SendResult print_to_folder(const std::string& folder, const std::string& key, const std::string& body);
http::SendResult look_at_folder(const std::string& folder);

}  // namespace mlc::printing
