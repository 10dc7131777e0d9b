// A message as each kind of destination takes it: the JSON bodies of incoming webhooks, and a mail of RFC 5322. Pure.
#pragma once
#include <string>
#include <vector>

#include "runtime/console/alerts/message.h"
#include "runtime/console/alerts/settings.h"

namespace mlc::console {

struct Dress {
  std::string workspace;  // its id
  std::string link;       // of an invitation, "" = none
};

// "acme: the grant exact_nl is dead …" with what it is before it; one line.
std::string title_of(const Message& message);
// The rest, a paragraph an entry.
std::vector<std::string> paragraphs_of(const Message& message, const Dress& dress);

std::string webhook_body(Destination::Kind kind, const Message& message, const Dress& dress);
// Complete, lines ended by CR LF.
std::string mail_text(const Destination& destination, const Message& message, const Dress& dress);

}  // namespace mlc::console
