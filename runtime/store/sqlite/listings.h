// What is read as lists. Filters become conditions made of literals; every value is bound.
#pragma once
#include "runtime/store/sqlite/database.h"
#include "runtime/store/store.h"

namespace mlc::store {

// Also jobs that were never claimed and stand in their event's row only.
std::vector<Job> list_jobs(Database& db, const JobFilter& filter);
std::vector<Effect> list_effects(Database& db, const EffectFilter& filter);
std::vector<Id> find_jobs(Database& db, const std::string& client, const std::string& digest);
std::vector<Case> list_cases(Database& db, const std::string& client, bool open_only);
std::vector<AuditEntry> list_audit(Database& db, const std::string& client, int64_t after, int limit);
std::vector<Row> list_rows(Database& db, Table table, const std::string& prefix, const std::string& after, int64_t most);

}  // namespace mlc::store
