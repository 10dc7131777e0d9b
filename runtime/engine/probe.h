// Looking at the remote on behalf of an effect: is a record with our reference there (kinds A and C), and does a
// posted record hold what was sent (C12). Reads only.
#pragma once
#include <string>
#include <vector>

#include "runtime/engine/job_context.h"

namespace mlc::engine {

struct Found {
  struct Record {
    std::string id, number, json;
  };
  std::vector<Record> records;               // all matches, never only the first
  size_t parts = 0;                          // of one record that is not there whole; then there are no records
  std::vector<store::EntryBirth> exchanges;  // to be recorded
};

// Error: what a read says; exhausted carries `*not_before` when known.
Task<Result<Found>> look_up(JobContext& run, std::string connection, remote::Probe probe, std::string write_operation,
                            WallTime* not_before);
// The same for no job: nothing is recorded.
Task<Result<Found>> look_up(Context& context, std::string client, std::string connection, remote::Probe probe, std::string write_operation);

// An unsuccessful read as an Error.
Error read_error(const remote::Outcome& outcome);

// Whether a record read back holds every plain field that `body` sets.
bool holds_fields(std::string_view record_json, std::string_view body);

// Whether the record is in a state in which the remote still takes updates of it.
bool takes_updates(const remote::Probe& probe, std::string_view record_json);

// What a plan sends, in the terms of records that are read: remotes may wrap their values.
std::string said(remote::Remote& remote, const remote::Plan& plan);

// Whether a record read back shows that a write of kind A happened: the fields that its operation declares as `done`, else those
// that it sent.
bool proves(remote::Remote& remote, const remote::Plan& plan, std::string_view record_json);

// The first declared field that differs between what was sent (or `expect`ed) and what the remote has, as a sentence; "" =
// all agree.
std::string compare_confirmed(const std::vector<std::string>& fields, std::string_view sent, std::string_view expect, std::string_view got);

}  // namespace mlc::engine
