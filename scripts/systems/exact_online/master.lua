-- Master data that mappings look up, and what upkeep needs: user, divisions, webhook subscriptions.

local entity = require "entity"

local UNWRAP = { "d.results.0", "d" }
local ME = "/api/v1/current/Me"
local ME_FIELDS = "UserID,CurrentDivision,AccountingDivision,FullName,Language,ServerTime,ServerUtcOffset"

return {
  entity "logistics/Items" {
    name = "items", type = "Item", id = "ID", number = "Code",
    select = "ID,Code,Description,Barcode,ItemGroup,Unit,IsSalesItem,IsStockItem,IsBatchItem,IsSerialItem,IsFractionAllowedItem,"
      .. "SalesVatCode,GLRevenue,NetWeight,NetWeightUnit,GrossWeight,CostPriceStandard,StandardSalesPrice,StatisticalCode,EndDate",
    writes = { create = look_up { "items.list", by = "Code", quiet = "3m" }, update = true, delete = true },
  },
  -- G/L accounts, journals, VAT codes and payment conditions are the accountant's: Exact would take writes, a connector makes none.
  entity "financial/GLAccounts" {
    name = "gl_accounts", type = "GLAccount", id = "ID",
    select = "ID,Code,Description,Type,VATCode,UseCostcenter,UseCostunit,IsBlocked",
  },
  entity "financial/Journals" {
    name = "journals", type = "Journal", id = "ID", select = "ID,Code,Description,Type,AllowVAT,Currency,IsBlocked",
  },
  entity "hrm/Costcenters" {
    name = "cost_centers", type = "CostCenter", id = "ID", select = "ID,Code,Description,EndDate",
    -- A code can't be changed by the API.
    writes = { create = look_up { "cost_centers.list", by = "Code", quiet = "3m" }, update = true, delete = true },
  },
  entity "hrm/Costunits" {
    name = "cost_units", type = "CostUnit", id = "ID", select = "ID,Code,Description,EndDate",
    writes = { create = look_up { "cost_units.list", by = "Code", quiet = "3m" }, update = true, delete = true },
  },
  entity "vat/VATCodes" {
    name = "vat_codes", type = "VATCode", id = "ID",
    select = "ID,Code,Description,Type,VATTransactionType,Percentage,IsBlocked",
  },
  entity "financial/FinancialPeriods" {
    name = "periods", type = "Period", id = "ID", select = "ID,FinYear,FinPeriod,StartDate,EndDate",
  },
  entity "read/financial/JournalStatusList" {
    name = "journal_status", type = "JournalStatus", id = "Journal", list_only = true, select = "Journal,Year,Period,Status",
  },
  entity "cashflow/PaymentConditions" {
    name = "payment_conditions", type = "PaymentCondition", id = "ID", select = "ID,Code,Description",
  },
  entity "system/Divisions" {
    name = "divisions", type = "Division", id = "Code", list_only = true,
    select = "Code,Description,Currency,Country,Status,DivisionMoveDate",
  },
  -- Of the licence, whoever asks; and what this user works with. system/Divisions is what this user reaches, across licences.
  entity "system/AllDivisions" {
    name = "all_divisions", type = "Division", id = "Code", list_only = true, select = "Code,Description,Currency,Country,Status,Current",
  },
  entity "hrm/Divisions" {
    name = "hrm_divisions", type = "Division", id = "Code", list_only = true, select = "Code,Description,Currency,Country,Status",
  },
  entity "webhooks/WebhookSubscriptions" {
    name = "webhook_subscriptions", type = "WebhookSubscription", id = "ID", select = "ID,Topic,CallbackURL",
    writes = {
      -- One subscription per topic, app and division: the topic is the key, and a second create is refused.
      create = look_up { "webhook_subscriptions.list", by = "Topic", quiet = "3m" }, delete = true,
    },
  },
  {
    -- No division in this path; it also tells the grant's user (fact sheet, section 5).
    ["me.get"] = { GET = ME, gives = "Me", unwrap = UNWRAP, id = "UserID", query = { ["$select"] = ME_FIELDS } },

  },
}
