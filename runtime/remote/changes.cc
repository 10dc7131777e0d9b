// How lists are asked for what changed, and for the records of a period.
#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/wall_clock.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/remote/real_remote.h"
#include "runtime/remote/request.h"

namespace mlc::remote {

Result<Since> RealRemote::since(const std::string& client, const std::string& connection, const std::string& operation,
                                std::optional<WallTime> from) {
  auto found = target(client, connection, operation);
  if (!found) return found.error();
  const auto& declared = found->operation->since;
  if (!declared) return Error(Code::unsupported, "operation " + operation + " declares no `since`");
  Since since;
  since.arguments = since_arguments(*declared, from);
  since.field = declared->field;
  since.sorted = declared->sorted;
  const auto& pages = found->operation->pages;
  since.shifts = pages && (!pages->param.empty() || !pages->offset.empty());
  since.counts = declared->format == "odata_number";
  since.zone = declared->zone;
  return since;
}

Result<std::optional<Remote::Begins>> RealRemote::begins(const std::string& client, const std::string& connection,
                                                         const std::string& operation, WallTime moment) {
  auto found = target(client, connection, operation);
  if (!found) return found.error();
  const auto& since = found->operation->since;
  if (!since || !since->begins) return std::optional<Begins>();
  const auto& declared = *since->begins;
  // Nothing is older than the epoch; whole seconds, rounded down.
  const auto at = std::chrono::floor<std::chrono::seconds>(std::max(moment - declared.before, WallTime{}));
  auto text = format_rfc3339(at);
  text.pop_back();
  auto path = document::Node::object();
  for (const auto& [name, value] : declared.given) path.set(name, value);
  path.set(declared.moment, std::move(text));
  auto arguments = document::Node::object();
  arguments.set("path", std::move(path));
  return std::optional<Begins>(Begins{{client, connection, declared.operation, document::write(arguments), {}}, declared.field});
}

Result<Since> RealRemote::period(const std::string& client, const std::string& connection, const std::string& operation,
                                 std::optional<WallTime> from, std::optional<WallTime> to) {
  auto found = target(client, connection, operation);
  if (!found) return found.error();
  const auto& declared = found->operation->period;
  if (!declared) {
    const auto& changes = found->operation->since;
    if (!changes) return Error(Code::unsupported, "operation " + operation + " declares no `since` and no `period`");
    const bool counts = changes->format == "odata_number";
    if (counts && (from || to))
      return Error(Code::unsupported, operation + " knows versions and no dates: leave --from and --to out, and it is read whole");
    return since(client, connection, operation, counts ? std::optional<WallTime>(WallTime{}) : from);
  }
  auto query = document::Node::object();
  const auto zone = declared->zone.empty() ? std::optional<Zone>() : std::optional<Zone>(*Zone::find(declared->zone));
  if (from) query.set(declared->from, zone ? format_wall_clock_from(*from, *zone) : format_rfc3339(*from));
  if (to) query.set(declared->to, zone ? format_wall_clock(*to, *zone) : format_rfc3339(*to));
  for (const auto& [name, value] : declared->query) query.set(name, value);
  auto arguments = document::Node::object();
  arguments.set("query", std::move(query));
  return Since{document::write(arguments), declared->field, false, false, false, declared->zone};
}

}  // namespace mlc::remote
