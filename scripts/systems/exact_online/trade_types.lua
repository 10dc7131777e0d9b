-- Records of deliveries, ledger entries, documents and projects (fact sheet, section 5).

local record = require "record"

local DATES = { date = { wire = "iso_midnight" }, instant = { wire = "ms_date" } }

local function exact(fields) return record(DATES, fields) end

return {
  GoodsDelivery = exact {
    EntryID = "guid read", EntryNumber = "integer read", DeliveryNumber = "integer read", DeliveryDate = "date must",
    DeliveryAccount = "guid read", DeliveryAddress = "guid read", Description = "text", Document = "guid", Remarks = "text",
    ShippingMethod = "guid", TrackingNumber = "text", Warehouse = "guid read", GoodsDeliveryLines = "list:GoodsDeliveryLine must",
  },
  GoodsDeliveryLine = exact {
    ID = "guid read", EntryID = "guid read", LineNumber = "integer read", SalesOrderLineID = "guid must",
    SalesOrderNumber = "integer read", Item = "guid read", ItemCode = "text read", QuantityOrdered = "decimal read",
    QuantityDelivered = "decimal must", TrackingNumber = "text", Description = "text", Notes = "text", StorageLocation = "guid",
    BatchNumbers = "list:BatchNumber", SerialNumbers = "list:SerialNumber",
  },
  BatchNumber = exact { BatchNumber = "text must", Quantity = "decimal" },
  SerialNumber = exact { SerialNumber = "text must" },
  ShippingMethod = exact {
    ID = "guid read", Code = "text read", Description = "text read", Active = "boolean read", TrackingURL = "text read",
  },
  OrderCharge = exact {
    ID = "guid read", Code = "text read", Amount = "decimal read", GLAccount = "guid read", VATCode = "text read",
  },
  Document = exact {
    ID = "guid read", HID = "integer read", Subject = "text must", Type = "integer must", Account = "guid", Body = "text",
    DocumentDate = "date", Category = "guid", FinancialTransactionEntryID = "guid", SalesOrderNumber = "integer",
    SalesInvoiceNumber = "integer", Project = "guid",
  },
  DocumentAttachment = exact {
    ID = "guid read", Document = "guid must", FileName = "text must", Attachment = "text must", FileSize = "decimal read", Url = "text read",
  },
  DocumentType = exact { ID = "integer read", Description = "text read" },
  Project = exact {
    ID = "guid read", Code = "text must", Description = "text must", Type = "integer must", Account = "guid", StartDate = "date",
    EndDate = "date",
  },
  GeneralJournalEntry = exact {
    EntryID = "guid read", EntryNumber = "integer", JournalCode = "text must", Currency = "text", ExchangeRate = "decimal",
    FinancialYear = "integer", FinancialPeriod = "integer", Reversal = "boolean", Status = "integer read", Type = "integer read",
    GeneralJournalEntryLines = "list:GeneralJournalEntryLine must",
  },
  GeneralJournalEntryLine = exact {
    ID = "guid read", EntryID = "guid", LineNumber = "integer read", GLAccount = "guid must", AmountFC = "decimal", Date = "date",
    Description = "text", CostCenter = "text", CostUnit = "text", Project = "guid", Account = "guid", VATCode = "text",
    AmountVATFC = "decimal", OurRef = "integer", Notes = "text", Document = "guid", Quantity = "decimal",
  },
  PurchaseEntry = exact {
    EntryID = "guid read", EntryNumber = "integer", Supplier = "guid must", Journal = "text must", EntryDate = "date", DueDate = "date",
    InvoiceNumber = "integer", YourRef = "text", Currency = "text", Document = "guid", Description = "text",
    ReportingPeriod = "integer", ReportingYear = "integer", Status = "integer read", AmountFC = "decimal read",
    PurchaseEntryLines = "list:PurchaseEntryLine must",
  },
  PurchaseEntryLine = exact {
    ID = "guid read", EntryID = "guid", LineNumber = "integer read", AmountFC = "decimal must", GLAccount = "guid must",
    VATCode = "text", VATAmountFC = "decimal", CostCenter = "text", CostUnit = "text", Project = "guid", Description = "text",
    Notes = "text",
  },
  TransactionLine = exact {
    ID = "guid read", EntryID = "guid read", EntryNumber = "integer read", LineNumber = "integer read", Date = "date read",
    FinancialYear = "integer read", FinancialPeriod = "integer read", JournalCode = "text read", GLAccount = "guid read",
    GLAccountCode = "text read", AmountDC = "decimal read", AmountFC = "decimal read", AmountVATFC = "decimal read",
    VATCode = "text read", CostCenter = "text read", CostUnit = "text read", Account = "guid read", YourRef = "text read",
    Description = "text read", Status = "integer read", Type = "integer read",
  },
  Deleted = exact {
    ID = "guid read", EntityType = "integer read", EntityKey = "guid read", DeletedDate = "instant read", Timestamp = "integer read",
  },
}
