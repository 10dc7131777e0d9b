-- Costs of the simulated ShipStation as entries of a day in the simulated Exact Online, and entries held against what was sent.

local root = ...
local Depot, decimal, json = require "depot", require "decimal", require "json"

local tests = {}

local TWO = { { item = "STOCK-1", quantity = "2", price = "30", cost_center = "NL" }, { item = "STOCK-2", quantity = "4", price = "10", cost_center = "FR" } }
local ONE = { { item = "STOCK-1", quantity = "1", price = "30", cost_center = "NL" } }

local function all_well(outcomes)
  for _, each in ipairs(outcomes) do assert(not each.refused, tostring(each.refused)) end
  return outcomes
end

local function start(settings)
  local own = { entries = "day", accruals = { ups = "1610" } }
  for name, value in pairs(settings or {}) do own[name] = value end
  return Depot.start(root, own)
end

local function ship(depot, act, lines)
  local order = depot:sent { lines = lines or ONE }
  act.order = tostring(order.number)
  if act.tracking then act.parcels = { { tracking = act.tracking } } end
  depot:people { ship = { act } }
  return order
end

local COSTS = { costs = true }

-- Amount of an account in all entries, to the cent; of owed lines by their notes.
local function sums(depot)
  local accounts, owed = {}, {}
  for _, entry in ipairs(depot:booked().journal_entries) do
    assert(decimal(entry.sum):is_zero(), entry.reference .. " " .. entry.sum)
    for _, line in ipairs(entry.lines) do
      accounts[line.account] = (accounts[line.account] or decimal "0") + decimal(line.amount)
      if line.account:sub(1, 2) == "16" then owed[line.notes] = (owed[line.notes] or decimal "0") + decimal(line.amount) end
    end
  end
  return accounts, owed
end

