-- Deliveries, ledger and purchase entries, documents and projects of the simulated Exact Online: their fields, after
-- apis/exact-online.md section 5, and the rules that they obey. `exact_fields` gives the reader of field lists.

local host, money = require "host", require "money"

local trade = {}

function trade.entities(fields)
  return {
    ["salesorder/GoodsDeliveries"] = {
      key = "EntryID", scope = "Logistics wms", methods = "GPU", topic = "GoodsDeliveries", select = true,
      fields = fields [[EntryID guid read, EntryNumber int read, DeliveryNumber int read, DeliveryDate date must,
        DeliveryAccount guid read, DeliveryAddress guid read, Description string, Document guid, Remarks string, ShippingMethod guid,
        TrackingNumber string, Warehouse guid read, GoodsDeliveryLines lines:salesorder/GoodsDeliveryLines must]],
    },
    ["salesorder/GoodsDeliveryLines"] = {
      key = "ID", header = "EntryID", of = "salesorder/GoodsDeliveries", scope = "Logistics wms", methods = "GU", select = true,
      fields = fields [[ID guid read, EntryID guid read, LineNumber int read, SalesOrderLineID guid must, SalesOrderNumber int read,
        Item guid read, ItemCode string read, QuantityOrdered decimal read, QuantityDelivered decimal must, TrackingNumber string,
        Description string, Notes string, StorageLocation guid]],
    },
    ["salesorder/SalesOrderOrderChargeLines"] = {
      key = "ID", scope = "Sales orders", methods = "GPUD", select = true,
      fields = fields [[ID guid read, OrderID guid must, IsShippingCost bool, OrderCharge guid, AmountFCExclVAT decimal,
        AmountFCInclVAT decimal, VATCode string]],
    },
    ["sales/ShippingMethods"] = {
      key = "ID", scope = "Sales orders", methods = "G",
      fields = fields [[ID guid read, Code string read, Description string read, Active bool read, TrackingURL string read]],
    },
    ["sales/OrderCharges"] = {
      key = "ID", scope = "Sales orders", methods = "G",
      fields = fields [[ID guid read, Code string read, Amount decimal read, GLAccount guid read, VATCode string read]],
    },
    ["generaljournalentry/GeneralJournalEntries"] = {
      key = "EntryID", scope = "Financial accounting", methods = "GPD", topic = "GeneralJournalEntries", select = true,
      fields = fields [[EntryID guid read, EntryNumber int, JournalCode string must, Currency string, ExchangeRate decimal,
        FinancialYear int, FinancialPeriod int, Reversal bool, Status int read, Type int read,
        GeneralJournalEntryLines lines:generaljournalentry/GeneralJournalEntryLines must]],
    },
    ["generaljournalentry/GeneralJournalEntryLines"] = {
      key = "ID", header = "EntryID", of = "generaljournalentry/GeneralJournalEntries", scope = "Financial accounting", methods = "GP",
      select = true,
      fields = fields [[ID guid read, EntryID guid, LineNumber int read, GLAccount guid must, AmountFC decimal, Date date,
        Description string, CostCenter string, CostUnit string, Project guid, Account guid, VATCode string, AmountVATFC decimal,
        OurRef int, Notes string, Document guid, Quantity decimal]],
    },
    ["purchaseentry/PurchaseEntries"] = {
      key = "EntryID", scope = "Financial accounting", methods = "GPUD", topic = "PurchaseEntries", select = true,
      fields = fields [[EntryID guid read, EntryNumber int, Supplier guid must, Journal string must, EntryDate date, DueDate date,
        InvoiceNumber int, YourRef string, Currency string, Document guid, Description string, ReportingPeriod int, ReportingYear int,
        Status int read, AmountFC decimal read, AmountDC decimal read, VATAmountFC decimal read, AmountFCExclVat decimal read,
        PurchaseEntryLines lines:purchaseentry/PurchaseEntryLines must]],
    },
    ["purchaseentry/PurchaseEntryLines"] = {
      key = "ID", header = "EntryID", of = "purchaseentry/PurchaseEntries", scope = "Financial accounting", methods = "GPUD", select = true,
      fields = fields [[ID guid read, EntryID guid, LineNumber int read, AmountFC decimal must, GLAccount guid must, VATCode string,
        VATAmountFC decimal, CostCenter string, CostUnit string, Project guid, Description string, Notes string]],
    },
    ["financialtransaction/TransactionLines"] = {
      key = "ID", scope = "Financial accounting", methods = "G", select = true,
      fields = fields [[ID guid read, EntryID guid read, EntryNumber int read, LineNumber int read, Date date read, FinancialYear int read,
        FinancialPeriod int read, JournalCode string read, GLAccount guid read, GLAccountCode string read, AmountDC decimal read,
        AmountFC decimal read, AmountVATFC decimal read, VATCode string read, CostCenter string read, CostUnit string read,
        Account guid read, YourRef string read, Description string read, Status int read, Type int read]],
    },
    ["documents/Documents"] = {
      key = "ID", scope = "Organization documents", methods = "GPUD", topic = "Documents", select = true,
      fields = fields [[ID guid read, HID int read, Subject string must, Type int must, Account guid, Body string, DocumentDate date,
        Category guid, FinancialTransactionEntryID guid, SalesOrderNumber int, SalesInvoiceNumber int, Project guid]],
    },
    ["documents/DocumentAttachments"] = {
      key = "ID", scope = "Organization documents", methods = "GPD", select = true,
      fields = fields [[ID guid read, Document guid must, FileName string must, Attachment string must, FileSize decimal read,
        Url string read]],
    },
    ["documents/DocumentTypes"] = {
      key = "ID", scope = "Organization documents", methods = "G", fields = fields [[ID int read, Description string read]],
    },
    ["project/Projects"] = {
      key = "ID", scope = "Projects projects", methods = "GPUD", select = true,
      fields = fields [[ID guid read, Code string must, Description string must, Type int must, Account guid, StartDate date, EndDate date]],
    },
    ["general/Layouts"] = {
      key = "ID", scope = "Sales invoices", methods = "G",
      fields = fields [[ID guid read, Subject string read, Type int read, Category int read]],
    },
  }
