-- A consignment as a shipment of UPS: who, to whom, which parcels. Lines of addresses, references, payment and customs are added by
-- carrier.lua, as they follow from rules of UPS's own.

---@type from.exact_online.Consignment, to.ups.Shipment
local consignment, shipment = mapping { name = "shipment", from = "exact_online.Consignment", to = "ups.Shipment" }

shipment.Description = consignment.description:limit(50)
shipment.Service.Code = consignment.service:default "11"

local shipper = shipment.Shipper
shipper.Name = consignment.from.company
shipper.AttentionName = consignment.from.person:default(consignment.from.company)
shipper.ShipperNumber = given "account"
shipper.TaxIdentificationNumber = consignment.from.vat
shipper.Phone.Number = consignment.from.phone:digits()
shipper.EMailAddress = consignment.from.email
shipper.Address.City = consignment.from.city
shipper.Address.StateProvinceCode = consignment.from.state
shipper.Address.PostalCode = consignment.from.postcode
shipper.Address.CountryCode = consignment.from.country

local to = shipment.ShipTo
to.Name = consignment.to.company
to.AttentionName = consignment.to.person:default(consignment.to.company)
to.Phone.Number = consignment.to.phone:digits()
to.Phone.Extension = consignment.to.extension
to.Address.City = consignment.to.city
to.Address.StateProvinceCode = consignment.to.state
to.Address.PostalCode = consignment.to.postcode
to.Address.CountryCode = consignment.to.country

local parcel, package = shipment.Package:each("parcels", consignment.parcels)
package.Packaging.Code = consignment.packaging:default "02"
package.PackageWeight.UnitOfMeasurement.Code = given "weight_unit"
package.PackageWeight.Weight = parcel.weight_kg
package.Dimensions.UnitOfMeasurement.Code = parcel.length_cm:present():when "CM"
package.Dimensions.Length = parcel.length_cm:decimal()
package.Dimensions.Width = parcel.width_cm:decimal()
package.Dimensions.Height = parcel.height_cm:decimal()
