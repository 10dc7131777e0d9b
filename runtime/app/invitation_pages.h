// What a client's administrator sees who follows an invitation: what is asked for, by whom, and what came of it. Plain words,
// no scripts; every value is escaped. Programs that do not ask for HTML get the same as text.
#pragma once
#include <string>

#include "runtime/auth/authorize.h"
#include "runtime/http/message.h"

namespace mlc::app {

class InvitationPages {
 public:
  InvitationPages(const http::Request& request, std::string contact);

  http::Response invited(const auth::Invitation& invitation, const std::string& path) const;
  http::Response link_ended(const Error& why) const;  // 410, or 404 when it is none of ours
  http::Response agreed() const;
  http::Response failed(const Error& why) const;  // 403

 private:
  http::Response page(int status, const std::string& title, const std::vector<std::string>& paragraphs, const std::string& form = "",
                      const std::string& form_target = "") const;
  std::string ask() const;

  bool html_;
  std::string contact_;
};

}  // namespace mlc::app
