// A folder that another program empties (a print spooler, a share that a label printer's software watches): a file appears in it
// whole, under a name that nothing else has, and once for each key, also when the process ends half-way and when the other program
// has taken the file away long ago.
//
// How: the bytes wait in <folder>/.ml-connector/<key>.ready, a receipt <key> is written beside them, then the waiting file is renamed
// into the folder. The rename is one step, so a receipt whose waiting file is gone says that it happened. Receipts are kept for 40
// days. The calls block: keep them off the io thread. Safe from any thread, one process a folder and key.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace mlc {

struct Spooled {
  std::string name;     // the file's; "label-2.zpl" where "label.zpl" is still there
  bool before = false;  // a call with this key had placed it
};

// `key`: letters and digits. The folder has to exist: not_found when it does not, denied when it can't be written. `maybe`: after an
// error, whether the file may have appeared all the same.
Result<Spooled> spool(const std::string& folder, const std::string& name, const std::string& key, std::string_view bytes, bool* maybe);

// Whether spool() could work there: writes a file of its own below .ml-connector and removes it.
Status try_spool(const std::string& folder);

}  // namespace mlc