tests["XS16 labels of a day become one balanced entry for each carrier and cost centre, with the list of them"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups", tracking = "1ZA" })
  ship(depot, { cost = "7.00", carrier = "ups", tracking = "1ZB" })
  ship(depot, { cost = "10.00", carrier = "ups", tracking = "1ZC" }, TWO)
  ship(depot, { cost = "3.00", carrier = "fedex", tracking = "FX1" })
  all_well(depot:poll(COSTS))
  assert(#depot:booked().journal_entries == 0, "the day is not over")
  assert(#depot:round "days" == 0 and #depot:booked().journal_entries == 0, "the day is not over")
  local made = all_well(depot:night())
  local entries = depot:booked().journal_entries
  assert(#made == 3 and #entries == 3, #entries .. " entries")
  local of_two
  for _, entry in ipairs(entries) do
    assert(entry.lines[1].date == "2026-01-05" and #entry.reference <= 30, entry.reference)
    if entry.lines[1].cost_center == "NL" and #entry.lines == 4 then of_two = entry end
  end
  assert(of_two and of_two.lines[1].amount == "18.00" and of_two.lines[1].description == "ups 2026-01-05: 3 labels", json.encode(entries))
  assert(of_two.lines[2].notes == "station-5000001" and of_two.lines[2].amount == "-5.00" and of_two.lines[2].description:find "1ZA order")
  local accounts, owed = sums(depot)
  assert(accounts["4500"]:text() == "25.00" and accounts["1610"]:text() == "-22.00" and accounts["1600"]:text() == "-3.00")
  assert(owed["station-5000003"]:text() == "-10.00", "a label of two cost centres stands in two entries")
  -- C3: from the entry to its shipments, and from a shipment to its entry.
  local noted = {}
  for _, each in ipairs(made) do
    for _, note in ipairs(each.notes) do noted[#noted + 1] = note end
  end
  assert(table.concat(noted, "\n"):find("ups 1ZB of order 1002", 1, true) and #noted == 5, table.concat(noted, "; "))
  assert(made[3].books_calls <= 3, made[3].books_calls .. " calls of the last entry, the carrier's own account included")
  assert(#depot:round "days" == 0, "all is booked")
  assert(not depot:violations(), depot:violations())
end

tests["XS16 a late label of a day makes a further entry of that day, and a label that is seen again none"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  all_well(depot:night())
  ship(depot, { cost = "6.00", carrier = "ups", ship_date = "2026-01-05" })
  local rows = depot:poll(COSTS)
  assert(#rows == 1 and rows[1].result.day == "2026-01-05")
  local again = depot:run("costs", tostring(rows[1].record.shipmentId), { event = { record = rows[1].record } })
  assert(again.skipped:find "it counts with the entry of 2026%-01%-05, ups, NL", again.skipped)
  all_well(depot:round "days")
  local entries = depot:booked().journal_entries
  assert(#entries == 2 and entries[1].lines[1].date == "2026-01-05" and entries[2].lines[1].date == "2026-01-05")
  assert(entries[2].reference == entries[1].reference:gsub("%-1$", "-2"), entries[2].reference)
  local accounts = sums(depot)
  assert(accounts["1610"]:text() == "-11.00")
end

tests["XS16 XS8 a void is turned in the entry of its own day, once, whether it comes before or after the label's entry"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups" })
  ship(depot, { cost = "6.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  depot:people { void = { 5000001 } }
  local void = all_well(depot:poll(COSTS))[1]
  all_well(depot:night())
  local accounts, owed = sums(depot)
  assert(accounts["4500"]:text() == "6.00" and owed["station-5000001"]:text() == "-5.00" and owed["station-5000001-V"]:text() == "5.00")
  depot:people { void = { 5000002 } }
  all_well(depot:poll(COSTS))
  assert(depot:run("costs", tostring(void.record.shipmentId), { event = { record = void.record } }).skipped == "its void is written down")
  all_well(depot:night())
  accounts = sums(depot)
  local entries = depot:booked().journal_entries
  assert(#entries == 2 and accounts["4500"]:is_zero() and accounts["1610"]:is_zero() and entries[2].lines[1].date == "2026-01-06", json.encode(entries))
  assert(entries[2].lines[1].description == "ups 2026-01-06: 1 void", entries[2].lines[1].description)
end

tests["XS16 XS8 of an entry that a person deleted nothing is turned"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  all_well(depot:night())
  depot.books:call("journal_entries.delete", depot:booked().journal_entries[1].id)
  depot:people { void = { 5000001 } }
  assert(all_well(depot:poll(COSTS))[1].skipped:find "deleted in Exact Online")
  assert(#depot:night() == 0)
end

tests["XS16 C16 a closed period parks the entry of the day; once it is open that entry is made, and a further one of what came since"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  depot:switch("exact", { closed_until = "2026-02-01" })
  local parked = depot:night()[1]
  assert(parked.cause == "period 2026-01 90" and parked.refused:find "ups 2026%-01%-05, NL: 1 label is of 2026%-01%-05", parked.refused)
  ship(depot, { cost = "6.00", carrier = "ups", ship_date = "2026-01-05" })
  all_well(depot:poll(COSTS))
  depot:switch("exact", { closed_until = false })
  Depot.pass(300)
  local released = depot:run("day_entries", parked.key, { event = parked.payload, attempt = 2 })
  assert(not released.refused and #released.result.entries == 2, released.refused)
  assert(released.result.entries[1].labels == 1 and released.result.entries[2].labels == 1)
  assert(depot:run("day_entries", parked.key, { event = parked.payload }).skipped == "all of it is booked")
  assert(sums(depot)["1610"]:text() == "-11.00")
end

tests["XS16 C16 with closed_period next the day's entry goes to the next open day, and each line says the true date"] = function()
  local depot = start { closed_period = "next" }
  ship(depot, { cost = "5.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  depot:switch("exact", { closed_until = "2026-01-31" })
  all_well(depot:night())
  for _, line in ipairs(depot:booked().journal_entries[1].lines) do
    assert(line.date == "2026-02-01" and line.description:find(", of 2026-01-05", 1, true), json.encode(line))
  end
end

tests["XS16 C4 a job that ended between its entry and what it keeps of it is followed by one that books nothing twice and loses nothing"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups" })
  ship(depot, { cost = "6.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  Depot.pass(24 * 3600)
  local kept, ended = depot.kv, false
  depot.kv = setmetatable({}, {
    __index = kept, __pairs = function() return pairs(kept) end,
    __newindex = function(_, key, value)
      if key:find "^in entry:" and not ended then
        ended = true
        error "the process ended"
      end
      kept[key] = value
    end,
  })
  local group = depot:run("days", "round").emitted[1]
  assert(not pcall(depot.run, depot, "day_entries", tostring(group.key), { event = group.payload }) and ended)
  ship(depot, { cost = "7.00", carrier = "ups", ship_date = "2026-01-05" })
  all_well(depot:poll(COSTS))
  all_well(depot:round "days")
  local entries = depot:booked().journal_entries
  assert(#entries == 2 and #entries[1].lines == 3 and #entries[2].lines == 2, json.encode(entries))
  assert(sums(depot)["1610"]:text() == "-18.00")
end

tests["XS16 what was booked by itself is turned by itself when the setting has changed, and the other way round"] = function()
  local depot = start { entries = "shipment" }
  ship(depot, { cost = "5.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  depot.settings.entries = "day"
  ship(depot, { cost = "6.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  depot:people { void = { 5000001 } }
  all_well(depot:poll(COSTS))
  depot.settings.entries = "shipment"
  depot:people { void = { 5000002 } }
  all_well(depot:poll(COSTS))
  local entries = depot:booked().journal_entries
  assert(#entries == 2 and entries[2].reference == "station-5000001-V", json.encode(entries))
  all_well(depot:night())
  assert(#depot:booked().journal_entries == 3 and sums(depot)["1610"]:is_zero())
end

tests["XS8 a label that waited for a person is not booked any more when it was voided in the meantime"] = function()
  for _, entries in ipairs { "day", "shipment" } do
    local depot = start { entries = entries, no_cost = "table" }
    ship(depot, { cost = "0", carrier = "ups" })
    local parked = depot:poll(COSTS)[1]
    assert(parked.refused, "no row of rate_table fits")
    depot:people { void = { 5000001 } }
    assert(all_well(depot:poll(COSTS))[1].skipped)
    depot.settings.rate_table = { { amount = "9.00" } }
    local released = depot:run("costs", tostring(parked.record.shipmentId), { event = { record = parked.record }, attempt = 2 })
    assert(released.skipped == "it was voided", json.encode(released))
    assert(#depot:night() == 0 and #depot:booked().journal_entries == 0)
  end
end

tests["XS16 in shadow nothing is kept for an entry of later"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups" })
  local row = depot.station:call("shipments.list", {})[1]
  assert(depot:run("costs", tostring(row.shipmentId), { event = { record = row }, shadow = true }).result.shadow)
  assert(#depot:night() == 0)
end

local function with_supplier(settings)
  local depot = start(settings)
  depot:control("exact", "seed", { suppliers = { "UPS Nederland" } })
  for _, account in ipairs(depot:control("exact", "state?accounts=1").divisions["123456"].accounts) do
    if account.Name == "UPS Nederland" then depot.settings.suppliers = { ups = account.Code } end
  end
  return depot
end

tests["XS16 a purchase entry of a day has each label's lines on the carrier's account, and its voids"] = function()
  local depot = with_supplier { posting = "purchase" }
  ship(depot, { cost = "5.00", carrier = "ups" })
  ship(depot, { cost = "10.00", carrier = "ups" }, TWO)
  all_well(depot:poll(COSTS))
  all_well(depot:night())
  local entries = depot:booked().purchase_entries
  assert(#entries == 2 and #depot:booked().journal_entries == 0 and entries[1].supplier == "UPS Nederland", json.encode(entries))
  assert(decimal(entries[1].amount) + decimal(entries[2].amount) == decimal "15" and entries[1].date == "2026-01-05")
  depot:people { void = { 5000001 } }
  all_well(depot:poll(COSTS))
  all_well(depot:night())
  entries = depot:booked().purchase_entries
  assert(#entries == 3 and entries[3].amount == "-5.00" and entries[3].lines[1].notes == "station-5000001-V", json.encode(entries[3]))
end

tests["C12 entries are read back many in a call, and nothing more is asked of those that stand as they were sent"] = function()
  local depot = start { entries = "shipment" }
  for index = 1, 5 do ship(depot, { cost = index .. ".50", carrier = "ups" }, TWO) end
  all_well(depot:poll(COSTS))
  local round = depot:run("entries_read", "round")
  assert(round.result.read == 5 and round.result.differing == 0 and round.books_calls == 1, json.encode(round.result))
  assert(depot:run("entries_read", "round").skipped)
  assert(not depot:violations(), depot:violations())
end

tests["C12 an entry that Exact Online did not keep as it was sent is a case that names what was dropped; mended or accepted it is done"] = function()
  for _, how in ipairs { "mended", "accepted" } do
    for _, posting in ipairs { "journal", "purchase" } do
      local depot = with_supplier { entries = "shipment", posting = posting }
      ship(depot, { cost = "5.00", carrier = "ups" })
      depot:switch("exact", { dropped_fields = { "CostCenter" } })
      all_well(depot:poll(COSTS))
      depot:switch("exact", { dropped_fields = json.array {} })
      local case = depot:round "entries_read"
      assert(#case == 1 and case[1].cause == "confirm entry CostCenter", json.encode(case))
      assert(case[1].refused:find "CostCenter was sent as NL and stands as nothing in line station%-5000001", case[1].refused)
      assert(#depot:round "entries_read" == 0, "one case")
      if how == "accepted" then
        local run = depot:run("entry_checks", case[1].key, { event = case[1].payload, decision = "theirs" })
        assert(run.result.kept, json.encode(run))
      elseif posting == "purchase" then
        local lines = depot.books:call("purchase_entry_lines.list", {})
        depot.books:call("purchase_entry_lines.update", lines[1].ID, { CostCenter = "NL" })
        assert(depot:run("entry_checks", case[1].key, { event = case[1].payload, attempt = 2 }).result.entry)
      end
    end
  end
end

tests["C12 the entry of a day is read back like any other, and one that was deleted is told of"] = function()
  local depot = start()
  ship(depot, { cost = "5.00", carrier = "ups" }, TWO)
  all_well(depot:poll(COSTS))
  all_well(depot:night())
  assert(depot:run("entries_read", "round").result.read == 2)
  ship(depot, { cost = "6.00", carrier = "ups" })
  all_well(depot:poll(COSTS))
  all_well(depot:night())
  local entries = depot:booked().journal_entries
  depot.books:call("journal_entries.delete", entries[#entries].id)
  local case = depot:round "entries_read"
  assert(#case == 1 and case[1].cause == "confirm entry gone" and case[1].refused:find "no longer there", json.encode(case))
end

return tests
