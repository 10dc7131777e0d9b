#include "runtime/engine/registry.h"

#include <algorithm>

namespace mlc::engine {

const std::vector<std::string>& connections_of(const Instance& instance, const std::string& role) {
  static const std::vector<std::string> kNone;
  for (const auto& [name, connections] : instance.roles) {
    if (name == role) return connections;
  }
  return kNone;
}

bool is_bound(const Instance& instance, const std::string& connection) {
  return std::any_of(instance.roles.begin(), instance.roles.end(),
                     [&](const auto& role) { return std::find(role.second.begin(), role.second.end(), connection) != role.second.end(); });
}

const Flow* find_flow(const Instance& instance, const std::string& name) {
  for (const auto& flow : instance.flows) {
    if (flow.name == name) return &flow;
  }
  return nullptr;
}

void Registry::replace(std::vector<InstancePtr> instances, std::vector<std::string>* wrong) {
  instances_.clear();
  webhooks_.clear();
  clients_.clear();
  // Instances of one integration share its flows, and so the parsed paths of its triggers.
  std::map<const Trigger*, Result<std::shared_ptr<const document::Path>>> keys;
  const auto key_of = [&](const Trigger& trigger) -> const Result<std::shared_ptr<const document::Path>>& {
    const auto known = keys.find(&trigger);
    if (known != keys.end()) return known->second;
    auto path = document::Path::parse(trigger.key_path);
    auto made = path ? Result<std::shared_ptr<const document::Path>>(std::make_shared<const document::Path>(std::move(*path)))
                     : Result<std::shared_ptr<const document::Path>>(path.error());
    return keys.emplace(&trigger, std::move(made)).first->second;
  };
  for (auto& instance : instances) {
    std::vector<std::pair<std::string, Match>> matches;
    bool fits = true;
    for (const auto& flow : instance->flows) {
      for (const auto& trigger : flow.triggers) {
        if (trigger.kind != Trigger::Kind::webhook) continue;
        const auto& key = key_of(trigger);
        if (!key) {
          fits = false;
          if (wrong != nullptr) wrong->push_back(instance->client + "/" + instance->name + ": " + key.error().text());
          continue;
        }
        for (const auto& connection : connections_of(*instance, trigger.role)) {
          matches.emplace_back(instance->client + "/" + connection, Match{instance, &flow, &trigger, *key});
        }
      }
    }
    if (!fits) continue;
    for (auto& [connection, match] : matches) {
      auto& known = webhooks_[connection];
      known.reserve(known.size() + 1);
      known.push_back(std::move(match));
    }
    instances_[instance->client + "/" + instance->name] = std::move(instance);
  }
  for (const auto& [name, instance] : instances_) {
    if (clients_.empty() || clients_.back() != instance->client) clients_.push_back(instance->client);
  }
}

InstancePtr Registry::find(const std::string& client, const std::string& name) const {
  const auto found = instances_.find(client + "/" + name);
  return found == instances_.end() ? nullptr : found->second;
}

std::vector<InstancePtr> Registry::all() const {
  std::vector<InstancePtr> list;
  for (const auto& [name, instance] : instances_) list.push_back(instance);
  return list;
}

const std::vector<Registry::Match>& Registry::webhooks(const std::string& client, const std::string& connection) const {
  static const std::vector<Match> kNone;
  const auto found = webhooks_.find(client + "/" + connection);
  return found == webhooks_.end() ? kNone : found->second;
}

}  // namespace mlc::engine
