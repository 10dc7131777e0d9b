-- Which orders a parcel is of: by the key that we gave the order, never by its number. Orders that a merge hid are named by the
-- parent, split ones name their parent.

local decimal, time = require "decimal", require "time"

-- So long the job that sent an order may still ask what became of it, when the answer was lost.
local ASKED_SECONDS = decimal "3600"

-- `known`: what is kept of orders that went out; `erp`: what the system that they come from is called.
return function(known, erp)
  local matching = {}

  local function of_key(job, key)
    local id = known.find(job, key)
    local order = id and known.get(job, id)
    return order and order.key == key and order or nil
  end

  -- An order of ours by its id in ShipStation.
  local function of_station(job, id)
    local place = id and job.kv.get(known.station_key(job.source, id))
    return place and known.get(job, place) or nil
  end

  local function add(list, order)
    if not order then return end
    for _, each in ipairs(list) do
      if each.key == order.key then return end
    end
    list[#list + 1] = order
  end

  local function holds(order, key)
    for _, line in ipairs(order.lines or {}) do
      if key == line.id or key:sub(1, #line.id + 1) == line.id .. "/" then return true end
    end
    return false
  end

  -- Whether an item is of none of the orders that are found so far.
  local function is_open(list, parcel)
    for _, item in ipairs(parcel.items) do
      local found = not item.key
      for _, order in ipairs(list) do found = found or holds(order, item.key) end
      if not found then return true end
    end
    return false
  end

  -- All orders of ours that the parcel may hold goods of: one, but for combined orders. None: it is somebody else's.
  function matching.orders(job, station, parcel)
    local out = {}
    add(out, of_key(job, parcel.order_key) or of_station(job, parcel.order_id))
    if #out > 0 and not parcel.merged_or_split and not is_open(out, parcel) then return out end
    local order, why = nil, nil
    if parcel.order_id then order, why = try(station.orders.get, parcel.order_id) end
    if not order then
      if why and why.code ~= "not_found" then error(why, 0) end
      return out
    end
    local options = order.advancedOptions or {}
    add(out, of_key(job, order.orderKey))
    add(out, of_station(job, options.parentId))
    for _, id in ipairs(options.mergedIds or {}) do add(out, of_station(job, id)) end
    return out
  end

  -- Of an order with a key of ours that is not kept yet.
  local function is_early(job, parcel)
    local key = parcel.order_key
    return key and known.find(job, key) and parcel.created and time.seconds_between(parcel.created, job:now()) < ASKED_SECONDS
  end

  -- Refuses or skips a parcel that is of no order of ours. One whose order may still become known is never left out; a retry would see what
  -- this run has read, so that it is for a release.
  function matching.unknown(job, parcel, what)
    if is_early(job, parcel) then
      local number = parcel.order_number or "without number"
      return job:refuse(("%s %s is of order %s, whose own job is not done yet."):format(what, parcel.tracking or parcel.id, number), {
        cause = "order_early " .. number, concern = "warehouse",
        fix = ("When that job is done (show CLIENT %s), release this case."):format(number),
      })
    end
    local store = job.settings.store_id
    if job.settings.foreign_orders == "skip" or store and parcel.store and parcel.store ~= store then
      return job:skip(("order %s did not come from %s"):format(parcel.order_number or "without number", erp))
    end
    return job:refuse(("%s %s is of order %s, which did not come from %s."):format(what, parcel.tracking or parcel.id,
      parcel.order_number or "without number", erp), {
      cause = "order_unknown", concern = "warehouse",
      fix = "If orders of other shops go through this account, set foreign_orders to skip; else find out who made the order. Then release this case.",
    })
  end

  -- The lines of an order that are in the parcel: { line, quantity } with whole quantities in pieces, and what of its items is of no line.
  function matching.lines(order, parcel)
    local out, by_line = {}, {}
    for _, item in ipairs(parcel.items) do
      for _, line in ipairs(order.lines or {}) do
        local is_part = item.key and item.key:sub(1, #line.id + 1) == line.id .. "/"
        if item.key == line.id or is_part then
          local entry = by_line[line.id]
          if not entry then
            entry = { line = line, quantity = 0, parts = {} }
            by_line[line.id], out[#out + 1] = entry, entry
          end
          if is_part then
            local part = item.key:sub(#line.id + 2)
            entry.parts[part] = (entry.parts[part] or 0) + item.quantity
          else
            entry.quantity = entry.quantity + item.quantity
          end
        end
      end
    end
    return out
  end

  return matching
end
