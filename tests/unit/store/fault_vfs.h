// A layer between SQLite and the file system that fails the n-th write or sync (F4) and counts them all.
#pragma once
#include <sqlite3.h>

#include <cstring>
#include <string>

namespace mlc::store {

struct Faults {
  int countdown = -1;  // steps until the failure; < 0 = never
  bool stays = false;  // and everything after it fails too
  int code = SQLITE_IOERR_WRITE;
  bool writes = true, syncs = true;  // which steps count
  int fired = 0;
  int seen_syncs = 0;
  int step(bool is_sync) {
    seen_syncs += is_sync ? 1 : 0;
    if (is_sync ? !syncs : !writes) return SQLITE_OK;
    if (countdown < 0) return SQLITE_OK;
    if (countdown > 0) {
      --countdown;
      return SQLITE_OK;
    }
    if (!stays) countdown = -1;
    ++fired;
    if (code == SQLITE_FULL) return SQLITE_FULL;
    return is_sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
  }
};

// The default file system of SQLite while it lives.
class FaultVfs {
 public:
  FaultVfs() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "faults";
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = [](sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
      auto* self = static_cast<FaultVfs*>(vfs->pAppData);
      auto* wrapped = reinterpret_cast<File*>(file);
      wrapped->owner = self;
      const int rc = self->real_->xOpen(self->real_, name, real(file), flags, out);
      file->pMethods = rc == SQLITE_OK ? &methods() : nullptr;
      return rc;
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  Faults faults;

 private:
  struct File {
    sqlite3_file base;
    FaultVfs* owner;
  };
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1); }
  static Faults& faults_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->owner->faults; }
  static const sqlite3_io_methods& methods() {
    static const sqlite3_io_methods kMethods = [] {
      sqlite3_io_methods m{};
      m.iVersion = 2;
      m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
      m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, n, at); };
      m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
        if (const int rc = faults_of(f).step(false); rc != SQLITE_OK) return rc;
        return real(f)->pMethods->xWrite(real(f), from, n, at);
      };
      m.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return real(f)->pMethods->xTruncate(real(f), n); };
      m.xSync = [](sqlite3_file* f, int flags) {
        if (const int rc = faults_of(f).step(true); rc != SQLITE_OK) return rc;
        return real(f)->pMethods->xSync(real(f), flags);
      };
      m.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); };
      m.xLock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xLock(real(f), l); };
      m.xUnlock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xUnlock(real(f), l); };
      m.xCheckReservedLock = [](sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); };
      m.xFileControl = [](sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); };
      m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
      m.xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); };
      m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
      };
      m.xShmLock = [](sqlite3_file* f, int at, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); };
      m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
      m.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
      return m;
    }();
    return kMethods;
  }
  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
};

}  // namespace mlc::store