end

local GENERAL, PURCHASE = 90, 22

local function add(broken, sentence) broken[#broken + 1] = sentence end

local function journal_of(world, broken, code, type)
  local journal = world.books:find(world.division, "financial/Journals", "Code", code)
  if not journal or journal.Type ~= type then add(broken, "Invalid journal " .. tostring(code)) end
  return journal
end

-- The general ledger's view of an entry's line.
local function to_ledger(world, entry, line, journal, date)
  local account = world.books:get(world.division, "financial/GLAccounts", line.GLAccount)
  world.books:insert(world.division, "financialtransaction/TransactionLines", "ID", {
    EntryID = entry.EntryID, EntryNumber = entry.EntryNumber, LineNumber = line.LineNumber, Date = line.Date or date, JournalCode = journal,
    GLAccount = line.GLAccount, GLAccountCode = account and account.Code, AmountDC = line.AmountFC, AmountFC = line.AmountFC,
    AmountVATFC = line.VATAmountFC or line.AmountVATFC or 0, VATCode = line.VATCode, CostCenter = line.CostCenter, CostUnit = line.CostUnit,
    YourRef = entry.YourRef, Description = line.Description, Status = 20, Type = entry.Type or 30,
  })
end

local function check_ledger_line(world, broken, line)
  local account = world.books:get(world.division, "financial/GLAccounts", line.GLAccount)
  if not account then return add(broken, "Invalid reference: G/L account") end
  if account.IsBlocked then add(broken, "Blocked: G/L account " .. account.Code) end
  if line.CostCenter and not world.books:find(world.division, "hrm/Costcenters", "Code", line.CostCenter) then
    add(broken, "Invalid cost center " .. line.CostCenter)
  end
  if account.UseCostcenter == 1 and not line.CostCenter then add(broken, "Mandatory: Cost center") end
  if account.UseCostcenter == 2 and line.CostCenter then add(broken, "Not allowed: Cost center") end
end

-- Documents' rules: (world, row, lines) -> list of sentences.
trade.document = {
  ["generaljournalentry/GeneralJournalEntries"] = function(world, row, lines)
    local broken, sum = {}, 0
    journal_of(world, broken, row.JournalCode, GENERAL)
    for _, line in ipairs(lines) do
      check_ledger_line(world, broken, line)
      sum = sum + (line.AmountFC or 0)
    end
    if sum ~= 0 then add(broken, "The entry is not in balance: " .. money.text(sum, 2)) end
    if #broken > 0 then return broken end
    row.EntryID, row.Type, row.Status = row.EntryID or host.uuid(), GENERAL, 20
    row.EntryNumber = row.EntryNumber or world.books:number(world.division, "general", 26900001)
    for index, line in ipairs(lines) do
      line.LineNumber = index
      to_ledger(world, row, line, row.JournalCode, host.now() // 86400 * 86400)
    end
    return broken
  end,
  ["purchaseentry/PurchaseEntries"] = function(world, row, lines)
    local broken, net, known = {}, 0, row.EntryID ~= nil
    journal_of(world, broken, row.Journal, PURCHASE)
    local supplier = world.books:get(world.division, "crm/Accounts", row.Supplier)
    if not supplier then add(broken, "Invalid reference: Supplier") elseif not supplier.IsSupplier then add(broken, "Account is not a supplier") end
    for _, line in ipairs(lines) do
      check_ledger_line(world, broken, line)
      net = net + line.AmountFC
    end
    if #broken > 0 then return broken end
    row.EntryID, row.Status, row.EntryDate = row.EntryID or host.uuid(), 20, row.EntryDate or host.now() // 86400 * 86400
    row.EntryNumber = row.EntryNumber or world.books:number(world.division, "purchase", 26600001)
    row.AmountFC, row.AmountDC = net, net
    for index, line in ipairs(lines) do
      line.LineNumber = index
      if not known then to_ledger(world, row, line, row.Journal, row.EntryDate) end
    end
    return broken
  end,
  ["salesorder/GoodsDeliveries"] = function(world, row, lines)
    local broken = {}
    if row.EntryID then return broken end   -- a change of what was delivered already
    for _, line in ipairs(lines) do
      local ordered = world.books:get(world.division, "salesorder/SalesOrderLines", line.SalesOrderLineID)
      if not ordered then
        add(broken, "Invalid reference: Sales order line ID")
      elseif line.QuantityDelivered > ordered.Quantity - (ordered.QuantityDelivered or 0) then
        add(broken, "Quantity delivered is more than what is open: " .. tostring(ordered.ItemCode))
      end
    end
    if #broken > 0 then return broken end
    row.EntryID = row.EntryID or host.uuid()
    row.DeliveryNumber = row.DeliveryNumber or world.books:number(world.division, "delivery", 1)
    row.EntryNumber = row.EntryNumber or row.DeliveryNumber
    for _, line in ipairs(lines) do
      local ordered = world.books:get(world.division, "salesorder/SalesOrderLines", line.SalesOrderLineID)
      local order = world.books:get(world.division, "salesorder/SalesOrders", ordered.OrderID)
      ordered.QuantityDelivered = (ordered.QuantityDelivered or 0) + line.QuantityDelivered
      line.QuantityOrdered, line.Item, line.ItemCode, line.SalesOrderNumber = ordered.Quantity, ordered.Item, ordered.ItemCode, order.OrderNumber
      row.DeliveryAccount, row.DeliveryAddress = order.DeliverTo or order.OrderedBy, order.DeliveryAddress
      local open = 0
      for _, each in ipairs(world.books:lines(world.division, "salesorder/SalesOrderLines", "OrderID", ordered.OrderID)) do
        open = open + each.Quantity - (each.QuantityDelivered or 0)
      end
      order.DeliveryStatus = open == 0 and 21 or 20
    end
    return broken
  end,
}

-- Rows that are no documents.
trade.row = {
  ["documents/Documents"] = function(world, row)
    row.HID = row.HID or world.books:number(world.division, "document", 1)
    if row.Account and not world.books:get(world.division, "crm/Accounts", row.Account) then return { "Invalid reference: Account" } end
    return {}
  end,
  ["documents/DocumentAttachments"] = function(world, row)
    if not world.books:get(world.division, "documents/Documents", row.Document) then return { "Invalid reference: Document" } end
    if row.Attachment and row.Attachment:find "[^%w+/=]" then return { "Attachment is no base64" } end
    row.FileSize = #(row.Attachment or "") * 3 // 4 * money.ONE
    row.Url = ("https://start.exactonline.nl/docs/SysAttachment.aspx?ID=%s&_Division_=%d"):format(row.ID or host.uuid(), world.division)
    row.Attachment = nil   -- answered by the URL only
    return {}
  end,
  ["project/Projects"] = function(world, row)
    local same = world.books:find(world.division, "project/Projects", "Code", row.Code)
    if same and same.ID ~= row.ID then return { "Already exists: Code " .. row.Code } end
    return {}
  end,
}

function trade.seed(books, code)
  for _, row in ipairs { { Code = "PICKUP", Description = "Picked up", Active = true }, { Code = "UPS", Description = "UPS Standard", Active = true } } do
    books:insert(code, "sales/ShippingMethods", "ID", row)
  end
  books:insert(code, "sales/OrderCharges", "ID", { Code = "SHIP", Amount = 5 * money.ONE, VATCode = "4" })
  books:insert(code, "documents/DocumentTypes", "ID", { ID = 55, Description = "Miscellaneous" })
  books:insert(code, "general/Layouts", "ID", { Subject = "Invoice", Type = 1, Category = 0 })
end

return trade
