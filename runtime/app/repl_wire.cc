#include "runtime/app/repl_wire.h"

#include <nlohmann/json.hpp>

namespace mlc::app {
namespace {

using Json = nlohmann::ordered_json;
using Kind = workbench::ReplEvent::Kind;

constexpr std::pair<Kind, const char*> kNames[] = {
    {Kind::output, "output"}, {Kind::note, "note"}, {Kind::error, "error"}, {Kind::ready, "ready"}, {Kind::ended, "ended"}};

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Result<Json> parse(const std::string& message) {
  Json json = Json::parse(message, nullptr, false);
  if (!json.is_object()) return Error(Code::corrupt, "a message of the REPL is no JSON object");
  return json;
}

std::optional<std::string> text(const Json& json, const char* name) {
  auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

std::string event_message(const workbench::ReplEvent& event) {
  for (const auto& [kind, name] : kNames) {
    if (kind == event.kind) return dump({{"event", name}, {"text", event.text}});
  }
  return "{}";
}

std::string completions_message(const script::Completions& found) {
  return dump({{"event", "completions"}, {"from", found.from}, {"words", found.words}});
}

Result<ReplAnswer> read_answer(const std::string& message) {
  auto json = parse(message);
  if (!json) return json.error();
  const auto event = text(*json, "event");
  ReplAnswer answer;
  if (event == "completions") {
    answer.completions.emplace();
    answer.completions->from = json->value("from", size_t{0});
    for (const auto& word : json->value("words", Json::array())) {
      if (word.is_string()) answer.completions->words.push_back(word.get<std::string>());
    }
    return answer;
  }
  for (const auto& [kind, name] : kNames) {
    if (event == name) answer.event = workbench::ReplEvent{kind, text(*json, "text").value_or("")};
  }
  if (!answer.event) return Error(Code::corrupt, "the server's REPL said something unknown; are program and server of one version?");
  return answer;
}

Result<ReplAsked> read_asked(const std::string& message) {
  auto json = parse(message);
  if (!json) return json.error();
  ReplAsked asked;
  asked.line = text(*json, "line");
  asked.complete = text(*json, "complete");
  asked.interrupt = json->contains("interrupt");
  asked.drop = json->contains("drop");
  return asked;
}

}  // namespace mlc::app
