#include "runtime/console/alerts/forms.h"

#include <nlohmann/json.hpp>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"

namespace mlc::console {
namespace {

using Json = nlohmann::ordered_json;
using What = Message::What;

constexpr size_t kTitleBytes = 200;  // a subject line; the whole sentence stands in the text
constexpr size_t kEncodedWord = 39;  // bytes of an encoded-word: no line longer than 76 with the field name (RFC 2047, 2)
constexpr size_t kQuotedLine = 72;   // RFC 2045, 6.7: at most 76

std::string minute_of(WallTime instant) {
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::minutes>(instant));
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

std::string cut(std::string text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "…";
}

// Control characters have no place in a line (T7).
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string length_of(Duration span) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(span).count();
  if (minutes < 1) return "less than a minute";
  if (minutes < 120) return std::to_string(minutes) + (minutes == 1 ? " minute" : " minutes");
  if (minutes < 48 * 60) return std::to_string(minutes / 60) + " hours";
  return std::to_string(minutes / (24 * 60)) + " days";
}

std::string prefix_of(const Message& message) {
  switch (message.what) {
    case What::ended:
      return "Solved: ";
    case What::still:
      return message.severity == Severity::critical ? "Still critical: " : "Still: ";
    case What::test:
      return "Test: ";
    case What::digest:
      return "";
    default:
      return message.severity == Severity::critical ? "Critical: " : "Warning: ";
  }
}

std::string counted(int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string digest_title(const Message& message) {
  int64_t fresh = 0, still = 0, solved = 0;
  for (const auto& item : message.items) ++(item.what == "solved" ? solved : item.what == "still" ? still : fresh);
  std::string text;
  const auto add = [&](int64_t count, const std::string& what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  };
  add(fresh, "new");
  add(still, "still open");
  add(solved, "solved");
  return message.client + ", " + message.concern + ": " + (message.items.size() == 1 ? "case" : "cases") + " (" + text + ")";
}

std::string item_text(const Message::Item& item) {
  if (item.what == "solved") return "Solved: " + item.sentence;
  std::string text = (item.what == "still" ? "Still open: " : "New: ") + item.sentence;
  if (item.count > 0) text += "\n" + counted(item.count, "record waits", "records wait");
  if (!item.numbers.empty()) {
    text += ": ";
    for (size_t i = 0; i < item.numbers.size(); ++i) text += (i == 0 ? "" : ", ") + item.numbers[i];
    if (item.count > static_cast<int64_t>(item.numbers.size()))
      text += " and " + std::to_string(item.count - static_cast<int64_t>(item.numbers.size())) + " more";
  }
  if (!item.fix.empty()) text += "\nTo do: " + item.fix;
  if (item.case_id > 0) text += "\nThen: ml-connector jobs release " + std::to_string(item.case_id);
  return text;
}

// https://api.slack.com/reference/surfaces/formatting#escaping
std::string slack_escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += c;
  }
  return out;
}

Json slack(const Message& message, const Dress& dress) {
  std::string text = "*" + slack_escaped(title_of(message)) + "*";
  for (const auto& paragraph : paragraphs_of(message, dress)) text += "\n" + slack_escaped(paragraph);
  return {{"text", text}};
}

// An Adaptive Card in the frame that incoming webhooks of Teams and its workflows take.
Json teams(const Message& message, const Dress& dress) {
  const auto block = [](const std::string& plain, bool head) {
    std::string text;
    for (char c : plain) {
      // A text block takes Markdown: what a record says must not become a link to somewhere under our name.
      if (c == '\\' || c == '[' || c == ']') text += '\\';
      text += c == '\n' ? std::string("\n\n") : std::string(1, c);  // one alone is no break there
    }
    Json one = {{"type", "TextBlock"}, {"text", text}, {"wrap", true}};
    if (head) one["weight"] = "Bolder";
    return one;
  };
  Json body = Json::array({block(title_of(message), true)});
  for (const auto& paragraph : paragraphs_of(message, dress)) body.push_back(block(paragraph, false));
  Json card = {
      {"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"}, {"type", "AdaptiveCard"}, {"version", "1.4"}, {"body", body}};
  return {{"type", "message"},
          {"attachments",
           Json::array({{{"contentType", "application/vnd.microsoft.card.adaptive"}, {"contentUrl", nullptr}, {"content", card}}})}};
}

