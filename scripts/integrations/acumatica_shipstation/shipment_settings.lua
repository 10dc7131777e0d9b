-- Settings that say what becomes of a parcel in Acumatica. Added to those of orders.

return function(settings)
  local own = {
    shipments = { "boolean", default = true, doc = "Whether labels become packages on shipments. Off: orders go out, nothing comes back." },
    confirm = {
      "boolean", default = true,
      doc = "Whether a shipment is confirmed once all of its goods have a label. Off: it stays open with its packages.",
    },
    ship_vias = {
      "table", default = {},
      doc = "Carrier, or carrier/service, in ShipStation to the Ship Via of the shipment, for example { [\"ups/ups_ground\"] = \"UPSGROUND\", ups = \"UPS\" }. "
        .. "A carrier that is not named leaves the Ship Via as it is.",
    },
    box = { "text", default = "MEDIUM", doc = "Box of a package that is added to a shipment." },
    boxes = { "table", default = {}, doc = "Package code in ShipStation to the box of the package, where that is another one." },
    package_weight_unit = {
      "text", default = "kg", one_of = { "kg", "g", "lb", "oz", "none" },
      doc = "The unit that the tenant keeps weights of packages in; none leaves the weight as Acumatica has it.",
    },
    freight = {
      "text", default = "none", one_of = { "none", "cost" },
      doc = "Freight amounts of the shipment: none leaves them alone, cost writes what its labels cost as its freight cost.",
    },
    without_label = {
      "text", default = "all", one_of = { "all", "ask" },
      doc = "What was marked as shipped without a label: all that is open of the order left (all), or a person says what (ask).",
    },
    foreign_orders = {
      "text", default = "park", one_of = { "park", "skip" },
      doc = "A label of an order that did not come from Acumatica: park it as a case, or skip it as somebody else's.",
    },
  }
  for name, setting in pairs(settings) do own[name] = setting end
  return own
end
