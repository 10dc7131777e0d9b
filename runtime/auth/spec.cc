#include "runtime/auth/spec.h"

#include "runtime/base/encoding.h"

namespace mlc::auth {

namespace {

using document::Value;

Error wrong(const std::string& path, std::string_view expected) {
  return Error(Code::config, path + ": expected " + std::string(expected));
}

// Reads the named fields of one table and refuses all others, so that a misspelt setting is not a default.
class Reader {
 public:
  Reader(Value value, std::string path) : value_(value), path_(std::move(path)) {
    if (value_ && !value_.is_object()) fail(path_, "a table");
  }

  std::string text(std::string_view name) {
    Value field = take(name);
    if (!field) return {};
    if (!field.is_string() || has_control(field.text())) fail(at(name), "a text");
    return std::string(field.text());
  }
  bool flag(std::string_view name, bool otherwise) {
    Value field = take(name);
    if (!field) return otherwise;
    if (!field.is_bool()) fail(at(name), "true or false");
    return field.as_bool();
  }
  Duration duration(std::string_view name) {
    Value field = take(name);
    if (!field) return {};
    auto duration = limits::parse_duration(field.text());
    if (!duration) fail(at(name), "a duration like \"570s\"");
    return duration.value_or(Duration{});
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    Value field = take(name);
    if (field && !field.is_array() && field.size() > 0) fail(at(name), "a list of texts");
    for (auto item : field.items()) {
      if (!item.is_string()) fail(at(name), "a list of texts");
      all.emplace_back(item.text());
    }
    return all;
  }
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view name) {
    std::vector<std::pair<std::string, std::string>> all;
    Value field = take(name);
    if (field && !field.is_object() && field.size() > 0) fail(at(name), "a table of texts");
    for (auto item : field.fields()) {
      if (!item.value.is_string()) fail(at(name) + "." + std::string(item.key), "a text");
      all.emplace_back(item.key, item.value.text());
    }
    return all;
  }
  Value take(std::string_view name) {
    taken_.push_back(std::string(name));
    Value field = value_.get(name);
    return field.is_null() ? Value() : field;
  }
  std::string at(std::string_view name) const { return path_ + "." + std::string(name); }
  void fail(const std::string& path, std::string_view expected) {
    if (!error_) error_ = wrong(path, expected);
  }
  std::optional<Error> end() {
    for (auto field : value_.fields()) {
      bool known = field.key == "at";
      for (const auto& name : taken_) known = known || name == field.key;
      if (!known && !error_) error_ = Error(Code::config, path_ + ": unknown name \"" + std::string(field.key) + "\"");
    }
    return error_;
  }

 private:
  Value value_;
  std::string path_;
  std::vector<std::string> taken_;
  std::optional<Error> error_;
};

Result<std::vector<Placement>> parse_send(Value value, const std::string& path) {
  std::vector<Placement> all;
  std::vector<Value> items;
  if (value.is_array()) {
    for (auto item : value.items()) items.push_back(item);
  } else if (value) {
    items.push_back(value);
  }
  for (auto item : items) {
    Reader reader(item, path);
    Placement place;
    std::string header = reader.text("header"), query = reader.text("query");
    place.value = reader.text("value");
    if (header.empty() == query.empty()) reader.fail(path, "`header` or `query` with `value`");
    place.where = header.empty() ? Placement::Where::query : Placement::Where::header;
    place.name = header.empty() ? query : header;
    if (auto error = reader.end()) return *error;
    all.push_back(std::move(place));
  }
  return all;
}

Result<Renewal> parse_renewal(Value value, const std::string& path) {
  Reader reader(value, path);
  Renewal renew;
  renew.not_before = reader.duration("not_before");
  renew.rotates = reader.flag("rotates", false);
  renew.grace = reader.duration("grace");
  renew.refresh_life = reader.duration("refresh_life");
  const bool strict = reader.flag("strict", false);
  if (strict && renew.grace > Duration::zero()) reader.fail(path, "either `strict` or `grace`");
  renew.reuse = strict ? Reuse::strict : renew.grace > Duration::zero() ? Reuse::grace : Reuse::tolerated;
  // Nothing is known about the old token: the careful class costs least when it is wrong.
  if (renew.rotates && renew.reuse == Reuse::tolerated) renew.reuse = Reuse::strict;
  if (auto error = reader.end()) return *error;
  return renew;
}

constexpr Duration kSessionIdle = std::chrono::minutes(10), kSessionAgain = std::chrono::seconds(15);

Result<SessionSpec> parse_session(Value login, Value logout, Value errors_of, Duration idle, Duration keep, const std::string& path) {
  SessionSpec session;
  Reader in(login, path + ".login"), out(logout, path + ".logout"), errors(errors_of, path + ".errors");
  in.take("POST");
  session.body = in.pairs("body");
  if (session.body.empty()) in.fail(path + ".login.body", "the fields of the sign-in");
  session.logout_path = out.text("POST");
  if (!session.logout_path.starts_with('/')) out.fail(path + ".logout.POST", "a path that begins with /");
  session.full = errors.texts("full");
  session.message = errors.texts("message");
  session.again = errors.duration("again");
  if (session.again <= Duration::zero()) session.again = kSessionAgain;
  errors.take("dead");
  session.idle = idle > Duration::zero() ? idle : kSessionIdle;
  // Longer than a call may take: nobody is signed out in the middle of one.
  session.keep = keep > Duration::zero() ? keep : session.idle * 3 / 5;
  if (session.keep >= session.idle) in.fail(path + ".keep", "a time shorter than `idle`");
  for (auto* reader : {&in, &out, &errors}) {
    if (auto error = reader->end()) return *error;
  }
  return session;
}

// No provider objects to this, and a loop of ours would.
std::vector<limits::Rule> token_limits() {
  limits::Rule calls, errors;
  calls.calls = 30;
  calls.per = std::chrono::hours(1);
  calls.scope = {"grant"};
  errors.errors = 8;
  errors.per = std::chrono::hours(1);
  errors.scope = {"grant"};
  return {calls, errors};
}

}  // namespace

