-- Shipments, their packages, and the actions that confirm and correct them.

local BASE = "/entity/{endpoint}/{version}/Shipment"
local PAGES = { offset = "$skip", size_param = "$top", size = 100 }
local FIND = { param = "$filter", format = "odata" }
local WHOLE = "Details,Details/Allocations,Packages,Packages/PackageContents,Orders,ShippingSettings,ShippingSettings/ShipToAddress,"
  .. "ShippingSettings/ShipToContact"
-- The shipment that a body is for stands in the address: its packages alone are written.
local ONE = BASE .. "?$filter=ShipmentNbr%20eq%20'{ShipmentNbr}'"

local function action(name, status)
  return {
    POST = BASE .. "/" .. name, takes = "ShipmentAction", ends = { every = "1s", within = "3m" }, deadline = "3m",
    effect = upsert { key = "entity.ShipmentNbr", field = "ShipmentNbr", read = "shipments.list", quiet = "1m", done = { Status = status } },
  }
end

return {
  ["shipments.list"] = {
    GET = BASE, pages = PAGES, gives = "Shipment", id = "id", number = "ShipmentNbr", find = FIND, deadline = "2m",
    since = { param = "$filter", field = "LastModifiedDateTime", format = "odata_offset" },
  },
  ["shipments.get"] = { GET = BASE .. "/{ShipmentNbr}", query = { ["$expand"] = WHOLE }, gives = "Shipment", id = "id", number = "ShipmentNbr",
    deadline = "2m" },
  -- Details name orders, or single lines of them with their quantities. Our reference stands in Description: shipments number themselves.
  ["shipments.create"] = {
    PUT = BASE, create = true, takes = "Shipment", gives = "Shipment", id = "id", number = "ShipmentNbr", query = { ["$expand"] = "Details,Packages" },
    rejects = { 412 }, deadline = "3m", effect = look_up { "shipments.list", by = "Description", quiet = "3m" },
  },
  -- Of an open shipment: date, Ship Via, quantities, lots. Packages have operations of their own.
  ["shipments.update"] = {
    PUT = BASE, takes = "Shipment", gives = "Shipment", id = "id", number = "ShipmentNbr", rejects = { 412 }, deadline = "3m",
    effect = upsert { key = "ShipmentNbr", field = "ShipmentNbr", read = "shipments.get", quiet = "1m" },
  },
  -- Nothing tells a refusal from a lost answer but the shipment itself: what is not known to be gone is left, and is read again.
  ["shipments.delete"] = { DELETE = BASE .. "/{ShipmentNbr}", effect = { kind = "D", may_skip = true } },

  ["packages.list"] = {
    GET = BASE .. "/{ShipmentNbr}", query = { ["$expand"] = "Packages" }, pages = { rows = { "Packages" } }, gives = "Package", id = "id",
    find = { format = "rows" }, deadline = "2m",
  },
  -- One package a call, with our reference in CustomRefNbr1, so that a repeated event does not add a second one. Before it is confirmed.
  ["packages.add"] = {
    PUT = ONE, create = true, takes = "ShipmentPackages", gives = "Shipment", id = "id", number = "ShipmentNbr", query = { ["$expand"] = "Packages" },
    rejects = { 412 }, deadline = "3m", effect = look_up { "packages.list", by = "Packages.0.CustomRefNbr1", field = "CustomRefNbr1", quiet = "1m" },
  },
  -- By the `id` of a package, which packages.list gave in the same session: another one does not know it, and the call is refused.
  ["packages.update"] = {
    PUT = ONE, takes = "ShipmentPackages", gives = "Shipment", id = "id", number = "ShipmentNbr", query = { ["$expand"] = "Packages" },
    rejects = { 412 }, deadline = "3m", effect = { kind = "D", may_repeat = true },
  },
  -- The same of a package whose new reference is in the body, so that it is found by it after a lost answer.
  ["packages.mark"] = {
    PUT = ONE, takes = "ShipmentPackages", gives = "Shipment", id = "id", number = "ShipmentNbr", query = { ["$expand"] = "Packages" },
    rejects = { 412 }, deadline = "3m",
    effect = upsert { key = "Packages.0.CustomRefNbr1", field = "CustomRefNbr1", read = "packages.list", quiet = "1m" },
  },
  -- With `delete` and its `id`. What is not known to be gone is left: an empty package does no harm.
  ["packages.remove"] = {
    PUT = ONE, takes = "ShipmentPackages", gives = "Shipment", id = "id", number = "ShipmentNbr", query = { ["$expand"] = "Packages" },
    rejects = { 412 }, deadline = "3m", effect = { kind = "D", may_skip = true },
  },

  ["shipments.confirm"] = action("ConfirmShipment", "Confirmed"),
  ["shipments.correct"] = action("CorrectShipment", "Open"),
}
