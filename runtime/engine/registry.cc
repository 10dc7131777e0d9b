#include "runtime/engine/registry.h"

namespace mlc::engine {

const std::vector<std::string>& connections_of(const Instance& instance, const std::string& role) {
  static const std::vector<std::string> kNone;
  for (const auto& [name, connections] : instance.roles) {
    if (name == role) return connections;
  }
  return kNone;
}

const Flow* find_flow(const Instance& instance, const std::string& name) {
  for (const auto& flow : instance.flows) {
    if (flow.name == name) return &flow;
  }
  return nullptr;
}

void Registry::replace(std::vector<Instance> instances, std::vector<std::string>* wrong) {
  instances_.clear();
  webhooks_.clear();
  for (auto& given : instances) {
    auto instance = std::make_shared<const Instance>(std::move(given));
    std::vector<std::pair<std::string, Match>> matches;
    bool fits = true;
    for (const auto& flow : instance->flows) {
      for (const auto& trigger : flow.triggers) {
        if (trigger.kind != Trigger::Kind::webhook) continue;
        auto key = document::Path::parse(trigger.key_path);
        if (!key) {
          fits = false;
          if (wrong != nullptr) wrong->push_back(instance->client + "/" + instance->name + ": " + key.error().text());
          continue;
        }
        for (const auto& connection : connections_of(*instance, trigger.role)) {
          matches.emplace_back(instance->client + "/" + connection, Match{instance, flow.name, trigger.topics, *key});
        }
      }
    }
    if (!fits) continue;
    for (auto& [connection, match] : matches) webhooks_[connection].push_back(std::move(match));
    instances_[instance->client + "/" + instance->name] = instance;
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

std::vector<std::string> Registry::clients() const {
  std::vector<std::string> list;
  for (const auto& [name, instance] : instances_) {
    if (list.empty() || list.back() != instance->client) list.push_back(instance->client);
  }
  return list;
}

const std::vector<Registry::Match>& Registry::webhooks(const std::string& client, const std::string& connection) const {
  static const std::vector<Match> kNone;
  const auto found = webhooks_.find(client + "/" + connection);
  return found == webhooks_.end() ? kNone : found->second;
}

}  // namespace mlc::engine
