// http, of the service profile: servers on loopback and requests to them, over TLS with checked chains.
#include "bindings/modules.h"
#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/document/document.h"
#include "runtime/http/address.h"
#include "runtime/http/url.h"
#include "runtime/script/service_context.h"
#include "runtime/script/value.h"

namespace mlc::bindings {
namespace {

using namespace script;

void set_text(lua_State* L, const char* key, std::string_view value) {
  push_text(L, value);
  lua_setfield(L, -2, key);
}

// Lower-case names; equal names are joined with ", " as RFC 9110 5.3 allows.
void push_headers(lua_State* L, const http::Headers& headers) {
  lua_newtable(L);
  for (const auto& field : headers) {
    push_text(L, to_lower(field.name));
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TSTRING) {
      std::string joined = std::string(text_argument(L, lua_gettop(L))) + ", " + field.value;
      lua_pop(L, 1);
      push_text(L, joined);
    } else {
      lua_pop(L, 1);
      push_text(L, field.value);
    }
    lua_rawset(L, -3);
  }
}

// {method, path, query, raw_query, headers, body, peer}
void push_request(lua_State* L, const http::Request& request) {
  lua_createtable(L, 0, 7);
  size_t mark = request.target.find('?');
  std::string path = request.target.substr(0, mark);
  std::string query = mark == std::string::npos ? "" : request.target.substr(mark + 1);
  set_text(L, "method", request.method);
  set_text(L, "raw_path", path);
  auto decoded = percent_decode(path);
  set_text(L, "path", decoded ? *decoded : path);
  set_text(L, "raw_query", query);
  set_text(L, "body", request.body);
  set_text(L, "peer", request.peer);
  lua_newtable(L);
  if (auto fields = http::parse_query(query)) {
    for (const auto& [name, value] : *fields) {
      push_text(L, name);
      push_text(L, value);
      lua_rawset(L, -3);
    }
  }
  lua_setfield(L, -2, "query");
  push_headers(L, request.headers);
  lua_setfield(L, -2, "headers");
}

// A list gives a field for each of its values: Set-Cookie can't be joined (RFC 6265 3).
void read_headers(lua_State* L, int table, http::Headers& headers) {
  table = lua_absindex(L, table);
  if (lua_isnil(L, table)) return;
  table_argument(L, table);
  std::vector<std::pair<std::string, std::string>> fields;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    if (lua_type(L, -2) != LUA_TSTRING) raise(L, "headers: names are texts");
    const std::string name(text_argument(L, lua_gettop(L) - 1));
    if (lua_istable(L, -1)) {
      const int list = lua_absindex(L, -1);
      for (lua_Integer at = 1; lua_rawgeti(L, list, at) != LUA_TNIL; ++at) {
        fields.emplace_back(name, show(L, -1));
        lua_pop(L, 1);
      }
      lua_pop(L, 1);
    } else {
      fields.emplace_back(name, show(L, -1));
    }
    lua_pop(L, 1);
  }
  std::stable_sort(fields.begin(), fields.end(), [](const auto& one, const auto& other) { return one.first < other.first; });
  for (auto& [name, value] : fields) headers.add(name, value);
}

struct Answer {
  http::Response response;
  Duration delay{0};
};

// {status, headers, body, delay, cut}
Answer read_answer(lua_State* L, int index) {
  Options options(L, index, {"status", "headers", "body", "delay", "cut"});
  Answer answer;
  answer.response.status = static_cast<int>(options.integer("status", 200));
  answer.response.body = options.text("body");
  answer.delay = options.duration("delay", Duration(0));
  options.push("headers");
  read_headers(L, -1, answer.response.headers);
  lua_pop(L, 1);
  std::string cut = options.text("cut");
  if (cut == "before") answer.response.cut = http::Cut::before;
  else if (cut == "after") answer.response.cut = http::Cut::halfway;
  else if (!cut.empty()) options.refuse("cut", "\"before\" or \"after\"");
  return answer;
}

// Gives the answer, at once or after its delay on the scaled clock.
void give(ServiceContext& context, Answer answer, const http::Respond& respond) {
  if (answer.delay <= Duration(0)) return respond(std::move(answer.response));
  uint64_t id = context.next_timer++;
  auto held = std::make_shared<http::Response>(std::move(answer.response));
  ServiceContext* raw = &context;
  context.timers[id] = context.wiring.env.timers->after(answer.delay, [raw, id, held, respond] {
    auto kept = std::move(raw->timers[id]);
    raw->timers.erase(id);
    respond(std::move(*held));
  });
}

