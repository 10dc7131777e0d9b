#include "runtime/vault/escrow.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::vault {
namespace {

std::string context_of(size_t index) { return "ml-connector escrow slot " + std::to_string(index); }

Error file_error(const std::string& doing) {
  return Error(Code::io, doing + " the escrow file: " + std::string(std::generic_category().message(errno)));
}

uint32_t length_at(const std::string& slot) {
  uint32_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(slot[static_cast<size_t>(i)]);
  return length;
}

}  // namespace

Result<std::unique_ptr<Escrow>> Escrow::open(const std::string& folder, crypto::Key256 key, Random& random) {
  std::unique_ptr<Escrow> escrow(new Escrow(key, random));
  if (folder.empty()) return escrow;
  const std::string path = folder + "/escrow";
  escrow->file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (escrow->file_ < 0) return file_error("opening");
  struct stat info {};
  if (::fstat(escrow->file_, &info) != 0) return file_error("looking at");
  escrow->size_ = static_cast<size_t>(info.st_size) / kSlotBytes;
  if (escrow->size_ < kSlotsAtOnce) {
    if (auto added = escrow->add_slots(kSlotsAtOnce - escrow->size_); !added) return added.error();
  }
  auto read = escrow->read_slots();
  if (!read) return read.error();
  return escrow;
}

Escrow::~Escrow() {
  if (file_ >= 0) ::close(file_);
}

// Written, not only reserved: a later write needs no new block of a full disk.
Status Escrow::add_slots(size_t count) {
  const std::string zeros(kSlotBytes, '\0');
  for (size_t i = 0; i < count && file_ >= 0; ++i) {
    if (::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>((size_ + i) * kSlotBytes)) != static_cast<ssize_t>(zeros.size())) {
      return file_error("preallocating");
    }
  }
  if (file_ >= 0 && ::fsync(file_) != 0) return file_error("syncing");
  size_ += count;
  return ok_status();
}

Status Escrow::read_slots() {
  std::string bytes(kSlotBytes, '\0');
  for (size_t index = 0; index < size_; ++index) {
    if (::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(index * kSlotBytes)) != static_cast<ssize_t>(bytes.size()))
      return file_error("reading");
    const uint32_t length = length_at(bytes);
    if (length == 0 || length > kSlotBytes - 4) continue;
    // A slot that does not open is a torn write or not ours; the grant's other slot holds what was there before.
    auto plain = crypto::open(key_, context_of(index), std::string_view(bytes).substr(4, length));
    if (!plain) continue;
    auto parsed = document::Document::parse(std::move(*plain));
    if (!parsed) continue;
    Slot slot;
    slot.order = parsed->root().get("order").integer().value_or(0);
    last_order_ = std::max(last_order_, slot.order);
    slot.grant = parsed->root().get("grant").text();
    slot.record.generation = parsed->root().get("generation").integer().value_or(0);
    slot.record.lease_epoch = parsed->root().get("lease_epoch").integer().value_or(0);
    slot.record.tokens = parsed->root().get("tokens").text();
    slots_[index] = std::move(slot);
  }
  return ok_status();
}

Status Escrow::put(const std::string& grant, int64_t generation, int64_t lease_epoch, std::string_view tokens) {
  std::vector<size_t> own;
  for (const auto& [index, slot] : slots_)
    if (slot.grant == grant) own.push_back(index);
  size_t index = 0;
  if (own.size() < 2) {
    while (slots_.contains(index)) ++index;
    if (index >= size_) {
      if (auto added = add_slots(kSlotsAtOnce); !added) return added.error().wrap("the escrow file has no slot left for grant " + grant);
    }
  } else {
    index = slots_[own[0]].order < slots_[own[1]].order ? own[0] : own[1];
  }

  auto record = document::Node::object();
  record.set("order", last_order_ + 1)
      .set("grant", grant)
      .set("generation", generation)
      .set("lease_epoch", lease_epoch)
      .set("tokens", tokens);
  auto sealed = crypto::seal(key_, crypto::random_nonce(random_), context_of(index), document::write(record));
  if (!sealed) return sealed.error();
  if (sealed->size() > kSlotBytes - 4) return {Code::exhausted, "the tokens of grant " + grant + " are larger than an escrow slot"};
  if (file_ >= 0) {
    std::string bytes;
    for (uint32_t i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(sealed->size() >> (8 * i) & 0xff));
    bytes += *sealed;
    bytes.resize(kSlotBytes, '\0');
    if (::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(index * kSlotBytes)) != static_cast<ssize_t>(bytes.size()))
      return file_error("writing");
    if (::fdatasync(file_) != 0) return file_error("syncing");
  }
  slots_[index] = {++last_order_, grant, {generation, lease_epoch, std::string(tokens)}};
  return ok_status();
}

Result<std::optional<Vault::Escrowed>> Escrow::get(const std::string& grant) {
  const Slot* newest = nullptr;
  for (const auto& [index, slot] : slots_) {
    if (slot.grant == grant && (newest == nullptr || slot.order > newest->order)) newest = &slot;
  }
  if (newest == nullptr) return std::optional<Vault::Escrowed>();
  return std::optional<Vault::Escrowed>(newest->record);
}

}  // namespace mlc::vault
