-- Records of ShipStation V1 (fact sheet, sections 2, 3 and 5). Texts named …Date are Pacific wall-clock times unless they are dates.

local record = require "record"

local function v1(fields) return record({}, fields) end

local ORDER_TOTALS = { gross = "orderTotal" }

return {
  -- createorder replaces the whole order: what is left out is emptied.
  Order = record({}, {
    orderId = "integer", orderNumber = "text must", orderKey = "text", orderDate = "text must", orderStatus = "text must",
    createDate = "text read", modifyDate = "text read", paymentDate = "text", shipByDate = "text", shipDate = "text", holdUntilDate = "text read",
    customerId = "integer read", customerUsername = "text", customerEmail = "text", billTo = "record:Address must", shipTo = "record:Address must",
    items = "list:OrderItem", orderTotal = "decimal read", amountPaid = "decimal", taxAmount = "decimal", shippingAmount = "decimal",
    customerNotes = "text", internalNotes = "text", gift = "boolean", giftMessage = "text", paymentMethod = "text",
    requestedShippingService = "text", carrierCode = "text", serviceCode = "text", packageCode = "text", confirmation = "text",
    weight = "record:Weight", dimensions = "record:Dimensions", insuranceOptions = "record:InsuranceOptions",
    internationalOptions = "record:InternationalOptions", advancedOptions = "record:AdvancedOptions", tagIds = "list:integer",
    userId = "text read", externallyFulfilled = "boolean read", externallyFulfilledBy = "text read",
  }, ORDER_TOTALS),
  OrderItem = v1 {
    orderItemId = "integer read", lineItemKey = "text", sku = "text", name = "text must", imageUrl = "text", weight = "record:Weight",
    quantity = "integer", unitPrice = "decimal", taxAmount = "decimal", shippingAmount = "decimal", warehouseLocation = "text",
    options = "list:ItemOption", productId = "integer", fulfillmentSku = "text", adjustment = "boolean", upc = "text",
    createDate = "text read", modifyDate = "text read",
  },
  ItemOption = v1 { name = "text must", value = "text" },
  Address = v1 {
    name = "text", company = "text", street1 = "text", street2 = "text", street3 = "text", city = "text", state = "text", postalCode = "text",
    country = "text", phone = "text", residential = "boolean", addressVerified = "text read",
  },
  Weight = v1 { value = "decimal must", units = "text must", WeightUnits = "integer read" },
  Dimensions = v1 { length = "decimal must", width = "decimal must", height = "decimal must", units = "text must" },
  InsuranceOptions = v1 { provider = "text", insureShipment = "boolean", insuredValue = "decimal" },
  InternationalOptions = v1 { contents = "text", customsItems = "list:CustomsItem", nonDelivery = "text" },
  CustomsItem = v1 {
    customsItemId = "text read", description = "text", quantity = "integer", value = "decimal", harmonizedTariffCode = "text", countryOfOrigin = "text",
  },
  -- storeId counts at creation only; mergedIds are orders that a merge hid, parentId is what a split order came from.
  AdvancedOptions = v1 {
    warehouseId = "integer", nonMachinable = "boolean", saturdayDelivery = "boolean", containsAlcohol = "boolean", storeId = "integer",
    customField1 = "text", customField2 = "text", customField3 = "text", source = "text", billToParty = "text", billToAccount = "text",
    billToPostalCode = "text", billToCountryCode = "text", billToMyOtherAccount = "integer", mergedOrSplit = "boolean read",
    mergedIds = "list:integer read", parentId = "integer read",
  },
  OrdersResult = v1 { hasErrors = "boolean read", results = "list:OrderResult" },
  OrderResult = v1 {
    orderId = "integer read", orderNumber = "text read", orderKey = "text read", success = "boolean read", errorMessage = "text read",
  },
  HoldUntil = v1 { orderId = "integer must", holdUntilDate = "date must" },
  OrderRef = v1 { orderId = "integer must" },
  OrderTag = v1 { orderId = "integer must", tagId = "integer must" },
  OrderUser = v1 { orderIds = "list:integer must", userId = "text" },
  -- Mails and marketplace notices go out only when they are asked for.
  MarkAsShipped = v1 {
    orderId = "integer must", orderNumber = "text read", carrierCode = "text must", shipDate = "date", trackingNumber = "text",
    notifyCustomer = "boolean", notifySalesChannel = "boolean",
  },

  -- A shipment is a label. Its costs have no currency; it never changes but for being voided.
  Shipment = v1 {
    shipmentId = "integer read", orderId = "integer read", orderKey = "text read", orderNumber = "text read", userId = "text read",
    customerEmail = "text read", createDate = "text read", shipDate = "date read", shipmentCost = "decimal read", insuranceCost = "decimal read",
    trackingNumber = "text read", isReturnLabel = "boolean read", batchNumber = "text read", carrierCode = "text read", serviceCode = "text read",
    packageCode = "text read", confirmation = "text read", warehouseId = "integer read", voided = "boolean read", voidDate = "text read",
    marketplaceNotified = "boolean read", notifyErrorMessage = "text read", shipTo = "record:Address read", weight = "record:Weight read",
    dimensions = "record:Dimensions read", insuranceOptions = "record:InsuranceOptions read", advancedOptions = "record:AdvancedOptions read",
    shipmentItems = "list:ShipmentItem read", labelData = "text read", formData = "text read",
  },
  ShipmentItem = v1 {
    orderItemId = "integer read", lineItemKey = "text read", sku = "text read", name = "text read", imageUrl = "text read", weight = "record:Weight read",
    quantity = "integer read", unitPrice = "decimal read", warehouseLocation = "text read", options = "list:ItemOption read",
    productId = "integer read", fulfillmentSku = "text read", upc = "text read",
  },
  -- Shipped without a label of ShipStation's.
  Fulfillment = v1 {
    fulfillmentId = "integer read", orderId = "integer read", orderNumber = "text read", userId = "text read", customerEmail = "text read",
    trackingNumber = "text read", createDate = "text read", shipDate = "text read", voidDate = "text read", deliveryDate = "text read",
    carrierCode = "text read", fulfillmentProviderCode = "text read", fulfillmentServiceCode = "text read", fulfillmentFee = "decimal read",
    voidRequested = "boolean read", voided = "boolean read", marketplaceNotified = "boolean read", notifyErrorMessage = "text read",
    shipTo = "record:Address read",
  },
  OrderLabel = v1 {
    orderId = "integer must", carrierCode = "text must", serviceCode = "text must", packageCode = "text", confirmation = "text", shipDate = "date",
    weight = "record:Weight", dimensions = "record:Dimensions", insuranceOptions = "record:InsuranceOptions",
    internationalOptions = "record:InternationalOptions", advancedOptions = "record:AdvancedOptions", testLabel = "boolean",
  },
  Label = v1 {
    carrierCode = "text must", serviceCode = "text must", packageCode = "text", confirmation = "text", shipDate = "date",
    weight = "record:Weight must", dimensions = "record:Dimensions", shipFrom = "record:Address must", shipTo = "record:Address must",
    insuranceOptions = "record:InsuranceOptions", internationalOptions = "record:InternationalOptions", advancedOptions = "record:AdvancedOptions",
    testLabel = "boolean",
  },
  VoidLabel = v1 { shipmentId = "integer must", approved = "boolean read", message = "text read" },
  RateRequest = v1 {
    carrierCode = "text must", serviceCode = "text", packageCode = "text", fromPostalCode = "text must", toState = "text", toCountry = "text must",
    toPostalCode = "text must", toCity = "text", weight = "record:Weight must", dimensions = "record:Dimensions", confirmation = "text",
    residential = "boolean",
  },
  Rate = v1 { serviceName = "text read", serviceCode = "text read", shipmentCost = "decimal read", otherCost = "decimal read" },

  Carrier = v1 {
    name = "text read", code = "text read", accountNumber = "text read", requiresFundedAccount = "boolean read", balance = "decimal read",
    nickname = "text read", shippingProviderId = "integer read", primary = "boolean read",
  },
  Service = v1 { carrierCode = "text read", code = "text read", name = "text read", domestic = "boolean read", international = "boolean read" },
  Package = v1 { carrierCode = "text read", code = "text read", name = "text read", domestic = "boolean read", international = "boolean read" },
  Product = v1 {
    productId = "integer", sku = "text must", name = "text must", price = "decimal", defaultCost = "decimal", internalNotes = "text", fulfillmentSku = "text",
    upc = "text", weightOz = "decimal", active = "boolean", warehouseLocation = "text", customsDescription = "text", customsTariffNo = "text",
    customsCountryCode = "text", createDate = "text read", modifyDate = "text read",
  },
  Customer = v1 {
    customerId = "integer read", customerUsername = "text read", name = "text read", company = "text read", street1 = "text read", street2 = "text read",
    street3 = "text read", city = "text read", state = "text read", postalCode = "text read", country = "text read", phone = "text read",
    residential = "boolean read", addressVerified = "text read", email = "text read",
    createDate = "text read", modifyDate = "text read",
  },
  Warehouse = v1 {
    warehouseId = "integer", warehouseName = "text must", originAddress = "record:Address must", returnAddress = "record:Address",
    isDefault = "boolean", createDate = "text read",
  },
  Store = v1 {
    storeId = "integer", storeName = "text", marketplaceId = "integer read", marketplaceName = "text read", accountName = "text read", email = "text read",
    active = "boolean read", refreshDate = "text read", createDate = "text read", modifyDate = "text read", autoRefresh = "boolean",
  },
  StoreRef = v1 { storeId = "integer must" },
  Marketplace = v1 {
    name = "text read", marketplaceId = "integer read", canRefresh = "boolean read", supportsCustomMappings = "boolean read",
    supportsCustomStatuses = "boolean read", canConfirmShipments = "boolean read",
  },
  RefreshStatus = v1 {
    storeId = "integer read", refreshStatusId = "integer read", refreshStatus = "text read", lastRefreshAttempt = "text read", refreshDate = "text read",
  },
  Tag = v1 { tagId = "integer read", name = "text read", color = "text read" },
  User = v1 { userId = "text read", userName = "text read", name = "text read" },
  Done = v1 { success = "boolean read", message = "text read" },

  -- As it is listed; it is subscribed with names of its own.
  Hook = v1 {
    WebHookID = "integer read", HookType = "text read", Name = "text read", Url = "text read", StoreID = "integer read", Active = "boolean read",
  },
  Subscription = v1 { target_url = "text must", event = "text must", store_id = "integer", friendly_name = "text" },
}
