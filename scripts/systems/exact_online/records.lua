-- How Exact Online writes dates, and what it adds to nearly every record of its own accord.

local record = require "record"

local DATES = { date = { wire = "iso_midnight" }, instant = { wire = "ms_date" } }

local records = {}

function records.exact(fields, totals) return record(DATES, fields, totals) end

function records.kept(fields, totals)
  fields.Created, fields.Modified, fields.Division = fields.Created or "instant read", fields.Modified or "instant read", "integer read"
  return records.exact(fields, totals)
end

return records
