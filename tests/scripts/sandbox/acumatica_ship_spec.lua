-- The simulated Acumatica ships as apis/acumatica.md says: actions and long operations, shipments, packages, holds, push notifications.

local root = ...
local decimal, json, service, Acumatica = require "decimal", require "json", require "service", require "acumatica_client"

local function start() return Acumatica.start(root) end
local function said(answer) return answer.json.exceptionMessage end
local function order_keys(number) return { OrderType = { value = "SO" }, OrderNbr = { value = number } } end
local HOOK = "https://localhost:9/hooks/acme/erp"

return {
  ["AS5: an action is 202 with a Location until it is done, then 204"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local begun = acu:call("POST", "/SalesOrder/SalesOrderCreateShipment", { entity = order_keys(number), parameters = { WarehouseID = { value = "MAIN" } } })
    assert(begun.status == 202 and begun.headers.location:find "^/entity/Default/24.200.001/SalesOrder/SalesOrderCreateShipment/status/")
    assert(acu:send("GET", begun.headers.location).status == 202)
    service.pass(2)
    local done = acu:send("GET", begun.headers.location)
    assert(done.status == 204 and not done.headers.location)
    acu:switch { action_seconds = 0 }
    assert(acu:act("SalesOrder", "CancelSalesOrder", order_keys(number)).status == 500, "it has a shipment")
    acu:switch { action_seconds = 1, location = "url" }
    begun = acu:call("POST", "/Shipment/ConfirmShipment", { entity = { ShipmentNbr = { value = "000001" } }, parameters = {} })
    assert(begun.headers.location:find "^https://")
  end,
  ["AS5: while it runs its session can't use the form, another can; the status belongs to the session"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local begun = acu:call("POST", "/SalesOrder/SalesOrderCreateShipment", { entity = order_keys(number), parameters = {} })
    assert(acu:call("GET", "/SalesOrder/SO/" .. number).status == 500 and acu:violations "form_busy" == 1)
    assert(acu:call("GET", "/Customer?$top=1").status == 200)
    local other = acu:another()
    assert(other:call("GET", "/SalesOrder/SO/" .. number).status == 200)
    assert(other:send("GET", begun.headers.location).status == 404)
    acu:switch { poll_needs_session = false }
    assert(other:send("GET", begun.headers.location).status == 202)
  end,
  ["actions: 404 for an unknown one, 400 without parameters, a failure stands at the status"] = function()
    local acu = start()
    local number = acu:orders "on_hold"
    assert(acu:call("POST", "/SalesOrder/Nonsense", { entity = order_keys(number), parameters = {} }).status == 404)
    assert(acu:call("POST", "/SalesOrder/OpenSalesOrder", { entity = order_keys(number) }).status == 400)
    assert(acu:call("POST", "/SalesOrder/OpenSalesOrder", { entity = order_keys(number), parameters = json.array {} }).status == 400)
    local answer = acu:act("SalesOrder", "SalesOrderCreateShipment", order_keys(number))
    assert(answer.status == 500 and said(answer):find "On Hold")
    assert(acu:act("SalesOrder", "OpenSalesOrder", order_keys(number)).status == 204)
    assert(acu:ship(number))
  end,
  ["AS5: ship, write the tracking number, confirm: the order is completed"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local shipment = acu:ship(number)
    local packages = acu:get("/Shipment/" .. shipment .. "?$expand=Packages").Packages
    local written = acu:call("PUT", "/Shipment?$expand=Packages", {
      ShipmentNbr = { value = shipment }, ShipmentDate = { value = "2026-01-06T00:00:00" }, ShipVia = { value = "UPSGROUND" },
      Packages = { { id = packages[1].id, TrackingNbr = { value = "1Z999" }, CustomRefNbr1 = { value = "5001" } } },
    })
    assert(written.status == 200 and written.json.Packages[1].TrackingNbr.value == "1Z999")
    assert(acu:confirm(shipment).status == 204)
    local state = acu:control "state"
    assert(state.shipments[1].status == "Confirmed" and state.shipments[1].date == "2026-01-06" and state.shipments[1].packages[1].tracking == "1Z999")
    assert(state.orders[1].status == "Completed" and state.counts.invoices == 0)
    assert(acu:get("/SalesOrder/SO/" .. number .. "?$expand=Shipments").Shipments[1].Status.value == "Confirmed")
    local again = acu:confirm(shipment)
    assert(again.status == 500 and said(again):find "Confirmed status")
  end,
  ["AS12: a date with an offset becomes the day that it is at the server"] = function()
    local acu = start()
    local shipment = acu:ship((acu:orders "plain"))
    acu:call("PUT", "/Shipment", { ShipmentNbr = { value = shipment }, ShipmentDate = { value = "2026-01-06T00:00:00Z" } })
    assert(acu:control("state").shipments[1].date == "2026-01-05")
  end,
  ["AS13: several packages, each once; one without id is added; the field is TrackingNbr"] = function()
    local acu = start()
    acu:switch { auto_packages = false }
    local shipment = acu:ship((acu:orders "plain"))
    local packages = { { BoxID = { value = "SMALL" }, TrackingNbr = { value = "T1" } }, { BoxID = { value = "LARGE" }, TrackingNumber = { value = "T2" } } }
    local answer = acu:call("PUT", "/Shipment?$expand=Packages", { ShipmentNbr = { value = shipment }, Packages = packages })
    assert(#answer.json.Packages == 2 and answer.json.Packages[2].TrackingNbr.value == nil and acu:violations "unknown_field" == 1)
    assert(acu:call("PUT", "/Shipment", { ShipmentNbr = { value = shipment }, Packages = { { TrackingNbr = { value = "T3" } } } }).status == 500)
    acu:call("PUT", "/Shipment", { ShipmentNbr = { value = shipment }, Packages = { { id = answer.json.Packages[2].id, delete = true } } })
    assert(#acu:control("state").shipments[1].packages == 1)
  end,
  ["AS13: freight stays as it is unless it is overridden"] = function()
    local acu = start()
    local shipment = acu:ship((acu:orders "plain"))
    acu:call("PUT", "/Shipment", { ShipmentNbr = { value = shipment }, FreightPrice = { value = decimal "9.5" } })
    assert(acu:control("state").shipments[1].freight == "0.00")
    acu:call("PUT", "/Shipment", { ShipmentNbr = { value = shipment }, FreightPrice = { value = decimal "9.5" }, OverrideFreightPrice = { value = true } })
    assert(acu:control("state").shipments[1].freight == "9.50")
  end,
  ["AS15: tracking after confirmation is refused until it is corrected, or allowed by switch"] = function()
    local acu = start()
    local shipment = acu:ship((acu:orders "plain"))
    assert(acu:confirm(shipment).status == 204)
    local package = acu:get("/Shipment/" .. shipment .. "?$expand=Packages").Packages[1]
    local change = { ShipmentNbr = { value = shipment }, Packages = { { id = package.id, TrackingNbr = { value = "NEW" } } } }
    assert(acu:call("PUT", "/Shipment", change).status == 500)
    acu:switch { tracking_after_confirm = "allowed" }
    assert(acu:call("PUT", "/Shipment", change).status == 200)
    assert(acu:act("Shipment", "CorrectShipment", { ShipmentNbr = { value = shipment } }).status == 204)
    assert(acu:control("state").shipments[1].status == "Open" and acu:control("state").orders[1].status == "Shipping")
    assert(acu:confirm(shipment).status == 204)
    acu:seed { update_in = { shipment } }
    assert(acu:act("Shipment", "CorrectShipment", { ShipmentNbr = { value = shipment } }).status == 500)
  end,
  ["AS14: several warehouses are shipped one by one; the order stays open for the rest"] = function()
    local acu = start()
    local number = acu:orders "two_warehouses"
    local none, why = acu:ship(number, "WEST")
    assert(not none and why:find "cannot be found")
    local main = acu:ship(number, "MAIN")
    acu:confirm(main)
    assert(acu:get("/SalesOrder/SO/" .. number).Status.value == "Back Order")
    local east = acu:ship(number, "EAST")
    assert(east ~= main and acu:get("/Shipment/" .. east .. "?$expand=Details").Details[1].InventoryID.value == "TEA-100")
    acu:confirm(east)
    assert(acu:get("/SalesOrder/SO/" .. number).Status.value == "Completed")
  end,
  ["AS11: short stock ships what is there; without any the reason is told"] = function()
    local acu = start()
    local short, none = acu:orders("short_stock", "no_stock")
    local shipment = acu:ship(short)
    local lines = acu:get("/Shipment/" .. shipment .. "?$expand=Details").Details
    assert(tostring(lines[1].ShippedQty.value) == "2.0000" and tostring(lines[1].OrderedQty.value) == "5.0000")
    acu:confirm(shipment)
    assert(acu:get("/SalesOrder/SO/" .. short).Status.value == "Back Order")
    local made, why = acu:ship(none)
    assert(not made and why:find "insufficient quantity")
    acu:seed { stock = { { item = "GONE-1", quantity = 3 } } }
    assert(acu:ship(none))
  end,
  ["AS11: credit hold keeps an order back until it is released"] = function()
    local acu = start()
    local number = acu:orders "credit_hold"
    local made, why = acu:ship(number)
    assert(not made and why:find "Credit Hold")
    assert(acu:act("SalesOrder", "ReleaseFromCreditHoldSalesOrder", order_keys(number)).status == 204 and acu:ship(number))
  end,
  ["AS11: lots are assigned, serial numbers have to be before it is confirmed"] = function()
    local acu = start()
    local lot, serial = acu:orders("lot", "serial")
    assert(acu:confirm(acu:ship(lot)).status == 204)
    local shipment = acu:ship(serial)
    local refused = acu:confirm(shipment)
    assert(refused.status == 500 and said(refused):find "unassigned lot or serial")
    local line = acu:get("/Shipment/" .. shipment .. "?$expand=Details").Details[1]
    acu:call("PUT", "/Shipment", { ShipmentNbr = { value = shipment }, Details = { { id = line.id, LotSerialNbr = { value = "SN-7" } } } })
    assert(acu:confirm(shipment).status == 204)
  end,
  ["AS11: a shipment is put for some lines and quantities; more than open or there is refused and leaves nothing"] = function()
    local acu = start()
    local number = acu:orders "several_lines"
    local customer = acu:get("/SalesOrder/SO/" .. number).CustomerID
    local function put(line, quantity, warehouse)
      return acu:call("PUT", "/Shipment?$expand=Details", { CustomerID = customer, WarehouseID = { value = warehouse or "MAIN" }, Details = { {
        OrderType = { value = "SO" }, OrderNbr = { value = number }, OrderLineNbr = { value = line }, ShippedQty = { value = quantity },
      } } })
    end
    assert(put(2, 9).status == 500 and put(9, 1).status == 500 and put(2, 1, "EAST").status == 500)
    assert(acu:control("state").counts.shipments == 0)
    local made = put(2, 1)
    assert(made.status == 200 and #made.json.Details == 1 and tostring(made.json.Details[1].ShippedQty.value) == "1.0000")
    acu:confirm(made.json.ShipmentNbr.value)
    assert(acu:get("/SalesOrder/SO/" .. number).Status.value == "Back Order")
    assert(acu:call("DELETE", "/Shipment/" .. made.json.ShipmentNbr.value).status == 500, "a confirmed one stays")
    local rest = acu:ship(number)
    assert(acu:call("DELETE", "/Shipment/" .. rest).status == 204 and acu:get("/SalesOrder/SO/" .. number).Status.value == "Back Order")
  end,
  ["AS14: quotes are not shipped, a transfer is a shipment of its type, drop-ships stay out"] = function()
    local acu = start()
    acu:seed { orders = 2, kinds = { "quote", "transfer" } }
    local quote = acu:act("SalesOrder", "SalesOrderCreateShipment", { OrderType = { value = "QT" }, OrderNbr = { value = "000001" } })
    assert(quote.status == 500 and said(quote):find "not shipped")
    assert(acu:act("SalesOrder", "SalesOrderCreateShipment", { OrderType = { value = "TR" }, OrderNbr = { value = "000002" } }).status == 204)
    assert(acu:get("/Shipment/000001").Type.value == "Transfer")
    local number = acu:orders "drop_ship"
    local line = acu:get("/SalesOrder/SO/" .. number .. "?$expand=Details").Details[1]
    assert(line.MarkForPO.value == true and line.POSource.value == "Drop-Ship")
    local lines = acu:get("/Shipment/" .. acu:ship(number) .. "?$expand=Details").Details
    assert(#lines == 1 and lines[1].InventoryID.value == "MUG-1")
  end,
  ["AS6: an order that is completed or on a shipment can't be changed below what is sent"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local shipment = acu:ship(number)
    local line = acu:get("/SalesOrder/SO/" .. number .. "?$expand=Details").Details[1]
    local change = { OrderType = { value = "SO" }, OrderNbr = { value = number }, Details = { { id = line.id, OrderQty = { value = 1 } } } }
    assert(acu:call("PUT", "/SalesOrder", change).status == 422)
    acu:confirm(shipment)
    assert(acu:call("PUT", "/SalesOrder", { OrderType = { value = "SO" }, OrderNbr = { value = number },
      Details = { { InventoryID = { value = "MUG-2" } } } }).status == 500)
  end,
  ["AS8: an invoiced shipment can't be corrected, and invoices are counted"] = function()
    local acu = start()
    local shipment = acu:ship((acu:orders "plain"))
    acu:confirm(shipment)
    acu:seed { invoice = { shipment } }
    assert(acu:control("state").counts.invoices == 1)
    assert(acu:act("Shipment", "CorrectShipment", { ShipmentNbr = { value = shipment } }).status == 500)
  end,
  ["AS7: a push has one static header, flat rows, an update in both lists, and is tried five times"] = function()
    local acu = start()
    local seen = {}
    service.callbacks[HOOK] = function(pushed)
      seen[#seen + 1] = pushed
      return { status = #seen > 2 and 500 or 200 }
    end
    assert(acu:seed({ push = { url = "http://localhost/x", entity = "SalesOrder" } }).error)
    acu:seed { push = { url = HOOK, header = "X-Hub", value = "s3cret", entity = "SalesOrder" } }
    local number = acu:orders "plain"
    service.pass(1)
    local first = json.decode(seen[1].body)
    assert(seen[1].headers["X-Hub"] == "s3cret" and first.CompanyId == "Company" and first.Query == "SalesOrders" and #first.Deleted == 0)
    assert(first.Inserted[1].OrderNbr == number and first.Inserted[1].LastModified == "2026-01-05T12:00:00" and math.type(first.TimeStamp) == "integer")
    acu:seed { hold = { number } }
    service.pass(1)
    assert(#json.decode(seen[2].body).Deleted == 1 and json.decode(seen[2].body).Id ~= first.Id)
    acu:seed { release = { number } }
    service.pass(600)
    assert(#seen == 7 and seen[3].body == seen[7].body and acu:control("state").push.failed == 1)
  end,
  ["people enter, edit, cancel and reopen orders"] = function()
    local acu = start()
    local first, second = acu:orders("plain", "plain")
    acu:seed { edit = { { order = first, quantity = { ["MUG-1"] = 5 }, address = "2 New St", add = "MUG-2" } }, cancel = { second } }
    local state = acu:control "state"
    assert(state.orders[1].lines[1].quantity == "5.00" and #state.orders[1].lines == 2 and state.orders[2].status == "Canceled")
    acu:seed { reopen = { second } }
    assert(acu:control("state").orders[2].status == "Open")
    acu:seed { orders = 4, over = 40 }
    assert(acu:control("state").counts.to_come == 4)
    service.pass(40)
    assert(acu:control("state").counts.orders == 6 and acu:seed({ orders = 1, kinds = { "odd" } }).error)
    acu:switch { approval_needed = true }
    local waiting = acu:orders "plain"
    assert(acu:control("state").orders[7].status == "Pending Approval")
    acu:seed { approve = { waiting } }
    assert(acu:control("state").orders[7].status == "Open")
  end,
}
