#include "runtime/vault/keyring.h"

#include <mutex>

#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/vault/recovery.h"

namespace mlc::vault {
namespace {

constexpr const char* kCheckRow =
    "\x01"
    "check";  // no client is called so

std::string context_of(const std::string& client, const char* column) { return "ml-connector client_keys " + client + " " + column; }

}  // namespace

void Keyring::add_key(Ring& ring) const {
  auto key = std::make_shared<ClientKey>();
  key->version = ring.keys.empty() ? 1 : ring.keys.back()->version + 1;
  key->key = crypto::Key256::random(*env_.random);
  ring.keys.push_back(std::move(key));
  ring.reserved = 0;
}

std::string Keyring::row_of(const std::string& client, const Ring& ring, const crypto::Key256& wrapping) const {
  auto row = document::Node::object();
  auto keys = document::Node::array();
  for (const auto& one : ring.keys) {
    auto wrapped = crypto::seal(wrapping, crypto::random_nonce(*env_.random), context_of(client, std::to_string(one->version).c_str()),
                                one->key.reveal());
    auto entry = document::Node::object();
    entry.set("version", static_cast<int64_t>(one->version)).set("key", to_base64(wrapped.value_or("")));
    keys.push(std::move(entry));
  }
  auto digest = crypto::seal(wrapping, crypto::random_nonce(*env_.random), context_of(client, "digest"), ring.digest_key);
  row.set("keys", std::move(keys)).set("digest", to_base64(digest.value_or(""))).set("reserved", static_cast<int64_t>(ring.reserved));
  return document::write(row);
}

Result<std::shared_ptr<Keyring::Ring>> Keyring::ring_of(const store::Row& row) const {
  auto parsed = document::Document::parse(row.value);
  if (!parsed) return parsed.error().wrap("the key row of client " + row.key);
  auto ring = std::make_shared<Ring>();
  auto unwrap = [&](std::string_view text, const std::string& context) -> Result<std::string> {
    auto bytes = from_base64(text);
    if (!bytes) return bytes.error();
    return crypto::open(wrapping_, context, *bytes);
  };
  for (auto entry : parsed->root().get("keys").items()) {
    auto key = std::make_shared<ClientKey>();
    key->version = static_cast<uint32_t>(entry.get("version").integer().value_or(0));
    auto plain = unwrap(entry.get("key").text(), context_of(row.key, std::to_string(key->version).c_str()));
    if (!plain) return plain.error().wrap("the key of client " + row.key + " can't be opened");
    auto made = crypto::Key256::from_bytes(*plain);
    wipe(plain->data(), plain->size());
    if (!made) return made.error();
    key->key = *made;
    ring->keys.push_back(std::move(key));
  }
  auto digest = unwrap(parsed->root().get("digest").text(), context_of(row.key, "digest"));
  if (!digest || ring->keys.empty()) return Error(Code::corrupt, "the key row of client " + row.key + " is damaged");
  ring->digest_key = std::move(*digest);
  ring->reserved = static_cast<uint64_t>(parsed->root().get("reserved").integer().value_or(0));
  return ring;
}

Task<Status> Keyring::check() {
  auto row = co_await store_.get(store::Table::client_keys, kCheckRow);
  if (!row) co_return row.error();
  if (*row) {
    if (!crypto::open(wrapping_, context_of("", "check"), (*row)->value))
      co_return Error(Code::denied, "this master key does not open this store: it belongs to another workspace, or was rotated");
    co_return ok_status();
  }
  auto sealed = crypto::seal(wrapping_, crypto::random_nonce(*env_.random), context_of("", "check"), "ml-connector");
  if (!sealed) co_return sealed.error();
  store::Change change;
  change.put.emplace_back(store::Table::client_keys, store::Row{kCheckRow, std::move(*sealed), env_.clock->wall()});
  auto committed = co_await store_.commit(std::move(change));
  if (!committed) co_return committed.error();
  co_return ok_status();
}

bool Keyring::has_uses(const std::string& client) const {
  std::shared_lock lock(mutex_);
  auto known = rings_.find(client);
  return known != rings_.end() && known->second->left > kBlock / 2;
}

Task<Status> Keyring::prepare(std::string client) {
  std::vector<std::string> one = {std::move(client)};
  return prepare_all(std::move(one));
}

Task<Status> Keyring::prepare_all(std::vector<std::string> clients) {
  std::vector<std::string> mine, theirs;
  for (auto& client : clients) {
    if (has_uses(client)) continue;
    if (preparing_.contains(client)) {
      theirs.push_back(std::move(client));
    } else {
      preparing_[client];
      mine.push_back(std::move(client));
    }
  }
  Status made = ok_status();
  if (!mine.empty()) {
    auto making = make_or_load(mine);
    made = co_await std::move(making);
    for (const auto& client : mine) {
      auto others = std::move(preparing_[client]);
      preparing_.erase(client);
      for (auto& done : others) done(made);
    }
  }
  for (const auto& client : theirs) {
    auto others = preparing_.find(client);
    if (others == preparing_.end()) {  // ended while we waited for another
      if (!has_uses(client)) made = Error(Code::unavailable, "the key of client " + client + " could not be prepared");
      continue;
    }
    Callback<Status> first([&](Callback<Status>::Complete done) { others->second.push_back(std::move(done)); });
    Status ended = co_await first;
    if (!ended) made = std::move(ended);
  }
  co_return made;
}

// The ring as its row will have it: read or new, with a block of uses more.
Task<Result<std::shared_ptr<Keyring::Ring>>> Keyring::reserve(std::string client) {
  auto row = co_await store_.get(store::Table::client_keys, client);
  if (!row) co_return row.error();
  auto ring = std::make_shared<Ring>();
  if (*row) {
    auto read = ring_of(**row);
    if (!read) co_return read.error();
    ring = std::move(*read);
  } else {
    ring->digest_key.assign(crypto::kKeyBytes, '\0');
    env_.random->fill(ring->digest_key.data(), ring->digest_key.size());
    add_key(*ring);
  }
  if (ring->reserved + kBlock > kUsesPerKey) add_key(*ring);
  ring->reserved += kBlock;
  ring->left = kBlock;
  co_return ring;
}

Task<Status> Keyring::make_or_load(std::vector<std::string> clients) {
  std::vector<std::shared_ptr<Ring>> made;
  for (const auto& client : clients) {
    auto ring = co_await reserve(client);
    if (!ring) co_return ring.error().wrap("key of client " + client);
    made.push_back(std::move(*ring));
  }
  // From here to the commit nothing waits: no row may be wrapped by a key that is being changed.
  if (frozen_) co_return Error(Code::unavailable, "the master key is being changed; try again");
  store::Change change;
  for (size_t i = 0; i < clients.size(); ++i)
    change.put.emplace_back(store::Table::client_keys, store::Row{clients[i], row_of(clients[i], *made[i], wrapping_), env_.clock->wall()});
  auto committed = co_await store_.commit(std::move(change));
  if (!committed) co_return committed.error();
  std::unique_lock lock(mutex_);
  for (size_t i = 0; i < clients.size(); ++i) rings_[clients[i]] = std::move(made[i]);
  co_return ok_status();
}

Result<std::shared_ptr<const ClientKey>> Keyring::use(const std::string& client) {
  std::shared_lock lock(mutex_);
  auto found = rings_.find(client);
  if (found == rings_.end()) return Error(Code::internal, "the key of " + client + " was not prepared");
  Ring& ring = *found->second;
  const uint64_t left = ring.left.fetch_sub(1);
  if (left == 0 || left > kBlock)
    return Error(Code::exhausted, "the uses reserved for the key of " + client + " are spent; a restart reserves more");
  // Half way down the next block is fetched, once, long before it is needed.
  if (left == kBlock / 2) env_.executor->post([this, client] { spawn(prepare(client)); });
  return ring.keys.back();
}

Result<std::shared_ptr<const ClientKey>> Keyring::find(const std::string& client, uint32_t version) const {
  std::shared_lock lock(mutex_);
  auto found = rings_.find(client);
  if (found == rings_.end()) return Error(Code::internal, "the key of " + client + " was not prepared");
  for (const auto& key : found->second->keys)
    if (key->version == version) return key;
  return Error(Code::corrupt, "client " + client + " has no key of version " + std::to_string(version));
}

Result<std::string> Keyring::digest_key(const std::string& client) const {
  std::shared_lock lock(mutex_);
  auto found = rings_.find(client);
  if (found == rings_.end()) return Error(Code::internal, "the key of " + client + " was not prepared");
  return found->second->digest_key;
}

Task<Result<std::vector<store::Row>>> Keyring::rewrapped(crypto::Key256 other) {
  auto rows = co_await store_.list(store::Table::client_keys, "");
  if (!rows) co_return rows.error();
  std::vector<store::Row> made;
  for (const auto& row : *rows) {
    if (row.key == kRecoveryRow) continue;  // holds no client's key
    if (row.key == kCheckRow) {
      auto sealed = crypto::seal(other, crypto::random_nonce(*env_.random), context_of("", "check"), "ml-connector");
      if (!sealed) co_return sealed.error();
      made.push_back({row.key, std::move(*sealed), env_.clock->wall()});
      continue;
    }
    auto ring = ring_of(row);
    if (!ring) co_return ring.error();
    made.push_back({row.key, row_of(row.key, **ring, other), env_.clock->wall()});
  }
  co_return made;
}

}  // namespace mlc::vault
