-- What UPS says of an address before the label (XU9): whether people live there, and where it would correct it. Streets are known in the USA and
-- Puerto Rico; elsewhere there may be nothing to say.

local json, list = require "json", require "lists"

local places = {}

local RESIDENTIAL = "2"

local function asked(to)
  return { XAVRequest = { AddressKeyFormat = {
    ConsigneeName = to.company, AddressLine = json.array(to.lines), PoliticalDivision2 = to.city, PoliticalDivision1 = to.state,
    PostcodePrimaryLow = to.postcode, CountryCode = to.country,
  } } }
end

-- Sets wanted.residential where UPS knows it and nobody said otherwise.
function places.look(job, ups, wanted, address_id)
  local mode = job.settings.address_check
  if mode == "none" then return end
  local found, why = try(ups.addresses.check, asked(wanted.to))
  if not found then
    if why.retryable then error(why, 0) end
    return job:note("UPS checks no address: " .. tostring(why.cause or why.message))
  end
  local class = found.AddressClassification
  if class and class.Code == RESIDENTIAL and wanted.residential == nil then wanted.residential = true end
  if class and class.Code ~= "0" then job:note(("UPS calls the address %s"):format((class.Description or class.Code):lower())) end
  local best = (list(found.Candidate)[1] or {}).AddressKeyFormat
  if not (found.AmbiguousAddressIndicator and best) then return end
  local city, postcode = best.PoliticalDivision2, best.PostcodePrimaryLow
  local told = ("UPS would send it to %s %s instead of %s %s"):format(postcode or "", city or "", wanted.to.postcode or "", wanted.to.city)
  if mode == "refuse" then
    job:refuse(("%s: %s."):format(wanted.reference, told), {
      cause = "address " .. (wanted.customer or ""), concern = "warehouse",
      fix = "Correct the delivery address in Exact Online, or set address_check to report; then release this case.",
    })
  end
  job:note(told)
  if mode == "write" and address_id and city then
    job:emit("address", address_id, { City = city, Postcode = postcode, was = wanted.to.city, books = job.source })
  end
end

-- The correction goes into Exact Online, unless somebody has changed the address meanwhile.
function places.write(job, books)
  local event = job.event
  if not event or not event.City then return job:skip "corrections come of checks" end
  local at = books:at(event.books)
  local stands, why = try(at.addresses.get, job.key)
  if not stands then
    if why.code ~= "not_found" then error(why, 0) end
    return job:skip "the address is gone"
  end
  if (stands.City or ""):match "^%s*(.-)%s*$" ~= event.was then return job:skip "somebody has corrected it already" end
  job:send("address", at.addresses.update(job.key, { City = event.City, Postcode = event.Postcode or stands.Postcode }),
    { version = job:now(), entity = "address " .. job.key })
  return { city = event.City }
end

return places
