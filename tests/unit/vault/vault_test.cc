#include "runtime/vault/vault.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "runtime/base/virtual_loop.h"
#include "runtime/store/sqlite/open.h"
#include "runtime/vault/escrow.h"
#include "tests/temp_folder.h"

namespace mlc::vault {
namespace {

class VaultTest : public ::testing::Test {
 protected:
  VaultTest() { open(); }
  ~VaultTest() override {
    vault_.reset();
    store_.reset();
  }
  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }

  template <class T>
  T wait(Task<T> task) {
    std::optional<T> value;
    spawn<T>(std::move(task), [&](T end) { value.emplace(std::move(end)); });
    loop_.run_until([&] { return value.has_value(); }, std::chrono::minutes(1));
    return std::move(*value);
  }
  template <class T>
  T good(Result<T> result) {
    EXPECT_TRUE(result.ok()) << result.error().text();
    return result.ok() ? std::move(*result) : T{};
  }
  Result<std::unique_ptr<Vault>> try_vault(const std::string& master) {
    return wait(open_vault({Secret(master), folder_}, *store_, files_, env()));
  }
  void open() {
    vault_.reset();
    store_.reset();
    auto opened = store::open_sqlite({folder_ + "/state.db", false, 512, nullptr}, env());
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store_ = std::move(*opened);
    auto vault = try_vault(master_);
    ASSERT_TRUE(vault.ok()) << vault.error().text();
    vault_ = std::move(*vault);
  }
  void prepare(const std::string& client) { good(wait(vault_->prepare(client))); }

