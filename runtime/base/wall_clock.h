// Times as the clocks of a zone show them, without an offset ("2026-03-08 01:59:59"): some remotes know no other. Values; any thread.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/date.h"

namespace mlc {

// "2026-03-08T01:59:59.9970000" or with a blank, up to any number of fraction digits; beyond a microsecond they are cut off.
Result<WallTime> parse_wall_clock(std::string_view text, const Zone& zone, Zone::Choose choose = Zone::Choose::earliest);

// "2026-03-08 01:59:59": the least that a clock of the zone shows at this instant or later. Where clocks are about to go back that is
// less than what they show now, so that nothing after the instant is left out by whoever compares such texts.
std::string format_wall_clock_from(WallTime instant, const Zone& zone);
// What a clock of the zone shows at this instant.
std::string format_wall_clock(WallTime instant, const Zone& zone);

}  // namespace mlc
