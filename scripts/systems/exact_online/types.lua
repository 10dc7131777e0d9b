-- Records of Exact Online, as far as integrations read or write them (fact sheet, section 5). Codes that Exact pads
-- with blanks (Account.Code, Country, VATCode) are compared trimmed. Money is decimal; dates arrive as /Date(ms)/ of
-- midnight UTC and are written as ISO text.

local record = require "record"

local DATES = { date = { wire = "iso_midnight" }, instant = { wire = "ms_date" } }

local function exact(fields, totals) return record(DATES, fields, totals) end

return {
  Account = exact {
    ID = "guid read", Code = "text", Name = "text must", Status = "text", Email = "text", Phone = "text", Website = "text",
    AddressLine1 = "text", AddressLine2 = "text", AddressLine3 = "text", Postcode = "text", City = "text", State = "text",
    Country = "text", Language = "text", VATNumber = "text", ChamberOfCommerce = "text", EORINumber = "text",
    IsSupplier = "boolean", SalesCurrency = "text", SalesVATCode = "text", PaymentConditionSales = "text",
    GLAccountSales = "guid", InvoiceAccount = "guid", ShippingMethod = "guid", DeliveryAdvice = "integer",
    SearchCode = "text", Remarks = "text", Blocked = "boolean read", Modified = "instant read", Timestamp = "integer read",
  },
  Address = exact {
    ID = "guid read", Account = "guid must", Type = "integer must", AddressLine1 = "text", AddressLine2 = "text",
    AddressLine3 = "text", Postcode = "text", City = "text", State = "text", Country = "text", Contact = "guid",
    Phone = "text", Main = "boolean",
  },
  Contact = exact {
    ID = "guid read", Account = "guid must", FirstName = "text", LastName = "text", Email = "text",
    BusinessEmail = "text", Phone = "text", Mobile = "text", Language = "text", Title = "text",
  },
  Item = exact {
    ID = "guid read", Code = "text must", Description = "text must", Barcode = "text", ItemGroup = "guid", Unit = "text",
    IsSalesItem = "boolean", IsStockItem = "boolean", SalesVatCode = "text", GrossWeight = "decimal",
    NetWeight = "decimal", NetWeightUnit = "text read", GLRevenue = "guid", GLCosts = "guid", GLStock = "guid",
    StandardSalesPrice = "decimal read", Stock = "decimal read", StatisticalCode = "text read", EndDate = "date",
  },
  SalesInvoice = exact({
    InvoiceID = "guid read", InvoiceNumber = "integer read", Status = "integer read", Type = "integer",
    Journal = "text must", OrderedBy = "guid must", InvoiceTo = "guid", DeliverTo = "guid", DeliverToAddress = "guid",
    InvoiceDate = "date read", OrderDate = "date", DueDate = "date", Currency = "text", Description = "text", YourRef = "text",
    PaymentCondition = "text", PaymentReference = "text", Remarks = "text", ShippingMethod = "guid",
    SalesChannel = "guid", AmountDC = "decimal read", AmountFC = "decimal read", AmountFCExclVat = "decimal read",
    VATAmountFC = "decimal read", Modified = "instant read", SalesInvoiceLines = "list:SalesInvoiceLine must",
    SalesInvoiceOrderChargeLines = "list:OrderChargeLine",
  }, { net = { lines = "SalesInvoiceLines", quantity = "Quantity", price = "NetPrice", decimals = 2 } }),
  SalesInvoiceLine = exact {
    ID = "guid read", InvoiceID = "guid", LineNumber = "integer read", Item = "guid must", ItemCode = "text read",
    GLAccount = "guid", Quantity = "decimal", UnitPrice = "decimal", NetPrice = "decimal", AmountFC = "decimal",
    AmountDC = "decimal read", Discount = "decimal", VATCode = "text", VATAmountFC = "decimal", Description = "text",
    Notes = "text", CostCenter = "text", CostUnit = "text", Project = "guid", UnitCode = "text",
  },
  OrderChargeLine = exact {
    ID = "guid read", OrderID = "guid", IsShippingCost = "boolean", OrderCharge = "guid", AmountFCExclVAT = "decimal",
    AmountFCInclVAT = "decimal", VATCode = "text",
  },
  PrintedSalesInvoice = exact {
    InvoiceID = "guid must", Document = "guid read", DocumentLayout = "guid", EmailLayout = "guid",
    SendEmailToCustomer = "boolean", SenderEmailAddress = "text", SendInvoiceViaPeppol = "boolean",
    InvoiceDate = "date", ReportingPeriod = "integer", ReportingYear = "integer", ExtraText = "text",
    DocumentCreationSuccess = "text read", DocumentCreationError = "text read", EmailCreationError = "text read",
  },
  SalesEntry = exact {
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
  SalesOrder = exact {
    OrderID = "guid read", OrderNumber = "integer", Status = "integer read", DeliveryStatus = "integer read",
    InvoiceStatus = "integer read", ApprovalStatus = "integer", OrderedBy = "guid must", DeliverTo = "guid",
    InvoiceTo = "guid", DeliveryAddress = "guid", OrderDate = "date", DeliveryDate = "date", Description = "text",
    YourRef = "text", Remarks = "text", Currency = "text", PaymentCondition = "text", ShippingMethod = "guid",
    WarehouseID = "guid", SalesChannel = "guid", AmountFC = "decimal read", AmountDiscount = "decimal",
    SalesOrderLines = "list:SalesOrderLine must",
  },
  SalesOrderLine = exact {
    ID = "guid read", OrderID = "guid", LineNumber = "integer read", Item = "guid must", ItemCode = "text read",
    Quantity = "decimal", UnitPrice = "decimal", NetPrice = "decimal", AmountFC = "decimal", Discount = "decimal",
    VATCode = "text", VATAmount = "decimal", Description = "text", Notes = "text", DeliveryDate = "date",
    CostCenter = "text", CostUnit = "text", Project = "guid", UnitCode = "text",
    QuantityDelivered = "decimal read", QuantityInvoiced = "decimal read",
  },
  GLAccount = exact {
    ID = "guid read", Code = "text must", Description = "text must", Type = "integer", BalanceSide = "text",
    BalanceType = "text", VATCode = "text", UseCostcenter = "integer", UseCostunit = "integer", IsBlocked = "boolean",
  },
  Journal = exact {
    ID = "guid read", Code = "text must", Description = "text must", Type = "integer", AllowVAT = "boolean",
    Currency = "text", IsBlocked = "boolean",
  },
  CostCenter = exact { ID = "guid read", Code = "text must", Description = "text must", EndDate = "date" },
  CostUnit = exact { ID = "guid read", Code = "text must", Description = "text must", EndDate = "date" },
  VATCode = exact {
    ID = "guid read", Code = "text must", Description = "text must", Type = "text", VATTransactionType = "text",
    Percentage = "decimal read", IsBlocked = "boolean",
  },
  Period = exact {
    ID = "guid read", FinYear = "integer read", FinPeriod = "integer read", StartDate = "date read", EndDate = "date read",
  },
  -- Status 0 is open, 1 closed.
  JournalStatus = exact { Journal = "text read", Year = "integer read", Period = "integer read", Status = "integer read" },
  PaymentCondition = exact { ID = "guid read", Code = "text must", Description = "text must" },
  Layout = exact { ID = "guid read", Subject = "text read", Type = "integer read", Category = "integer read" },
  Me = exact {
    UserID = "guid read", CurrentDivision = "integer read", AccountingDivision = "integer read", FullName = "text read",
    Language = "text read", ServerTime = "text read", ServerUtcOffset = "integer read",
  },
  Division = exact {
    Code = "integer read", Description = "text read", Currency = "text read", Country = "text read",
    Status = "integer read", DivisionMoveDate = "instant read",
  },
  WebhookSubscription = exact {
    ID = "guid read", Topic = "text must", CallbackURL = "text must", IsInstant = "boolean",
  },
}
