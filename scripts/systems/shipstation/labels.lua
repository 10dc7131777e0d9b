-- Shipments are labels bought in ShipStation; what was shipped without one is a fulfillment. Neither has a modifyDate: voids are
-- found by voidDateStart, new ones by createDateStart (fact sheet, section 3).

local pacific = require "pacific"

local function pages(name) return { rows = { name }, param = "page", size_param = "pageSize", size = 500, first = 1 } end

local WITH_ITEMS = { includeShipmentItems = "true" }

return {
  -- With what is in the parcels, which is null unless asked for.
  ["shipments.list"] = {
    GET = "/shipments", pages = pages "shipments", gives = "Shipment", id = "shipmentId", number = "trackingNumber", query = WITH_ITEMS,
    since = pacific.since("createDateStart", "createDate", "CreateDate"), period = pacific.period("createDate", "createDate"),
  },
  -- For polls: labels that were voided. Nothing sorts by that date.
  ["shipments.voided"] = {
    GET = "/shipments", pages = pages "shipments", gives = "Shipment", id = "shipmentId", number = "trackingNumber", query = WITH_ITEMS,
    since = pacific.since("voidDateStart", "voidDate"), period = pacific.period("voidDate", "voidDate"),
  },
  -- What a notification points to: shipments.follow { link = … }. Its link leaves the items out; here they are asked for.
  ["shipments.follow"] = {
    GET = "/shipments", pages = pages "shipments", gives = "Shipment", id = "shipmentId", query = WITH_ITEMS, link_hosts = pacific.HOSTS,
  },
  ["fulfillments.list"] = {
    GET = "/fulfillments", pages = pages "fulfillments", gives = "Fulfillment", id = "orderId",
    since = pacific.since("createDateStart", "createDate"), period = pacific.period("createDate", "createDate"),
  },
  ["fulfillments.follow"] = {
    GET = "/fulfillments", pages = pages "fulfillments", gives = "Fulfillment", id = "orderId", link_hosts = pacific.HOSTS,
  },
  -- Buying is not idempotent, and an order may have several labels, so no look-up tells whose one is: a lost answer is for a person.
  ["labels.create_for_order"] = {
    POST = "/orders/createlabelfororder", takes = "OrderLabel", gives = "Shipment", id = "shipmentId", create = true, effect = { kind = "D" }, deadline = "2m",
  },
  ["labels.create"] = {
    POST = "/shipments/createlabel", takes = "Label", gives = "Shipment", id = "shipmentId", create = true, effect = { kind = "D" }, deadline = "2m",
  },
  -- 200 also when the carrier refuses: `approved` says it.
  ["labels.void"] = {
    POST = "/shipments/voidlabel", takes = "VoidLabel", gives = "VoidLabel", refused_unless = "approved",
    effect = { kind = "D", may_repeat = true },
  },
  ["rates.list"] = { POST = "/shipments/getrates", takes = "RateRequest", gives = "Rate", reads = true, pages = { rows = { "" } } },

  ["carriers.list"] = { GET = "/carriers", gives = "Carrier", pages = { rows = { "" } } },
  ["carriers.get"] = { GET = "/carriers/getcarrier?carrierCode={carrierCode}", gives = "Carrier" },
  ["carriers.services"] = { GET = "/carriers/listservices?carrierCode={carrierCode}", gives = "Service", pages = { rows = { "" } } },
  ["carriers.packages"] = { GET = "/carriers/listpackages?carrierCode={carrierCode}", gives = "Package", pages = { rows = { "" } } },
}
