// What the internet may reach: webhooks, OAuth start and callback, invitations, health. Nothing else is served there.
#pragma once
#include "runtime/app/runtime.h"
#include "runtime/http/server.h"

namespace mlc::app {

class PublicSite {
 public:
  explicit PublicSite(Runtime& runtime) : runtime_(runtime) {}
  void handle(http::Request&& request, http::Respond respond);
  void set_ready(bool ready) { ready_ = ready; }

 private:
  Runtime& runtime_;
  bool ready_ = false;
};

}  // namespace mlc::app
