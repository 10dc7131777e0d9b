-- Accounts, contacts and addresses.

local entity = require "entity"

local ACCOUNT = "ID,Code,Name,Status,Email,Phone,AddressLine1,AddressLine2,AddressLine3,Postcode,City,State,Country,VATNumber,"
  .. "Language,SearchCode,PaymentConditionSales,InvoiceAccount,DeliveryAdvice,IsSupplier,Blocked"

return {
  entity "crm/Accounts" {
    name = "accounts", type = "Account", id = "ID", number = "Code",
    -- crm/Accounts has mandatory filtering: a list needs a $filter on Email, Code, Name, VATNumber, ID, … (section 2).
    select = ACCOUNT,
    writes = { create = look_up { "accounts.list", by = "Email", quiet = "3m" }, update = true, delete = true },
  },
  entity "crm/Contacts" {
    name = "contacts", type = "Contact", id = "ID",
    select = "ID,Account,FirstName,LastName,FullName,Email,BusinessEmail,Phone,Mobile,Language,IsMainContact",
    writes = { create = look_up { "contacts.list", by = "Email", quiet = "3m" }, update = true, delete = true },
  },
  entity "crm/Addresses" {
    name = "addresses", type = "Address", id = "ID",
    select = "ID,Account,Type,AddressLine1,AddressLine2,AddressLine3,Postcode,City,State,Country,Contact,ContactName,Phone,Main",
    -- A POST of an address that the account already has returns its ID (section 5), so repeating one does no harm.
    writes = { create = { kind = "D", may_repeat = true }, update = true, delete = true },
  },
}
