#include "runtime/app/repl_link.h"
#include "runtime/app/runtime.h"
#include "runtime/app/signals.h"

namespace mlc::app {
namespace {

using workbench::ReplEvent;

class LocalRepl : public ReplLink {
 public:
  LocalRepl(EventLoop& loop, Runtime& runtime, const ReplOptions& options) : loop_(loop) {
    workbench::ReplSession::Options wanted;
    wanted.client = options.client;
    wanted.instance = options.instance;
    wanted.colour = options.colour;
    wanted.actor = "cli";
    session_ = std::make_unique<workbench::ReplSession>(runtime.repl_parts(), std::move(wanted), [this](ReplEvent event) {
      const bool last = event.kind == ReplEvent::Kind::ready || event.kind == ReplEvent::Kind::ended;
      if (hear_) hear_(event);
      if (last) loop_.stop();
    });
  }

  Status begin(const Hear& hear) override {
    return wait([this] { session_->begin(); }, hear);
  }
  Status line(const std::string& text, const Hear& hear) override {
    return wait([this, text] { session_->line(text); }, hear);
  }
  Status drop_line(const Hear& hear) override {
    return wait([this] { session_->drop(); }, hear);
  }
  Result<script::Completions> complete(const std::string& before) override {
    script::Completions found;
    loop_.post([&] {
      session_->complete(before, [&](script::Completions words) {
        found = std::move(words);
        loop_.stop();
      });
    });
    loop_.run();
    return found;
  }

 private:
  Status wait(std::function<void()> ask, const Hear& hear) {
    hear_ = hear;
    loop_.post(std::move(ask));
    auto signals = on_stop_signal(loop_, [this] { session_->interrupt(); });
    loop_.run();
    hear_ = {};
    return ok_status();
  }

  EventLoop& loop_;
  Hear hear_;
  std::unique_ptr<workbench::ReplSession> session_;
};

}  // namespace

std::unique_ptr<ReplLink> local_repl(EventLoop& loop, Runtime& runtime, const ReplOptions& options) {
  return std::make_unique<LocalRepl>(loop, runtime, options);
}

}  // namespace mlc::app
