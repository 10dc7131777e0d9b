-- What is kept of a label: by the delivery or order that it is of, and by each tracking number.
--
--     label:<kind>:<id>   { state, generation, reference, master, numbers, parcels = { { tracking, link, items } }, lines, place, bought_at, books,
--                           carrier, number, order, account_id, division, document, delivery, accepted }
--     label of:<number>   { kind, id }
--
-- state: bought, voided, or foreign (somebody else's number stood on the delivery).

local decimal = require "decimal"

local known = {}

local GUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

function known.is_id(text) return text:find(GUID) ~= nil end

local function place(kind, id) return ("label:%s:%s"):format(kind, id) end

-- nil when there never was one.
function known.get(job, kind, id) return job.kv.get(place(kind, id)) end

-- With these fields changed; the rest stays.
function known.keep(job, kind, id, changes)
  local out = {}
  for name, value in pairs(known.get(job, kind, id) or {}) do out[name] = value end
  for name, value in pairs(changes) do out[name] = value end
  job.kv.set(place(kind, id), out)
  for _, number in ipairs(changes.numbers or {}) do job.kv.set("label of:" .. number, { kind = kind, id = id }) end
  return out
end

-- Kind and id of the delivery or order that a tracking number is of.
function known.of_number(job, number) return job.kv.get("label of:" .. number) end

-- The document of a label in Exact Online; nil where there is none.
function known.document_of(job, number)
  local of = known.of_number(job, number)
  local kept = of and known.get(job, of.kind, of.id)
  return kept and kept.document or nil
end

-- What the goods are, as one text: when it differs, the parcel no longer holds what the delivery says.
function known.lines(source)
  local out = {}
  for _, line in ipairs(source.lines) do
    if line.item then out[#out + 1] = ("%s=%s"):format(line.order_line or line.id, decimal(line.quantity):compact()) end
  end
  table.sort(out)
  return table.concat(out, " ")
end

-- Where it goes to, as one text.
function known.place(to)
  local parts = { to.company or "", to.person or "" }
  for _, line in ipairs(to.lines) do parts[#parts + 1] = line end
  for _, part in ipairs { to.postcode or "", to.city or "", to.state or "", to.country } do parts[#parts + 1] = part end
  return table.concat(parts, "|")
end

-- Whether a field that numbers are written into bears one of these.
function known.bears(text, numbers)
  for _, number in ipairs(numbers) do
    if text:find(number, 1, true) then return true end
  end
  return text == "see remarks"
end

function known.numbers(bought)
  local out = {}
  for index, parcel in ipairs(bought.parcels) do out[index] = parcel.tracking end
  return out
end

return known