Json generic(const Message& message, const Dress& dress) {
  Json json = {{"id", message.id},
               {"workspace", dress.workspace},
               {"what", std::string(what_name(message.what))},
               {"kind", message.kind},
               {"severity", severity_name(message.severity)},
               {"concern", message.concern},
               {"client", message.client},
               {"title", title_of(message)},
               {"sentence", message.sentence},
               {"fix", message.fix},
               {"at", format_rfc3339(message.at)},
               {"since", format_rfc3339(message.opened)}};
  if (!dress.link.empty()) json["link"] = dress.link;
  if (message.what == What::digest) {
    json["cases"] = Json::array();
    for (const auto& item : message.items)
      json["cases"].push_back({{"what", item.what},
                               {"case", item.case_id},
                               {"sentence", item.sentence},
                               {"fix", item.fix},
                               {"count", item.count},
                               {"numbers", item.numbers}});
  }
  return json;
}

// RFC 2047: words of UTF-8 in base64, folded.
std::string header_text(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
  if (plain) return text;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.size(), at + kEncodedWord);
    while (end < text.size() && end > at && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    if (end == at) end = std::min(text.size(), at + kEncodedWord);
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + to_base64(text.substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

// RFC 2045, 6.7.
std::string quoted_printable(const std::string& text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += "\r\n";
      width = 0;
      continue;
    }
    const bool at_end = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = (c > 0x20 && c < 0x7f && c != '=') || (c == ' ' && !at_end);
    const std::string piece = plain ? std::string(1, text[i]) : std::string{'=', kHex[c >> 4], kHex[c & 15]};
    if (width + piece.size() > kQuotedLine) {
      out += "=\r\n";
      width = 0;
    }
    // A line that begins with a dot ends the message for some programs.
    if (width == 0 && piece == ".") out += "=2E", width = 3;
    else out += piece, width += piece.size();
  }
  return out;
}

}  // namespace

std::string title_of(const Message& message) {
  if (message.what == What::digest) return cut(one_line(digest_title(message)), kTitleBytes);
  const std::string whose = message.client.empty() ? "" : message.client + ": ";
  return cut(one_line(prefix_of(message) + whose + message.sentence), kTitleBytes);
}

std::vector<std::string> paragraphs_of(const Message& message, const Dress& dress) {
  std::vector<std::string> list;
  if (message.what == What::digest) {
    for (const auto& item : message.items) list.push_back(item_text(item));
    return list;
  }
  const std::string whole = prefix_of(message) + (message.client.empty() ? "" : message.client + ": ") + message.sentence;
  if (title_of(message) != whole) list.push_back(message.sentence);
  if (!message.fix.empty()) list.push_back("To do: " + message.fix);
  if (!dress.link.empty()) list.push_back("Invitation, works once and for 7 days: " + dress.link);
  if (message.what == What::ended) list.push_back("It lasted " + length_of(message.at - message.opened) + ".");
  if (message.what == What::still || message.what == What::worse) list.push_back("Since " + minute_of(message.opened) + ".");
  return list;
}

std::string webhook_body(Destination::Kind kind, const Message& message, const Dress& dress) {
  const Json json = kind == Destination::Kind::slack   ? slack(message, dress)
                    : kind == Destination::Kind::teams ? teams(message, dress)
                                                       : generic(message, dress);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string mail_text(const Destination& destination, const Message& message, const Dress& dress) {
  std::string to;
  for (const auto& each : destination.to) to += (to.empty() ? "" : ",\r\n ") + each;
  std::string text;
  for (const auto& paragraph : paragraphs_of(message, dress)) text += paragraph + "\n\n";
  if (text.empty()) text = title_of(message) + "\n\n";
  text += "-- \nml-connector, workspace " + dress.workspace + "\n";
  const std::string domain = destination.from.substr(destination.from.find('@') + 1);
  std::string date = format_http_date(message.at);
  date.replace(date.size() - 3, 3, "+0000");
  return "From: " + destination.from + "\r\nTo: " + to + "\r\nSubject: " + header_text("[" + dress.workspace + "] " + title_of(message)) +
         "\r\nDate: " + date + "\r\nMessage-ID: <" + message.id + "@" + domain +
         ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
         quoted_printable(text);
}

}  // namespace mlc::console
