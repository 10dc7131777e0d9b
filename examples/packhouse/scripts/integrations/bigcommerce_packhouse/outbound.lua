-- An order of the shop at the warehouse: made, changed as long as nobody has packed it, released, and cancelled.

local json = require "json"

local outbound = {}

local WITHDRAWN = { [5] = "cancelled", [6] = "declined" }
local OPEN = { draft = true, released = true }

local function contains(list, wanted)
  for _, each in ipairs(list) do
    if each == wanted then return true end
  end
  return false
end

-- The order with its lines that are goods, and where they go.
local function whole(shop, id)
  local order, why = try(shop.orders.get, id)
  if not order then
    -- A webhook may be faster than the record that it speaks of.
    if why.code == "not_found" then error({ code = "not_found", message = "order " .. id .. " is not in the shop", retryable = true }, 0) end
    error(why, 0)
  end
  local goods = {}
  for _, product in ipairs(shop.orders.products(id)) do
    if product.type ~= "digital" then goods[#goods + 1] = product end
  end
  order.products, order.shipping_addresses = goods, shop.orders.shipping_addresses(id)
  return order
end

local function refuse(job, sentence, cause, fix) return job:refuse(sentence, { cause = cause, concern = "warehouse", fix = fix }) end

-- A write that the warehouse may refuse for a reason that people can do something about.
local function send(job, order, name, write)
  local done, why = try(job.send, job, name, write, { version = order.date_modified })
  if done then return done end
  if why.code ~= "rejected" then error(why, 0) end
  local said = why.cause or why.message
  return refuse(job, ("Order %d was refused by Packhouse: %s"):format(order.id, said), "refused: " .. said,
    "Mend in the shop or at Packhouse what it names, then release this case.")
end

local function withdraw(job, warehouse, order, why)
  local sent = job:withhold("order", { version = order.date_modified })
  if not sent then return job:skip(why .. " before the warehouse knew of it") end
  local there = warehouse.orders.get(sent.id)
  if there.status == "cancelled" then return job:skip(why .. ", and cancelled at the warehouse") end
  if not OPEN[there.status] then
    return refuse(job, ("Order %d is %s, but Packhouse has it %s."):format(order.id, why, there.status), "too late to cancel",
      "Stop the parcel at Packhouse, or let it go; then cancel this job.")
  end
  send(job, order, "cancel", warehouse.orders.cancel(sent.id))
  return { cancelled = sent.id }
end

-- Gives the order's id at the warehouse and its status there.
local function change(job, warehouse, order, sent, body)
  local there = warehouse.orders.get(sent.id)
  local known = "order:" .. order.id
  if job.kv.get(known) == json.encode(body) then return sent.id, there.status end
  if not OPEN[there.status] then
    refuse(job, ("Order %d changed in the shop, but Packhouse has it %s."):format(order.id, there.status), "too late to change",
      "Change it at Packhouse by hand, or leave it; then cancel this job.")
  end
  local new = { ship_to = body.ship_to, lines = body.lines, note = body.note }
  send(job, order, "order", warehouse.orders.update(sent.id, new, { version = there.version }))
  job.kv.set(known, json.encode(body))
  return sent.id, there.status
end

local function make(job, warehouse, order, body)
  local made = send(job, order, "order", warehouse.orders.create(body))
  job.kv.set("order:" .. order.id, json.encode(body))
  return made.id, "draft"
end

function outbound.run(job, shop, warehouse)
  local order = whole(shop, job.key)
  local withdrawn = order.is_deleted and "archived" or WITHDRAWN[order.status_id]
  if withdrawn then return withdraw(job, warehouse, order, withdrawn) end
  if not contains(job.settings.statuses, order.status_id) then return job:skip("status " .. order.status_id) end
  if #order.products == 0 then return job:skip "there is nothing in it to send" end
  if #order.shipping_addresses ~= 1 then
    return refuse(job, ("Order %d goes to %d addresses; Packhouse takes one."):format(order.id, #order.shipping_addresses), "several addresses",
      "Make an order for each address in the shop, and cancel this one.")
  end
  local sent = job:sent "order"
  if not sent then job:dated(order.date_created) end
  local body = job:map("order", order)
  local id, status
  if sent then id, status = change(job, warehouse, order, sent, body) else id, status = make(job, warehouse, order, body) end
  if status ~= "draft" then return { order = id } end
  send(job, order, "release", warehouse.orders.release(id))
  return { order = id, released = true }
end

return outbound
