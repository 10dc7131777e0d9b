// Printers behind the one way a request leaves the program: a call whose URL names a printer's scheme is carried out here and answered
// as a remote would answer it, so that permit, arming, outcome, record and trail are those of every write; all others go on to the
// transport beneath.
//
// The last step of the path says what is asked, the rest is the printer's own: POST …/documents prints, GET …/jobs lists what was
// printed, GET …/status tells whether it would be. Made on the event loop's thread, used and completing there.
#pragma once
#include <memory>

#include "runtime/base/event_loop.h"
#include "runtime/http/resolver.h"
#include "runtime/http/transport.h"

namespace mlc {
class ThreadPool;
}

namespace mlc::printing {

class PrinterTransport : public http::Transport {
 public:
  // `resolver` null: the system's.
  PrinterTransport(http::Transport& beneath, EventLoop& loop, std::unique_ptr<http::Resolver> resolver = nullptr);
  ~PrinterTransport() override;
  Task<http::SendResult> send(http::OutgoingRequest request) override;

 private:
  Task<http::SendResult> to_folder(http::OutgoingRequest request);
  Task<http::SendResult> to_port(http::OutgoingRequest request);

  http::Transport& beneath_;
  EventLoop& loop_;
  std::unique_ptr<http::Resolver> resolver_;
  std::unique_ptr<ThreadPool> disk_;  // made with the first folder that is written to
};

}  // namespace mlc::printing
