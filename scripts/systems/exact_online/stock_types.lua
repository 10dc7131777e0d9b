-- Records of warehouses, stock and purchase orders. Their fields are of Exact's own reference (2025); the fact sheet names the
-- entities only.

local records = require "records"
local exact, kept = records.exact, records.kept

return {
  -- Main and UseStorageLocations are 0 or 1.
  Warehouse = kept {
    ID = "guid read", Code = "text read", Description = "text read", EMail = "text read", Main = "integer read",
    UseStorageLocations = "integer read", DefaultStorageLocation = "guid read", DefaultStorageLocationCode = "text read",
  },
  StorageLocation = kept {
    ID = "guid read", Code = "text read", Description = "text read", Main = "integer read", PickSequence = "integer read",
    Warehouse = "guid read", WarehouseCode = "text read",
  },
  -- An item in a warehouse: what is there, what is on its way in and out, when to buy.
  ItemWarehouse = kept {
    ID = "guid read", Item = "guid read", ItemCode = "text read", ItemDescription = "text read", ItemBarcode = "text read",
    ItemUnit = "text read", Warehouse = "guid read", WarehouseCode = "text read", CurrentStock = "decimal read",
    PlannedStockIn = "decimal read", PlannedStockOut = "decimal read", ProjectedStock = "decimal read",
    ReservedStock = "decimal read", ReorderPoint = "decimal read", SafetyStock = "decimal read", MaximumStock = "decimal read",
    DefaultStorageLocation = "guid read", DefaultStorageLocationCode = "text read", Timestamp = "integer read",
  },
  -- Of one item over all warehouses, asked for by the item's ID.
  ItemStock = exact {
    ItemId = "guid read", InStock = "decimal read", PlanningIn = "decimal read", PlanningOut = "decimal read",
  },
  StockPosition = exact {
    ID = "guid read", ItemId = "guid read", ItemCode = "text read", ItemDescription = "text read", Warehouse = "guid read",
    WarehouseCode = "text read", CurrentStock = "decimal read", FreeStock = "decimal read", PlanningIn = "decimal read",
    PlanningOut = "decimal read", ProjectedStock = "decimal read", ReservedStock = "decimal read", ReorderPoint = "decimal read",
    UnitCode = "text read", Timestamp = "integer read",
  },
  BatchNumber = kept {
    ID = "guid read", BatchNumber = "text read", Item = "guid read", ItemCode = "text read", AvailableQuantity = "decimal read",
    ExpiryDate = "date read", IsBlocked = "integer read", Remarks = "text read",
  },
  SerialNumber = kept {
    ID = "guid read", SerialNumber = "text read", Item = "guid read", ItemCode = "text read", Available = "integer read",
    StartDate = "date read", EndDate = "date read", IsBlocked = "integer read", Warehouse = "guid read", WarehouseCode = "text read",
    StorageLocation = "guid read", StorageLocationCode = "text read", Remarks = "text read",
  },
  Unit = exact {
    ID = "guid read", Code = "text read", Description = "text read", Active = "boolean read", Main = "integer read", Type = "text read",
  },
  ItemGroup = kept {
    ID = "guid read", Code = "text read", Description = "text read", IsDefault = "integer read", GLRevenue = "guid read",
    GLRevenueCode = "text read", GLCosts = "guid read", GLCostsCode = "text read", GLStock = "guid read", GLStockCode = "text read",
    Notes = "text read",
  },
  SalesItemPrice = kept {
    ID = "guid read", Item = "guid read", ItemCode = "text read", Account = "guid read", Currency = "text read", Price = "decimal read",
    Quantity = "decimal read", Unit = "text read", NumberOfItemsPerUnit = "decimal read", StartDate = "date read", EndDate = "date read",
  },
  SalesChannel = kept { ID = "guid read", Code = "text read", Description = "text read", Active = "boolean read", Notes = "text read" },
  PurchaseOrder = kept {
    PurchaseOrderID = "guid read", OrderNumber = "integer read", OrderStatus = "integer read", ReceiptStatus = "integer read",
    InvoiceStatus = "integer read", ApprovalStatus = "integer read", Supplier = "guid read", SupplierCode = "text read",
    SupplierName = "text read", OrderDate = "date read", ReceiptDate = "date read", Description = "text read", YourRef = "text read",
    Currency = "text read", Warehouse = "guid read", WarehouseCode = "text read", ShippingMethod = "guid read",
    ShippingMethodCode = "text read", DropShipment = "boolean read", SalesOrder = "guid read", SalesOrderNumber = "integer read",
    AmountFC = "decimal read", AmountDC = "decimal read", Remarks = "text read", PurchaseOrderLines = "list:PurchaseOrderLine read",
  },
  PurchaseOrderLine = kept {
    ID = "guid read", PurchaseOrderID = "guid read", LineNumber = "integer read", Item = "guid read", ItemCode = "text read",
    ItemDescription = "text read", SupplierItemCode = "text read", Quantity = "decimal read", QuantityInPurchaseUnits = "decimal read",
    ReceivedQuantity = "decimal read", InvoicedQuantity = "decimal read", Unit = "text read", UnitPrice = "decimal read",
    NetPrice = "decimal read", AmountFC = "decimal read", VATCode = "text read", ReceiptDate = "date read", CostCenter = "text read",
    CostUnit = "text read", Project = "guid read", SalesOrder = "guid read", SalesOrderLine = "guid read", Description = "text read",
    Notes = "text read",
  },
}
