-- Records of Exact Online, as far as integrations read or write them (fact sheet, section 5). Codes that Exact pads
-- with blanks (Account.Code, Country, VATCode) are compared trimmed. Money is decimal; dates arrive as /Date(ms)/ of
-- midnight UTC and are written as ISO text.

local records = require "records"
local exact, kept = records.exact, records.kept

-- Form fields of a client: five or more of each sort, named by number.
local function with_free_fields(fields, numbers, texts)
  for index = 1, texts do fields[("FreeTextField_%02d"):format(index)] = "text" end
  for index = 1, numbers do fields[("FreeNumberField_%02d"):format(index)] = "decimal" end
  for index = 1, 5 do
    fields[("FreeBoolField_%02d"):format(index)], fields[("FreeDateField_%02d"):format(index)] = "boolean", "date"
  end
  return fields
end

return {
  Account = kept {
    ID = "guid read", Code = "text", Name = "text must", Status = "text", Email = "text", Phone = "text", Website = "text",
    AddressLine1 = "text", AddressLine2 = "text", AddressLine3 = "text", Postcode = "text", City = "text", State = "text",
    Country = "text", Language = "text", VATNumber = "text", ChamberOfCommerce = "text", EORINumber = "text",
    IsSupplier = "boolean", SalesCurrency = "text", SalesVATCode = "text", PaymentConditionSales = "text",
    GLAccountSales = "guid", InvoiceAccount = "guid", ShippingMethod = "guid", DeliveryAdvice = "integer",
    SearchCode = "text", Remarks = "text", Blocked = "boolean read", Timestamp = "integer read",
  },
  -- Type: 1 visit, 2 postal, 3 invoice, 4 delivery.
  Address = kept(with_free_fields({
    ID = "guid read", Account = "guid must", AccountName = "text read", Type = "integer must", AddressLine1 = "text",
    AddressLine2 = "text", AddressLine3 = "text", Postcode = "text", City = "text", State = "text", Country = "text",
    Contact = "guid", ContactName = "text read", Phone = "text", Mailbox = "text", Main = "boolean", Warehouse = "guid",
    Notes = "text", Timestamp = "integer read",
  }, 5, 5)),
  Contact = kept {
    ID = "guid read", Account = "guid must", FirstName = "text", LastName = "text", Email = "text",
    BusinessEmail = "text", Phone = "text", Mobile = "text", Language = "text", Title = "text", BirthDate = "date",
    FullName = "text read", AccountName = "text read", IsMainContact = "boolean read", JobTitleDescription = "text",
    AddressStreet = "text read", AddressStreetNumber = "text read", AddressLine2 = "text read", Postcode = "text read",
    City = "text read", State = "text read", Country = "text read", Timestamp = "integer read",
  },
  -- Weights are in NetWeightUnit, which only some packages fill: what they mean is a setting (section 7). StatisticalCode is
  -- the HS code.
  Item = kept(with_free_fields({
    ID = "guid read", Code = "text must", Description = "text must", ExtraDescription = "text", Barcode = "text",
    ItemGroup = "guid", ItemGroupCode = "text read", Unit = "text", UnitDescription = "text read", IsSalesItem = "boolean",
    IsPurchaseItem = "boolean", IsStockItem = "boolean", IsBatchItem = "integer", IsSerialItem = "boolean",
    IsFractionAllowedItem = "boolean", IsWebshopItem = "integer", SalesVatCode = "text", GrossWeight = "decimal",
    NetWeight = "decimal", NetWeightUnit = "text", CostPriceStandard = "decimal", CostPriceCurrency = "text read",
    GLRevenue = "guid", GLCosts = "guid", GLStock = "guid", StandardSalesPrice = "decimal read", Stock = "decimal read",
    StatisticalCode = "text read", StatisticalNetWeight = "decimal read", Notes = "text", SearchCode = "text",
    StartDate = "date", EndDate = "date", Timestamp = "integer read",
  }, 8, 10)),
  SalesInvoice = kept({
    InvoiceID = "guid read", InvoiceNumber = "integer read", Status = "integer read", Type = "integer",
    Journal = "text must", OrderedBy = "guid must", InvoiceTo = "guid", DeliverTo = "guid", DeliverToAddress = "guid",
    InvoiceDate = "date read", OrderDate = "date", DueDate = "date", Currency = "text", Description = "text", YourRef = "text",
    PaymentCondition = "text", PaymentReference = "text", Remarks = "text", ShippingMethod = "guid",
    SalesChannel = "guid", AmountDC = "decimal read", AmountFC = "decimal read", AmountFCExclVat = "decimal read",
    VATAmountFC = "decimal read", AmountDiscount = "decimal", AmountDiscountExclVat = "decimal", Discount = "decimal",
    OrderNumber = "integer", Salesperson = "guid", DeliverToContactPerson = "guid", InvoiceToContactPerson = "guid",
    OrderedByContactPerson = "guid", Document = "guid", IncotermCode = "text", IncotermAddress = "text",
    IncotermVersion = "integer", OrderedByName = "text read", DeliverToName = "text read", InvoiceToName = "text read",
    -- Only of invoices without a delivery (8023, 8024).
    Warehouse = "guid", LineNumber = "integer read", Timestamp = "integer read",
    SalesInvoiceLines = "list:SalesInvoiceLine must", SalesInvoiceOrderChargeLines = "list:InvoiceChargeLine",
  }, { net = { lines = "SalesInvoiceLines", quantity = "Quantity", price = "NetPrice", decimals = 2 } }),
  SalesInvoiceLine = exact {
    ID = "guid read", InvoiceID = "guid", LineNumber = "integer read", Item = "guid must", ItemCode = "text read",
    GLAccount = "guid", Quantity = "decimal", UnitPrice = "decimal", NetPrice = "decimal", AmountFC = "decimal",
    AmountDC = "decimal read", Discount = "decimal", VATCode = "text", VATAmountFC = "decimal", Description = "text",
    Notes = "text", CostCenter = "text", CostUnit = "text", Project = "guid", UnitCode = "text", DeliveryDate = "date",
    ItemDescription = "text read", VATPercentage = "decimal", SalesOrder = "guid read", SalesOrderLine = "guid read",
    SalesOrderNumber = "integer read", SalesOrderLineNumber = "integer read",
  },
  -- OrderCharge is needed unless IsShippingCost; the amount without VAT wins. The account comes of the charge (section 6).
  OrderChargeLine = exact {
    ID = "guid read", OrderID = "guid", LineNumber = "integer read", IsShippingCost = "boolean", OrderCharge = "guid",
    OrderChargeCode = "text read", OrderChargesLineDescription = "text", AmountFCExclVAT = "decimal", AmountFCInclVAT = "decimal",
    AmountVATFC = "decimal read", AmountDC = "decimal read", VATCode = "text", VATPercentage = "decimal read",
  },
  InvoiceChargeLine = exact {
    ID = "guid read", InvoiceID = "guid", LineNumber = "integer read", IsShippingCost = "boolean", OrderCharge = "guid",
    OrderChargeCode = "text read", OrderChargesLineDescription = "text", AmountFCExclVAT = "decimal", AmountFCInclVAT = "decimal",
    AmountVATFC = "decimal read", AmountDC = "decimal read", VATCode = "text", VATPercentage = "decimal read",
    GLAccount = "guid read",
  },
  -- InvoiceMode: 0 what was delivered, 1 what was ordered. CreateMode: 0 an invoice a customer, 1 an invoice an order.
  InvoiceSalesOrders = exact {
    ID = "guid read", SalesOrderIDs = "list:SalesOrderID must", JournalCode = "text must", InvoiceMode = "integer must",
    CreateMode = "integer must", StartDate = "date", EndDate = "date", UserInvoiceDate = "date", DeliveryNumber = "integer",
    NumberOfCreatedInvoices = "integer read", NumberOfFailedInvoices = "integer read", Errors = "text read",
  },
  SalesOrderID = exact { ID = "guid must" },
  PrintedSalesInvoice = exact {
    InvoiceID = "guid must", Document = "guid read", DocumentLayout = "guid", EmailLayout = "guid",
    SendEmailToCustomer = "boolean", SenderEmailAddress = "text", SendInvoiceViaPeppol = "boolean",
    InvoiceDate = "date", ReportingPeriod = "integer", ReportingYear = "integer", ExtraText = "text",
    DocumentCreationSuccess = "text read", DocumentCreationError = "text read", EmailCreationSuccess = "text read",
    EmailCreationError = "text read", PeppolCreationSuccess = "text read", PeppolCreationError = "text read",
  },
  SalesEntry = kept {
    EntryID = "guid read", EntryNumber = "integer", Status = "integer read", Customer = "guid must", Journal = "text must",
    EntryDate = "date", InvoiceNumber = "integer", YourRef = "text", Currency = "text", Rate = "decimal",
    ReportingPeriod = "integer", ReportingYear = "integer", PaymentCondition = "text", Document = "guid",
    Description = "text", AmountFC = "decimal read", AmountDC = "decimal read",
    SalesEntryLines = "list:SalesEntryLine must",
  },
  SalesEntryLine = exact {
    ID = "guid read", EntryID = "guid", AmountFC = "decimal must", GLAccount = "guid must", VATCode = "text",
    VATAmountFC = "decimal", CostCenter = "text", CostUnit = "text", Project = "guid", Description = "text",
    Quantity = "decimal", Notes = "text",
  },
  SalesOrder = kept {
    OrderID = "guid read", OrderNumber = "integer", Status = "integer read", DeliveryStatus = "integer read",
    InvoiceStatus = "integer read", ApprovalStatus = "integer", OrderedBy = "guid must", DeliverTo = "guid",
    InvoiceTo = "guid", DeliveryAddress = "guid", OrderDate = "date", DeliveryDate = "date", Description = "text",
    YourRef = "text", Remarks = "text", Currency = "text", PaymentCondition = "text", ShippingMethod = "guid",
    WarehouseID = "guid", WarehouseCode = "text read", SalesChannel = "guid", SalesChannelCode = "text read",
    Salesperson = "guid", DeliverToContactPerson = "guid", DeliverToContactPersonFullName = "text read",
    OrderedByContactPerson = "guid", OrderedByName = "text read", DeliverToName = "text read", InvoiceToName = "text read",
    ShippingMethodDescription = "text read", PaymentReference = "text", Document = "guid", IncotermCode = "text",
    IncotermAddress = "text", IncotermVersion = "integer", AmountFC = "decimal read", AmountDC = "decimal read",
    AmountFCExclVat = "decimal read", AmountDiscount = "decimal", AmountDiscountExclVat = "decimal", Discount = "decimal",
    Approved = "instant read", Timestamp = "integer read", SalesOrderLines = "list:SalesOrderLine must",
    SalesOrderOrderChargeLines = "list:OrderChargeLine",
  },
  SalesOrderLine = exact {
    ID = "guid read", OrderID = "guid", LineNumber = "integer read", Item = "guid must", ItemCode = "text read",
    Quantity = "decimal", UnitPrice = "decimal", NetPrice = "decimal", AmountFC = "decimal", Discount = "decimal",
    VATCode = "text", VATAmount = "decimal", Description = "text", Notes = "text", DeliveryDate = "date",
    CostCenter = "text", CostUnit = "text", Project = "guid", UnitCode = "text",
    QuantityDelivered = "decimal read", QuantityInvoiced = "decimal read", ItemDescription = "text read",
    -- 12 open, 20 partial, 21 complete, 45 cancelled, as on the order.
    DeliveryStatus = "integer read", InvoiceStatus = "integer read", OrderStatus = "integer read", OrderNumber = "integer",
    UseDropShipment = "integer", UnitDescription = "text read", VATPercentage = "decimal", AmountDC = "decimal read",
    Margin = "decimal", Timestamp = "integer read",
  },
  GLAccount = kept {
    ID = "guid read", Code = "text must", Description = "text must", Type = "integer", BalanceSide = "text",
    BalanceType = "text", VATCode = "text", UseCostcenter = "integer", UseCostunit = "integer", IsBlocked = "boolean",
    SearchCode = "text", TypeDescription = "text read", Timestamp = "integer read",
  },
  Journal = kept {
    ID = "guid read", Code = "text must", Description = "text must", Type = "integer", AllowVAT = "boolean",
    Currency = "text", IsBlocked = "boolean",
  },
  CostCenter = kept { ID = "guid read", Code = "text must", Description = "text must", Active = "boolean", EndDate = "date" },
  CostUnit = kept { ID = "guid read", Code = "text must", Description = "text must", EndDate = "date" },
  VATCode = kept {
    ID = "guid read", Code = "text must", Description = "text must", Type = "text", VATTransactionType = "text",
    Percentage = "decimal read", IsBlocked = "boolean", Country = "text read", OssCountry = "text",
    VATPercentages = "list:VATPercentage",
  },
  VATPercentage = exact {
    ID = "guid read", VATCodeID = "guid read", LineNumber = "integer read", Percentage = "decimal read", Type = "integer read",
    StartDate = "date read", EndDate = "date read",
  },
  Period = kept {
    ID = "guid read", FinYear = "integer read", FinPeriod = "integer read", StartDate = "date read", EndDate = "date read",
  },
  -- Status 0 is open, 1 closed.
  JournalStatus = exact { Journal = "text read", Year = "integer read", Period = "integer read", Status = "integer read" },
  PaymentCondition = kept {
    ID = "guid read", Code = "text must", Description = "text must", PaymentDays = "integer", PaymentMethod = "text",
  },
  Layout = kept { ID = "guid read", Subject = "text read", Type = "integer read", Category = "integer read" },
  Me = exact {
    UserID = "guid read", CurrentDivision = "integer read", AccountingDivision = "integer read", FullName = "text read",
    Language = "text read", ServerTime = "text read", ServerUtcOffset = "integer read",
  },
  Division = exact {
    Code = "integer read", Description = "text read", Currency = "text read", Country = "text read",
    Status = "integer read", Customer = "guid read", CustomerName = "text read", Current = "boolean read", VATNumber = "text read",
    Created = "instant read", Modified = "instant read",
    -- After either of these all row versions are new: everything is read again (section 4).
    DivisionMoveDate = "instant read", DivisionHRLinkUnlinkDate = "instant read",
  },
  WebhookSubscription = exact {
    ID = "guid read", Topic = "text must", CallbackURL = "text must", IsInstant = "boolean", ClientID = "guid read",
    Description = "text read", UserID = "guid", Created = "instant read",
  },
  SyncTimestamp = exact { TimeStampAsBigInt = "integer read" },
}
