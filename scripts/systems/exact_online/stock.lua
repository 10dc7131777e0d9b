-- Warehouses, what lies in them, and orders to suppliers. All of it is read: stock moves by deliveries and receipts.

local entity = require "entity"

return {
  entity "inventory/Warehouses" {
    name = "warehouses", type = "Warehouse", id = "ID", select = "ID,Code,Description,Main,UseStorageLocations,DefaultStorageLocation",
  },
  entity "inventory/StorageLocations" {
    name = "storage_locations", type = "StorageLocation", id = "ID", select = "ID,Code,Description,Main,Warehouse,WarehouseCode",
  },
  entity "inventory/ItemWarehouses" {
    name = "item_warehouses", type = "ItemWarehouse", id = "ID",
    select = "ID,Item,ItemCode,Warehouse,WarehouseCode,CurrentStock,PlannedStockIn,PlannedStockOut,ProjectedStock,ReservedStock,"
      .. "ReorderPoint,SafetyStock,DefaultStorageLocation",
  },
  entity "inventory/BatchNumbers" {
    name = "batch_numbers", type = "BatchNumber", id = "ID", select = "ID,BatchNumber,Item,ItemCode,AvailableQuantity,ExpiryDate,IsBlocked",
  },
  entity "inventory/SerialNumbers" {
    name = "serial_numbers", type = "SerialNumber", id = "ID",
    select = "ID,SerialNumber,Item,ItemCode,Available,IsBlocked,Warehouse,WarehouseCode,StorageLocation",
  },
  entity "logistics/Units" { name = "units", type = "Unit", id = "ID", select = "ID,Code,Description,Active,Main,Type" },
  entity "logistics/ItemGroups" {
    name = "item_groups", type = "ItemGroup", id = "ID", select = "ID,Code,Description,IsDefault,GLRevenue,GLCosts,GLStock",
  },
  entity "logistics/SalesItemPrices" {
    name = "sales_item_prices", type = "SalesItemPrice", id = "ID",
    select = "ID,Item,ItemCode,Account,Currency,Price,Quantity,Unit,NumberOfItemsPerUnit,StartDate,EndDate",
  },
  entity "sales/SalesChannels" { name = "sales_channels", type = "SalesChannel", id = "ID", select = "ID,Code,Description,Active" },
  entity "purchaseorder/PurchaseOrders" {
    name = "purchase_orders", type = "PurchaseOrder", id = "PurchaseOrderID", number = "OrderNumber",
    select = "PurchaseOrderID,OrderNumber,OrderStatus,ReceiptStatus,InvoiceStatus,Supplier,SupplierName,OrderDate,ReceiptDate,"
      .. "Description,YourRef,Currency,Warehouse,WarehouseCode,DropShipment,SalesOrder,SalesOrderNumber,AmountFC",
    lines = "PurchaseOrderLines",
  },
  entity "purchaseorder/PurchaseOrderLines" {
    name = "purchase_order_lines", type = "PurchaseOrderLine", id = "ID",
    select = "ID,PurchaseOrderID,LineNumber,Item,ItemCode,Quantity,QuantityInPurchaseUnits,ReceivedQuantity,Unit,UnitPrice,NetPrice,"
      .. "AmountFC,VATCode,ReceiptDate,CostCenter,CostUnit,Project,SalesOrderLine,Description,Notes",
  },
  {
    -- A function of Exact's, not an entity: the item is a parameter, and there is nothing to filter on.
    ["item_stock.get"] = {
      GET = "/api/v1/{division}/read/logistics/StockPosition?itemId=guid'{id}'", gives = "ItemStock", unwrap = { "d.results.0", "d" },
      id = "ItemId", query = { ["$select"] = "ItemId,InStock,PlanningIn,PlanningOut" },
    },
  },
}
