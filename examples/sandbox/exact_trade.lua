-- Deliveries, ledger and purchase entries, documents and projects of the simulated Exact Online: their fields, after
-- apis/exact-online.md section 5, and the rules that they obey. `exact_fields` gives the reader of field lists.

local host, money, stock = require "host", require "money", require "exact_stock"

local trade = {}

function trade.entities(fields)
  return {
    ["salesorder/GoodsDeliveries"] = {
      key = "EntryID", scope = "Logistics wms", methods = "GPU", topic = "GoodsDeliveries", select = true,
      fields = fields [[EntryID guid read, EntryNumber int read, DeliveryNumber int read, DeliveryDate date must,
        DeliveryAccount guid read, DeliveryAccountCode string read, DeliveryAccountName string read, DeliveryAddress guid read,
        DeliveryContact guid read, DeliveryContactPersonFullName string read, Description string, Document guid,
        DocumentSubject string read, Remarks string, ShippingMethod guid, ShippingMethodCode string read, TrackingNumber string,
        Warehouse guid read, WarehouseCode string read, GoodsDeliveryLines lines:salesorder/GoodsDeliveryLines must]],
    },
    ["salesorder/GoodsDeliveryLines"] = {
      key = "ID", header = "EntryID", of = "salesorder/GoodsDeliveries", scope = "Logistics wms", methods = "GPU", select = true,
      fields = fields [[ID guid read, EntryID guid read, LineNumber int read, SalesOrderLineID guid must, SalesOrderNumber int read,
        Item guid read, ItemCode string read, QuantityOrdered decimal read, QuantityDelivered decimal must, TrackingNumber string,
        Description string, Notes string, StorageLocation guid, StorageLocationCode string, DeliveryDate date read,
        ItemDescription string read, Unitcode string read, SalesOrderLineNumber int read, CustomerItemCode string read,
        BatchNumbers lines:inventory/StockBatchNumbers, SerialNumbers lines:inventory/StockSerialNumbers]],
    },
    ["sales/ShippingMethods"] = {
      key = "ID", scope = "Sales orders", methods = "G",
      fields = fields [[ID guid read, Code string read, Description string read, Active bool read, Amount decimal read, VATCode string read,
        TrackingURL string read, ShippingRatesURL string read, Notes string read]],
    },
    ["sales/OrderCharges"] = {
      key = "ID", scope = "Sales orders", methods = "G",
      fields = fields [[ID guid read, Code string read, Description string read, Active bool read, Amount decimal read,
        GLAccount guid read, GLAccountCode string read, VATCode string read, VATPercentage decimal read]],
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
        OurRef int, Notes string, Document guid, Quantity decimal, EntryNumber int read, GLAccountCode string read, AmountDC decimal read,
        VATPercentage decimal]],
    },
    ["purchaseentry/PurchaseEntries"] = {
      key = "EntryID", scope = "Financial accounting", methods = "GPUD", topic = "PurchaseEntries", select = true,
      fields = fields [[EntryID guid read, EntryNumber int, Supplier guid must, Journal string must, EntryDate date, DueDate date,
        InvoiceNumber int, YourRef string, Currency string, Document guid, Description string, ReportingPeriod int, ReportingYear int,
        Status int read, AmountFC decimal read, AmountDC decimal read, VATAmountFC decimal read, AmountFCExclVat decimal read,
        PaymentCondition string, PaymentReference string, Rate decimal, SupplierName string read,
        PurchaseEntryLines lines:purchaseentry/PurchaseEntryLines must]],
    },
    ["purchaseentry/PurchaseEntryLines"] = {
      key = "ID", header = "EntryID", of = "purchaseentry/PurchaseEntries", scope = "Financial accounting", methods = "GPUD", select = true,
      fields = fields [[ID guid read, EntryID guid, LineNumber int read, AmountFC decimal must, GLAccount guid must, VATCode string,
        VATAmountFC decimal, CostCenter string, CostUnit string, Project guid, Description string, Notes string, Quantity decimal,
        GLAccountCode string read]],
    },
    ["financialtransaction/TransactionLines"] = {
      key = "ID", scope = "Financial accounting", methods = "G", select = true,
      fields = fields [[ID guid read, EntryID guid read, EntryNumber int read, LineNumber int read, Date date read, FinancialYear int read,
        FinancialPeriod int read, JournalCode string read, GLAccount guid read, GLAccountCode string read, AmountDC decimal read,
        AmountFC decimal read, AmountVATFC decimal read, VATCode string read, CostCenter string read, CostUnit string read,
        Account guid read, YourRef string read, Description string read, Status int read, Type int read, Currency string read,
        Item guid read, Project guid read, Document guid read, InvoiceNumber int read, Notes string read, Quantity decimal read]],
    },
    ["documents/Documents"] = {
      key = "ID", scope = "Organization documents", methods = "GPUD", topic = "Documents", select = true,
      fields = fields [[ID guid read, HID int read, Subject string must, Type int must, Account guid, Body string, DocumentDate date,
        Category guid, FinancialTransactionEntryID guid, SalesOrderNumber int, SalesInvoiceNumber int, Project guid, TypeDescription string read,
        AccountName string read, Contact guid, Item guid, Language string, DocumentFolder guid, DocumentViewUrl string read]],
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
      key = "ID", methods = "G", fields = fields [[ID guid read, Subject string read, Type int read, Category int read]],
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

-- The general ledger's view of an entry's line; sync/ shows a row for the entry before those of its lines.
local function to_ledger(world, entry, line, journal, date)
  if line.LineNumber == 1 then
    world.books:insert(world.division, "financialtransaction/Headers", "ID", {
      EntryID = entry.EntryID, EntryNumber = entry.EntryNumber, LineNumber = 0, Date = date, JournalCode = journal, AmountDC = 0, AmountFC = 0,
      YourRef = entry.YourRef, Description = entry.Description, Status = 20, Type = entry.Type or 30,
    })
  end
  local account = world.books:get(world.division, "financial/GLAccounts", line.GLAccount)
  world.books:insert(world.division, "financialtransaction/TransactionLines", "ID", {
    EntryID = entry.EntryID, EntryNumber = entry.EntryNumber, LineNumber = line.LineNumber, Date = line.Date or date, JournalCode = journal,
    GLAccount = line.GLAccount, GLAccountCode = account and account.Code, AmountDC = line.AmountFC, AmountFC = line.AmountFC,
    AmountVATFC = line.VATAmountFC or line.AmountVATFC or 0, VATCode = line.VATCode, CostCenter = line.CostCenter, CostUnit = line.CostUnit,
    YourRef = entry.YourRef, Description = line.Description, Status = 20, Type = entry.Type or 30,
  })
end

-- The rules of documents, which have these as a part: asked for when they are needed.
local function common() return require "exact_rules" end

local function check_ledger_line(world, broken, line, journal)
  local account = world.books:get(world.division, "financial/GLAccounts", line.GLAccount)
  if not account then return add(broken, "Invalid reference: G/L account") end
  if account.IsBlocked then add(broken, "Blocked: G/L account " .. account.Code) end
  line.GLAccountCode = account.Code
  common().check_cost_center(world, broken, line, account)
  for field, path in pairs { Project = "project/Projects", Account = "crm/Accounts", Document = "documents/Documents" } do
    if line[field] and not world.books:get(world.division, path, line[field]) then add(broken, "Invalid reference: " .. field) end
  end
  if not line.VATCode then return end
  if journal and not journal.AllowVAT then return add(broken, "Not allowed: VAT code in journal " .. journal.Code) end
  local vat = world.books:find(world.division, "vat/VATCodes", "Code", line.VATCode)
  if not vat then
    add(broken, "Invalid VAT code " .. line.VATCode)
  elseif vat.IsBlocked then
    add(broken, "Blocked: VAT code " .. line.VATCode)
  end
end

local function sum_of(lines)
  local sum = 0
  for _, line in ipairs(lines) do sum = sum + (line.AmountFC or 0) end
  return sum
end

local function today() return host.now() // 86400 * 86400 end

local ORDER_LINES, ORDERS = "salesorder/SalesOrderLines", "salesorder/SalesOrders"
local OPEN, PARTIAL, COMPLETE = 12, 20, 21

-- What is open of an order follows its lines.
local function follow_up(world, order)
  local delivered, open = 0, 0
  for _, each in ipairs(world.books:lines(world.division, ORDER_LINES, "OrderID", order.OrderID)) do
    local there = each.QuantityDelivered or 0
    delivered, open = delivered + there, open + each.Quantity - there
    each.DeliveryStatus = there == 0 and OPEN or there < each.Quantity and PARTIAL or COMPLETE
    world.changed(ORDER_LINES, each.ID, "Update")
  end
  order.DeliveryStatus = open == 0 and COMPLETE or delivered > 0 and PARTIAL or OPEN
  world.changed(ORDERS, order.OrderID, "Update")
end

local function check_references(world, broken, row)
  for field, path in pairs { ShippingMethod = "sales/ShippingMethods", Document = "documents/Documents" } do
    if row[field] and not world.books:get(world.division, path, row[field]) then add(broken, "Invalid reference: " .. field) end
  end
  local most = world.switches.tracking_number_length
  if most and row.TrackingNumber and #row.TrackingNumber > most then add(broken, "Tracking number is too long") end
end

-- Whether a delivery that has been invoiced may still be changed is not known.
local function check_not_invoiced(world, broken, delivery)
  if world.switches.put_invoiced_delivery then return end
  for _, line in ipairs(world.books:lines(world.division, "salesorder/GoodsDeliveryLines", "EntryID", delivery.EntryID)) do
    local ordered = world.books:get(world.division, ORDER_LINES, line.SalesOrderLineID)
    if ordered and (ordered.QuantityInvoiced or 0) > 0 then return add(broken, "Not allowed: the delivery has been invoiced") end
  end
end

local function deliver(world, row, line, parts)
  local ordered = world.books:get(world.division, ORDER_LINES, line.SalesOrderLineID)
  local order = world.books:get(world.division, ORDERS, ordered.OrderID)
  local item = world.books:get(world.division, "logistics/Items", ordered.Item)
  ordered.QuantityDelivered = (ordered.QuantityDelivered or 0) + line.QuantityDelivered
  line.QuantityOrdered, line.Item, line.ItemCode, line.SalesOrderNumber = ordered.Quantity, ordered.Item, ordered.ItemCode, order.OrderNumber
  line.SalesOrderLineNumber, line.ItemDescription, line.Unitcode = ordered.LineNumber, ordered.ItemDescription, item.Unit
  line.DeliveryDate = row.DeliveryDate
  row.DeliveryAccount, row.DeliveryAddress = order.DeliverTo or order.OrderedBy, order.DeliveryAddress
  row.DeliveryContact, row.DeliveryContactPersonFullName = order.DeliverToContactPerson, order.DeliverToContactPersonFullName
  row.Warehouse, row.WarehouseCode = order.WarehouseID, order.WarehouseCode
  stock.moved(world, item, line.QuantityDelivered, parts)
  return order
end

local function name_delivery(world, row)
  local account = row.DeliveryAccount and world.books:get(world.division, "crm/Accounts", row.DeliveryAccount)
  row.DeliveryAccountCode, row.DeliveryAccountName = account and account.Code, account and account.Name
  local method = row.ShippingMethod and world.books:get(world.division, "sales/ShippingMethods", row.ShippingMethod)
  row.ShippingMethodCode = method and method.Code
  local document = row.Document and world.books:get(world.division, "documents/Documents", row.Document)
  row.DocumentSubject = document and document.Subject
end

-- Documents' rules: (world, row, lines, parts) -> list of sentences. `parts`: by line, the lists inside it.
trade.document = {
  ["generaljournalentry/GeneralJournalEntries"] = function(world, row, lines)
    local broken = {}
    local journal = journal_of(world, broken, row.JournalCode, GENERAL)
    if #lines == 0 then add(broken, "Mandatory: General journal entry lines") end
    for _, line in ipairs(lines) do
      check_ledger_line(world, broken, line, journal)
      local wrong = common().period(world, line.Date or today())
      if wrong then add(broken, wrong) end
    end
    local sum = sum_of(lines)
    if sum ~= 0 then add(broken, "The entry is not in balance: " .. money.text(sum, 2)) end
    if #broken > 0 then return broken end
    row.EntryID, row.Type, row.Status = row.EntryID or host.uuid(), GENERAL, 20
    row.EntryNumber = row.EntryNumber or world.books:number(world.division, "general", 26900001)
    for index, line in ipairs(lines) do
      line.LineNumber, line.EntryNumber, line.AmountDC = index, row.EntryNumber, line.AmountFC
      to_ledger(world, row, line, row.JournalCode, today())
    end
    return broken
  end,
  ["purchaseentry/PurchaseEntries"] = function(world, row, lines)
    local broken, known = {}, row.EntryID ~= nil
    local journal = journal_of(world, broken, row.Journal, PURCHASE)
    local supplier = world.books:get(world.division, "crm/Accounts", row.Supplier)
    if not supplier then add(broken, "Invalid reference: Supplier") elseif not supplier.IsSupplier then add(broken, "Account is not a supplier") end
    row.EntryDate = row.EntryDate or today()
    local wrong = common().period(world, row.EntryDate)
    if wrong then add(broken, wrong) end
    if #lines == 0 then add(broken, "Mandatory: Purchase entry lines") end
    for _, line in ipairs(lines) do check_ledger_line(world, broken, line, journal) end
    if #broken > 0 then return broken end
    row.EntryID, row.Status, row.SupplierName = row.EntryID or host.uuid(), 20, supplier.Name
    row.EntryNumber = row.EntryNumber or world.books:number(world.division, "purchase", 26600001)
    row.AmountFC = sum_of(lines)
    row.AmountDC = row.AmountFC
    for index, line in ipairs(lines) do
      line.LineNumber = index
      if not known then to_ledger(world, row, line, row.Journal, row.EntryDate) end
    end
    return broken
  end,
  ["salesorder/GoodsDeliveries"] = function(world, row, lines, parts)
    local broken = {}
    check_references(world, broken, row)
    if row.EntryID then   -- a change of what was delivered already
      check_not_invoiced(world, broken, row)
      if #broken == 0 then name_delivery(world, row) end
      return broken
    end
    if #lines == 0 then add(broken, "Mandatory: Goods delivery lines") end
    for _, line in ipairs(lines) do
      local ordered = world.books:get(world.division, ORDER_LINES, line.SalesOrderLineID)
      if not ordered then
        add(broken, "Invalid reference: Sales order line ID")
      elseif line.QuantityDelivered > ordered.Quantity - (ordered.QuantityDelivered or 0) then
        add(broken, "Quantity delivered is more than what is open: " .. tostring(ordered.ItemCode))
      else
        add(broken, stock.refusal(world, world.books:get(world.division, "logistics/Items", ordered.Item), line, parts[line]))
      end
    end
    if #broken > 0 then return broken end
    row.EntryID = host.uuid()
    row.DeliveryNumber = row.DeliveryNumber or world.books:number(world.division, "delivery", 1)
    row.EntryNumber = row.EntryNumber or row.DeliveryNumber
    local orders = {}
    for _, line in ipairs(lines) do
      local order = deliver(world, row, line, parts[line])
      orders[order.OrderID] = order
    end
    for _, order in pairs(orders) do follow_up(world, order) end
    name_delivery(world, row)
    return broken
  end,
}

-- Lines that are made or changed after their document: (world, header, line, before) -> list of sentences.
trade.line = {
  ["salesorder/GoodsDeliveryLines"] = function(world, header, line, before)
    local broken = {}
    check_not_invoiced(world, broken, header)
    check_references(world, broken, { TrackingNumber = line.TrackingNumber })
    local ordered = world.books:get(world.division, ORDER_LINES, line.SalesOrderLineID)
    local more = line.QuantityDelivered - before.QuantityDelivered
    if line.SalesOrderLineID ~= before.SalesOrderLineID then add(broken, "Not allowed to change: Sales order line ID") end
    if more > ordered.Quantity - (ordered.QuantityDelivered or 0) then
      add(broken, "Quantity delivered is more than what is open: " .. tostring(ordered.ItemCode))
    end
    if #broken > 0 or more == 0 then return broken end
    ordered.QuantityDelivered = ordered.QuantityDelivered + more
    stock.moved(world, world.books:get(world.division, "logistics/Items", ordered.Item), more, {})
    follow_up(world, world.books:get(world.division, ORDERS, ordered.OrderID))
    return broken
  end,
  ["purchaseentry/PurchaseEntryLines"] = function(world, header, line)
    local broken = {}
    check_ledger_line(world, broken, line, journal_of(world, broken, header.Journal, PURCHASE))
    return broken
  end,
  ["generaljournalentry/GeneralJournalEntryLines"] = function(world, header, line)
    local broken = {}
    check_ledger_line(world, broken, line, journal_of(world, broken, header.JournalCode, GENERAL))
    -- One line at a time can't keep an entry in balance, but for one that moves nothing.
    if (line.AmountFC or 0) ~= 0 then add(broken, "The entry is not in balance: " .. money.text(line.AmountFC, 2)) end
    return broken
  end,
}

-- What documents come to, where it is not price times quantity.
trade.total = {
  ["salesorder/GoodsDeliveries"] = function() end,
  ["generaljournalentry/GeneralJournalEntries"] = function() end,
  ["purchaseentry/PurchaseEntries"] = function(_, header, lines)
    header.AmountFC = sum_of(lines)
    header.AmountDC = header.AmountFC
  end,
}

-- Rows that are no documents.
trade.row = {
  ["documents/Documents"] = function(world, row)
    local kind = world.books:get(world.division, "documents/DocumentTypes", row.Type)
    if not kind then return { "Invalid type" } end
    row.TypeDescription = kind.Description
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
  books:insert(code, "sales/OrderCharges", "ID", { Code = "SHIP", Description = "Shipping", Active = true, Amount = 5 * money.ONE, VATCode = "4" })
  books:insert(code, "documents/DocumentTypes", "ID", { ID = 55, Description = "Miscellaneous" })
  books:insert(code, "general/Layouts", "ID", { Subject = "Invoice", Type = 1, Category = 0 })
  stock.seed(books, code)
end

return trade
