// Reads that are questions to one list (remote::Question) and wait for the same permit are asked together: the first asks at once, and
// what comes while its answer is awaited goes out as one call behind it. Nobody waits for others to come.
//
// Owned by Engine; executor's thread.
#pragma once
#include <list>
#include <map>
#include <memory>
#include <string>

#include "runtime/engine/context.h"
#include "runtime/engine/turns.h"

namespace mlc::engine {

class JoinedReads {
 public:
  explicit JoinedReads(Context& context);

  // As remote::Remote::read of one record or page.
  Task<Result<remote::Remote::Read>> read(remote::Call call);
  // Of the first page of a list: rows whose `field` is `value` are enough.
  Task<Result<remote::Remote::Read>> rows(remote::Call call, std::string field, std::string value);

 private:
  struct Waiting {
    std::string asked, field, value;
    bool is_record = false;
    std::optional<remote::Remote::Read> answer;
  };
  struct Place {
    std::list<std::shared_ptr<Waiting>> waiting;
  };

  Task<Result<remote::Remote::Read>> ask(remote::Call call, remote::Question question, bool is_record);
  // Gives each of the group what is its own of the rows.
  static void tell(const std::list<std::shared_ptr<Waiting>>& group, const remote::Remote::Read& read);

  Context& context_;
  Turns turns_;
  std::map<std::string, std::shared_ptr<Place>> places_;
};

}  // namespace mlc::engine