// http.serve{listen = "127.0.0.1:0", tls = {cert =, key =} (PEM text), handler =, max_body =} -> {url, port}
// The handler is given {method, path, raw_path, query, raw_query, headers, body, peer} and returns
// {status, headers, body, delay = seconds, cut = "before" | "after"}; it may wait. "after" = in the middle of the answer.
int serve(lua_State* L) {
  Options options(L, 1, {"listen", "tls", "handler", "max_body"});
  ServiceContext& context = ServiceContext::of(L);
  http::ServerOptions server;
  std::string listen = options.text("listen", "127.0.0.1:0");
  size_t colon = listen.rfind(':');
  int port = -1;
  if (colon != std::string::npos && colon + 1 < listen.size() && all_digits(std::string_view(listen).substr(colon + 1)) &&
      listen.size() - colon < 7)
    port = std::atoi(listen.c_str() + colon + 1);
  if (port < 0 || port > 65535) options.refuse("listen", "\"address:port\"");
  server.address = listen.substr(0, colon);
  if (server.address.size() > 2 && server.address.front() == '[') server.address = server.address.substr(1, server.address.size() - 2);
  server.port = static_cast<uint16_t>(port);
  server.limits.max_body_bytes = static_cast<size_t>(options.integer("max_body", 16 << 20));
  if (options.push("tls") != LUA_TNIL) {
    Options tls(L, -1, {"cert", "key"});
    server.tls = http::ServerTls{tls.text_needed("cert"), tls.text_needed("key")};
  }
  if (options.push("handler") != LUA_TFUNCTION) options.refuse("handler", "function");
  auto handler = std::make_shared<Ref>(Ref::pop(L));
  ServiceContext* raw = &context;
  bool secure = server.tls.has_value();
  auto started =
      http::Server::start(*context.wiring.loop, std::move(server), [raw, handler](http::Request&& request, http::Respond respond) {
        auto given = std::make_shared<http::Request>(std::move(request));
        raw->run(
            given->method + " " + given->target,
            [handler, given](lua_State* thread) {
              handler->push(thread);
              push_request(thread, *given);
              return 1;
            },
            [raw, respond](lua_State* state, int status) {
              if (status != LUA_OK) return respond({500, {{"Content-Type", "text/plain"}}, "the simulation failed; see its log"});
              give(*raw, read_answer(state, -1), respond);
            });
      });
  if (!started) raise_failure(L, started.error().wrap("http.serve " + listen));
  uint16_t bound = (*started)->port();
  context.servers.push_back(std::move(*started));
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, bound);
  lua_setfield(L, -2, "port");
  set_text(L, "url", std::string(secure ? "https" : "http") + "://localhost:" + std::to_string(bound));
  return 1;
}

// A named function, not a lambda: it is a coroutine's argument that outlives the call.
void deliver(const Wake& wake, http::SendResult result) {
  auto held = std::make_shared<http::SendResult>(std::move(result));
  wake([held](lua_State* L) -> int {
    if (auto* failed = std::get_if<http::SendFailure>(held.get())) return push_failure(L, failed->error);
    const auto& response = std::get<http::Response>(*held);
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, response.status);
    lua_setfield(L, -2, "status");
    set_text(L, "body", response.body);
    push_headers(L, response.headers);
    lua_setfield(L, -2, "headers");
    return 1;
  });
}

// http.request{method =, url =, headers =, body =, ca = (file), timeout = seconds} -> {status, headers, body} | nil, err
int request(lua_State* L) {
  Options options(L, 1, {"method", "url", "headers", "body", "ca", "timeout"});
  auto outgoing = std::make_shared<http::OutgoingRequest>();
  outgoing->method = options.text("method", "GET");
  auto url = http::Url::parse(options.text_needed("url"));
  if (!url) return push_failure(L, url.error());
  outgoing->url = *url;
  outgoing->body = options.text("body");
  outgoing->total_deadline = options.duration("timeout", std::chrono::seconds(30));
  outgoing->tls.ca_file = options.text("ca");
  outgoing->tls.allow_loopback = true;
  outgoing->allowed_hosts = {url->host(), url->authority()};
  options.push("headers");
  read_headers(L, -1, outgoing->headers);
  lua_pop(L, 1);
  http::Transport* transport = ServiceContext::of(L).wiring.transport;
  if (transport == nullptr) raise(L, "http.request: no transport was given");
  return Isolate::of(L).suspend(L, [transport, outgoing](Wake wake) {
    spawn<http::SendResult>(transport->send(std::move(*outgoing)), [wake](http::SendResult result) { deliver(wake, std::move(result)); });
  });
}

// http.parse_query(text) -> table | nil, err; also for forms
int parse_query(lua_State* L) {
  auto fields = http::parse_query(text_argument(L, 1));
  if (!fields) return push_failure(L, fields.error());
  lua_newtable(L);
  for (const auto& [name, value] : *fields) {
    push_text(L, name);
    push_text(L, value);
    lua_rawset(L, -3);
  }
  return 1;
}

}  // namespace

script::Module http_module() { return {"http", {{"serve", serve}, {"request", request}, {"parse_query", parse_query}}, nullptr}; }

}  // namespace mlc::bindings
