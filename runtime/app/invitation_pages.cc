#include "runtime/app/invitation_pages.h"

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"

namespace mlc::app {
namespace {

constexpr std::string_view kStyle =
    "body{font:17px/1.5 system-ui,sans-serif;max-width:38em;margin:4em auto;padding:0 1.5em;color:#1d2733}"
    "h1{font-size:1.5em;line-height:1.25}button{font:inherit;padding:.6em 1.2em;border:0;border-radius:.4em;background:#0b5cad;color:#fff;"
    "cursor:pointer}small{color:#5b6875}";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

// "exact_online" as a person writes it.
std::string titled(std::string_view name) {
  std::string out;
  bool first = true;
  for (const char c : name) {
    out += c == '_' ? ' ' : first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    first = c == '_';
  }
  return out;
}

std::string host_of(const std::string& origin) {
  const auto slashes = origin.find("//");
  return slashes == std::string::npos ? origin : origin.substr(slashes + 2);
}

}  // namespace

InvitationPages::InvitationPages(const http::Request& request, std::string contact) : html_(false), contact_(std::move(contact)) {
  for (const auto field : request.headers.all("Accept")) html_ = html_ || field.find("text/html") != std::string_view::npos;
}

std::string InvitationPages::ask() const {
  return contact_.empty() ? "Please ask the person who sent you the link for a new one." : "Please ask for a new link: " + contact_ + ".";
}

http::Response InvitationPages::page(int status, const std::string& title, const std::vector<std::string>& paragraphs,
                                     const std::string& form, const std::string& form_target) const {
  http::Response response;
  response.status = status;
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("X-Frame-Options", "DENY");
  if (!html_) {
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = title + "\n";
    for (const auto& one : paragraphs) response.body += "\n" + one + "\n";
    return response;
  }
  // Browsers hold the redirect after a form to form-action as well: hence the provider.
  response.headers.add("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-" +
                                                      to_base64(crypto::sha256(kStyle)) + "'; form-action " +
                                                      (form_target.empty() ? "'none'" : "'self' " + form_target));
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.body =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      "<title>" +
      escaped(title) + "</title><style>" + std::string(kStyle) + "</style></head><body><h1>" + escaped(title) + "</h1>";
  for (const auto& one : paragraphs) response.body += "<p>" + escaped(one) + "</p>";
  response.body += form + "</body></html>\n";
  return response;
}

http::Response InvitationPages::invited(const auth::Invitation& invitation, const std::string& path) const {
  const std::string system = titled(invitation.system);
  const std::string host = host_of(invitation.provider);
  std::vector<std::string> says = {
      "You have been asked to let an integration work with the " + system + " administration of " + invitation.client +
          ". It will read and write there with the rights of the user that you log in with, and only for " + invitation.client +
          " (connection \"" + invitation.connection + "\").",
      "When you go on, you come to the login page of " + system + " itself (" + host +
          "). Your password is typed there and nowhere else; this page never sees it. " + system + " then asks whether you agree.",
      "You can take it back at any time in " + system + ", where you manage the apps that you gave access to.",
      "This link works once, until " + format_rfc3339(invitation.until).substr(0, 10) + "." +
          (contact_.empty() ? " If you did not expect it, close this page; nothing has happened."
                            : " If you did not expect it, close this page, nothing has happened; or ask " + contact_ + ".")};
  return page(200, "Connect " + system + " for " + invitation.client, says,
              "<form method=\"post\" action=\"" + escaped(path) + "\"><button>Go on to " + escaped(host) + "</button></form>",
              invitation.provider);
}

http::Response InvitationPages::link_ended(const Error& why) const {
  const bool unknown = why.code() == Code::not_found;
  std::string said = why.text();
  if (!said.empty()) said[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(said[0])));
  return page(unknown ? 404 : 410, unknown ? "This link is not known" : "This link does not work any more",
              {said + ".", "A link works once and for a limited time, so that nobody else can use it. " + ask()});
}

http::Response InvitationPages::agreed() const {
  return page(200, "Thank you: the connection is authorised", {"The integration goes on by itself from here. You may close this page."});
}

http::Response InvitationPages::failed(const Error& why) const {
  return page(403, "The connection is not authorised",
              {"Nothing has been connected: " + why.text() + ".",
               "If you chose not to agree, all is as it was. If you meant to agree, the link that you used is spent. " + ask()});
}

}  // namespace mlc::app
