-- Sharing out, units, totals and tracking: exact, by table.

local allocate, decimal, totals, tracking, units = require "allocate", require "decimal", require "totals", require "tracking", require "units"
local expect = require("spec").expect

local function texts(parts)
  local out = {}
  for index, part in ipairs(parts) do out[index] = part:text() end
  return table.concat(out, " ")
end

return {
  ["XS5: parts sum to the whole for every weight and currency"] = function()
    for _, case in ipairs {
      { "10.00", { 1, 1, 1 }, 2, "3.34 3.33 3.33" }, { "-10.00", { 1, 1, 1 }, 2, "-3.34 -3.33 -3.33" }, { "0.01", { 5, 5 }, 2, "0.01 0.00" },
      { "100", { 1, 2 }, 0, "33 67" }, { "1.000", { 1, 1, 1 }, 3, "0.334 0.333 0.333" }, { "7.99", { "0.333", "0.667", 0 }, 2, "2.66 5.33 0.00" },
      { "0.00", { 1, 1 }, 2, "0.00 0.00" }, { "99.99", { "1000000000000", "0.000000000001" }, 2, "99.99 0.00" },
    } do
      local parts = allocate.by(case[1], case[2], { decimals = case[3] })
      expect(texts(parts)):equals(case[4])
      expect(decimal.sum(parts)):equals(decimal(case[1]))
    end
  end,

  ["many random shares lose nothing"] = function()
    local seed = 7
    local function draw(most)
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % most
    end
    for _ = 1, 200 do
      local weights = {}
      for index = 1, 1 + draw(12) do weights[index] = draw(1000) end
      weights[1] = weights[1] + 1
      local whole = decimal(draw(1000000) - 500000) * decimal "0.01"
      local parts = allocate.by(whole, weights)
      expect(decimal.sum(parts)):equals(whole)
      for index, part in ipairs(parts) do
        -- No part is off by a cent or more.
        local share = whole * weights[index]
        local sum = decimal.sum(weights)
        expect((part * sum - share):abs() < sum * decimal "0.01"):is_true()
      end
    end
  end,

  ["what can't be shared out says why"] = function()
    expect(allocate.by("1.005", { 1 })):fails "more than 2 decimals"
    expect(allocate.by("1.00", { 1, -1 })):fails "Weight 2 is negative"
    expect(allocate.by("1.00", { 0, 0 })):fails "no_weight"
    expect(allocate.by("1.00", {})):fails "no_weight"
    expect(function() allocate.by("x", { 1 }) end):raises "the total"
    expect(function() allocate.lines("1.00", {}, { by = "colour" }) end):raises "by: expected value, weight, quantity"
    expect(texts(allocate.lines("9.00", { { price = decimal "2" }, {}, { price = decimal "1" } }, { by = "value", field = "price" })))
      :equals "6.00 0.00 3.00"
    expect(texts(allocate.lines("3.00", { { q = 1 }, { q = 2 } }, { by = function(line) return line.q end }))):equals "1.00 2.00"
  end,

  ["units convert by their definitions"] = function()
    for _, case in ipairs {
      { 1, "lb", "kg", nil, "0.45359237" }, { 16, "oz", "lb", nil, "1" }, { "2.5", "KG", "g", nil, "2500" }, { 12, "inches", "cm", nil, "30.48" },
      { 3, "yd", "ft", nil, "9" }, { 1, "kg", "lb", 4, "2.2046" }, { "0.1", "mm", "in", 6, "0.003937" }, { 1, "l", "cm3", nil, "1000" },
    } do
      expect(units.convert(case[1], case[2], case[3], case[4] and { decimals = case[4] }):compact()):equals(case[5])
    end
    expect(units.convert("0.001", "g", "oz", { decimals = 1, rounding = "up" }):text()):equals "0.1"
    expect(units.convert(1, "kg", "cm")):fails "kg is a weight, cm a length"
    expect(units.convert(1, "stone", "kg")):fails "There is no unit 'stone'"
    expect(function() units.convert(1, "kg", "lb") end):raises "say { decimals"
  end,

  ["XS15: quantities are converted or refused naming the line"] = function()
    local pieces = { piece = 1, dozen = 12, case = 24 }
    expect(units.quantity(3, "dozen", "piece", pieces)):equals(36)
    expect(units.quantity(48, "piece", "case", pieces)):equals(2)
    expect(units.quantity(1, "dozen", "case", pieces, { decimals = 1 })):equals(decimal "0.5")
    expect(units.quantity(1, "dozen", "case", pieces, { what = "line 4, TEA" })):fails "line 4, TEA: 1 dozen are no whole number of case."
    expect(units.quantity(1, "pallet", "piece", pieces)):fails "'pallet'"
    expect(units.whole(decimal "2.50", "line 1")):fails "line 1: the quantity 2.5 is not whole."
  end,

  ["C8: totals are refused with the difference named"] = function()
    local lines = { { q = decimal "3", p = decimal "0.335" }, { q = 2, p = "1.10" }, { q = nil, p = decimal "9" }, {} }
    expect(totals.lines(lines, { quantity = "q", price = "p" }):text()):equals "3.21"
    expect(totals.agree("3.21", totals.lines(lines, { quantity = "q", price = "p" }))):is_true()
    expect(totals.agree("10", "10.02", { within = "0.02" })):is_true()
    expect(totals.agree("10", "10.03", { within = "0.02", what = "Order 7" })):fails "Order 7 comes to 10, its lines to 10.03: a difference of 0.03."
  end,

  ["BC13: rounding up to the limit goes on a line, more is refused"] = function()
    expect(totals.rounding("10.00", "9.98")):equals(decimal "0.02")
    expect(totals.rounding("10.00", "10.01")):equals(decimal "-0.01")
    expect(totals.rounding("10.00", "10.00"):is_zero()):is_true()
    expect(totals.rounding("10.00", "9.97")):fails "totals"
    expect(totals.rounding("10.00", "9.90", { within = "0.10" })):equals(decimal "0.10")
  end,

  ["L7: older and repeated events never move a status back"] = function()
    local script = {
      { { "label", "08:00" }, "label" }, { { "in_transit", "10:00" }, "in_transit" }, { { "collected", "09:00" }, "in_transit", "older" },
      { { "in_transit", "10:00" }, "in_transit", "repeated" }, { { "out_for_delivery", "11:00" }, "out_for_delivery" },
      { { "in_transit", "12:00" }, "in_transit" }, { { "delivered", "11:30" }, "delivered" }, { { "in_transit", "13:00" }, "delivered", "closed" },
      { { "delivered", "14:00" }, "delivered", "closed" },
    }
    local state, closings = nil, 0
    for index, step in ipairs(script) do
      local outcome
      state, outcome = tracking.apply(state, { status = step[1][1], at = "2026-03-02T" .. step[1][2] .. ":00Z" })
      expect({ index, state.status, outcome.dropped }):equals { index, step[2], step[3] }
      if outcome.closes then closings = closings + 1 end
    end
    expect(closings):equals(1)
  end,

  ["L7: only delivery to the consignee closes"] = function()
    local state, outcome = tracking.apply(nil, { status = "refused", at = "2026-03-02T10:00:00Z" })
    expect(outcome.case):equals "refused"
    state, outcome = tracking.apply(state, { status = "delivered", at = "2026-03-04T10:00:00Z" })
    expect({ state.status, state.closed, outcome.case }):equals { "returned", false, "returned" }
    -- Return to the sender after delivery: closed stays closed, a person is told.
    state = tracking.apply(nil, { status = "delivered", at = "2026-03-02T10:00:00Z" })
    state, outcome = tracking.apply(state, { status = "returning", at = "2026-03-05T10:00:00Z" })
    expect({ state.status, state.closed, outcome.case }):equals { "delivered", true, "returning" }
  end,

  ["L7: silence is counted in business days"] = function()
    local state = tracking.apply(nil, { status = "in_transit", at = "2026-04-02T22:30:00Z" })   -- Thursday; Friday in Amsterdam
    local holidays = { ["2026-04-03"] = true, ["2026-04-06"] = true }
    expect(tracking.business_days("2026-04-02", "2026-04-08", holidays)):equals(2)
    expect(tracking.is_silent(state, "2026-04-07", 2, { holidays = holidays })):equals(false)
    expect(tracking.is_silent(state, "2026-04-08", 2, { holidays = holidays })):is_true()
    expect(tracking.business_days("2026-04-08", "2026-04-02")):equals(0)
  end,
}
