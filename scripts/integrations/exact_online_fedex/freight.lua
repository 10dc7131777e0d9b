-- LTL freight of FedEx Freight (XF1), where the setting `freight` is on: deliveries whose row of services has one of its two services go on pallets,
-- under one bill of lading. There is no call that takes a shipment back: that is a phone call, and a person's word that it was made.

local freight_goods, freight_request, parcels, standing = require "freight_goods", require "freight_request", require "shared.labels.parcels",
  require "standing"

local freight = {}

local SERVICES = { FEDEX_FREIGHT_ECONOMY = true, FEDEX_FREIGHT_PRIORITY = true }

function freight.is(service) return SERVICES[service or ""] == true end

-- What goods of a row of services are packed into.
function freight.packs(job, source, goods, row)
  if not freight.is(row.service) then return parcels.of(job, source, goods) end
  return freight_goods.units(job, source, goods)
end

function freight.send(job, remote, consignment, account, reference, effect)
  if not job.settings.freight then
    return job:refuse(("%s: service %s is LTL freight, which is switched off."):format(consignment.reference, consignment.service), {
      cause = "freight is off", concern = "operator", fix = "Set freight = true, or give the row of services another service; then release this case.",
    })
  end
  local body, transaction = freight_request.of(job, consignment, account, reference), ("%s-%d"):format(reference, job.attempt)
  local sent, why = try(job.send, job, effect, remote.freight.create(body, { headers = { ["x-customer-transaction-id"] = transaction } }), { version = "1" })
  if not sent and (type(why) ~= "table" or why.code ~= "rejected") then error(why, 0) end
  return sent, sent and transaction or why
end

-- A shipment is there, and its papers are not: nothing takes it back, so a person ends it, by hand or by phone.
function freight.take_lost(job, remote, consignment, _, lost)
  if standing.is_cancelled(remote, lost) then
    job:note(("freight shipment %s was cancelled by phone: its papers were lost with FedEx's answer"):format(lost))
    return
  end
  return job:refuse(("%s: FedEx Freight made shipment %s, and its answer with labels and bill of lading was lost."):format(consignment.reference, lost), {
    cause = "lost label " .. consignment.reference, concern = "warehouse",
    fix = "Print them in FedEx's own program, write its number on the delivery, and cancel this job. Or phone FedEx Freight and have it cancelled; "
      .. "once FedEx shows it as cancelled, release this case, and another is made.",
  })
end

-- Bills of lading come out of a printer, as labels do.
function freight.print(job, consignment, bought)
  local station, count = job.settings.freight_station or require("shared.labels.buying").station(job, consignment.warehouse), 0
  for _, file in ipairs(bought.documents) do
    if (file.kind or ""):find "BILL_OF_LADING" then
      count = count + 1
      if station then
        job:emit("print", file.name, { name = file.name, type = file.type, content = file.content, station = station, number = bought.master })
      end
    end
  end
  if count == 0 then job:note(("FedEx gave no bill of lading with %s"):format(bought.master)) end
end

-- Taken back only when FedEx shows it so, or by a person's word: the void of freight is a job whose one question is whether somebody phoned. Raises
-- `rejected` otherwise.
function freight.void(job, remote, kept)
  if standing.is_cancelled(remote, kept.master) then return true end
  if job.decision == "ours" then
    job:note(("freight shipment %s was cancelled by phone, by a person's word"):format(kept.master), { number = kept.master })
    return true
  end
  local said = ("no program can cancel LTL freight. Phone FedEx Freight, have shipment %s cancelled and let them confirm it; then take ours, which says that "
    .. "this was done."):format(kept.master)
  error({ code = "rejected", message = said, cause = said, retryable = false }, 0)
end

return freight
