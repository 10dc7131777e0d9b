// Erasure of what is kept of a person: what would go, and its going.
#include "runtime/console/api.h"
#include "runtime/engine/forget.h"

namespace mlc::console {
namespace {

constexpr const char* kList = "/erasures.log";

const char* state_word(store::JobState state) {
  return state == store::JobState::parked ? "parked" : state == store::JobState::running ? "running" : "waiting";
}

// Copies that the program made itself before a schema change; they hold what the store held.
Json copies_beside(const std::string& state_folder) {
  Json list = Json::array();
  RealFiles files;
  auto names = files.list(state_folder);
  if (!names) return list;
  for (const auto& name : *names)
    if (name.starts_with("store.db.before-")) list.push_back(state_folder + "/" + name);
  return list;
}

Json told(const engine::Remembered& found) {
  Json flows = Json::object(), open = Json::array(), rows = {{"kept_values", 0}, {"lookups", 0}, {"reports", 0}};
  for (const auto& [flow, count] : found.flows) flows[flow] = count;
  for (const auto& job : found.open)
    open.push_back({{"job", job.id}, {"flow", job.flow}, {"key", job.key}, {"state", state_word(job.state)}, {"reason", job.reason}});
  for (const auto& [table, key] : found.rows) {
    const char* name = table == store::Table::kv ? "kept_values" : table == store::Table::lookups ? "lookups" : "reports";
    rows[name] = rows[name].get<int64_t>() + 1;
  }
  return {{"jobs", found.jobs.size()},   {"flows", flows}, {"events", found.events.size()}, {"rows", rows},
          {"cases", found.cases.size()}, {"open", open},   {"unreadable", found.unreadable}};
}

Task<Result<Json>> forget(Services& services, Call call) {
  auto text = call.text("subject");
  if (!text) co_return text.error();
  auto flow = call.text("flow");
  if (!flow) co_return flow.error();
  const bool all_flows = *flow == "*";
  RealFiles files;
  const std::string list = services.state_folder + kList;
  engine::Forgetting forgetting(services.env, services.store, services.vault, files, list);
  auto naming = forgetting.subject(call.at("client"), *text, all_flows ? "" : *flow);
  auto subject = co_await std::move(naming);
  if (!subject) co_return subject.error();
  auto finding = forgetting.find(*subject);
  auto found = co_await std::move(finding);
  if (!found) co_return found.error();

  Json answer = {{"client", subject->client}, {"kind", subject->address ? "address" : "number"}};
  answer.update(told(*found));
  answer["done"] = false;
  answer["found"] = !found->empty();
  answer["copies"] = copies_beside(services.state_folder);
  const bool dry = call.body.value("dry_run", false);
  // A customer may bear an order's number.
  answer["which_flow"] = !subject->address && !all_flows && flow->empty() && found->flows.size() > 1;
  if (dry || found->empty() || !found->open.empty() || answer["which_flow"]) co_return answer;
  auto erasing = forgetting.forget(*subject, std::move(*found), call.actor);
  auto erased = co_await std::move(erasing);
  if (!erased) co_return erased.error();
  answer["done"] = true;
  answer["payloads"] = *erased;
  answer["list"] = list;
  co_return answer;
}

}  // namespace

std::vector<Route> forget_routes() {
  return {{"POST", "/api/v1/clients/{client}/forget", "destroys what is kept of a person, or says what would go", forget, {}}};
}

}  // namespace mlc::console
