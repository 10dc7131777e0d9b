// Writes of one operation and connection that go out as one request where the system declares it (`batch`). Whoever waits for the
// same permit shares it: the first opens a group, others take a seat until the permit is there. Then each is armed by its own
// commit, one request carries those that are, and each is told its own part of the answer.
//
// Owned by Engine; executor's thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/engine/context.h"

namespace mlc::engine {

class Batches {
  struct Group;
  struct Place;

 public:
  explicit Batches(Context& context) : context_(context) {}

  struct Called {
    Status admitted = ok_status();  // an error: no permit, no token; nothing was armed
    WallTime not_before{};
  };

  // A seat that is dropped is no longer waited for.
  class Seat {
   public:
    Seat(Seat&&) = default;
    Seat& operator=(Seat&&) = default;
    ~Seat();

    Task<Called> called();  // to be armed now
    void armed();
    Task<remote::Outcome> outcome();

   private:
    friend class Batches;
    explicit Seat(std::shared_ptr<Place> place) : place_(std::move(place)) {}
    std::shared_ptr<Place> place_;
  };

  // `plan` must stay where it is as long as the seat does.
  Seat join(const remote::Plan& plan, store::Lane lane, remote::BatchFacts facts);

 private:
  Task<Unit> run(std::string key, std::shared_ptr<Group> group);
  Task<Unit> send(std::string key, std::shared_ptr<Group> group, std::unique_ptr<remote::Ticket> ticket, SteadyTime admitted);
  void close(const std::string& key, const std::shared_ptr<Group>& group);

  Context& context_;
  std::map<std::string, std::shared_ptr<Group>> open_;
  std::map<std::string, WallTime> alone_;  // until then each goes by itself: the remote refused several at once
};

}  // namespace mlc::engine
