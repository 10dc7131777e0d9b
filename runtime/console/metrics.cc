#include <charconv>

#include "runtime/console/alerts/alerts.h"
#include "runtime/console/api.h"

namespace mlc::console {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  return out;
}

std::string number(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return std::string(text, end);
}

struct Exposition {
  std::string text;
  std::string last;

  void add(const engine::Metric& metric) {
    const std::string name = "mlc_" + metric.name;
    if (name != last) {
      text += "# TYPE " + name + (metric.counter ? " counter\n" : " gauge\n");
      last = name;
    }
    text += name;
    char glue = '{';
    for (const auto& [key, value] : metric.labels) {
      text += glue + key + "=\"" + escaped(value) + "\"";
      glue = ',';
    }
    if (glue == ',') text += '}';
    text += " " + number(metric.value) + "\n";
  }
};

}  // namespace

Task<Result<std::string>> prometheus(Services& services, std::vector<engine::Metric> more) {
  auto metrics = co_await services.engine.story().metrics();
  if (!metrics) co_return metrics.error();
  const WallTime now = services.env.clock->wall();
  metrics->insert(metrics->end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  auto scripts = services.scripts.metrics();
  metrics->insert(metrics->end(), std::make_move_iterator(scripts.begin()), std::make_move_iterator(scripts.end()));
  if (services.alerts != nullptr) {
    auto alerts = services.alerts->metrics();
    metrics->insert(metrics->end(), std::make_move_iterator(alerts.begin()), std::make_move_iterator(alerts.end()));
  }
  for (const auto& grant : services.authorizer.report()) {
    const std::vector<std::pair<std::string, std::string>> labels{{"grant", grant.name}, {"system", grant.system}};
    metrics->push_back({"grant_ok", labels, grant.state == "ok" ? 1.0 : 0.0, false});
    if (grant.refresh_until != WallTime{})
      metrics->push_back(
          {"grant_days_left", labels, std::chrono::duration<double, std::ratio<86400>>(grant.refresh_until - now).count(), false});
  }
  for (const auto& budget : services.limits.report()) {
    const std::vector<std::pair<std::string, std::string>> labels{{"budget", budget.key}};
    metrics->push_back({"budget_used", labels, static_cast<double>(budget.used), false});
    metrics->push_back({"budget_limit", labels, static_cast<double>(budget.limit), false});
    metrics->push_back({"budget_waiting", labels, static_cast<double>(budget.waiting), false});
  }
  // The format wants the samples of one name together.
  std::stable_sort(metrics->begin(), metrics->end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  Exposition exposition;
  for (const auto& metric : *metrics) exposition.add(metric);
  co_return exposition.text;
}

}  // namespace mlc::console
