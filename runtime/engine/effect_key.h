// What makes two writes the same effect, and which of two versions of a record is newer. Pure.
#pragma once
#include <compare>
#include <string>
#include <string_view>

namespace mlc::engine {

// Never contains the job's id: whoever wants the same thing of the same entity gets the same key. `version` is empty
// for creates.
std::string effect_key(std::string_view client, std::string_view connection, std::string_view operation, std::string_view entity,
                       std::string_view effect, std::string_view version, int generation);

// The id that a shadow effect's record goes by. A guid, because mappings hand ids on to fields that take nothing else, and
// because a search for it is then a question that a remote can answer with nothing.
std::string shadow_id(std::string_view effect_key);

// Versions are what the remote calls them: counters, or instants in any form parse_instant reads; anything else is
// ordered bytewise.
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

}  // namespace mlc::engine
