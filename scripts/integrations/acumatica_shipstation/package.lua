-- A parcel as a package of a shipment. CustomRefNbr1 keeps ShipStation's id, so that a parcel is never there twice.

---@type from.acumatica.ParcelToPack, to.acumatica.Package
local parcel, package = mapping { name = "package", from = "acumatica.ParcelToPack", to = "acumatica.Package" }

package.BoxID = parcel.box
package.TrackingNbr = parcel.tracking
package.Weight = parcel.weight
package.CustomRefNbr1 = parcel.reference
-- The day that its own label names: parcels of one shipment may leave on several days.
package.CustomRefNbr2 = parcel.shipped_on:text()
