#include "runtime/app/reload.h"

#include <algorithm>
#include <set>

#include "runtime/base/offload.h"
#include "runtime/remote/access.h"
#include "runtime/remote/system_spec.h"
#include "runtime/workbench/catalog.h"
#include "runtime/workbench/specs.h"

namespace mlc::app {
namespace {

using workbench::ProgramPtr;
using workbench::Standing;

constexpr size_t kToldAtMost = 50;       // lines in the log for one change of many instances
constexpr size_t kKeptInMemory = 3;      // versions of an instance: its jobs still retry on them
constexpr const char* kFiles = "files";  // who: nobody by name

std::string key_of(const std::string& client, const std::string& instance) { return client + "/" + instance; }
// A candidate whose specs fail is a broken one. What is live passed its own, or was taken before it had any.
void hold_against_specs(const script::Host& host, const std::string& folder, const std::map<std::string, std::string>& live,
                        workbench::Look& look) {
  workbench::SpecGate gate(host, folder);
  for (auto& standing : look.instances) {
    const auto before = live.find(key_of(standing.client, standing.instance));
    if (standing.candidate == nullptr || before == live.end() || before->second == standing.candidate->instance.version) continue;
    auto failures = gate.failures(standing.candidate);
    if (failures.empty()) continue;
    for (const auto& failure : failures) {
      const bool told = std::any_of(look.workspace.problems.begin(), look.workspace.problems.end(),
                                    [&](const script::Problem& one) { return one.text() == failure.text(); });
      if (!told) look.workspace.problems.push_back(failure);
    }
    standing.problems = std::move(failures);
    standing.candidate = nullptr;
  }
}

std::string key_of(const ProgramPtr& program) { return key_of(program->instance.client, program->instance.name); }

}  // namespace

Reload::Reload(Parts parts)
    : parts_(std::move(parts)),
      worker_(std::make_unique<ThreadPool>(ThreadPoolOptions{"reload", 1, 2})),
      versions_(*parts_.store, *parts_.host, parts_.env, *worker_),
      takes_(parts_.serving) {}

Reload::~Reload() {
  stop();
  worker_.reset();  // joins: nothing reads `serving_` after this
}

void Reload::stop() {
  closed_ = true;
  scope_.clear();
}

std::map<std::string, std::string> Reload::live_versions() const {
  std::map<std::string, std::string> all;
  for (const auto& [key, live] : versions_.all()) all[key] = live.version;
  return all;
}

ProgramPtr Reload::live_program(const std::string& key) const {
  const auto found = live_.find(key);
  return found == live_.end() ? nullptr : found->second;
}

script::Runner::Archive Reload::archive() {
  return [this](std::string version) { return versions_.restore(std::move(version)); };
}

// Deciding.

Result<ProgramPtr> Reload::grant(const Standing& standing, const Wish& wish, Decision& into) const {
  const auto* live = versions_.find(standing.client, standing.instance);
  const std::string where = standing.client + "/" + standing.instance;
  if (wish.program != nullptr) {
    workbench::Versions::Change change{standing.client, standing.instance, wish.program->instance.version, "", wish.by, "rolled back"};
    if (standing.candidate != nullptr && standing.candidate->instance.version != change.version) {
      change.held_back = standing.candidate->instance.version;
      into.candidates[wish.key] = {standing.candidate, "held back", {}};
    } else if (standing.candidate == nullptr) {
      into.candidates[wish.key] = {nullptr, "broken", standing.problems};
    }
    into.changes.push_back(std::move(change));
    into.kept.push_back(wish.program);
    return wish.program;
  }
  if (standing.candidate == nullptr)
    return Error(Code::conflict, "the files of " + where + " are broken: " +
                                     (standing.problems.empty() ? "see ml-connector check" : standing.problems.front().text()));
  const std::string& version = standing.candidate->instance.version;
  if (!wish.version.empty() && version.compare(0, wish.version.size(), wish.version) != 0)
    return Error(Code::conflict, "what the files of " + where + " give is version " + version.substr(0, 12) + ", not " + wish.version +
                                     ": look at it again with ml-connector preview");
  if (live != nullptr && live->version == version) return Error(Code::conflict, "nothing waits: " + where + " runs what its files say");
  into.changes.push_back({standing.client, standing.instance, version, "", wish.by, "approved"});
  into.kept.push_back(standing.candidate);
  return standing.candidate;
}

Task<Result<ProgramPtr>> Reload::choose(const Standing& standing, bool asks, const Wish* wish, Decision& into) {
  const std::string key = key_of(standing.client, standing.instance);
  if (wish != nullptr && wish->key == key) co_return grant(standing, *wish, into);
  const auto* live = versions_.find(standing.client, standing.instance);
  const auto& fresh = standing.candidate;
  if (fresh == nullptr) {
    into.candidates[key] = {nullptr, "broken", standing.problems};
  } else if (live == nullptr) {
    if (takes_) {
      into.changes.push_back({standing.client, standing.instance, fresh->instance.version, "", kFiles, "first"});
      into.kept.push_back(fresh);
    }
    co_return fresh;
  } else if (fresh->instance.version == live->version) {
    // The files are back at what is live: the next change of them is a change again.
    if (takes_ && !live->held_back.empty())
      into.changes.push_back({standing.client, standing.instance, live->version, "", kFiles, "saved"});
    auto serving = live_program(key);
    co_return serving != nullptr && serving->instance.version == live->version ? serving : fresh;
  } else if (takes_ && !asks && fresh->instance.version != live->held_back) {
    into.changes.push_back({standing.client, standing.instance, fresh->instance.version, "", kFiles, "saved"});
    into.kept.push_back(fresh);
    co_return fresh;
  } else {
    const bool aside = fresh->instance.version == live->held_back;
    into.candidates[key] = {fresh, aside ? "held back" : asks ? "waiting" : "saved", {}};
  }
  // What serves goes on serving.
  if (auto serving = live_program(key)) co_return serving;
  if (live == nullptr) co_return ProgramPtr();  // never sound: left out, and `status` says why
  auto restoring = versions_.restore(live->version);
  auto restored = co_await std::move(restoring);
  if (restored) co_return *restored;
  parts_.log->error(
      "script.version_lost",
      {{"client", standing.client}, {"instance", standing.instance}, {"version", live->version}, {"error", restored.error().text()}});
  co_return fresh;
}

Status Reload::furnish(Decision& decision) const {
  // An instance that stays on its version keeps the systems of that version too.
  std::map<std::string, std::string> own;
  for (const auto& program : decision.workspace.programs)
    for (const auto& [role, connections] : program->instance.roles) {
      const auto system = program->scripts->role_systems.find(role);
      if (system == program->scripts->role_systems.end()) continue;
      const auto definition = program->scripts->systems.find(system->second);
      if (definition == program->scripts->systems.end()) continue;
      const auto known = decision.workspace.systems.emplace(system->second, definition->second).first;
      if (known->second == definition->second) continue;
      for (const auto& connection : connections) own.emplace(program->instance.client + "/" + connection, definition->second);
    }
  auto directory = remote::build_directory(decision.workspace.settings, decision.workspace.clients, decision.workspace.systems, own);
  if (!directory) return directory.error();
  decision.directory = std::move(*directory);
  if (accepts_) {
    auto accepted = accepts_(*decision.directory);
    if (!accepted) return accepted;
  }
  auto catalog = workbench::build_catalog(decision.workspace, decision.directory, parts_.public_url);
  if (!catalog) return catalog.error();
  decision.catalog = std::move(*catalog);
  return ok_status();
}

// What can be said of the fault beside the directory's own words: a system that could not be read has told why.
std::string Reload::told_of_systems(const std::string& sentence) const {
  for (const auto& problem : problems_) {
    constexpr std::string_view kSystems = "scripts/systems/";
    if (!problem.file.starts_with(kSystems)) continue;
    const auto name = problem.file.substr(kSystems.size(), problem.file.find('/', kSystems.size()) - kSystems.size());
    if (sentence.find("unknown system \"" + name + "\"") != std::string::npos) return " (" + problem.text() + ")";
  }
  return "";
}

bool Reload::serves(const std::string& client) const {
  const auto begins = [&](const auto& of) {
    const auto first = of.lower_bound(client + "/");
    return first != of.end() && first->first.starts_with(client + "/");
  };
  return begins(live_) || (directory_ != nullptr && begins(directory_->connections));
}

Status Reload::furnish_sound(Decision& decision) {
  auto furnished = furnish(decision);
  if (furnished) return furnished;
  auto& workspace = decision.workspace;
  std::erase_if(workspace.systems,
                [](const auto& one) { return !remote::parse_system(one.second) || !remote::parse_accesses(one.second); });
  const auto part = [&](const std::string& client) {
    Decision of_one;
    of_one.workspace.settings = workspace.settings, of_one.workspace.systems = workspace.systems;
    if (client.empty()) return of_one;
    of_one.workspace.clients[client] = workspace.clients[client];
    for (const auto& program : workspace.programs)
      if (program->instance.client == client) of_one.workspace.programs.push_back(program);
    return of_one;
  };
  if (auto of_nobody = part(""); !furnish(of_nobody)) return furnished;  // what they all have in common
  for (auto& [client, definition] : workspace.clients) {
    if (serves(client)) continue;  // it keeps what it has, as all do
    auto of_one = part(client);
    const auto alone = furnish(of_one);
    if (alone) continue;
    const std::string file = "clients/" + client + "/client.lua";
    auto sentence = alone.error().text();
    if (sentence.starts_with(file + ": ")) sentence.erase(0, file.size() + 2);
    problems_.push_back({file, 0, 0, sentence + told_of_systems(sentence)});
    definition = "{}";
    const auto is_its = [&name = client](const auto& program) { return program->instance.client == name; };
    std::erase_if(workspace.programs, is_its);
    std::erase_if(decision.kept, is_its);
    std::erase_if(decision.changes, [&name = client](const auto& change) { return change.client == name; });
  }
  return furnish(decision);
}

Task<Result<Reload::Decision>> Reload::decide(const workbench::Look& look, const Wish* wish) {
  Decision decision;
  decision.workspace = look.workspace;
  std::vector<ProgramPtr> serve;
  std::string client;
  bool asks = false;
  for (const auto& standing : look.instances) {
    if (standing.client != client) {
      client = standing.client;
      asks = workbench::asks(look.workspace, client);
    }
    auto choosing = choose(standing, asks, wish, decision);
    auto chosen = co_await std::move(choosing);
    if (!chosen) co_return chosen.error();
    if (*chosen != nullptr) serve.push_back(std::move(*chosen));
  }
  decision.workspace.programs = std::move(serve);
  auto furnished = furnish_sound(decision);
  if (!furnished) co_return furnished.error();
  co_return decision;
}

Task<Status> Reload::begin(script::Workspace fresh) {
  auto loaded = co_await versions_.load();
  if (!loaded) co_return loaded.error();
  settings_at_start_ = fresh.settings;
  for (const auto& problem : fresh.problems) parts_.log->warn("workspace.problem", {{"text", problem.text()}});
  std::function<workbench::Look()> work = [host = parts_.host, folder = parts_.folder, live = live_versions(),
                                           held = std::make_shared<script::Workspace>(std::move(fresh))] {
    auto seen = workbench::look_at(nullptr, std::move(*held));
    hold_against_specs(*host, folder, live, seen);
    return seen;
  };
  auto looking = offload<workbench::Look>(*worker_, *parts_.env.executor, std::move(work));
  auto look = co_await std::move(looking);
  problems_ = look.workspace.problems;
  auto deciding = decide(look, nullptr);
  auto decision = co_await std::move(deciding);
  if (!decision) co_return decision.error();
  auto handing = hand_over(std::move(*decision));
  co_return co_await std::move(handing);
}

void Reload::connect(remote::RealRemote& remote, script::Runner& runner, engine::Engine& engine) {
  remote_ = &remote;
  runner_ = &runner;
  engine_ = &engine;
  if (changed_early_) files_changed();
}

void Reload::files_changed() {
  if (engine_ == nullptr) changed_early_ = true;
  else scope_.spawn(on_change());
}

// Handing over.

Task<Status> Reload::hand_over(Decision decision) {
  if (!decision.changes.empty() || !decision.kept.empty()) {
    auto activated = co_await versions_.activate(decision.changes, std::move(decision.kept));
    if (!activated) co_return activated.error();
  }
  std::vector<std::string> owners;  // of keys: a grant that several clients use has its own
  auto wants_key = [&](const std::string& owner) {
    if (prepared_.insert(owner).second) owners.push_back(owner);
  };
  for (const auto& [client, definition] : decision.workspace.clients) wants_key(client);
  for (const auto& grant : decision.directory->grants) wants_key(grant.owner);
  if (!owners.empty()) {
    auto prepared = co_await parts_.vault->prepare_all(owners);
    if (!prepared) {
      for (const auto& owner : owners) prepared_.erase(owner);
      co_return prepared.error();
    }
  }
  std::map<std::string, ProgramPtr> live;
  for (const auto& program : decision.workspace.programs) live[key_of(program)] = program;
  const bool same = live == live_ && decision.workspace.settings == serving_.settings && decision.workspace.clients == serving_.clients &&
                    decision.workspace.systems == serving_.systems;
  candidates_ = std::move(decision.candidates);
  if (same) co_return ok_status();
  live_ = std::move(live);
  serving_ = std::move(decision.workspace);
  directory_ = std::move(decision.directory);

  std::map<std::string, std::string> registrations;
  std::vector<std::pair<std::string, std::string>> renewed;
  for (const auto& spec : decision.catalog.subscriptions) {
    const std::string key = key_of(spec.client, spec.connection);
    std::string wanted = spec.url + "\n" + spec.body + "\n" + spec.list + "\n" + spec.create;
    for (const auto& topic : spec.topics) wanted += "\n" + topic;
    const auto before = registrations_.find(key);
    if (before == registrations_.end() || before->second != wanted) renewed.emplace_back(spec.client, spec.connection);
    registrations[key] = std::move(wanted);
  }
  registrations_ = std::move(registrations);
  catalog_ = std::move(decision.catalog);
  if (engine_ == nullptr) co_return ok_status();

  remote_->configure(directory_);
  runner_->set_live(serving_.programs);
  auto taken = co_await engine_->reload_instances(std::move(catalog_));
  if (!taken) co_return taken.error();
  std::vector<std::string> kept;
  for (const auto& [key, program] : live_) {
    const auto* known = versions_.find(program->instance.client, program->instance.name);
    for (size_t i = 0; known != nullptr && i < known->history.size() && i < kKeptInMemory; ++i) kept.push_back(known->history[i].version);
  }
  runner_->keep_only(kept);
  if (parts_.serving && !renewed.empty()) scope_.spawn(keep_registered(std::move(renewed)));
  co_return ok_status();
}

Task<Unit> Reload::keep_registered(std::vector<std::pair<std::string, std::string>> connections) {
  for (const auto& [client, connection] : connections) {
    auto keeping = engine_->subscriptions().upkeep(client, connection);
    auto kept = co_await std::move(keeping);
    (void)kept;  // failures are logged there, and the hourly round tries again
  }
  co_return Unit{};
}

// Changes.

Task<Unit> Reload::turn() {
  if (!busy_) {
    busy_ = true;
    co_return Unit{};
  }
  Callback<Unit> waiting([this](Callback<Unit>::Complete done) { waiting_.push_back([done] { done(Unit{}); }); });
  co_await waiting;
  co_return Unit{};
}

void Reload::end_turn() {
  if (waiting_.empty()) {
    busy_ = false;
    return;
  }
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  parts_.env.executor->post(std::move(next));
}

Task<workbench::Look> Reload::look() {
  // Only a turn changes `serving_`, and this is one.
  std::function<workbench::Look()> work = [host = parts_.host, folder = parts_.folder, serving = &serving_, live = live_versions()] {
    auto seen = workbench::look_at(serving, script::load_workspace(*host, folder));
    hold_against_specs(*host, folder, live, seen);
    return seen;
  };
  auto looking = offload<workbench::Look>(*worker_, *parts_.env.executor, std::move(work));
  co_return co_await std::move(looking);
}

Task<Unit> Reload::on_change() {
  if (queued_ || closed_) co_return Unit{};
  queued_ = true;  // the turn that begins later sees everything that was saved until then
  auto waiting = turn();
  co_await std::move(waiting);
  queued_ = false;
  auto going = round(std::nullopt);
  auto done = co_await std::move(going);
  (void)done;  // logged
  end_turn();
  co_return Unit{};
}

Task<Status> Reload::in_turn(std::optional<Wish> wish) {
  auto waiting = turn();
  co_await std::move(waiting);
  auto going = round(std::move(wish));
  auto done = co_await std::move(going);
  end_turn();
  co_return done;
}

Task<Status> Reload::round(std::optional<Wish> wish) {
  const auto began = parts_.env.clock->steady();
  auto looking = look();
  auto seen = co_await std::move(looking);
  // Half of what is being saved: its other half is told in a moment.
  if (!wish && parts_.still_changing && parts_.still_changing()) co_return ok_status();
  problems_ = seen.workspace.problems;
  tell_restart(seen.workspace.settings);
  auto deciding = decide(seen, wish ? &*wish : nullptr);
  auto decision = co_await std::move(deciding);
  const bool broken = !problems_.empty();
  if (broken) tell_problems(problems_);
  if (!decision) {
    if (wish) co_return decision.error();
    ++failed_;
    problems_.push_back({"", 0, 0, decision.error().text()});
    parts_.log->error("reload.refused", {{"error", decision.error().text()}});
    co_return decision.error();
  }
  if (closed_) co_return Error(Code::cancelled, "the runtime is stopping");
  const auto changes = decision->changes;
  std::map<std::string, std::string> was;
  for (const auto& change : changes)
    if (auto before = live_program(key_of(change.client, change.instance)))
      was[key_of(change.client, change.instance)] = before->instance.version;
  auto handing = hand_over(std::move(*decision));
  auto done = co_await std::move(handing);
  if (!done) {
    ++failed_;
    parts_.log->error("reload.failed", {{"error", done.error().text()}});
    co_return done;
  }
  if (broken) ++failed_;
  if (changes.empty()) co_return ok_status();
  ++ok_;
  last_ = parts_.env.clock->wall();
  took_ = std::chrono::duration_cast<Duration>((parts_.env.clock->steady() - began) / parts_.env.clock->scale());
  size_t told = 0;
  for (const auto& change : changes) {
    if (++told > kToldAtMost) break;
    parts_.log->info("reload.live", {{"client", change.client},
                                     {"instance", change.instance},
                                     {"version", change.version},
                                     {"was", was[key_of(change.client, change.instance)]},
                                     {"how", change.how},
                                     {"by", change.by}});
  }
  parts_.log->info("reload.done", {{"instances", changes.size()}, {"milliseconds", took_.count() / 1000}});
  co_return ok_status();
}

void Reload::tell_problems(const std::vector<script::Problem>& problems) {
  size_t told = 0;
  for (const auto& problem : problems) {
    if (++told > kToldAtMost) break;
    parts_.log->error("reload.broken", {{"file", problem.file},
                                        {"line", problem.line},
                                        {"column", problem.column},
                                        {"sentence", problem.sentence},
                                        {"serves", "the version before"}});
  }
}

void Reload::tell_restart(const std::string& settings) {
  auto changed = workbench::changed_settings(settings_at_start_, settings);
  if (changed == restart_) return;
  restart_ = std::move(changed);
  for (const auto& name : restart_)
    parts_.log->warn("reload.needs_restart",
                     {{"setting", name}, {"sentence", "ml-connector.lua: `" + name + "` changed; it is read when serve starts"}});
}

Task<Status> Reload::take_files() {
  if (takes_) co_return ok_status();
  takes_ = true;
  auto going = in_turn(std::nullopt);
  co_return co_await std::move(going);
}

}  // namespace mlc::app
