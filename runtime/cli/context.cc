#include "runtime/cli/context.h"

#include <iostream>

#include "runtime/base/encoding.h"

namespace mlc::cli {
namespace {

Code code_of(const std::string& name, int status) {
  for (Code code : {Code::invalid_argument, Code::not_found, Code::conflict, Code::denied, Code::exhausted, Code::timeout, Code::cancelled,
                    Code::unavailable, Code::corrupt, Code::io, Code::config, Code::unsupported, Code::internal})
    if (code_name(code) == name) return code;
  return status == 404 ? Code::not_found : status >= 500 ? Code::internal : Code::invalid_argument;
}

size_t shown_width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

Result<Json> Context::call(const std::string& method, const std::string& path, const Json& body) {
  if (!channel) {
    auto opened = app::open_channel({workspace, share, clock});
    if (!opened) return opened.error();
    channel = std::move(*opened);
  }
  http::Request request;
  request.method = method;
  request.target = path;
  if (!body.is_null()) {
    request.headers.add("Content-Type", "application/json");
    request.body = body.dump();
  }
  auto answer = channel->send(std::move(request));
  if (!answer) return answer.error();
  Json data = Json::parse(answer->body, nullptr, false);
  if (answer->status >= 400) {
    const std::string code = data.is_object() ? get(data, "code") : "";
    std::string sentence = data.is_object() ? get(data, "detail") : answer->body;
    if (sentence.empty()) sentence = data.is_object() ? get(data, "title") : "the runtime answered " + std::to_string(answer->status);
    return Error(code_of(code, answer->status), sentence);
  }
  if (data.is_discarded()) return Error(Code::corrupt, "the runtime's answer is no JSON");
  return data;
}

std::optional<Json> Context::ask(const std::string& method, const std::string& path, const Json& body) {
  auto answer = call(method, path, body);
  if (!answer) {
    fail(answer.error());
    return std::nullopt;
  }
  return std::move(*answer);
}

void Context::fail(const Error& error) {
  const bool environment =
      error.code() == Code::config || error.code() == Code::io || error.code() == Code::corrupt || error.code() == Code::unsupported;
  fail(environment ? kEnvironment : error.code() == Code::invalid_argument ? kUsage : kNo, error.text());
}

void Context::fail(int code, const std::string& sentence) {
  std::cerr << "ml-connector: " << sentence << "\n";
  exit = code;
}

std::string api(std::initializer_list<std::string> parts, const std::vector<std::pair<std::string, std::string>>& query) {
  std::string path = "/api/v1";
  for (const auto& part : parts) path += "/" + percent_encode(part);
  char glue = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    path += glue + name + "=" + percent_encode(value);
    glue = '&';
  }
  return path;
}

CLI::App* command(CLI::App& parent, Context& context, const std::string& name, const std::string& does, const std::string& example,
                  bool data, std::function<void()> run) {
  CLI::App* sub = parent.add_subcommand(name, does);
  sub->footer("Example:\n  " + example);
  sub->add_option("--workspace", context.workspace, "folder with ml-connector.lua (default: the current one)")->type_name("DIR");
  sub->add_option("--share", context.share, "where stdlib, scripts and sandbox are (default: found by itself)")->type_name("DIR");
  if (data) sub->add_flag("--json", context.json, "print data as JSON");
  if (run) {
    sub->callback([&context, run = std::move(run)] {
      if (!context.json) context.output.emplace(std::cout);
      context.errors.emplace(std::cerr);
      run();
      context.output.reset(), context.errors.reset();
    });
  }
  return sub;
}

void print_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns.size(); ++i) {
    size_t width = shown_width(columns[i].title);
    for (const auto& row : rows) width = std::max(width, shown_width(row[i]));
    widths.push_back(width);
  }
  auto print = [&](auto cell) {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string text = cell(i);
      const std::string padding(widths[i] - shown_width(text), ' ');
      line += columns[i].right ? padding + text : text + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << "\n";
  };
  print([&](size_t i) { return columns[i].title; });
  for (const auto& row : rows) print([&](size_t i) { return row[i]; });
}

// A dump escapes what is below a blank; the other control characters, which a terminal would obey, as JSON has it.
void print_json(const Json& data) {
  std::string out;
  const std::string dumped = data.dump(2);
  for (size_t i = 0; i < dumped.size(); ++i) {
    const auto byte = static_cast<unsigned char>(dumped[i]);
    const auto next = i + 1 < dumped.size() ? static_cast<unsigned char>(dumped[i + 1]) : 0;
    const bool is_c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    if (byte != 0x7f && !is_c1) {
      out += dumped[i];
      continue;
    }
    i += is_c1 ? 1 : 0;
    out += "\\u00" + to_hex(dumped.substr(i, 1));
  }
  std::cout << out << "\n";
}

std::string text_of(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string get(const Json& object, const std::string& key) {
  auto found = object.find(key);
  return found == object.end() ? "" : text_of(*found);
}

}  // namespace mlc::cli
