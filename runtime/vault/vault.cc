#include "runtime/vault/vault.h"

#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/vault/compress.h"
#include "runtime/vault/escrow.h"
#include "runtime/vault/keyring.h"
#include "runtime/vault/recovery.h"
#include "runtime/vault/rotation.h"

namespace mlc::vault {
namespace {

constexpr size_t kDigestBytes = 16;
constexpr const char* kChanging = "the master key is being changed; try again";
constexpr size_t kVersionBytes = 4;
constexpr const char* kEscrowRing =
    "\x01"
    "escrow";                      // no client is called so
constexpr char kBetween = '\x1f';  // owner and name of a credential: neither may hold it

std::string payload_context(const std::string& client, std::string_view context, const char* column) {
  std::string text = "ml-connector ";
  return text.append(context).append(" ").append(client).append(" ").append(column);
}

std::string key_context(const std::string& client, std::string_view context, uint32_t version) {
  return payload_context(client, context, "key") + " " + std::to_string(version);
}

std::string credential_context(const std::string& key, const std::string& hosts) {
  return "ml-connector credentials " + key + " value " + hosts;
}

std::string version_text(uint32_t version) {
  std::string bytes;
  for (uint32_t i = 0; i < kVersionBytes; ++i) bytes.push_back(static_cast<char>(version >> (8 * i) & 0xff));
  return bytes;
}

uint32_t version_of(std::string_view bytes) {
  uint32_t version = 0;
  for (size_t i = kVersionBytes; i-- > 0;) version = version << 8 | static_cast<unsigned char>(bytes[i]);
  return version;
}

std::string joined(const std::vector<std::string>& hosts) {
  std::string text;
  for (const auto& host : hosts) text += (text.empty() ? "" : ",") + host;
  return text;
}

std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> hosts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    hosts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return hosts;
}

class RealVault : public Vault {
 public:
  RealVault(crypto::Key256 wrapping, store::Store& store, Environment env) : keyring_(wrapping, store, env), store_(store), env_(env) {}

  Task<Status> check() { return keyring_.check(); }
  // The escrow's key stands among the clients' keys, so that a new master key leaves its records readable.
  Task<Status> open_escrow(std::string folder) {
    auto prepared = co_await keyring_.prepare(kEscrowRing);
    if (!prepared) co_return prepared.error();
    auto secret = keyring_.digest_key(kEscrowRing);
    if (!secret) co_return secret.error();
    auto key = crypto::Key256::from_bytes(*secret);
    wipe(secret->data(), secret->size());
    if (!key) co_return key.error();
    auto opened = Escrow::open(folder, *key, *env_.random);
    if (!opened) co_return opened.error();
    escrow_ = std::move(*opened);
    co_return ok_status();
  }

  Result<store::Sealed> seal(const std::string& client, std::string_view context, std::string_view plain) override {
    auto wrapping = keyring_.use(client);
    if (!wrapping) return wrapping.error();
    const crypto::Key256 data = crypto::Key256::random(*env_.random);
    auto bytes = crypto::seal(data, crypto::random_nonce(*env_.random), payload_context(client, context, "payload"), pack(plain));
    if (!bytes) return bytes.error();
    auto key = crypto::seal((*wrapping)->key, crypto::random_nonce(*env_.random), key_context(client, context, (*wrapping)->version),
                            data.reveal());
    if (!key) return key.error();
    return store::Sealed{std::move(*bytes), version_text((*wrapping)->version) + *key};
  }

  Result<std::string> open(const std::string& client, std::string_view context, const store::Sealed& sealed) override {
    if (sealed.key.size() <= kVersionBytes) return Error(Code::not_found, "this payload was erased");
    auto wrapping = keyring_.find(client, version_of(sealed.key));
    if (!wrapping) return wrapping.error();
    auto plain_key = crypto::open((*wrapping)->key, key_context(client, context, version_of(sealed.key)),
                                  std::string_view(sealed.key).substr(kVersionBytes));
    if (!plain_key) return plain_key.error().wrap("a payload's key can't be opened");
    auto data = crypto::Key256::from_bytes(*plain_key);
    wipe(plain_key->data(), plain_key->size());
    if (!data) return data.error();
    auto packed = crypto::open(*data, payload_context(client, context, "payload"), sealed.bytes);
    if (!packed) return packed.error().wrap("a payload can't be opened");
    return unpack(*packed);
  }

  std::string digest(const std::string& client, std::string_view subject) override {
    auto key = keyring_.digest_key(client);
    if (!key) return {};
    return crypto::hmac(crypto::Hash::sha256, *key, subject).substr(0, kDigestBytes);
  }

  Task<Status> prepare(std::string client) override { return keyring_.prepare(std::move(client)); }
  Task<Status> prepare_all(std::vector<std::string> clients) override { return keyring_.prepare_all(std::move(clients)); }