  VirtualLoop loop_;
  SeededRandom random_{7};
  MemoryFiles files_;
  test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::string master_ = std::string(32, 'm');
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Vault> vault_;
};

TEST_F(VaultTest, SealedPayloadOpensAgainAlsoAfterARestart) {
  prepare("acme");
  for (const std::string& plain : {std::string(), std::string("x"), std::string(100'000, 'z'), std::string("\0\xff\x01", 3)}) {
    const auto sealed = good(vault_->seal("acme", "event", plain));
    EXPECT_EQ(plain, good(vault_->open("acme", "event", sealed)));
  }
  const auto sealed = good(vault_->seal("acme", "event", "keep"));
  open();
  prepare("acme");
  EXPECT_EQ("keep", good(vault_->open("acme", "event", sealed)));
}

TEST_F(VaultTest, WhatRepeatsIsCompressedAndWhatIsSealedShowsNothing) {
  prepare("acme");
  const std::string plain = std::string(4000, 'a') + "canary-4711";
  const auto sealed = good(vault_->seal("acme", "event", plain));
  EXPECT_LT(sealed.bytes.size(), 200u);
  EXPECT_EQ(std::string::npos, sealed.bytes.find("canary"));
}

TEST_F(VaultTest, APayloadIsBoundToItsClientItsPlaceAndEveryBit) {
  prepare("acme");
  prepare("zeta");
  const auto sealed = good(vault_->seal("acme", "event", "order 118"));
  EXPECT_FALSE(vault_->open("zeta", "event", sealed).ok());
  EXPECT_FALSE(vault_->open("acme", "journal", sealed).ok());
  for (size_t i = 0; i < sealed.bytes.size(); ++i) {
    auto flipped = sealed;
    flipped.bytes[i] = static_cast<char>(flipped.bytes[i] ^ 1);
    EXPECT_EQ(Code::corrupt, vault_->open("acme", "event", flipped).error().code());
  }
  for (size_t i = 0; i < sealed.key.size(); ++i) {
    auto flipped = sealed;
    flipped.key[i] = static_cast<char>(flipped.key[i] ^ 0x80);
    EXPECT_FALSE(vault_->open("acme", "event", flipped).ok());
  }
  auto erased = sealed;
  erased.key.clear();
  EXPECT_EQ(Code::not_found, vault_->open("acme", "event", erased).error().code());
}

TEST_F(VaultTest, EachPayloadHasAKeyOfItsOwn) {
  prepare("acme");
  std::set<std::string> keys, bytes;
  for (int i = 0; i < 1000; ++i) {
    const auto sealed = good(vault_->seal("acme", "event", "same"));
    keys.insert(sealed.key);
    bytes.insert(sealed.bytes);
  }
  EXPECT_EQ(1000u, keys.size());
  EXPECT_EQ(1000u, bytes.size());
}

TEST_F(VaultTest, TwoPreparationsAtOnceMakeOneKey) {
  int done = 0;
  for (int i = 0; i < 5; ++i) spawn<Status>(vault_->prepare("acme"), [&](Status end) { done += end.ok() ? 1 : 0; });
  loop_.run_until_idle();
  EXPECT_EQ(5, done);
  const auto sealed = good(vault_->seal("acme", "event", "first"));
  open();
  prepare("acme");
  EXPECT_EQ("first", good(vault_->open("acme", "event", sealed)));
}

TEST_F(VaultTest, AClientThatWasNotPreparedIsRefused) { EXPECT_FALSE(vault_->seal("nobody", "event", "x").ok()); }

TEST_F(VaultTest, DigestsAreTheClientsOwnAndStayTheSame) {
  prepare("acme");
  prepare("zeta");
  const std::string digest = vault_->digest("acme", "ann@example.com");
  EXPECT_EQ(16u, digest.size());
  EXPECT_NE(digest, vault_->digest("zeta", "ann@example.com"));
  open();
  prepare("acme");
  EXPECT_EQ(digest, vault_->digest("acme", "ann@example.com"));
}

TEST_F(VaultTest, C1_ASecretGoesOnlyToItsHosts) {
  good(wait(vault_->put_secret("acme/shop", "token", Secret("s3cret"), {"api.example.com", "b.example.com"}, "ann")));
  EXPECT_EQ("s3cret", good(wait(vault_->secret("acme/shop", "token", "b.example.com")))->reveal());
  EXPECT_EQ(Code::denied, wait(vault_->secret("acme/shop", "token", "evil.example.com")).error().code());
  EXPECT_EQ(Code::denied, wait(vault_->secret("acme/shop", "token", "example.com")).error().code());
  EXPECT_FALSE(good(wait(vault_->secret("acme/shop", "other", ""))).has_value());
  const auto listed = good(wait(vault_->list_secrets("acme/")));
  ASSERT_EQ(1u, listed.size());
  EXPECT_EQ("token", listed[0].name);
  EXPECT_EQ(2u, listed[0].hosts.size());
  good(wait(vault_->drop_secret("acme/shop", "token", "ann")));
  EXPECT_FALSE(good(wait(vault_->secret("acme/shop", "token", ""))).has_value());
  const auto audit = good(wait(store_->audit("acme", 0, 10)));
  ASSERT_EQ(2u, audit.size());
  for (const auto& entry : audit) EXPECT_EQ(std::string::npos, entry.detail.find("s3cret"));
}

TEST_F(VaultTest, C1_ACredentialRowMovedOrGivenOtherHostsDoesNotOpen) {
  good(wait(vault_->put_secret("acme/shop", "token", Secret("s3cret"), {"api.example.com"}, "ann")));
  auto rows = good(wait(store_->list(store::Table::credentials, "")));
  ASSERT_EQ(1u, rows.size());
  store::Change forged;
  auto moved = rows[0], other_hosts = rows[0];
  moved.key = std::string("acme/evil") + '\x1f' + "token";
  const auto at = other_hosts.value.find("api.example.com");
  ASSERT_NE(std::string::npos, at);
  other_hosts.value.replace(at, 15, "evi.example.com");
  forged.put = {{store::Table::credentials, moved}, {store::Table::credentials, other_hosts}};
  good(wait(store_->commit(forged)));
  EXPECT_EQ(Code::corrupt, wait(vault_->secret("acme/evil", "token", "")).error().code());
  EXPECT_EQ(Code::corrupt, wait(vault_->secret("acme/shop", "token", "evi.example.com")).error().code());
}

TEST_F(VaultTest, C1_NothingSecretStandsInTheFiles) {
  prepare("acme");
  good(wait(vault_->put_secret("acme/shop", "token", Secret("canary-secret"), {}, "ann")));
  good(vault_->escrow("grant:books", 1, 1, "canary-secret"));
  store::EventBirth event;
  event.client = "acme";
  event.payload = good(vault_->seal("acme", "event", "canary-secret"));
  good(wait(store_->accept({event})));
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(std::string::npos, bytes.find("canary-secret")) << file.path();
    EXPECT_EQ(std::string::npos, bytes.find(master_)) << file.path();
  }
}

TEST_F(VaultTest, AnotherMasterKeyIsDenied) {
  auto wrong = try_vault(std::string(32, 'w'));
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(Code::denied, wrong.error().code());
}

TEST_F(VaultTest, RotationLeavesEverythingReadableByTheNewKeyOnly) {
  prepare("acme");
  const auto sealed = good(vault_->seal("acme", "event", "old payload"));
  good(wait(vault_->put_secret("acme/shop", "token", Secret("s3cret"), {"h"}, "ann")));
  good(vault_->escrow("grant:books", 3, 1, "tokens 3"));
  const std::string digest = vault_->digest("acme", "ann");
  const std::string old_master = master_;
  master_ = std::string(32, 'n');
  good(wait(vault_->rotate(Secret(master_), "ann")));
  EXPECT_EQ("old payload", good(vault_->open("acme", "event", sealed)));
  good(wait(vault_->rotate(Secret(master_), "ann")));
  open();
  prepare("acme");
  EXPECT_EQ("old payload", good(vault_->open("acme", "event", sealed)));
  EXPECT_EQ("s3cret", good(wait(vault_->secret("acme/shop", "token", "h")))->reveal());
  EXPECT_EQ("tokens 3", good(vault_->escrowed("grant:books"))->tokens);
  EXPECT_EQ(digest, vault_->digest("acme", "ann"));
  EXPECT_EQ(Code::denied, try_vault(old_master).error().code());
}

// The rotation is one transaction, so a kill has two outcomes; either way one of the two keys opens every row.
TEST_F(VaultTest, ARotationKilledAtAnyStepLeavesOneKeyThatOpensAll) {
  prepare("acme");
  good(wait(vault_->put_secret("acme/shop", "token", Secret("s3cret"), {}, "ann")));
  const auto sealed = good(vault_->seal("acme", "event", "payload"));
  const std::string old_master = master_, new_master(32, 'n');
  bool rotated = false;
  for (int steps = 0; steps < 40 && !rotated; ++steps) {
    spawn<Status>(vault_->rotate(Secret(new_master), "ann"));
    for (int i = 0; i < steps; ++i) {
      int ran = 0;
      loop_.run_until([&] { return ++ran > 1; }, Duration(0));
    }
    // What a kill leaves: the file as it is now, without the close that would still write what waits.
    const std::string copy = folder_ + "/killed";
    std::filesystem::create_directory(copy);
    for (const char* name : {"state.db", "state.db-wal", "escrow"}) std::filesystem::copy_file(folder_ + "/" + name, copy + "/" + name);
    auto killed = store::open_sqlite({copy + "/state.db", false, 512, nullptr}, env());
    ASSERT_TRUE(killed.ok());
    int opened_by = 0;
    for (const auto& master : {old_master, new_master}) {
      auto vault = wait(open_vault({Secret(master), copy}, **killed, files_, env()));
      if (!vault) continue;
      ++opened_by;
      rotated = master == new_master;
      good(wait((*vault)->prepare("acme")));
      EXPECT_EQ("payload", good((*vault)->open("acme", "event", sealed)));
      EXPECT_EQ("s3cret", good(wait((*vault)->secret("acme/shop", "token", "")))->reveal());
    }
    EXPECT_EQ(1, opened_by);
    killed->reset();
    std::filesystem::remove_all(copy);
  }
  EXPECT_TRUE(rotated);
}

TEST_F(VaultTest, NoKeyIsMadeUnderTheOldMasterWhileItChanges) {
  prepare("acme");
  std::optional<Status> rotated, late;
  spawn<Status>(vault_->rotate(Secret(std::string(32, 'n')), "ann"), [&](Status end) { rotated = end; });
  spawn<Status>(vault_->prepare("zeta"), [&](Status end) { late = end; });
  loop_.run_until_idle();
  ASSERT_TRUE(rotated && rotated->ok());
  ASSERT_TRUE(late.has_value());
  EXPECT_EQ(Code::unavailable, late->error().code());
  prepare("zeta");
}

TEST_F(VaultTest, EscrowKeepsTheLastRecordOfEachGrantAcrossRestarts) {
  for (int generation = 1; generation <= 5; ++generation) {
    good(vault_->escrow("grant:a", generation, generation, "a" + std::to_string(generation)));
    good(vault_->escrow("grant:b", generation * 10, generation, "b" + std::to_string(generation)));
  }
  good(vault_->escrow("grant:b", 7, 9, "b again, of a new authorisation"));
  open();
  EXPECT_EQ("a5", good(vault_->escrowed("grant:a"))->tokens);
  EXPECT_EQ(5, good(vault_->escrowed("grant:a"))->lease_epoch);
  EXPECT_EQ("b again, of a new authorisation", good(vault_->escrowed("grant:b"))->tokens);
  EXPECT_FALSE(good(vault_->escrowed("grant:c")).has_value());
}

class EscrowTest : public ::testing::Test {
 protected:
  EscrowTest() { open(); }
  void open() {
    escrow_.reset();
    auto opened = Escrow::open(folder_, key_, random_);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    escrow_ = std::move(*opened);
  }
  void overwrite(size_t at, const std::string& bytes) {
    std::fstream file(folder_ + "/escrow", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  SeededRandom random_{3};
  crypto::Key256 key_ = crypto::Key256::random(random_);
  test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::unique_ptr<Escrow> escrow_;
};

TEST_F(EscrowTest, ATornWriteLeavesTheRecordBefore) {
  ASSERT_TRUE(escrow_->put("g", 1, 1, "one").ok());
  ASSERT_TRUE(escrow_->put("g", 2, 2, "two").ok());
  overwrite(Escrow::kSlotBytes + 20, "torn");
  open();
  EXPECT_EQ("one", (*escrow_->get("g"))->tokens);
  ASSERT_TRUE(escrow_->put("g", 2, 3, "two again").ok());
  open();
  EXPECT_EQ("two again", (*escrow_->get("g"))->tokens);
}

TEST_F(EscrowTest, ARecordFitsASlotOrIsRefusedWhole) {
  EXPECT_TRUE(escrow_->put("g", 1, 1, std::string(7000, 't')).ok());
  EXPECT_EQ(Code::exhausted, escrow_->put("g", 2, 2, std::string(Escrow::kSlotBytes, 't')).error().code());
  open();
  EXPECT_EQ(7000u, (*escrow_->get("g"))->tokens.size());
}

TEST_F(EscrowTest, TheFileHasItsSizeFromTheStartAndGrowsForMoreGrants) {
  EXPECT_EQ(Escrow::kSlotsAtOnce * Escrow::kSlotBytes, std::filesystem::file_size(folder_ + "/escrow"));
  for (size_t i = 0; i < Escrow::kSlotsAtOnce + 1; ++i) ASSERT_TRUE(escrow_->put("g" + std::to_string(i), 1, 1, "t").ok());
  open();
  EXPECT_EQ("t", (*escrow_->get("g" + std::to_string(Escrow::kSlotsAtOnce)))->tokens);
}

TEST(MasterKey, IsMadeOnceAndReadBack) {
  MemoryFiles files;
  SeededRandom random(1);
  EXPECT_EQ(Code::config, read_master_key(files, "w1", "/keys/w1.key").error().code());
  auto path = make_master_key(files, random, "w1", "/keys/w1.key");
  ASSERT_TRUE(path.ok());
  auto first = read_master_key(files, "w1", "/keys/w1.key");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(32u, first->size());
  ASSERT_TRUE(make_master_key(files, random, "w1", "/keys/w1.key").ok());
  EXPECT_EQ(first->reveal(), read_master_key(files, "w1", "/keys/w1.key")->reveal());
  ASSERT_TRUE(files.write_atomic("/keys/short.key", "abcd\n", 0400).ok());
  EXPECT_EQ(Code::config, read_master_key(files, "w1", "/keys/short.key").error().code());
}

}  // namespace
}  // namespace mlc::vault
