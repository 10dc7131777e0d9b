-- A consignment as a shipment of FedEx's (fact sheet, section 4). Our reference is the first of each package: after a lost answer the
-- shipment is looked for by it.

---@type from.exact_online.Consignment, to.fedex.ShipmentRequest
local consignment, target = mapping { name = "shipment", from = "exact_online.Consignment", to = "fedex.ShipmentRequest" }

target.labelResponseOptions = "LABEL"
target.accountNumber.value = given "account"

local shipment = target.requestedShipment
shipment.shipDatestamp = consignment.ship_date
shipment.pickupType = setting.pickup_type
shipment.serviceType = consignment.service
shipment.packagingType = consignment.packaging:default "YOUR_PACKAGING"
shipment.totalWeight = given "total_weight"
shipment.totalPackageCount = given "count"
shipment.preferredCurrency = setting.preferred_currency
shipment.totalDeclaredValue.amount = consignment.insurance.amount
shipment.totalDeclaredValue.currency = consignment.insurance.currency
shipment.labelSpecification.imageType = setting.label_format
shipment.labelSpecification.labelStockType = setting.label_stock

local sender = shipment.shipper
sender.contact.personName = consignment.from.person
sender.contact.companyName = consignment.from.company
sender.contact.phoneNumber = given "sender_phone"
sender.contact.emailAddress = consignment.from.email
sender.address.streetLines = given "sender_lines"
sender.address.city = consignment.from.city
sender.address.stateOrProvinceCode = consignment.from.state
sender.address.postalCode = consignment.from.postcode
sender.address.countryCode = consignment.from.country
local eori = sender.tins:one("eori", consignment.customs.eori)
eori.number = consignment.customs.eori
eori.tinType = "BUSINESS_UNION"
local vat = sender.tins:one("vat", consignment.customs.vat)
vat.number = consignment.customs.vat
vat.tinType = "BUSINESS_NATIONAL"

local recipient = shipment.recipients:one "recipient"
recipient.contact.personName = consignment.to.person
recipient.contact.companyName = consignment.to.company
recipient.contact.phoneNumber = given "recipient_phone"
recipient.contact.phoneExtension = consignment.to.extension
recipient.contact.emailAddress = setting.recipient_email:when(consignment.to.email)
recipient.address.streetLines = given "recipient_lines"
recipient.address.city = consignment.to.city
recipient.address.stateOrProvinceCode = consignment.to.state
recipient.address.postalCode = consignment.to.postcode
recipient.address.countryCode = consignment.to.country
recipient.address.residential = consignment.residential

local payment = shipment.shippingChargesPayment
payment.paymentType = given "payment"
payment.payor.responsibleParty.accountNumber.value = given "payer_account"

local parcel, package = shipment.requestedPackageLineItems:each("package", consignment.parcels)
package.groupPackageCount = 1
package.weight.units = "KG"
package.weight.value = parcel.weight_kg
package.dimensions.length = parcel.length_cm
package.dimensions.width = parcel.width_cm
package.dimensions.height = parcel.height_cm
package.dimensions.units = parcel.length_cm:present():when "CM"
package.customerReferences = given "references"
package.packageSpecialServices.specialServiceTypes = given "signature_types"
package.packageSpecialServices.signatureOptionType = given "signature"

local documents = shipment.shippingDocumentSpecification
documents.shippingDocumentTypes = given "document_types"
documents.commercialInvoiceDetail.documentFormat.docType = given "document_format"
documents.commercialInvoiceDetail.documentFormat.stockType = given "document_paper"