  Task<Status> put_secret(std::string owner, std::string name, Secret value, std::vector<std::string> hosts, std::string actor) override {
    if (value.empty()) co_return Error(Code::invalid_argument, "an empty secret is refused");
    if (keyring_.frozen()) co_return Error(Code::unavailable, kChanging);
    if (owner.find(kBetween) != std::string::npos || name.find(kBetween) != std::string::npos || has_control(owner) || has_control(name))
      co_return Error(Code::invalid_argument, "names of secrets may not hold control characters");
    const std::string key = owner + kBetween + name;
    const std::string allowed = joined(hosts);
    auto sealed = crypto::seal(keyring_.wrapping(), crypto::random_nonce(*env_.random), credential_context(key, allowed), value.reveal());
    if (!sealed) co_return sealed.error();
    store::Change change;
    change.put.emplace_back(store::Table::credentials, store::Row{key, credential_row(allowed, *sealed), env_.clock->wall()});
    change.audit.push_back({client_of(owner), std::move(actor), "secret.set", owner, name});
    auto committed = co_await store_.commit(std::move(change));
    if (!committed) co_return committed.error();
    co_return ok_status();
  }

  Task<Result<std::optional<Secret>>> secret(std::string owner, std::string name, std::string host) override {
    auto row = co_await store_.get(store::Table::credentials, owner + kBetween + name);
    if (!row) co_return row.error();
    if (!*row) co_return std::optional<Secret>();
    auto read = read_credential(**row, keyring_.wrapping());
    if (!read) co_return read.error();
    if (!host.empty() && std::find(read->hosts.begin(), read->hosts.end(), host) == read->hosts.end())
      co_return Error(Code::denied, "the secret " + name + " of " + owner + " is not for " + host);
    co_return std::optional<Secret>(std::move(read->value));
  }

  Task<Result<std::vector<Listed>>> list_secrets(std::string owner_prefix) override {
    auto rows = co_await store_.list(store::Table::credentials, owner_prefix);
    if (!rows) co_return rows.error();
    std::vector<Listed> listed;
    for (const auto& row : *rows) {
      const size_t between = row.key.find(kBetween);
      auto parsed = document::Document::parse(row.value);
      if (!parsed || between == std::string::npos) co_return Error(Code::corrupt, "a credential row is damaged");
      listed.push_back({row.key.substr(0, between), row.key.substr(between + 1), row.at, parted(parsed->root().get("hosts").text())});
    }
    co_return listed;
  }

  Task<Status> drop_secret(std::string owner, std::string name, std::string actor) override {
    store::Change change;
    change.drop.emplace_back(store::Table::credentials, owner + kBetween + name);
    change.audit.push_back({client_of(owner), std::move(actor), "secret.drop", owner, name});
    auto committed = co_await store_.commit(std::move(change));
    if (!committed) co_return committed.error();
    co_return ok_status();
  }

  Status escrow(std::string grant, int64_t generation, int64_t lease_epoch, std::string_view tokens) override {
    return escrow_->put(grant, generation, lease_epoch, tokens);
  }
  Result<std::optional<Escrowed>> escrowed(const std::string& grant) override { return escrow_->get(grant); }

  // One transaction: a kill leaves every row under the old key or every row under the new one.
  Task<Status> rotate(Secret new_master, std::string actor) override {
    auto wrapping = wrapping_key(new_master);
    if (!wrapping) co_return wrapping.error();
    if (keyring_.frozen()) co_return Error(Code::unavailable, kChanging);
    keyring_.freeze(true);
    auto rewrapping = rewrap_all(*wrapping, "vault.rotate", std::move(actor));
    auto done = co_await std::move(rewrapping);
    keyring_.freeze(false);
    co_return done;
  }

  Task<Result<Secret>> export_recovery(std::string actor) override {
    if (keyring_.frozen()) co_return Error(Code::unavailable, kChanging);
    const crypto::Key256 key = crypto::Key256::random(*env_.random);
    auto row = recovery_row(key, keyring_.wrapping(), env_);
    if (!row) co_return row.error();
    store::Change change;
    change.put.emplace_back(store::Table::client_keys, std::move(*row));
    change.audit.push_back({"", std::move(actor), "vault.export_recovery", "", ""});
    auto committed = co_await store_.commit(std::move(change));
    if (!committed) co_return committed.error();
    co_return recovery_text(key);
  }
  Task<Result<bool>> has_recovery() override {
    auto row = co_await store_.get(store::Table::client_keys, kRecoveryRow);
    if (!row) co_return row.error();
    co_return row->has_value();
  }

