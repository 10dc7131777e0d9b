-- Who buys, in one shape, whether it comes from an order or from the shop's list of customers: what the mappings `account`
-- and `contact` read. A place is an address in one shape.

local json, letters, vat_number = require "json", require "text", require "vat_number"

local shopper = {}

local BUYER_OF_ORDER, CUSTOMER_OF_SHOP = "order", "customer"

local function text(value)
  if value == nil then return nil end
  local trimmed = tostring(value):match "^%s*(.-)%s*$"
  return trimmed ~= "" and trimmed or nil
end

local function full_name(first, last)
  return text((text(first) or "") .. " " .. (text(last) or ""))
end

-- An address of an order, or of a customer: they name their fields differently.
function shopper.place(address)
  return {
    first_name = text(address.first_name), last_name = text(address.last_name), company = text(address.company),
    recipient = full_name(address.first_name, address.last_name),
    street_1 = text(address.street_1 or address.address1), street_2 = text(address.street_2 or address.address2),
    city = text(address.city), state = text(address.state or address.state_or_province), zip = text(address.zip or address.postal_code),
    country_iso2 = text(address.country_iso2 or address.country_code), phone = text(address.phone),
  }
end

-- An account's own address. Its name is the company's or the person's.
function shopper.place_of_account(account)
  return {
    recipient = text(account.Name), street_1 = text(account.AddressLine1), street_2 = text(account.AddressLine2),
    city = text(account.City), zip = text(account.Postcode), country_iso2 = text(account.Country),
  }
end

local COMPARED = { "street_1", "street_2", "zip", "city", "country_iso2" }

-- For whom it is: the company where there is one.
local function addressee(place) return place.company or place.recipient or "" end

-- Two spellings of one place give one text: case, blanks and the blank in a postcode do not count.
function shopper.place_key(place)
  local parts = { letters.lower(addressee(place)) }
  for index, field in ipairs(COMPARED) do
    parts[index + 1] = letters.lower(place[field] or ""):gsub("[%s%.,]+", field == "zip" and "" or " "):match "^%s*(.-)%s*$"
  end
  return table.concat(parts, "|")
end

local function language_of(locale, languages)
  if not locale then return nil end
  local short = locale:lower():match "^%a%a"
  return languages[locale] or short and languages[short]
end

-- The shop's own key of a customer, which no other shop's customer can have. Guests have none.
function shopper.key(source, id)
  if id == nil or id == 0 then return nil end
  return source .. "-" .. id
end

-- "shop_nl-4711" -> 4711, when it is a key of this shop.
function shopper.id_of_key(source, key)
  if key == nil or key:sub(1, #source + 1) ~= source .. "-" then return nil end
  return math.tointeger(tonumber(key:sub(#source + 2)))
end

local function made(job, from, id, person, fields, place, locale)
  local settings = job.settings
  local number, why = vat_number.among(fields, settings.vat_number_fields, place.country_iso2)
  local key = shopper.key(job.source, id)
  local email = text(person.email)
  local company = text(person.company) or place.company
  return {
    from = from, id = id ~= 0 and id or nil, key = settings.customer_key ~= "none" and key or nil, own_key = key,
    email = email and email:lower(), first_name = text(person.first_name) or place.first_name,
    last_name = text(person.last_name) or place.last_name, company = company,
    name = company or full_name(person.first_name, person.last_name) or place.recipient or email,
    phone = text(person.phone) or place.phone, vat_number = number, vat_number_trouble = why,
    language = language_of(locale, settings.languages), place = place, form_fields = fields,
    group_id = person.customer_group_id, tax_exempt_category = text(person.tax_exempt_category),
  }
end

local function joined(...)
  local out = json.array {}
  for _, list in ipairs { ... } do
    for _, each in ipairs(list) do out[#out + 1] = each end
  end
  return out
end

-- The buyer of an order.
function shopper.of_order(job, order)
  local billing = order.billing_address
  return made(job, BUYER_OF_ORDER, order.customer_id, billing, joined(billing.form_fields or {}), shopper.place(billing), order.customer_locale)
end

-- A customer of the shop; the first of its addresses is the account's own.
function shopper.of_customer(job, customer)
  local addresses = customer.addresses or {}
  local first = addresses[1]
  local fields = joined(customer.form_fields or {}, first and first.form_fields or {})
  return made(job, CUSTOMER_OF_SHOP, customer.id, customer, fields, shopper.place(first or {}), nil)
end

-- Refuses, or notes, a VAT number that is none.
function shopper.check_vat_number(job, who, what)
  local why = who.vat_number_trouble
  if not why then return end
  if job.settings.invalid_vat_number == "park" then
    job:refuse(("%s: %s."):format(what, why), {
      cause = "vat_number " .. what, concern = "finance",
      fix = "Correct the VAT number in the shop, or set invalid_vat_number to leave_out; then release this case.",
    })
  end
  job:note(what .. ": the VAT number is left out: " .. why)
end

return shopper
