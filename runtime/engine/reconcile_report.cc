#include "runtime/engine/reconcile_report.h"

#include <algorithm>

#include "runtime/document/write.h"

namespace mlc::engine {
namespace {

using document::Node;
using document::Value;

constexpr size_t kMostInLetter = 30;

bool is_number(const std::string& text) {
  const size_t begin = !text.empty() && text[0] == '-' ? 1 : 0;
  return text.size() > begin && text.find_first_not_of("0123456789.", begin) == std::string::npos;
}

std::string csv_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos && !is_number(text))
    text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void csv_row(std::string* out, const std::vector<std::string>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) *out += (i == 0 ? "" : ",") + csv_cell(cells[i]);
  *out += "\r\n";
}

std::string word(Value value, std::string_view name) { return std::string(value.get(name).text()); }
int64_t whole(Value value, std::string_view name) { return value.get(name).integer().value_or(0); }

// 1203 -> "1,203"
std::string grouped(int64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string counted(int64_t number, const std::string& noun) { return grouped(number) + " " + noun + (number == 1 ? "" : "s"); }

std::string difference_of(const std::string& left, const std::string& right) {
  const auto a = Decimal::parse(left.empty() ? "0" : left), b = Decimal::parse(right.empty() ? "0" : right);
  return a && b ? money(*b - *a) : "";
}

Node to_node(const Reconciled::Difference& one) {
  auto node = Node::object();
  node.set("day", one.date.text()).set("comparison", one.comparison).set("reference", one.key);
  node.set("class", one.accepted_by.empty() ? difference_name(one.kind) : "accepted");
  if (!one.accepted_by.empty()) node.set("was", difference_name(one.kind));
  node.set("left_number", one.left_number).set("right_number", one.right_number).set("left", one.left).set("right", one.right);
  node.set("difference", difference_of(one.left, one.right)).set("right_day", one.right_date).set("currency", one.currency);
  node.set("reason", one.sentence);
  if (one.job != 0) node.set("job", one.job);
  if (one.case_id != 0) node.set("case", one.case_id);
  if (!one.accepted_by.empty())
    node.set("accepted_by", one.accepted_by).set("because", one.accepted_because).set("accepted_at", format_rfc3339(one.accepted_at));
  return node;
}

}  // namespace

Node report_of(const ReconcileRun& run, const Reconciled& result) {
  auto node = Node::object();
  node.set("run", run.number).set("client", run.client).set("instance", run.instance).set("by", run.by);
  node.set("from", run.from.text()).set("to", run.to.text());
  node.set("began", format_rfc3339(run.began)).set("ended", format_rfc3339(run.ended));
  node.set("left_count", result.left_count).set("right_count", result.right_count).set("agrees", result.agrees());
  int64_t waiting = 0, open = 0;
  auto differences = Node::array(), explained = Node::array();
  for (const auto& one : result.differences) {
    (one.explained ? explained : differences).push(to_node(one));
    if (one.explained) continue;
    ++(one.kind == Reconciled::Class::waiting ? waiting : open);
  }
  node.set("unexplained", open).set("waiting", waiting);
  auto list = Node::array();
  for (const auto& one : result.comparisons) {
    auto item = Node::object();
    item.set("name", one.name).set("left", one.left_noun).set("right", one.right_noun).set("amounts", one.amounts);
    item.set("left_count", one.left_count).set("right_count", one.right_count).set("no_sale", one.not_sold);
    list.push(std::move(item));
  }
  node.set("comparisons", std::move(list));
  list = Node::array();
  for (const auto& one : result.days) {
    auto item = Node::object();
    item.set("comparison", one.comparison).set("day", one.date.text()).set("currency", one.currency);
    item.set("left_count", one.left_count).set("left_total", money(one.left_total));
    item.set("right_count", one.right_count).set("right_total", money(one.right_total));
    item.set("difference", money(one.right_total - one.left_total));
    list.push(std::move(item));
  }
  node.set("days", std::move(list));
  list = Node::array();
  for (const auto& one : result.accounts) {
    auto item = Node::object();
    item.set("comparison", one.comparison).set("account", one.name.empty() ? one.account : one.name).set("cost_center", one.cost_center);
    item.set("currency", one.currency).set("lines", one.lines).set("net", money(one.net)).set("tax", money(one.tax));
    list.push(std::move(item));
  }
  node.set("accounts", std::move(list));
  list = Node::array();
  for (const auto& one : result.states) {
    auto item = Node::object();
    item.set("comparison", one.comparison).set("state", one.state).set("count", one.count);
    list.push(std::move(item));
  }
  node.set("states", std::move(list));
  return node.set("differences", std::move(differences)).set("explained", std::move(explained));
}

std::string differences_csv(Value report) {
  std::string out;
  csv_row(&out, {"day", "comparison", "class", "order", "document", "reference", "left", "right", "difference", "currency", "document_day",
                 "reason", "job", "case", "accepted_by", "because"});
  for (const char* list : {"differences", "explained"})
    for (const auto one : report.get(list).items())
      csv_row(&out, {word(one, "day"), word(one, "comparison"), word(one, "class"), word(one, "left_number"), word(one, "right_number"),
                     word(one, "reference"), word(one, "left"), word(one, "right"), word(one, "difference"), word(one, "currency"),
                     word(one, "right_day"), word(one, "reason"), word(one, "job"), word(one, "case"), word(one, "accepted_by"),
                     word(one, "because")});
  return out;
}

