-- Ship: labels, their check beforehand, what became of large shipments, and cancelling (fact sheet, section 4).
--
-- `x-customer-transaction-id` is given with each call as a header option; FedEx sends it back and does nothing else with it.

local SHIPMENTS = "/ship/v1/shipments"

return {
  -- Buys labels, and nothing de-duplicates them: what became of a lost answer is for a person, who finds the label with
  -- track.references. Transaction ids of both sides stand around `output`, so the answer is kept whole.
  ["shipments.create"] = {
    POST = SHIPMENTS, takes = "ShipmentRequest", gives = "ShipmentAnswer", create = true, deadline = "60s",
    id = "output.transactionShipments.0.masterTrackingNumber", number = "transactionId", effect = { kind = "D" },
  },
  -- The same with more than 40 packages, which need processingOptionType ALLOW_ASYNCHRONOUS; shipments.results has the labels.
  ["shipments.create_later"] = {
    POST = SHIPMENTS, takes = "ShipmentRequest", gives = "ShipmentAnswer", create = true, deadline = "60s", id = "output.jobId",
    number = "transactionId", effect = { kind = "D" },
  },
  ["shipments.results"] = { POST = SHIPMENTS .. "/results", reads = true, takes = "JobRequest", gives = "ShipmentAnswer" },
  -- Buys nothing.
  ["shipments.validate"] = { POST = SHIPMENTS .. "/packages/validate", reads = true, takes = "ShipmentRequest", gives = "ValidationAnswer" },
  -- 200 is not yet a cancelled shipment: output.cancelledShipment says it (section 4). Asking again cancels nothing more, and what a
  -- second answer looks like is not documented: after a lost one Track knows.
  ["shipments.cancel"] = {
    PUT = SHIPMENTS .. "/cancel", takes = "CancelRequest", gives = "CancelAnswer", effect = { kind = "D", may_repeat = true },
  },
}
