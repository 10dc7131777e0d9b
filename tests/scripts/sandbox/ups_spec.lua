-- The simulated UPS keeps the rules of apis/ups.md: tokens, shipping, rates, addresses, pickups.

local root = ...
local service, Ups = require "service", require "ups_client"

local code_of, shipment, request, address, bytes = Ups.code_of, Ups.shipment, Ups.request, Ups.address, Ups.bytes
local SHIP = "/api/shipments/v2409/ship"

local function start() return Ups.start(root) end

return {
  ["XU3: a token costs Basic and a form, and says everything as text"] = function()
    local ups = start()
    local token = ups:fetch_token { merchant = "A1B2C3" }
    assert(token.status == 200 and token.json.expires_in == "3599" and token.json.token_type == "Bearer" and token.json.status == "approved")
    assert(token.json.issued_at == tostring(service.now_ms), "issued_at is in milliseconds")
    local wrong = ups:fetch_token { secret = "wrong" }
    assert(wrong.status == 401 and code_of(wrong) == "250002")
    assert(ups:fetch_token({ body = "grant_type=password" }).status == 400)
    assert(ups:fetch_token({ content_type = "application/json" }).status == 400)
    assert(ups:fetch_token({ merchant = "A1" }).status == 400)
    assert(ups:control("GET", "events").violation_counts.wrong_client == 1)
  end,
  ["XU3: token requests have a budget a day"] = function()
    local ups = start()
    ups:switch { token_requests_a_day = 2 }
    assert(ups:fetch_token().status == 200 and ups:fetch_token().status == 200)
    local third = ups:fetch_token()
    assert(third.status == 429 and code_of(third) == "10429")
    assert(ups:control("GET", "events").violation_counts.token_budget == 1)
    service.pass(86400)
    assert(ups:fetch_token().status == 200)
  end,
  ["XU3: a token ends after its life, and no token and an old one are told apart"] = function()
    local ups = start()
    assert(ups:call("GET", "/api/track/v1/details/1ZA1B2C30000000001").status == 200)
    service.pass(3600)
    local late = ups:call("GET", "/api/track/v1/details/1ZA1B2C30000000001")
    assert(late.status == 401 and code_of(late) == "251004")
    ups.token = "made up"
    assert(code_of(ups:call("GET", "/api/track/v1/details/1ZA1B2C30000000001")) == "UJ0001")
    local counts = ups:control("GET", "events").violation_counts
    assert(counts.expired_token == 1 and counts.no_token == 1)
  end,
  ["XU3: a person can make all tokens die"] = function()
    local ups = start()
    ups:buy()
    ups:control("POST", "seed", { forget_tokens = true })
    assert(code_of(ups:call("POST", SHIP, { json = request() })) == "UJ0001")
    assert(not ups:control("GET", "events").violation_counts.no_token, "which is no fault of the caller's")
    ups.token = nil
    ups:buy()
  end,
  ["a product that the app lacks looks like a wrong credential, a blocked merchant is 403"] = function()
    local ups = start()
    ups:switch { missing_products = { "tracking" } }
    local answer = ups:call("GET", "/api/track/v1/details/1ZA1B2C30000000001")
    assert(answer.status == 401 and code_of(answer) == "250002")
    ups:buy()
    ups:switch { blocked_merchant = true }
    assert(ups:call("POST", SHIP, { json = request() }).status == 403 and ups:fetch_token().status == 403)
  end,
  ["too many calls are 429 without a word of when"] = function()
    local ups = start()
    ups:switch { calls_a_minute = 1 }
    ups:buy()
    local answer = ups:call("POST", SHIP, { json = request() })
    assert(answer.status == 429 and code_of(answer) == "10429" and not answer.headers["retry-after"])
    assert(ups:control("GET", "events").violation_counts.too_many == 1)
    service.pass(60)
    ups:buy()
  end,
  ["transId and transactionSrc are asked for by tracking and limited everywhere"] = function()
    local ups = start()
    local path = "/api/track/v1/details/1ZA1B2C30000000001"
    assert(ups:call("GET", path, { headers = { transid = false } }).status == 400)
    assert(ups:call("GET", path, { headers = { transactionsrc = false } }).status == 400)
    assert(ups:call("GET", path, { headers = { transid = "c2b4e2b2-2c0a-4d53-9a52-9f1f7c0f0a11" } }).status == 400)
    assert(ups:call("POST", SHIP, { json = request(), headers = { transid = false, transactionsrc = false } }).status == 200)
    assert(ups:call("POST", SHIP, { json = request(), headers = { transid = ("x"):rep(33) } }).status == 400)
    assert(ups:call("POST", SHIP, { json = request(), headers = { transactionsrc = ("x"):rep(513) } }).status == 400)
    ups:call("GET", path, { headers = { transid = "same" } })
    ups:call("GET", path, { headers = { transid = "same" } })
    assert(ups:control("GET", "events").violation_counts.trans_id_reused == 1)
  end,
  ["XU2: a shipment is bought: charges, number, label, what the request said of itself"] = function()
    local ups = start()
    local answer = ups:call("POST", SHIP, { json = request() }).json.ShipmentResponse
    local results = answer.ShipmentResults
    assert(answer.Response.ResponseStatus.Code == "1" and answer.Response.TransactionReference.CustomerContext == "EO-84211")
    assert(results.ShipmentIdentificationNumber == results.PackageResults[1].TrackingNumber)
    assert(results.PackageResults[1].TrackingNumber:match "^1ZA1B2C3%d%d%d%d%d%d%d%d%d%d$")
    assert(results.ShipmentCharges.TotalCharges.CurrencyCode == "EUR" and results.ShipmentCharges.TotalCharges.MonetaryValue:match "^%d+%.%d%d$")
    assert(not results.NegotiatedRateCharges and results.ShipmentCharges.ItemizedCharges)
    assert(ups:control("GET", "state").shipments[1].references[1] == "EO-84211")
  end,
  ["XU2: several parcels of a shipment have a number and a label each"] = function()
    local ups = start()
    local package = shipment().Package[1]
    local results = ups:buy("EO-1", { Package = { package, package, package } })
    assert(#results.PackageResults == 3 and results.PackageResults[3].TrackingNumber ~= results.PackageResults[1].TrackingNumber)
    assert(results.ShipmentIdentificationNumber == results.PackageResults[1].TrackingNumber)
  end,
  ["labels are images of the format that was asked for"] = function()
    local ups = start()
    local begin = { GIF = "^GIF89a", ZPL = "^%^XA.*%^XZ", EPL = "^\nN\n", SPL = "^%^XA" }
    for format, pattern in pairs(begin) do
      local label = ups:call("POST", SHIP, { json = request(nil, format) }).json.ShipmentResponse.ShipmentResults.PackageResults[1].ShippingLabel
      assert(label.ImageFormat.Code == format and bytes(label.GraphicImage):find(pattern), format)
    end
    assert(ups:call("POST", SHIP, { json = request(nil, "PDF") }).status == 400)
    local number = ups:buy("EO-PDF").ShipmentIdentificationNumber
    local found = ups:call("POST", "/api/labels/v1/recovery", { json = { LabelRecoveryRequest = {
      TrackingNumber = number, LabelSpecification = { LabelImageFormat = { Code = "PDF" } },
    } } }).json.LabelRecoveryResponse
    local pdf = bytes(found.LabelResults[1].LabelImage.GraphicImage)
    local at = math.tointeger(pdf:match "startxref\n(%d+)\n")
    assert(pdf:find "^%%PDF" and pdf:sub(at + 1, at + 4) == "xref" and pdf:find(number, 1, true))
  end,
  ["negotiated rates come when they are asked for and the account has them, else an alert"] = function()
    local ups = start()
    local options = { ShipmentRatingOptions = { NegotiatedRatesIndicator = "" } }
    local results = ups:buy("EO-1", options)
    assert(tonumber(results.NegotiatedRateCharges.TotalCharge.MonetaryValue) < tonumber(results.ShipmentCharges.TotalCharges.MonetaryValue))
    ups:switch { negotiated_rates = false }
    local shipped = shipment()
    shipped.ShipmentRatingOptions = options.ShipmentRatingOptions
    local answer = ups:call("POST", SHIP, { json = request(shipped) }).json.ShipmentResponse
    assert(not answer.ShipmentResults.NegotiatedRateCharges and answer.Response.Alert[1].Code)
  end,
  ["what a shipment lacks or has too long is refused with a sentence that names it"] = function()
    local ups = start()
    local breaks = {
      ["Shipper.ShipperNumber"] = function(s) s.Shipper.ShipperNumber = "ZZZZZZ" end,
      ["ShipTo.Name is longer"] = function(s) s.ShipTo.Name = ("x"):rep(36) end,
      ["AddressLine is longer"] = function(s) s.ShipTo.Address.AddressLine = { ("x"):rep(36) } end,
      ["more than three lines"] = function(s) s.ShipTo.Address.AddressLine = { "1", "2", "3", "4" } end,
      ["City is longer"] = function(s) s.ShipTo.Address.City = ("x"):rep(31) end,
      ["PostalCode is longer"] = function(s) s.ShipTo.Address.PostalCode = "1234567890" end,
      ["PostalCode is none of DE"] = function(s) s.ShipTo.Address.PostalCode = "1011" end,
      ["Description is longer"] = function(s) s.Description = ("x"):rep(51) end,
      ["Service.Code"] = function(s) s.Service = nil end,
      ["PackageWeight.Weight must be a number as text"] = function(s) s.Package[1].PackageWeight.Weight = 2 end,
      ["Packaging"] = function(s) s.Package[1].Packaging = nil end,
      ["ShipmentCharge of type 01"] = function(s) s.PaymentInformation = nil end,
      ["one payer"] = function(s) s.PaymentInformation.ShipmentCharge[1].BillReceiver = { AccountNumber = "B" } end,
      ["must be 01, 02 or 03"] = function(s) s.PaymentInformation.ShipmentCharge[1].Type = "04" end,
      ["ResidentialAddressIndicator must be a text"] = function(s) s.ShipTo.Address.ResidentialAddressIndicator = true end,
    }
    for sentence, change in pairs(breaks) do
      local shipped = shipment()
      change(shipped)
      local answer = ups:call("POST", SHIP, { json = request(shipped) })
      assert(answer.status == 400 and answer.json.response.errors[1].message:find(sentence, 1, true), sentence .. ": " .. answer.body)
    end
    assert(#ups:control("GET", "state").shipments == 0, "nothing was bought")
  end,
  ["lengths are counted in letters, not in bytes"] = function()
    local ups = start()
    ups:buy("EO-1", { ShipTo = { Name = ("ß"):rep(35), Address = address("Hauptstr. 5", "Berlin", "10115", "DE") } })
  end,
  ["XU8: an invoice form has number, date, reason, currency and products; whether a border needs one is a switch"] = function()
    local ups = start()
    local function abroad()
      local shipped = shipment()
      shipped.ShipTo.Address = address("1 O'Connell Street", "London", "SW1A 1AA", "GB")
      return shipped
    end
    assert(ups:call("POST", SHIP, { json = request(abroad()) }).status == 200)
    ups:switch { customs_needed = true }
    local answer = ups:call("POST", SHIP, { json = request(abroad()) })
    assert(answer.status == 400 and answer.json.response.errors[1].message:find "customs border")
    assert(ups:call("POST", SHIP, { json = request() }).status == 200, "inside the union none is needed")
    local function with(change)
      local shipped = abroad()
      local forms = {
        FormType = { "01" }, InvoiceNumber = "26700001", InvoiceDate = "20260105", ReasonForExport = "SALE", CurrencyCode = "EUR",
        Product = { {
          Description = { "Mug" }, CommodityCode = "691110", OriginCountryCode = "NL",
          Unit = { Number = "2", Value = "20.00", UnitOfMeasurement = { Code = "PCS" } },
        } },
      }
      change(forms)
      shipped.ShipmentServiceOptions = { InternationalForms = forms }
      return ups:call("POST", SHIP, { json = request(shipped) })
    end
    assert(with(function() end).status == 200)
    assert(ups:control("GET", "state").shipments[3].customs.Product[1].CommodityCode == "691110")
    local breaks = {
      InvoiceNumber = function(forms) forms.InvoiceNumber = nil end, InvoiceDate = function(forms) forms.InvoiceDate = "2026-01-05" end,
      ReasonForExport = function(forms) forms.ReasonForExport = nil end, CurrencyCode = function(forms) forms.CurrencyCode = nil end,
      FormType = function(forms) forms.FormType = nil end, Product = function(forms) forms.Product = {} end,
      ["Unit.Value"] = function(forms) forms.Product[1].Unit.Value = 20 end, CommodityCode = function(forms) forms.Product[1].CommodityCode = "6911" end,
      OriginCountryCode = function(forms) forms.Product[1].OriginCountryCode = nil end,
      Description = function(forms) forms.Product[1].Description = { ("x"):rep(36) } end,
    }
    for name, change in pairs(breaks) do
      local refused = with(change)
      assert(refused.status == 400 and refused.json.response.errors[1].message:find(name, 1, true), name .. ": " .. refused.body)
    end
  end,
  ["options of the request are those of the sheet"] = function()
    local ups = start()
    local wrong = request()
    wrong.ShipmentRequest.Request.RequestOption = "none"
    assert(ups:call("POST", SHIP, { json = wrong }).status == 400)
    assert(ups:call("POST", SHIP .. "?additionaladdressvalidation=street", { json = request() }).status == 400)
    local elsewhere = shipment()
    elsewhere.ShipTo.Address.City = "Hamburg"
    assert(ups:call("POST", SHIP, { json = request(elsewhere) }).status == 200, "nonvalidate checks no city")
    assert(ups:call("POST", SHIP .. "?additionaladdressvalidation=city", { json = request(elsewhere) }).status == 400)
    local validated = request(elsewhere)
    validated.ShipmentRequest.Request.RequestOption = "validate"
    assert(ups:call("POST", SHIP, { json = validated }).status == 400)
    assert(ups:call("POST", "/api/shipments/v9999/ship", { json = request() }).status == 404)
  end,
  ["a reference at the wrong level is error 120541"] = function()
    local ups = start()
    local wrong = shipment()
    wrong.ReferenceNumber = nil
    wrong.Package[1].ReferenceNumber = { { Value = "EO-1" } }
    local answer = ups:call("POST", SHIP, { json = request(wrong) })
    assert(answer.status == 400 and code_of(answer) == "120541")
    local american = shipment()
    for _, name in ipairs { "Shipper", "ShipTo" } do
      american[name].Address = address("1 Main St", "Roswell", "30076", "US")
      american[name].Address.StateProvinceCode = "GA"
    end
    assert(code_of(ups:call("POST", SHIP, { json = request(american) })) == "120541")
    american.ReferenceNumber, american.Package[1].ReferenceNumber = nil, { { Value = "EO-1" } }
    assert(ups:call("POST", SHIP, { json = request(american) }).status == 200)
  end,
  ["XU7: the same request twice is two labels, both paid for; the reference finds them"] = function()
    local ups = start()
    local first, second = ups:buy "EO-9", ups:buy "EO-9"
    assert(first.ShipmentIdentificationNumber ~= second.ShipmentIdentificationNumber)
    local state = ups:control("GET", "state")
    assert(state.counts.shipments == 2 and state.doubled[1] == "EO-9")
    local found = ups:call("GET", "/api/track/v1/reference/details/EO-9?shipperNum=A1B2C3").json.trackResponse.shipment
    assert(#found == 2 and found[1].package[1].referenceNumber[1].number == "EO-9")
    assert(ups:call("GET", "/api/track/v1/reference/details/EO-9?shipperNum=ZZZZZZ").json.trackResponse.shipment[1].warnings[1].code == "TW0001")
  end,
  ["XU7: the label of a reference is given again, and what does not exist is refused"] = function()
    local ups = start()
    local bought = ups:buy "EO-9"
    local function recover(reference, shipper)
      return ups:call("POST", "/api/labels/v1/recovery", { json = { LabelRecoveryRequest = {
        ReferenceValues = { ReferenceNumber = { Value = reference }, ShipperNumber = shipper or "A1B2C3" },
      } } })
    end
    local again = recover("EO-9").json.LabelRecoveryResponse
    assert(again.ShipmentIdentificationNumber == bought.ShipmentIdentificationNumber)
    assert(again.LabelResults[1].LabelImage.GraphicImage == bought.PackageResults[1].ShippingLabel.GraphicImage, "the same label")
    assert(recover("EO-10").status == 400 and recover("EO-9", "ZZZZZZ").status == 400)
    assert(ups:control("GET", "state").counts.shipments == 1, "nothing was bought")
  end,
  ["XU7: a look-up may see a shipment late"] = function()
    local ups = start()
    ups:switch { seen_after_seconds = 30 }
    local number = ups:buy("EO-9").ShipmentIdentificationNumber
    local path = "/api/track/v1/reference/details/EO-9"
    assert(ups:call("GET", path).json.trackResponse.shipment[1].warnings and ups:track(number).warnings)
    service.pass(30)
    assert(ups:call("GET", path).json.trackResponse.shipment[1].package and ups:track(number).package)
  end,
  ["XU7: an answer that is lost leaves a label bought"] = function()
    local ups = start()
    ups:control("POST", "faults", { kind = "lost_answer", count = 1, match = { path = "/ship" } })
    assert(ups:call("POST", SHIP, { json = request() }).cut == "before")
    assert(ups:control("GET", "state").counts.shipments == 1)
  end,
  ["the window of a look-up by reference is 14 days unless it is said"] = function()
    local ups = start()
    ups:buy "EO-9"
    service.pass(16 * 86400)
    ups.token = nil
    local path = "/api/track/v1/reference/details/EO-9"
    assert(ups:call("GET", path).json.trackResponse.shipment[1].warnings)
    assert(ups:call("GET", path .. "?fromPickUpDate=20260101&toPickUpDate=20261231").json.trackResponse.shipment[1].package)
    assert(ups:call("GET", path .. "?fromPickUpDate=yesterday").status == 400)
  end,
  ["L6: a void is repeated without harm, in part, and not after the parcel is on its way"] = function()
    local ups = start()
    local package = shipment().Package[1]
    local bought = ups:buy("EO-1", { Package = { package, package } })
    local first, second = bought.PackageResults[1].TrackingNumber, bought.PackageResults[2].TrackingNumber
    local path = "/api/shipments/v2409/void/cancel/" .. first
    local part = ups:call("DELETE", path .. ('?trackingnumber=["%s"]'):format(second)).json.VoidShipmentResponse
    assert(part.SummaryResult.Status.Code == "0" and part.PackageLevelResults[1].TrackingNumber == second)
    for _ = 1, 2 do
      local all = ups:call("DELETE", path).json.VoidShipmentResponse
      assert(all.SummaryResult.Status.Code == "1" and #all.PackageLevelResults == 2 and all.PackageLevelResults[2].Status.Code == "1")
    end
    assert(ups:track(first).package[1].currentStatus.type == "MV")
    local gone = ups:buy("EO-2").ShipmentIdentificationNumber
    ups:happen(gone, "picked_up")
    assert(ups:call("DELETE", "/api/shipments/v2409/void/cancel/" .. gone).status == 400)
    assert(ups:call("DELETE", "/api/shipments/v2409/void/cancel/1ZZZZZZZ0000000001").status == 400)
  end,
  ["how long a void is allowed is a switch"] = function()
    local ups = start()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:switch { void_hours = 1 }
    service.pass(3700)
    ups.token = nil
    assert(ups:call("DELETE", "/api/shipments/v2409/void/cancel/" .. number).status == 400)
    ups:switch { void_hours = false, cie = true }
    local oddly = ups:call("DELETE", "/api/shipments/v2409/void/cancel/" .. number).json.VoidShipmentResponse
    assert(oddly.PackageLevelResult and oddly.SummaryResult.Status.Description:find("&#xD;", 1, true), "as the test environment has answered")
  end,
  ["lists of one are objects in old versions, and in new ones by a switch"] = function()
    local ups = start()
    local old = ups:call("POST", "/api/shipments/v2205/ship", { json = request() }).json.ShipmentResponse.ShipmentResults
    assert(old.PackageResults.TrackingNumber)
    assert(ups:buy("EO-1").PackageResults[1].TrackingNumber)
    ups:switch { single_as_object = true }
    assert(ups:buy("EO-2").PackageResults.TrackingNumber)
    assert(ups:call("GET", "/api/track/v1/details/" .. old.PackageResults.TrackingNumber).json.trackResponse.shipment.package.trackingNumber)
  end,
  ["XU6: one service's price and those of all, with days when they are asked for"] = function()
    local ups = start()
    local function rate(option, query)
      return ups:call("POST", "/api/rating/v2409/" .. option .. (query or ""), { json = { RateRequest = { Request = {}, Shipment = shipment() } } })
    end
    local one, all = rate("Rate").json.RateResponse.RatedShipment, rate("Shop").json.RateResponse.RatedShipment
    assert(#one == 1 and one[1].Service.Code == "11" and #all == 8 and not one[1].TimeInTransit)
    assert(one[1].TotalCharges.MonetaryValue == ups:buy("EO-1").ShipmentCharges.TotalCharges.MonetaryValue, "rated as it is charged")
    assert(rate("Shoptimeintransit").json.RateResponse.RatedShipment[1].TimeInTransit)
    assert(rate("Rate", "?additionalinfo=timeintransit").json.RateResponse.RatedShipment[1].TimeInTransit)
    assert(rate("Nothing").status == 400)
  end,
  ["XU6: days in transit skip the weekend"] = function()
    local ups = start()
    local answer = ups:call("POST", "/api/shipments/v1/transittimes", { json = {
      originCountryCode = "NL", originPostalCode = "3511AA", destinationCountryCode = "NL", destinationPostalCode = "1012JS", shipDate = "2026-01-09",
    } }).json.emsResponse
    assert(answer.numberOfServices == 8)
    for _, each in ipairs(answer.services) do
      if each.serviceLevel == "11" then assert(each.deliveryDate == "2026-01-13" and each.deliveryDayOfWeek == "TUE" and each.businessTransitDays == 2) end
    end
    assert(ups:call("POST", "/api/shipments/v1/transittimes", { json = { originCountryCode = "NL", destinationCountryCode = "DE" } }).status == 400)
  end,
  ["XU9: an address is classified and corrected where there is street data"] = function()
    local ups = start()
    local function check(option, city, country, postcode, name)
      return ups:call("POST", "/api/addressvalidation/v2/" .. option, { json = { XAVRequest = { AddressKeyFormat = {
        ConsigneeName = name, AddressLine = { "1 Main St" }, PoliticalDivision2 = city, PostcodePrimaryLow = postcode, CountryCode = country,
      } } } })
    end
    local good = check("3", "Roswell", "US", "30076", "Acme Inc").json.XAVResponse
    assert(good.ValidAddressIndicator == "" and good.AddressClassification.Description == "Commercial")
    local near = check("1", "Rosewell", "US", "30076").json.XAVResponse
    assert(near.AmbiguousAddressIndicator == "" and near.Candidate[1].AddressKeyFormat.PoliticalDivision2 == "ROSWELL" and not near.AddressClassification)
    assert(check("2", "Roswell", "US", "30076").json.XAVResponse.AddressClassification.Description == "Residential")
    assert(check("3", "Berlin", "DE", "10115").json.XAVResponse.NoCandidatesIndicator == "")
    ups:switch { addresses_everywhere = true }
    assert(check("3", "Berlin", "DE", "10115").json.XAVResponse.ValidAddressIndicator == "")
    assert(check("4", "Roswell", "US", "30076").status == 400)
  end,
  ["XU9: what the scales said is told by tracking"] = function()
    local ups = start()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    assert(ups:track(number).package[1].weight.weight == "2.5")
    ups:control("POST", "seed", { measure = { { number = number, weight = "3.2", length = "40", width = "30", height = "20" } } })
    local package = ups:track(number).package[1]
    assert(package.weight.weight == "3.2" and package.dimension.length == "40")
  end,
  ["XU6: pickups are rated, created each time, listed and cancelled"] = function()
    local ups = start()
    local where = {
      CompanyName = "Voorbeeld BV", ContactName = "An", AddressLine = { "Dorpsstraat 1" }, City = "Utrecht", PostalCode = "3511AA", CountryCode = "NL",
      ResidentialIndicator = "N", Phone = { Number = "31201234567" },
    }
    local function create(info)
      return ups:call("POST", "/api/pickupcreation/v2409/pickup", { json = { PickupCreationRequest = {
        Request = {}, RatePickupIndicator = "Y", AlternateAddressIndicator = "N", PickupAddress = where, PaymentMethod = "00",
        Shipper = { Account = { AccountNumber = "A1B2C3", AccountCountryCode = "NL" } },
        PickupDateInfo = info or { CloseTime = "1800", ReadyTime = "1500", PickupDate = "20260106" },
        PickupPiece = { { ServiceCode = "011", Quantity = "3", DestinationCountryCode = "DE", ContainerCode = "01" } },
      } } })
    end
    local first, second = create().json.PickupCreationResponse.PRN, create().json.PickupCreationResponse.PRN
    assert(#first == 11 and first ~= second, "nothing de-duplicates")
    assert(create({ CloseTime = "1800", ReadyTime = "1500", PickupDate = "20250106" }).status == 400)
    assert(create({ CloseTime = "1400", ReadyTime = "1500", PickupDate = "20260106" }).status == 400)
    local path = "/api/shipments/v2409/pickup/"
    assert(ups:call("GET", path .. "oncall").status == 400, "the account is a header")
    assert(#ups:call("GET", path .. "oncall", { headers = { accountnumber = "A1B2C3" } }).json.PickupPendingStatusResponse.PendingStatus == 2)
    assert(ups:call("DELETE", path .. "02", { headers = { prn = first } }).status == 200)
    assert(ups:call("DELETE", path .. "02", { headers = { prn = first } }).status == 400)
    assert(ups:call("DELETE", path .. "01").status == 200)
    local rate = ups:call("POST", path .. "oncall", { json = { PickupRateRequest = { PickupAddress = where, AlternateAddressIndicator = "N" } } })
    assert(rate.json.PickupRateResponse.RateResult.GrandTotalOfAllCharge == "6.50")
  end,
  ["faults speak as UPS does"] = function()
    local ups = start()
    for kind, code in pairs { ["429"] = "10429", ["500"] = "10004" } do
      ups:control("POST", "faults", { kind = kind, count = 1 })
      ups.token = ups.token or "any"
      local answer = ups:call("POST", SHIP, { json = request() })
      assert(answer.status == math.tointeger(kind) and code_of(answer) == code)
    end
    assert(ups:control("GET", "state").counts.shipments == 0)
  end,
}
