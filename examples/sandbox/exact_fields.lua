-- The entities of the simulated Exact Online: key, scope, methods, fields and what may be asked of them, after
-- apis/exact-online.md section 5. A field's words: its type, then `must` (mandatory on POST) and `read` (never written).

local function fields(text)
  local out = {}
  for line in text:gmatch "[^,\n]+" do
    local name, kind, flags = line:match "^%s*(%w+)%s+(%S+)%s*(.-)%s*$"
    if name then
      local lines = kind:match "^lines:(.*)$"
      out[name] = {
        type = lines and "lines" or kind, lines = lines, must = flags:find "must" ~= nil, read = flags:find "read" ~= nil,
      }
    end
  end
  for _, name in ipairs { "Created", "Modified" } do out[name] = out[name] or { type = "datetime", read = true } end
  return out
end

local function names(text)
  local out = {}
  for name in text:gmatch "%w+" do out[name] = true end
  return out
end

local entities = {
  ["crm/Accounts"] = {
    key = "ID", scope = "Crm accounts", methods = "GPUD", topic = "Accounts", select = true,
    demands_filter = names "ID Code Name Email VATNumber SearchCode Status Modified",
    filters = names "ID Code Name Email VATNumber SearchCode Status Modified Country Postcode City Phone Blocked",
    fields = fields [[ID guid read, Code string, Name string must, Status string, Email string, Phone string, Website string,
      AddressLine1 string, AddressLine2 string, AddressLine3 string, Postcode string, City string, State string, Country string,
      Language string, VATNumber string, ChamberOfCommerce string, EORINumber string, IsSupplier bool, SalesCurrency string,
      SalesVATCode string, PaymentConditionSales string, GLAccountSales guid, InvoiceAccount guid, ShippingMethod guid,
      DeliveryAdvice int, SearchCode string, Remarks string, Blocked bool read]],
  },
  ["crm/Contacts"] = {
    key = "ID", scope = "Crm accounts", methods = "GPUD", topic = "Contacts", select = true,
    fields = fields [[ID guid read, Account guid must, FirstName string, LastName string, Email string, BusinessEmail string,
      Phone string, Mobile string, Language string, Title string]],
  },
  ["crm/Addresses"] = {
    key = "ID", scope = "Crm accounts", methods = "GPUD", select = true,
    fields = fields [[ID guid read, Account guid must, Type int must, AddressLine1 string, AddressLine2 string, AddressLine3 string,
      Postcode string, City string, State string, Country string, Contact guid, Phone string, Main bool]],
  },
  ["logistics/Items"] = {
    key = "ID", scope = "Logistics items", methods = "GPUD", topic = "Items", select = true,
    demands_filter = names "ID Code Description Barcode ItemGroup Modified",
    filters = names "ID Code Description Barcode ItemGroup Modified IsSalesItem",
    fields = fields [[ID guid read, Code string must, Description string must, Barcode string, ItemGroup guid, Unit string,
      IsSalesItem bool, IsStockItem bool, SalesVatCode string, GrossWeight decimal, NetWeight decimal, NetWeightUnit string read,
      GLRevenue guid, GLCosts guid, GLStock guid, StandardSalesPrice decimal read, Stock decimal read, StatisticalCode string read,
      EndDate date]],
  },
  ["salesinvoice/SalesInvoices"] = {
    key = "InvoiceID", scope = "Sales invoices", methods = "GPUD", topic = "SalesInvoices", select = true,
    fields = fields [[InvoiceID guid read, InvoiceNumber int read, Status int read, StatusDescription string read, Type int,
      Journal string must, OrderedBy guid must, InvoiceTo guid, DeliverTo guid, DeliverToAddress guid, InvoiceDate date read,
      OrderDate date, DueDate date, Currency string, Description string, YourRef string, PaymentCondition string,
      PaymentReference string, Remarks string, ShippingMethod guid, SalesChannel guid, AmountDC decimal read,
      AmountFC decimal read, AmountFCExclVat decimal read, VATAmountFC decimal read,
      SalesInvoiceLines lines:salesinvoice/SalesInvoiceLines must]],
  },
  ["salesinvoice/SalesInvoiceLines"] = {
    key = "ID", header = "InvoiceID", of = "salesinvoice/SalesInvoices", scope = "Sales invoices", methods = "GPUD", select = true,
    fields = fields [[ID guid read, InvoiceID guid, LineNumber int read, Item guid must, ItemCode string read,
      ItemDescription string read, GLAccount guid, Quantity decimal, UnitPrice decimal, NetPrice decimal, AmountFC decimal,
      AmountDC decimal read, Discount decimal, VATCode string, VATAmountFC decimal, VATPercentage decimal read,
      Description string, Notes string, CostCenter string, CostUnit string, Project guid, UnitCode string]],
  },
  ["salesinvoice/PrintedSalesInvoices"] = {
    key = "InvoiceID", scope = "Sales invoices", methods = "P",
    fields = fields [[InvoiceID guid must, Document guid read, DocumentLayout guid, EmailLayout guid, SendEmailToCustomer bool,
      SenderEmailAddress string, SendInvoiceViaPeppol bool, InvoiceDate date, ReportingPeriod int, ReportingYear int,
      ExtraText string, DocumentCreationSuccess string read, DocumentCreationError string read]],
  },
  ["salesinvoice/Layouts"] = {
    key = "ID", scope = "Sales invoices", methods = "G", fields = fields [[ID guid read, Subject string read, Type int read]],
  },
  ["salesentry/SalesEntries"] = {
    key = "EntryID", scope = "Financial accounting", methods = "GPUD", topic = "SalesEntries", select = true,
    fields = fields [[EntryID guid read, EntryNumber int, Status int read, Customer guid must, Journal string must, EntryDate date,
      InvoiceNumber int, YourRef string, Currency string, Rate decimal, ReportingPeriod int, ReportingYear int,
      PaymentCondition string, Document guid, Description string, AmountFC decimal read, AmountDC decimal read,
      VATAmountFC decimal read, SalesEntryLines lines:salesentry/SalesEntryLines must]],
  },
  ["salesentry/SalesEntryLines"] = {
    key = "ID", header = "EntryID", of = "salesentry/SalesEntries", scope = "Financial accounting", methods = "GPUD", select = true,
    fields = fields [[ID guid read, EntryID guid, LineNumber int read, AmountFC decimal must, GLAccount guid must, VATCode string,
      VATAmountFC decimal, CostCenter string, CostUnit string, Project guid, Description string, Quantity decimal, Notes string]],
  },
  ["salesorder/SalesOrders"] = {
    key = "OrderID", scope = "Sales orders", methods = "GPUD", topic = "SalesOrders", select = true,
    filters = names "OrderID OrderNumber OrderedBy YourRef Status DeliveryStatus InvoiceStatus ApprovalStatus OrderDate",
    fields = fields [[OrderID guid read, OrderNumber int, Status int read, DeliveryStatus int read, InvoiceStatus int read,
      ApprovalStatus int, OrderedBy guid must, DeliverTo guid, InvoiceTo guid, DeliveryAddress guid, OrderDate date,
      DeliveryDate date, Description string, YourRef string, Remarks string, Currency string, PaymentCondition string,
      ShippingMethod guid, WarehouseID guid, SalesChannel guid, AmountFC decimal read, AmountDC decimal read,
      AmountDiscount decimal, SalesOrderLines lines:salesorder/SalesOrderLines must]],
  },
  ["salesorder/SalesOrderLines"] = {
    key = "ID", header = "OrderID", of = "salesorder/SalesOrders", scope = "Sales orders", methods = "GPUD", select = true,
    fields = fields [[ID guid read, OrderID guid, LineNumber int read, Item guid must, ItemCode string read, Quantity decimal,
      UnitPrice decimal, NetPrice decimal, AmountFC decimal, Discount decimal, VATCode string, VATAmount decimal,
      VATPercentage decimal read, Description string, Notes string, DeliveryDate date, CostCenter string, CostUnit string,
      Project guid, UnitCode string, QuantityDelivered decimal read, QuantityInvoiced decimal read]],
  },
  ["financial/GLAccounts"] = {
    key = "ID", scope = "Financial generalledgers", methods = "GPUD", select = true,
    fields = fields [[ID guid read, Code string must, Description string must, Type int, BalanceSide string, BalanceType string,
      VATCode string, UseCostcenter int, UseCostunit int, IsBlocked bool]],
  },
  ["financial/Journals"] = {
    key = "ID", scope = "Financial generalledgers", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, Type int, AllowVAT bool, Currency string,
      IsBlocked bool]],
  },
  ["hrm/Costcenters"] = {
    key = "ID", scope = "Financial costcenters", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, EndDate date]],
  },
  ["hrm/Costunits"] = {
    key = "ID", scope = "Financial costcenters", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, EndDate date]],
  },
  ["vat/VATCodes"] = {
    key = "ID", scope = "Financial accounting", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, Type string, VATTransactionType string,
      Percentage decimal read, IsBlocked bool]],
  },
  ["cashflow/PaymentConditions"] = {
    key = "ID", scope = "Financial accounting", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must]],
  },
  ["financial/FinancialPeriods"] = {
    key = "ID", scope = "Financial accounting", methods = "G",
    fields = fields [[ID guid read, FinYear int read, FinPeriod int read, StartDate date read, EndDate date read]],
  },
  ["read/financial/JournalStatusList"] = {
    key = "ID", scope = "Financial accounting", methods = "G",
    fields = fields [[Journal string read, Year int read, Period int read, Status int read, StatusDescription string read]],
  },
  ["webhooks/WebhookSubscriptions"] = {
    key = "ID", scope = "Organization administration", methods = "GPUD",
    fields = fields [[ID guid read, Topic string must, CallbackURL string must, IsInstant bool, ClientID guid read,
      Division int read]],
  },
  ["system/Divisions"] = {
    key = "Code", scope = "Organization administration", methods = "G",
    fields = fields [[Code int read, Description string read, Currency string read, Country string read, Status int read,
      DivisionMoveDate datetime read]],
  },
  ["hrm/Divisions"] = {
    key = "Code", methods = "G",
    fields = fields [[Code int read, Description string read, Currency string read, Country string read, Status int read]],
  },
}

for path, entity in pairs(require "exact_trade".entities(fields)) do entities[path] = entity end

return entities
