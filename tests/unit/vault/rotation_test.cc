#include "runtime/vault/rotation.h"

#include <gtest/gtest.h>

#include "runtime/base/encoding.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/store/sqlite/open.h"
#include "tests/temp_folder.h"

namespace mlc::vault {
namespace {

constexpr const char* kPath = "/keys/ws.key";

// Files of a process that is killed before its n-th change of a file.
class KilledFiles : public Files {
 public:
  KilledFiles(Files& files, int left) : files_(files), left_(left) {}
  Result<std::string> read(const std::string& path) override { return files_.read(path); }
  Status write_atomic(const std::string& path, std::string_view bytes, unsigned mode) override {
    if (dies()) return {Code::io, "killed"};
    modes_[path] = mode;
    return files_.write_atomic(path, bytes, mode);
  }
  Result<std::unique_ptr<AppendFile>> append(const std::string& path, unsigned mode) override { return files_.append(path, mode); }
  Result<std::vector<std::string>> list(const std::string& folder) override { return files_.list(folder); }
  bool exists(const std::string& path) override { return files_.exists(path); }
  Status remove(const std::string& path) override {
    if (dies()) return {Code::io, "killed"};
    return files_.remove(path);
  }
  Status make_dirs(const std::string& folder, unsigned mode) override { return files_.make_dirs(folder, mode); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return files_.lock(path); }
  const std::map<std::string, unsigned>& modes() const { return modes_; }

