-- Track by polling: AIV webhooks need a US billing account (fact sheet, section 6). All of it shares 100,000 calls a day and project.
-- /notifications is left out: it mails people. /tcn is for shippers of the US government.

local ROWS = { rows = { "output.completeTrackResults" } }

return {
  -- At most 30 numbers, each with its range of ship dates and, once known, its unique id: numbers are used again. A number that is not
  -- known has an error among its results, and a new label is not known for a while (section 5).
  ["track.numbers"] = { POST = "/track/v1/trackingnumbers", reads = true, pages = ROWS, takes = "TrackRequest", gives = "TrackedNumber" },
  -- By our reference: account number, or country and postal code of the destination; 30 days back unless a range is given.
  ["track.references"] = {
    POST = "/track/v1/referencenumbers", reads = true, pages = ROWS, takes = "ReferenceRequest", gives = "TrackedNumber",
  },
  -- The parcels of one shipment, by its first number.
  ["track.associated"] = {
    POST = "/track/v1/associatedshipments", reads = true, pages = ROWS, takes = "AssociatedRequest", gives = "TrackedNumber",
  },
  -- Proof of delivery.
  ["track.documents"] = {
    POST = "/track/v1/trackingdocuments", reads = true, takes = "ProofRequest", gives = "Proof", unwrap = { "output" },
  },
}
