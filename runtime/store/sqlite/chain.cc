#include "runtime/store/sqlite/chain.h"

namespace mlc::store {
namespace {

void append_number(std::string& to, uint64_t value) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  to.append(bytes, sizeof bytes);
}

}  // namespace

ChainEntry& ChainEntry::add(std::string_view field) {
  append_number(bytes_, field.size());
  bytes_.append(field);
  return *this;
}

ChainEntry& ChainEntry::add(int64_t field) {
  append_number(bytes_, static_cast<uint64_t>(field));
  return *this;
}

ChainEntry event_entry(const EventColumns& event) {
  ChainEntry entry("event");
  entry.add(event.id).add(event.kind).add(event.client).add(event.connection).add(event.topic).add(event.received);
  entry.add(event.digest).add(event.jobs).add(event.lane).add(event.due);
  add_birth(entry, event.instance, event.flow, event.source, event.key);
  return entry;
}

void add_birth(ChainEntry& entry, std::string_view instance, std::string_view flow, std::string_view source, std::string_view key) {
  entry.add(instance).add(flow).add(source).add(key);
}

ChainEntry audit_entry(const AuditBirth& birth, int64_t at) {
  ChainEntry entry("audit");
  entry.add(at).add(birth.client).add(birth.actor).add(birth.act).add(birth.subject).add(birth.detail);
  return entry;
}

int64_t Chain::link(const ChainEntry& entry) {
  std::string number;
  append_number(number, static_cast<uint64_t>(++seq_));
  hash_ = sha_.update(hash_).update(number).update(entry.bytes()).finish();
  return seq_;
}

std::string Chain::payload_digest(std::string_view bytes, std::string_view key) {
  std::string length;
  append_number(length, bytes.size());
  return sha_.update(length).update(bytes).update(key).finish();
}

}  // namespace mlc::store
