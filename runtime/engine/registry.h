// The instances that run and which of their triggers an arriving topic matches. Rebuilt whole at a reload; snapshots
// stay valid for whoever holds them. Executor's thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/document/path.h"
#include "runtime/engine/runner.h"

namespace mlc::engine {

class Registry {
 public:
  struct Match {
    InstancePtr instance;  // holds flow and trigger
    const Flow* flow;
    const Trigger* trigger;
    std::shared_ptr<const document::Path> key;
  };

  // Instances whose triggers are malformed are left out and named in `wrong`.
  void replace(std::vector<InstancePtr> instances, std::vector<std::string>* wrong);

  InstancePtr find(const std::string& client, const std::string& name) const;
  std::vector<InstancePtr> all() const;
  const std::vector<std::string>& clients() const { return clients_; }  // each once
  const std::vector<Match>& webhooks(const std::string& client, const std::string& connection) const;

 private:
  std::map<std::string, InstancePtr> instances_;  // "client/name"
  std::vector<std::string> clients_;
  std::unordered_map<std::string, std::vector<Match>> webhooks_;  // "client/connection"
};

// Connections bound to a role; empty when there is no such role.
const std::vector<std::string>& connections_of(const Instance& instance, const std::string& role);
bool is_bound(const Instance& instance, const std::string& connection);  // to any role
const Flow* find_flow(const Instance& instance, const std::string& name);

}  // namespace mlc::engine