Result<AuthSpec> parse_auth(Value value, const std::string& path) {
  AuthSpec spec;
  if (!value || value.is_null()) return spec;
  Reader reader(value, path);
  const std::string kind = reader.text("kind");
  if (kind == "none") spec.kind = Kind::none;
  else if (kind == "header") spec.kind = Kind::header;
  else if (kind == "basic") spec.kind = Kind::basic;
  else if (kind == "api_key") spec.kind = Kind::api_key;
  else if (kind == "authorization_code") spec.kind = Kind::authorization_code;
  else if (kind == "client_credentials") spec.kind = Kind::client_credentials;
  else if (kind == "session") spec.kind = Kind::session;
  else reader.fail(path + ".kind", "none, header, basic, api_key, authorization_code, client_credentials or session");

  auto send = parse_send(reader.take("send"), path + ".send");
  if (!send) return send.error();
  spec.send = std::move(*send);
  if ((spec.kind == Kind::header || spec.kind == Kind::api_key) && spec.send.empty()) reader.fail(path + ".send", "where credentials go");

  if (spec.kind == Kind::session) {
    Value login = reader.take("login"), errors = reader.take("errors");
    const Duration idle = reader.duration("idle"), keep = reader.duration("keep");
    auto session = parse_session(login, reader.take("logout"), errors, idle, keep, path);
    if (!session) return session.error();
    spec.token_path = std::string(login.get("POST").text());
    if (!spec.token_path.starts_with('/')) reader.fail(path + ".login.POST", "a path that begins with /");
    spec.dead.clear();
    for (auto words : errors.get("dead").items()) spec.dead.emplace_back(words.text());
    auto rules = limits::parse_rules(reader.take("limits"), path + ".limits");
    if (!rules) return rules.error();
    spec.limits = rules->empty() ? token_limits() : std::move(*rules);
    spec.session = std::move(*session);
    if (spec.send.empty()) spec.send.push_back({Placement::Where::header, "Cookie", "{access_token}"});
  } else if (spec.has_grant()) {
    if (!spec.needs_person()) spec.dead = {"invalid_client", "unauthorized_client"};
    if (spec.needs_person()) spec.authorize_path = reader.text("authorize_path");
    spec.token_path = reader.text("token_path");
    spec.scope = reader.text("scope");
    const std::string client = reader.text("client");
    if (!client.empty() && client != "body" && client != "basic") reader.fail(path + ".client", "body or basic");
    spec.client_in_body = client != "basic";
    spec.token_headers = reader.pairs("token_headers");
    if (spec.needs_person()) {
      spec.pkce = reader.flag("pkce", false);
      spec.authorize_query = reader.pairs("authorize_query");
      auto renew = parse_renewal(reader.take("renew"), path + ".renew");
      if (!renew) return renew.error();
      spec.renew = *renew;
    }
    Reader errors(reader.take("errors"), path + ".errors");
    if (Value early = errors.take("too_early")) {
      Reader fields(early, path + ".errors.too_early");
      spec.too_early = AuthSpec::TooEarly{fields.text("error"), fields.text("description_has")};
      if (spec.too_early->error.empty()) fields.fail(path + ".errors.too_early.error", "a text");
      if (auto error = fields.end()) return *error;
    }
    if (auto dead = errors.texts("dead"); !dead.empty()) spec.dead = std::move(dead);
    if (auto error = errors.end()) return *error;
    auto rules = limits::parse_rules(reader.take("limits"), path + ".limits");
    if (!rules) return rules.error();
    spec.limits = rules->empty() ? token_limits() : std::move(*rules);
    if (spec.send.empty()) spec.send.push_back({Placement::Where::header, "Authorization", "Bearer {access_token}"});
  }
  if (auto error = reader.end()) return *error;
  return spec;
}

}  // namespace mlc::auth
