#include "runtime/console/alerts/message.h"

#include <array>
#include <nlohmann/json.hpp>

namespace mlc::console {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kWhat = {"opened", "worse", "still", "ended", "digest", "test"};

}  // namespace

std::string_view what_name(Message::What what) { return kWhat[static_cast<size_t>(what)]; }

std::string Message::to_json() const {
  Json list = Json::array();
  for (const auto& item : items)
    list.push_back({{"what", item.what},
                    {"sentence", item.sentence},
                    {"fix", item.fix},
                    {"case", item.case_id},
                    {"count", item.count},
                    {"numbers", item.numbers}});
  const Json json = {{"id", id},
                     {"what", static_cast<int>(what)},
                     {"kind", kind},
                     {"client", client},
                     {"concern", concern},
                     {"severity", static_cast<int>(severity)},
                     {"sentence", sentence},
                     {"fix", fix},
                     {"grant", grant},
                     {"at", to_micros(at)},
                     {"opened", to_micros(opened)},
                     {"items", list}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Message> Message::from_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("id", "").empty()) return std::nullopt;
  Message message;
  message.id = json.value("id", "");
  const int what = json.value("what", 0);
  if (what < 0 || what >= static_cast<int>(kWhat.size())) return std::nullopt;
  message.what = static_cast<What>(what);
  message.kind = json.value("kind", "");
  message.client = json.value("client", "");
  message.concern = json.value("concern", "");
  message.severity = json.value("severity", 0) == 1 ? Severity::critical : Severity::warning;
  message.sentence = json.value("sentence", "");
  message.fix = json.value("fix", "");
  message.grant = json.value("grant", "");
  message.at = from_micros(json.value("at", int64_t{0}));
  message.opened = from_micros(json.value("opened", int64_t{0}));
  for (const auto& each : json.value("items", Json::array())) {
    Item item;
    item.what = each.value("what", "");
    item.sentence = each.value("sentence", "");
    item.fix = each.value("fix", "");
    item.case_id = each.value("case", int64_t{0});
    item.count = each.value("count", int64_t{0});
    item.numbers = each.value("numbers", std::vector<std::string>{});
    message.items.push_back(std::move(item));
  }
  return message;
}

Message message_of(const AlertBook::Due& due, WallTime now) {
  const auto& condition = due.alert.condition;
  Message message;
  message.what = static_cast<Message::What>(due.what);
  message.kind = condition.kind;
  message.client = condition.client;
  message.concern = condition.concern;
  message.severity = condition.severity;
  message.at = now;
  message.opened = due.alert.opened;
  if (due.what == AlertBook::What::ended) {
    message.sentence = condition.solved.empty() ? "no longer so: " + condition.sentence : condition.solved;
  } else {
    message.sentence = condition.sentence;
    message.fix = condition.fix;
    message.grant = condition.grant;
  }
  return message;
}

Message test_message(WallTime now) {
  Message message;
  message.what = Message::What::test;
  message.kind = "test";
  message.concern = "operator";
  message.sentence = "this is a test: alerts arrive here";
  message.at = message.opened = now;
  return message;
}

}  // namespace mlc::console