std::string totals_csv(Value report) {
  std::string out;
  csv_row(&out, {"what", "comparison", "name", "cost_center", "currency", "left_count", "left_total", "right_count", "right_total",
                 "difference", "tax"});
  for (const auto one : report.get("days").items())
    csv_row(&out, {"day", word(one, "comparison"), word(one, "day"), "", word(one, "currency"), word(one, "left_count"),
                   word(one, "left_total"), word(one, "right_count"), word(one, "right_total"), word(one, "difference"), ""});
  for (const auto one : report.get("accounts").items())
    csv_row(&out, {"account", word(one, "comparison"), word(one, "account"), word(one, "cost_center"), word(one, "currency"), "", "",
                   word(one, "lines"), word(one, "net"), "", word(one, "tax")});
  for (const auto one : report.get("states").items())
    csv_row(&out, {"state", word(one, "comparison"), word(one, "state"), "", "", "", "", word(one, "count"), "", "", ""});
  return out;
}

// Reports of before this was told had amounts.
bool has_amounts(Value comparison_or_report) {
  const auto all = comparison_or_report.get("comparisons");
  if (!all) return !comparison_or_report.get("amounts") || comparison_or_report.get("amounts").as_bool();
  for (const auto one : all.items())
    if (has_amounts(one)) return true;
  return false;
}

std::string verdict_of(Value report) {
  const auto open = whole(report, "unexplained"), waiting = whole(report, "waiting");
  const auto documents = whole(report, "right_count");
  const auto answered = static_cast<int64_t>(report.get("explained").size());
  std::string text;
  if (open == 0 && waiting == 0 && documents == 0 && whole(report, "left_count") == 0) text = "There was nothing to compare";
  else if (open == 0 && waiting == 0 && answered == 0)
    text = (documents == 1 ? "The one document agrees" : "All " + counted(documents, "document") + " agree") +
           (has_amounts(report) ? " to the cent" : "");
  else if (open == 0 && waiting == 0) text = counted(documents, "document") + ", no unexplained difference";
  else if (open == 0)
    text = "No unexplained difference, but " + counted(waiting, "record") + (waiting == 1 ? " still waits" : " still wait");
  else
    text = counted(open, "difference") + " in " + counted(documents, "document") +
           (waiting > 0 ? ", and " + counted(waiting, "record") + (waiting == 1 ? " still waits" : " still wait") : "");
  if (answered > 0) text += " (" + grouped(answered) + " explained by rule or accepted)";
  return text;
}

ReconcileLetter letter_of(Value report) {
  ReconcileLetter letter;
  const auto from = word(report, "from"), to = word(report, "to");
  const auto where = word(report, "client") + " " + word(report, "instance");
  const auto verdict = verdict_of(report);
  letter.subject = where + ", " + (from == to ? from : from + " to " + to) + ": " + verdict;
  auto& text = letter.text;
  text = verdict + ".\n\nCompared: " + where + ", " + (from == to ? from : from + " to " + to) + ".\n";
  for (const auto one : report.get("comparisons").items()) {
    const auto left = whole(one, "left_count"), right = whole(one, "right_count");
    text += "  " + word(one, "name") + ": " + counted(left, word(one, "left")) + ", " + counted(right, word(one, "right"));
    if (const auto none = whole(one, "no_sale"); none > 0)
      text += " (" + grouped(none) + (none == 1 ? " more makes no " : " more make no ") + word(one, "right") + ")";
    std::map<std::string, std::pair<Decimal, Decimal>> sums;
    for (const auto day : report.get("days").items()) {
      if (word(day, "comparison") != word(one, "name")) continue;
      auto& sum = sums[word(day, "currency")];
      sum.first = sum.first + day.get("left_total").decimal().value_or(Decimal());
      sum.second = sum.second + day.get("right_total").decimal().value_or(Decimal());
    }
    for (const auto& [currency, sum] : has_amounts(one) ? sums : std::map<std::string, std::pair<Decimal, Decimal>>())
      text += "; " + money(sum.first) + " against " + money(sum.second) + (currency.empty() ? "" : " " + currency);
    text += "\n";
    std::string states;
    for (const auto state : report.get("states").items())
      if (word(state, "comparison") == word(one, "name"))
        states += (states.empty() ? "" : ", ") + grouped(whole(state, "count")) + " " + word(state, "state");
    if (!states.empty()) text += "    in the books: " + states + "\n";
  }
  size_t told = 0;
  const auto tell = [&](Value list, const std::string& title) {
    if (list.size() == 0) return;
    text += "\n" + title + "\n";
    for (const auto one : list.items()) {
      if (++told > kMostInLetter) continue;
      text += "  " + word(one, "day") + "  " + word(one, "class") + ": " + word(one, "reason");
      if (!word(one, "accepted_by").empty()) text += " Accepted by " + word(one, "accepted_by") + ": " + word(one, "because");
      text += "\n";
    }
    if (told > kMostInLetter) text += "  … and " + grouped(static_cast<int64_t>(told - kMostInLetter)) + " more in the attached file\n";
    told = 0;
  };
  tell(report.get("differences"), "What differs:");
  tell(report.get("explained"), "Explained by rule, or accepted:");
  text +=
      "\nAttached: differences.csv names each difference; totals.csv has the totals by day, and by G/L account and cost centre of the\n"
      "books, to be held against the ledger.\n";
  return letter;
}

}  // namespace mlc::engine