 private:
  bool dies() { return left_-- <= 0; }
  Files& files_;
  int left_;
  std::map<std::string, unsigned> modes_;
};

class RotationTest : public ::testing::Test {
 protected:
  void begin() {
    vault_.reset();
    store_.reset();
    temporary_ = std::make_unique<test::TempFolder>();
    files_ = std::make_unique<MemoryFiles>();
    ASSERT_TRUE(files_->make_dirs("/keys", 0700).ok());
    ASSERT_TRUE(files_->write_atomic(kPath, to_hex(std::string(32, 'm')) + "\n", 0400).ok());
    open_store();
    ASSERT_NO_FATAL_FAILURE(open_vault_here());
    ASSERT_TRUE(wait(vault_->put_secret("acme/shop", "token", Secret("s3cret"), {}, "ann")).ok());
    sealed_ = *vault_->seal("acme", "event", "order 118");
  }
  ~RotationTest() override {
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
  void open_store() {
    store_.reset();
    auto opened = store::open_sqlite({temporary_->path() + "/state.db", false, 512, nullptr}, env());
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store_ = std::move(*opened);
  }
  // As a start does it: with the key of the file.
  void open_vault_here() {
    auto key = read_key_file(*files_, kPath);
    ASSERT_TRUE(key.ok()) << key.error().text();
    auto vault = wait(open_vault({*key, temporary_->path()}, *store_, *files_, env()));
    ASSERT_TRUE(vault.ok()) << vault.error().text();
    vault_ = std::move(*vault);
    ASSERT_TRUE(wait(vault_->prepare("acme")).ok());
  }
  void start_again() {
    vault_.reset();
    open_store();
    auto settled = wait(settle_rotation(file_, *store_, *files_, env()));
    ASSERT_TRUE(settled.ok()) << settled.error().text();
    open_vault_here();
  }
  void reads_everything() {
    EXPECT_EQ("order 118", vault_->open("acme", "event", sealed_).value_or(""));
    auto secret = wait(vault_->secret("acme/shop", "token", ""));
    ASSERT_TRUE(secret.ok() && *secret);
    EXPECT_EQ("s3cret", (*secret)->reveal());
  }
  std::string content(const std::string& path) { return files_->read(path).value_or("none"); }
  Result<Rotated> rotate(Files& files, const std::string& into = "") {
    return wait(rotate_master_key(*vault_, *store_, files, env(), file_, into, "cli:ann"));
  }

  VirtualLoop loop_;
  SeededRandom random_{11};
  MasterKeyFile file_{kPath, false};
  std::unique_ptr<test::TempFolder> temporary_;
  std::unique_ptr<MemoryFiles> files_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Vault> vault_;
  store::Sealed sealed_;
};

TEST_F(RotationTest, T9_TheNewKeyIsInItsPlaceAndTheOneBeforeIsKept) {
  begin();
  const std::string before = content(kPath);
  KilledFiles watched(*files_, 100);
  auto rotated = rotate(watched);
  ASSERT_TRUE(rotated.ok()) << rotated.error().text();
  EXPECT_EQ(kPath, rotated->path);
  EXPECT_NE(before, content(kPath));
  EXPECT_EQ(before, content(rotated->kept));
  EXPECT_EQ(std::vector<std::string>{rotated->kept}, earlier_keys(*files_, file_));
  EXPECT_FALSE(files_->exists(std::string(kPath) + ".next"));
  for (const auto& [path, mode] : watched.modes()) EXPECT_EQ(0400u, mode) << path;
  reads_everything();
  start_again();
  reads_everything();
  auto trail = wait(store_->audit("", 0, 10));
  ASSERT_TRUE(trail.ok());
  const auto act = std::find_if(trail->begin(), trail->end(), [](const auto& one) { return one.act == "vault.rotate"; });
  ASSERT_NE(act, trail->end());
  EXPECT_EQ("cli:ann", act->actor);
}

TEST_F(RotationTest, F22_KilledBeforeAnyChangeOfAFileTheNextStartGoesOnAndReadsEverything) {
  bool finished = false;
  int changed = 0;
  for (int killed_at = 0; !finished && killed_at < 20; ++killed_at) {
    SCOPED_TRACE(killed_at);
    ASSERT_NO_FATAL_FAILURE(begin());
    const std::string before = content(kPath);
    KilledFiles dying(*files_, killed_at);
    finished = rotate(dying).ok();
    ASSERT_NO_FATAL_FAILURE(start_again());
    reads_everything();
    EXPECT_FALSE(files_->exists(std::string(kPath) + ".next"));
    if (content(kPath) == before) continue;
    ++changed;
    bool kept = false;
    for (const auto& path : earlier_keys(*files_, file_)) kept = kept || content(path) == before;
    EXPECT_TRUE(kept) << "the key that opens the backups of before is gone";
  }
  EXPECT_TRUE(finished);
  EXPECT_GE(changed, 3);
}

// The file stands and the commit does not: as after a kill between the two.
TEST_F(RotationTest, F22_AKeyThatNothingWasSealedUnderIsPutAsideNotUsed) {
  begin();
  const std::string before = content(kPath), other = to_hex(std::string(32, 'x')) + "\n";
  ASSERT_TRUE(files_->write_atomic(std::string(kPath) + ".next", other, 0400).ok());
  start_again();
  reads_everything();
  EXPECT_EQ(before, content(kPath));
  EXPECT_FALSE(files_->exists(std::string(kPath) + ".next"));
  bool aside = false;
  const auto names = files_->list("/keys");
  for (const auto& name : *names) aside = aside || content("/keys/" + name) == other;
  EXPECT_TRUE(aside);
}

TEST_F(RotationTest, AKeyOfTheServiceManagerIsWrittenWhereThePersonSays) {
  begin();
  file_.managed = true;
  const std::string before = content(kPath);
  auto unsaid = rotate(*files_);
  ASSERT_FALSE(unsaid.ok());
  EXPECT_NE(unsaid.error().text().find("--into"), std::string::npos) << unsaid.error().text();
  EXPECT_EQ(Code::conflict, rotate(*files_, kPath).error().code()) << "a key is never written over a file";
  auto rotated = rotate(*files_, "/keys/new.key");
  ASSERT_TRUE(rotated.ok()) << rotated.error().text();
  EXPECT_EQ("/keys/new.key", rotated->path);
  EXPECT_EQ(before, content(kPath));
  auto key = read_key_file(*files_, "/keys/new.key");
  ASSERT_TRUE(key.ok());
  auto fits = wait(opens(*key, *store_, env()));
  EXPECT_TRUE(fits.ok() && *fits);
}

TEST_F(RotationTest, IntoIsRefusedWhereTheKeyIsOurs) {
  begin();
  auto rotated = rotate(*files_, "/keys/new.key");
  ASSERT_FALSE(rotated.ok());
  EXPECT_EQ(Code::invalid_argument, rotated.error().code());
  EXPECT_FALSE(files_->exists("/keys/new.key"));
}

TEST_F(RotationTest, G14_ABackupOfBeforeARotationIsOpenedWithItsKeptKeyAndPutUnderTheNewOne) {
  begin();
  const std::string backup = temporary_->path() + "/before.db";
  ASSERT_TRUE(wait(store_->backup(backup)).ok());
  auto rotated = rotate(*files_);
  ASSERT_TRUE(rotated.ok());
  vault_.reset();
  store_.reset();
  auto opened = store::open_sqlite({backup, false, 512, nullptr}, env());
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  store_ = std::move(*opened);
  auto now_key = read_key_file(*files_, kPath), then_key = read_key_file(*files_, rotated->kept);
  ASSERT_TRUE(now_key.ok() && then_key.ok());
  EXPECT_FALSE(*wait(opens(*now_key, *store_, env())));
  ASSERT_TRUE(wait(adopt(*then_key, *now_key, *store_, env())).ok());
  open_vault_here();
  reads_everything();
}

}  // namespace
}  // namespace mlc::vault
