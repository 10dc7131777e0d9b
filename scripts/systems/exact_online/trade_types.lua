-- Records of deliveries, ledger entries, documents and projects (fact sheet, section 5).

local record, records = require "record", require "records"
local exact, kept = records.exact, records.kept

return {
  -- Not of Exact Online: a sales order with what it takes to ship it, worked out by an integration.
  OrderToShip = exact {
    OrderID = "guid read", OrderNumber = "integer read", Division = "integer read", OrderDate = "date", DeliveryDate = "date", Description = "text",
    YourRef = "text", Remarks = "text", Currency = "text", AmountFC = "decimal", DeliverToName = "text", DeliverToContactPersonFullName = "text",
    ShippingMethodDescription = "text", method_code = "text", warehouse_code = "text", country = "text", complete_only = "boolean", notes = "text",
    account = "record:Account", ship_to = "record:Address", service = "record:ServiceToShip", goods = "list:GoodsToShip", grams = "decimal",
    lines = "list:SalesOrderLine",
  },
  GoodsToShip = exact {
    key = "text", sku = "text", name = "text", quantity = "integer", price = "decimal", grams = "decimal", line = "record:SalesOrderLine",
  },
  -- What a label cost, as it is to be booked: freight and insurance by account, cost centre, cost unit and project.
  CostToBook = exact {
    reference = "text", description = "text", booked_on = "date", order = "integer", parts = "list:PartToBook",
  },
  PartToBook = exact {
    account = "text", amount = "decimal", cost_center = "text", cost_unit = "text", project = "guid", description = "text", notes = "text", order = "integer",
    labels = "decimal",
  },
  ParcelToDeliver = exact {
    reference = "text", shipped_on = "date", tracking_number = "text", remarks = "text", method = "text", goods = "list:GoodsInParcel",
  },
  GoodsInParcel = exact { line_id = "guid", quantity = "decimal" },
  MomentToBook = record({}, { instant = "instant", day = "date" }),
  ServiceToShip = exact { carrier = "text", service = "text", package = "text", confirmation = "text" },
  GoodsDelivery = kept {
    EntryID = "guid read", EntryNumber = "integer read", DeliveryNumber = "integer read", DeliveryDate = "date must",
    DeliveryAccount = "guid read", DeliveryAddress = "guid read", Description = "text", Document = "guid", Remarks = "text",
    ShippingMethod = "guid", TrackingNumber = "text", Warehouse = "guid read", WarehouseCode = "text read",
    DeliveryAccountCode = "text read", DeliveryAccountName = "text read", DeliveryContact = "guid read",
    DeliveryContactPersonFullName = "text read", ShippingMethodCode = "text read", DocumentSubject = "text read",
    Timestamp = "integer read", GoodsDeliveryLines = "list:GoodsDeliveryLine must",
  },
  GoodsDeliveryLine = kept {
    ID = "guid read", EntryID = "guid read", LineNumber = "integer read", SalesOrderLineID = "guid must",
    SalesOrderNumber = "integer read", Item = "guid read", ItemCode = "text read", QuantityOrdered = "decimal read",
    QuantityDelivered = "decimal must", TrackingNumber = "text", Description = "text", Notes = "text", StorageLocation = "guid",
    StorageLocationCode = "text", DeliveryDate = "date read", ItemDescription = "text read", Unitcode = "text read",
    SalesOrderLineNumber = "integer read", CustomerItemCode = "text read", Timestamp = "integer read",
    BatchNumbers = "list:DeliveredBatch", SerialNumbers = "list:DeliveredSerial",
  },
  DeliveredBatch = exact {
    ID = "guid read", BatchNumber = "text must", Quantity = "decimal must", StorageLocation = "guid", Remarks = "text", EndDate = "date read",
  },
  DeliveredSerial = exact {
    ID = "guid read", SerialNumber = "text must", StorageLocation = "guid", Remarks = "text", StartDate = "date read", EndDate = "date read",
  },
  ShippingMethod = kept {
    ID = "guid read", Code = "text read", Description = "text read", Active = "boolean read", TrackingURL = "text read",
    Amount = "decimal read", VATCode = "text read", ShippingRatesURL = "text read", Notes = "text read",
  },
  OrderCharge = kept {
    ID = "guid read", Code = "text read", Amount = "decimal read", GLAccount = "guid read", VATCode = "text read",
    Description = "text read", Active = "boolean read", GLAccountCode = "text read", VATPercentage = "decimal read",
  },
  Document = kept {
    ID = "guid read", HID = "integer read", Subject = "text must", Type = "integer must", Account = "guid", Body = "text",
    DocumentDate = "date", Category = "guid", FinancialTransactionEntryID = "guid", SalesOrderNumber = "integer",
    SalesInvoiceNumber = "integer", Project = "guid", TypeDescription = "text read", AccountName = "text read", Contact = "guid",
    Item = "guid", Language = "text", DocumentFolder = "guid", DocumentViewUrl = "text read", Timestamp = "integer read",
  },
  DocumentAttachment = exact {
    ID = "guid read", Document = "guid must", FileName = "text must", Attachment = "text must", FileSize = "decimal read", Url = "text read",
  },
  DocumentType = exact { ID = "integer read", Description = "text read" },
  Project = kept {
    ID = "guid read", Code = "text must", Description = "text must", Type = "integer must", Account = "guid", StartDate = "date",
    EndDate = "date",
  },
  GeneralJournalEntry = kept {
    EntryID = "guid read", EntryNumber = "integer", JournalCode = "text must", Currency = "text", ExchangeRate = "decimal",
    FinancialYear = "integer", FinancialPeriod = "integer", Reversal = "boolean", Status = "integer read", Type = "integer read",
    GeneralJournalEntryLines = "list:GeneralJournalEntryLine must",
  },
  GeneralJournalEntryLine = kept {
    ID = "guid read", EntryID = "guid", LineNumber = "integer read", GLAccount = "guid must", AmountFC = "decimal", Date = "date",
    Description = "text", CostCenter = "text", CostUnit = "text", Project = "guid", Account = "guid", VATCode = "text",
    AmountVATFC = "decimal", OurRef = "integer", Notes = "text", Document = "guid", Quantity = "decimal",
    GLAccountCode = "text read", EntryNumber = "integer read", VATPercentage = "decimal", AmountDC = "decimal read",
  },
  PurchaseEntry = kept {
    EntryID = "guid read", EntryNumber = "integer", Supplier = "guid must", Journal = "text must", EntryDate = "date", DueDate = "date",
    InvoiceNumber = "integer", YourRef = "text", Currency = "text", Document = "guid", Description = "text",
    ReportingPeriod = "integer", ReportingYear = "integer", Status = "integer read", AmountFC = "decimal read",
    AmountDC = "decimal read", VATAmountFC = "decimal read", PaymentCondition = "text", PaymentReference = "text",
    Rate = "decimal", SupplierName = "text read",
    PurchaseEntryLines = "list:PurchaseEntryLine must",
  },
  PurchaseEntryLine = exact {
    ID = "guid read", EntryID = "guid", LineNumber = "integer read", AmountFC = "decimal must", GLAccount = "guid must",
    VATCode = "text", VATAmountFC = "decimal", CostCenter = "text", CostUnit = "text", Project = "guid", Description = "text",
    Notes = "text", Quantity = "decimal", GLAccountCode = "text read",
  },
  TransactionLine = exact {
    ID = "guid read", EntryID = "guid read", EntryNumber = "integer read", LineNumber = "integer read", Date = "date read",
    FinancialYear = "integer read", FinancialPeriod = "integer read", JournalCode = "text read", GLAccount = "guid read",
    GLAccountCode = "text read", AmountDC = "decimal read", AmountFC = "decimal read", AmountVATFC = "decimal read",
    VATCode = "text read", CostCenter = "text read", CostUnit = "text read", Account = "guid read", YourRef = "text read",
    Description = "text read", Status = "integer read", Type = "integer read", Currency = "text read", Item = "guid read",
    Project = "guid read", Document = "guid read", InvoiceNumber = "integer read", Notes = "text read", Quantity = "decimal read",
    Timestamp = "integer read", Created = "instant read", Modified = "instant read",
  },
  Deleted = exact {
    ID = "guid read", DeletedBy = "guid read", EntityType = "integer read", EntityKey = "guid read", DeletedDate = "instant read", Timestamp = "integer read",
  },
}
