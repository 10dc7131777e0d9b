#include "runtime/console/alerts/hook_answers.h"

namespace mlc::console {

void HookAnswers::count(const std::string& client, const std::string& connection, std::string_view problem, WallTime now) {
  if (problem == "unknown_hook") return;
  auto& of = all_[client + "/" + connection];
  if (of.client.empty()) of.client = client, of.connection = connection;
  const WallTime begins = std::chrono::floor<std::chrono::minutes>(now);
  if (of.minutes.empty() || of.minutes.back().begins != begins) of.minutes.push_back({begins, 0, {}});
  while (of.minutes.front().begins + kWindow < begins) of.minutes.pop_front();
  auto& minute = of.minutes.back();
  ++minute.deliveries;
  if (problem.empty()) return;
  const auto known = minute.refused.find(problem);
  if (known != minute.refused.end()) ++known->second;
  else minute.refused.emplace(problem, 1);
}

std::map<std::string, HookAnswers::Rate> HookAnswers::rates(WallTime now) {
  std::map<std::string, Rate> list;
  for (auto& [place, of] : all_) {
    while (!of.minutes.empty() && of.minutes.front().begins + kWindow < now) of.minutes.pop_front();
    Rate rate{of.client, of.connection, "", 0, 0};
    std::map<std::string, int64_t> by_problem;
    for (const auto& minute : of.minutes) {
      rate.deliveries += minute.deliveries;
      for (const auto& [problem, count] : minute.refused) by_problem[problem] += count, rate.refused += count;
    }
    if (rate.deliveries < kFewest) continue;
    int64_t most = 0;
    for (const auto& [problem, count] : by_problem)
      if (count > most) most = count, rate.problem = problem;
    list[place] = std::move(rate);
  }
  return list;
}

}  // namespace mlc::console
