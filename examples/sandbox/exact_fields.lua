-- The entities of the simulated Exact Online: key, scope, methods, fields and what may be asked of them, after
-- apis/exact-online.md section 5. A field's words: its type, then `must` (mandatory on POST) and `read` (never written).

local function fields(text)
  local out = {}
  for line in text:gmatch "[^,\n]+" do
    local name, kind, flags = line:match "^%s*([%w_]+)%s+(%S+)%s*(.-)%s*$"
    if name then
      local lines = kind:match "^lines:(.*)$"
      out[name] = {
        type = lines and "lines" or kind, lines = lines, must = flags:find "must" ~= nil, read = flags:find "read" ~= nil,
      }
    end
  end
  for _, name in ipairs { "Created", "Modified" } do out[name] = out[name] or { type = "datetime", read = true } end
  out.Division = out.Division or { type = "int", read = true }
  return out
end

-- Fields that a client may use as it likes: texts and numbers so many, five flags, five dates.
local function free_fields(texts, numbers)
  local out = {}
  for number = 1, texts do out[#out + 1] = ("FreeTextField_%02d string"):format(number) end
  for number = 1, numbers do out[#out + 1] = ("FreeNumberField_%02d decimal"):format(number) end
  for number = 1, 5 do out[#out + 1] = ("FreeBoolField_%02d bool, FreeDateField_%02d date"):format(number, number) end
  return ", " .. table.concat(out, ", ")
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
      Phone string, Mobile string, Language string, Title string, BirthDate date, JobTitleDescription string, FullName string read,
      AccountName string read, IsMainContact bool read, AddressStreet string read, AddressStreetNumber string read,
      AddressLine2 string read, Postcode string read, City string read, State string read, Country string read]],
  },
  ["crm/Addresses"] = {
    key = "ID", scope = "Crm accounts", methods = "GPUD", select = true,
    fields = fields([[ID guid read, Account guid must, Type int must, AddressLine1 string, AddressLine2 string, AddressLine3 string,
      Postcode string, City string, State string, Country string, Contact guid, ContactName string read, AccountName string read,
      Phone string, Mailbox string, Main bool, Warehouse guid, Notes string]] .. free_fields(5, 5)),
  },
  ["logistics/Items"] = {
    key = "ID", scope = "Logistics items", methods = "GPUD", topic = "Items", select = true,
    demands_filter = names "ID Code Description Barcode ItemGroup Modified",
    filters = names "ID Code Description Barcode ItemGroup Modified IsSalesItem",
    fields = fields([[ID guid read, Code string must, Description string must, ExtraDescription string, Barcode string, ItemGroup guid,
      ItemGroupCode string read, Unit string, UnitDescription string read, IsSalesItem bool, IsPurchaseItem bool, IsStockItem bool,
      IsBatchItem int, IsSerialItem bool, IsFractionAllowedItem bool, IsWebshopItem int, SalesVatCode string, GrossWeight decimal,
      NetWeight decimal, NetWeightUnit string, CostPriceStandard decimal, CostPriceCurrency string read, GLRevenue guid, GLCosts guid,
      GLStock guid, StandardSalesPrice decimal read, Stock decimal read, StatisticalCode string read,
      StatisticalNetWeight decimal read, Notes string, SearchCode string, StartDate date, EndDate date]] .. free_fields(10, 8)),
  },
  ["salesinvoice/SalesInvoices"] = {
    key = "InvoiceID", scope = "Sales invoices", methods = "GPUD", topic = "SalesInvoices", select = true,
    fields = fields [[InvoiceID guid read, InvoiceNumber int read, Status int read, StatusDescription string read, Type int,
      Journal string must, OrderedBy guid must, InvoiceTo guid, DeliverTo guid, DeliverToAddress guid, InvoiceDate date read,
      OrderDate date, DueDate date, Currency string, Description string, YourRef string, PaymentCondition string,
      PaymentReference string, Remarks string, ShippingMethod guid, SalesChannel guid, AmountDC decimal read,
      AmountFC decimal read, AmountFCExclVat decimal read, VATAmountFC decimal read, AmountDiscount decimal,
      AmountDiscountExclVat decimal, Discount decimal, OrderNumber int, Salesperson guid, DeliverToContactPerson guid,
      InvoiceToContactPerson guid, OrderedByContactPerson guid, Document guid, IncotermCode string, IncotermAddress string,
      IncotermVersion int, OrderedByName string read, DeliverToName string read, InvoiceToName string read, Warehouse guid,
      SalesInvoiceLines lines:salesinvoice/SalesInvoiceLines must,
      SalesInvoiceOrderChargeLines lines:salesinvoice/SalesInvoiceOrderChargeLines]],
  },
  ["salesinvoice/SalesInvoiceLines"] = {
    key = "ID", header = "InvoiceID", of = "salesinvoice/SalesInvoices", scope = "Sales invoices", methods = "GPUD", select = true,
    fields = fields [[ID guid read, InvoiceID guid, LineNumber int read, Item guid must, ItemCode string read,
      ItemDescription string read, GLAccount guid, Quantity decimal, UnitPrice decimal, NetPrice decimal, AmountFC decimal,
      AmountDC decimal read, Discount decimal, VATCode string, VATAmountFC decimal, VATPercentage decimal read,
      Description string, Notes string, CostCenter string, CostUnit string, Project guid, UnitCode string, DeliveryDate date,
      SalesOrder guid read, SalesOrderLine guid read, SalesOrderNumber int read, SalesOrderLineNumber int read]],
  },
  ["salesinvoice/InvoiceSalesOrders"] = {
    key = "ID", scope = "Sales orders", methods = "P",
    fields = fields [[ID guid read, SalesOrderIDs lines:salesinvoice/SalesOrderID must, JournalCode string must, InvoiceMode int must,
      CreateMode int must, StartDate date, EndDate date, UserInvoiceDate date, DeliveryNumber int, NumberOfCreatedInvoices int read,
      NumberOfFailedInvoices int read, Errors string read]],
  },
  ["salesinvoice/SalesOrderID"] = { key = "ID", scope = "Sales orders", methods = "P", fields = fields [[ID guid must]] },
  ["salesinvoice/PrintedSalesInvoices"] = {
    key = "InvoiceID", scope = "Sales invoices", methods = "P",
    fields = fields [[InvoiceID guid must, Document guid read, DocumentLayout guid, EmailLayout guid, SendEmailToCustomer bool,
      SenderEmailAddress string, SendInvoiceViaPeppol bool, InvoiceDate date, ReportingPeriod int, ReportingYear int,
      ExtraText string, DocumentCreationSuccess string read, DocumentCreationError string read,
      EmailCreationSuccess string read, EmailCreationError string read, PeppolCreationSuccess string read,
      PeppolCreationError string read]],
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
    filters = names [[OrderID OrderNumber OrderedBy YourRef Status DeliveryStatus InvoiceStatus ApprovalStatus OrderDate DeliveryDate
      ShippingMethod WarehouseID DeliverTo Description]],
    fields = fields [[OrderID guid read, OrderNumber int, Status int read, DeliveryStatus int read, InvoiceStatus int read,
      ApprovalStatus int, OrderedBy guid must, DeliverTo guid, InvoiceTo guid, DeliveryAddress guid, OrderDate date,
      DeliveryDate date, Description string, YourRef string, Remarks string, Currency string, PaymentCondition string,
      ShippingMethod guid, WarehouseID guid, SalesChannel guid, AmountFC decimal read, AmountDC decimal read,
      AmountFCExclVat decimal read, AmountDiscount decimal, AmountDiscountExclVat decimal, Discount decimal, Salesperson guid,
      DeliverToContactPerson guid, DeliverToContactPersonFullName string read, OrderedByContactPerson guid, OrderedByName string read,
      DeliverToName string read, InvoiceToName string read, ShippingMethodDescription string read, WarehouseCode string read,
      SalesChannelCode string read, PaymentReference string, Document guid, IncotermCode string, IncotermAddress string,
      IncotermVersion int, Approved datetime read, SalesOrderLines lines:salesorder/SalesOrderLines must,
      SalesOrderOrderChargeLines lines:salesorder/SalesOrderOrderChargeLines]],
  },
  ["salesorder/SalesOrderLines"] = {
    key = "ID", header = "OrderID", of = "salesorder/SalesOrders", scope = "Sales orders", methods = "GPUD", select = true,
    fields = fields [[ID guid read, OrderID guid, LineNumber int read, Item guid must, ItemCode string read, Quantity decimal,
      UnitPrice decimal, NetPrice decimal, AmountFC decimal, Discount decimal, VATCode string, VATAmount decimal,
      VATPercentage decimal read, Description string, Notes string, DeliveryDate date, CostCenter string, CostUnit string,
      Project guid, UnitCode string, UnitDescription string read, QuantityDelivered decimal read, QuantityInvoiced decimal read,
      DeliveryStatus int read, InvoiceStatus int read, OrderStatus int read, OrderNumber int read, ItemDescription string read,
      UseDropShipment int, AmountDC decimal read, Margin decimal]],
  },
  ["financial/GLAccounts"] = {
    key = "ID", scope = "Financial generalledgers", methods = "GPUD", select = true,
    fields = fields [[ID guid read, Code string must, Description string must, Type int, BalanceSide string, BalanceType string,
      VATCode string, UseCostcenter int, UseCostunit int, IsBlocked bool, SearchCode string, TypeDescription string read]],
  },
  ["financial/Journals"] = {
    key = "ID", scope = "Financial generalledgers", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, Type int, AllowVAT bool, Currency string,
      IsBlocked bool]],
  },
  ["hrm/Costcenters"] = {
    key = "ID", scope = "Financial costcenters", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, Active bool, EndDate date]],
  },
  ["hrm/Costunits"] = {
    key = "ID", scope = "Financial costcenters", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, EndDate date]],
  },
  ["vat/VATCodes"] = {
    key = "ID", scope = "Financial accounting", methods = "GPUD",
    fields = fields [[ID guid read, Code string must, Description string must, Type string, VATTransactionType string,
      Percentage decimal read, IsBlocked bool, Country string read, OssCountry string, VATPercentages lines:vat/VatPercentages]],
  },
  ["vat/VatPercentages"] = {
    key = "ID", header = "VATCodeID", scope = "Financial accounting", methods = "G",
    fields = fields [[ID guid read, VATCodeID guid read, LineNumber int read, Percentage decimal, Type int, StartDate date, EndDate date]],
  },
  ["cashflow/PaymentConditions"] = {
    key = "ID", scope = "Financial cashflow", methods = "GP",
    fields = fields [[ID guid read, Code string must, Description string must, PaymentDays int, PaymentMethod string]],
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
      Description string read, UserID guid]],
  },
  ["system/Divisions"] = {
    key = "Code", scope = "Organization administration", methods = "G",
    fields = fields [[Code int read, Description string read, Currency string read, Country string read, Status int read,
      Customer guid read, CustomerName string read, Current bool read, VATNumber string read, DivisionMoveDate datetime read,
      DivisionHRLinkUnlinkDate datetime read]],
  },
  ["system/AllDivisions"] = {
    key = "Code", scope = "Organization administration", methods = "G",
    fields = fields [[Code int read, Description string read, Currency string read, Country string read, Status int read,
      Customer guid read, CustomerName string read, Current bool read, VATNumber string read, DivisionMoveDate datetime read,
      DivisionHRLinkUnlinkDate datetime read]],
  },
  ["hrm/Divisions"] = {
    key = "Code", methods = "G",
    fields = fields [[Code int read, Description string read, Currency string read, Country string read, Status int read,
      DivisionMoveDate datetime read]],
  },
}

for _, part in ipairs { require "exact_trade", require "exact_charges", require "exact_stock" } do
  for path, entity in pairs(part.entities(fields)) do entities[path] = entity end
end

return entities