  Task<Status> rewrap_all(crypto::Key256 wrapping, std::string act, std::string actor, const crypto::Key256* recovery = nullptr) {
    auto settled = co_await store_.flush();  // what was sealed under the old key before stands where it is read below
    if (!settled) co_return settled;
    store::Change change;
    auto keys = co_await keyring_.rewrapped(wrapping);
    if (!keys) co_return keys.error();
    for (auto& row : *keys) change.put.emplace_back(store::Table::client_keys, std::move(row));
    auto rows = co_await store_.list(store::Table::credentials, "");
    if (!rows) co_return rows.error();
    for (const auto& row : *rows) {
      auto read = read_credential(row, keyring_.wrapping());
      if (!read) co_return read.error();
      const std::string hosts = joined(read->hosts);
      auto sealed = crypto::seal(wrapping, crypto::random_nonce(*env_.random), credential_context(row.key, hosts), read->value.reveal());
      if (!sealed) co_return sealed.error();
      change.put.emplace_back(store::Table::credentials, store::Row{row.key, credential_row(hosts, *sealed), row.at});
    }
    if (recovery == nullptr) {
      change.drop.emplace_back(store::Table::client_keys, kRecoveryRow);
    } else {
      auto row = recovery_row(*recovery, wrapping, env_);
      if (!row) co_return row.error();
      change.put.emplace_back(store::Table::client_keys, std::move(*row));
    }
    change.audit.push_back({"", std::move(actor), std::move(act), "", ""});
    auto committed = co_await store_.commit(std::move(change));
    if (!committed) co_return committed.error();
    keyring_.set_wrapping(wrapping);
    co_return ok_status();
  }

  static Result<crypto::Key256> wrapping_key(const Secret& master) {
    auto bytes = crypto::hkdf_sha256(master.reveal(), "", "ml-connector vault wrapping key", crypto::kKeyBytes);
    if (!bytes) return bytes.error();
    auto key = crypto::Key256::from_bytes(*bytes);
    wipe(bytes->data(), bytes->size());
    return key;
  }

 private:
  struct Credential {
    Secret value;
    std::vector<std::string> hosts;
  };

  static std::string client_of(const std::string& owner) {
    const size_t slash = owner.find('/');
    return slash == std::string::npos ? "" : owner.substr(0, slash);
  }

  static std::string credential_row(const std::string& hosts, const std::string& sealed) {
    auto row = document::Node::object();
    row.set("hosts", hosts).set("value", to_base64(sealed));
    return document::write(row);
  }

  static Result<Credential> read_credential(const store::Row& row, const crypto::Key256& wrapping) {
    auto parsed = document::Document::parse(row.value);
    if (!parsed) return Error(Code::corrupt, "a credential row is damaged");
    const std::string hosts(parsed->root().get("hosts").text());
    auto sealed = from_base64(parsed->root().get("value").text());
    if (!sealed) return Error(Code::corrupt, "a credential row is damaged");
    auto plain = crypto::open(wrapping, credential_context(row.key, hosts), *sealed);
    if (!plain) return plain.error().wrap("a credential can't be opened");
    return Credential{Secret(std::move(*plain)), parted(hosts)};
  }

  Keyring keyring_;
  std::unique_ptr<Escrow> escrow_;
  store::Store& store_;
  Environment env_;
};

}  // namespace

Task<Result<bool>> opens(const Secret& master, store::Store& store, Environment env) {
  auto wrapping = RealVault::wrapping_key(master);
  if (!wrapping) co_return wrapping.error();
  Keyring keyring(*wrapping, store, env);
  auto checked = co_await keyring.check();
  if (checked) co_return true;
  if (checked.error().code() == Code::denied) co_return false;
  co_return checked.error();
}

Task<Status> recover(const Secret& recovery, Secret new_master, store::Store& store, Environment env) {
  auto key = parse_recovery(recovery);
  if (!key) co_return key.error();
  auto row = co_await store.get(store::Table::client_keys, kRecoveryRow);
  if (!row) co_return row.error();
  if (!*row)
    co_return Error(Code::denied,
                    "no recovery key had been exported when this backup was made: it opens only with the master key of its installation");
  auto old = wrapped_key(**row, *key);
  if (!old) co_return old.error();
  auto wrapping = RealVault::wrapping_key(new_master);
  if (!wrapping) co_return wrapping.error();
  RealVault vault(*old, store, env);
  auto checked = co_await vault.check();
  if (!checked) co_return checked;
  auto rewrapping = vault.rewrap_all(*wrapping, "vault.recover", "operator", &*key);
  co_return co_await std::move(rewrapping);
}

Task<Status> adopt(const Secret& old_master, Secret new_master, store::Store& store, Environment env) {
  auto old = RealVault::wrapping_key(old_master);
  if (!old) co_return old.error();
  auto wrapping = RealVault::wrapping_key(new_master);
  if (!wrapping) co_return wrapping.error();
  RealVault vault(*old, store, env);
  auto checked = co_await vault.check();
  if (!checked) co_return checked;
  auto rewrapping = vault.rewrap_all(*wrapping, "vault.adopt", "operator");
  co_return co_await std::move(rewrapping);
}

Task<Result<std::unique_ptr<Vault>>> open_vault(Options options, store::Store& store, Files&, Environment env) {
  auto wrapping = RealVault::wrapping_key(options.master);
  if (!wrapping) co_return wrapping.error();
  auto vault = std::make_unique<RealVault>(*wrapping, store, env);
  auto checked = co_await vault->check();
  if (!checked) co_return checked.error();
  auto opened = co_await vault->open_escrow(options.state_folder);
  if (!opened) co_return opened.error();
  co_return std::unique_ptr<Vault>(std::move(vault));
}

}  // namespace mlc::vault
