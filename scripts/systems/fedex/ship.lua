-- Ship: labels, their check beforehand, what became of large shipments, and cancelling (fact sheet, section 4).
--
-- `x-customer-transaction-id` is given with each call as a header option; FedEx sends it back and does nothing else with it.

local SHIPMENTS = "/ship/v1/shipments"
local LINES = "requestedShipment.requestedPackageLineItems"

-- Nothing de-duplicates. A lost answer is looked for by our reference, the first of the first package; when Track sees a new label is not
-- told (section 8), so that one it does not see is a person's to judge. Each package is a row of its own. It is not looked for before
-- the first send: a project may be one that must not track.
local BY_REFERENCE = look_up {
  "track.references", by = LINES .. ".0.customerReferences.0.value", quiet = "2m", absent = "person", within = "1h", first = false,
  asks = { body = {
    includeDetailedScans = false,
    referencesInformation = {
      type = "CUSTOMER_REFERENCE", value = "{reference}", accountNumber = "{body.accountNumber.value}",
    },
  } },
  parts = LINES, field = "trackResults.*.additionalTrackingInfo.packageIdentifiers.*.value", found = "trackResults.0.latestStatusDetail.code",
  id = "trackingNumber", gone = { field = "trackResults.*.latestStatusDetail.code", values = { "CA" } },
}

return {
  -- Transaction ids of both sides stand around `output`, so the answer is kept whole. What a lost one left is known by its numbers: the
  -- record is { found = rows of track.references }, without labels, which FedEx gives once.
  ["shipments.create"] = {
    POST = SHIPMENTS, takes = "ShipmentRequest", gives = "ShipmentAnswer", create = true, deadline = "60s",
    id = "output.transactionShipments.0.masterTrackingNumber", number = "transactionId",
    effect = BY_REFERENCE,
  },
  -- The same with more than 40 packages, which need processingOptionType ALLOW_ASYNCHRONOUS; shipments.results has the labels.
  ["shipments.create_later"] = {
    POST = SHIPMENTS, takes = "ShipmentRequest", gives = "ShipmentAnswer", create = true, deadline = "60s", id = "output.jobId",
    number = "transactionId", effect = BY_REFERENCE,
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
