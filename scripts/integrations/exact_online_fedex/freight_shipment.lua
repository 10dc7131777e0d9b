-- A consignment as an LTL shipment of FedEx Freight's: each pallet is a handling unit with a line of goods of its own. Our reference is the number
-- of the bill of lading, the first that is printed: after a lost answer the shipment is looked for by it.

---@type from.exact_online.Consignment, to.fedex.FreightRequest
local consignment, target = mapping { name = "freight_shipment", from = "exact_online.Consignment", to = "fedex.FreightRequest" }

target.labelResponseOptions = "LABEL"
target.accountNumber.value = given "account"

local shipment = target.freightRequestedShipment
shipment.shipDatestamp = consignment.ship_date
shipment.pickupType = setting.pickup_type
shipment.serviceType = consignment.service
shipment.packagingType = "YOUR_PACKAGING"
shipment.totalPackageCount = given "count"
shipment.preferredCurrency = setting.preferred_currency
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

local recipient = shipment.recipient
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

local detail = shipment.freightShipmentDetail
detail.role = "SHIPPER"
detail.fedExFreightAccountNumber.value = given "freight_account"
detail.fedExFreightBillingContactAndAddress = given "billing"
detail.printedReferences = given "references"
detail.totalHandlingUnits = given "count"
detail.liabilityCoverageDetail.coverageType = consignment.insurance.amount:present():when "NEW"
detail.liabilityCoverageDetail.coverageAmount.amount = consignment.insurance.amount
detail.liabilityCoverageDetail.coverageAmount.currency = consignment.insurance.currency

local pallet, line = detail.lineItem:each("line", consignment.parcels)
line.id = pallet.freight.id
line.freightClass = pallet.freight.class
line.nmfcCode = pallet.freight.nmfc
line.description = pallet.freight.description
line.pieces = pallet.freight.pieces
line.handlingUnits = 1
line.subPackagingType = setting.freight_packaging
line.weight.units = "KG"
line.weight.value = pallet.weight_kg

local held, unit = shipment.requestedPackageLineItems:each("unit", consignment.parcels)
unit.groupPackageCount = 1
unit.subPackagingType = setting.freight_packaging
unit.weight.units = "KG"
unit.weight.value = held.weight_kg
unit.dimensions.length = held.length_cm
unit.dimensions.width = held.width_cm
unit.dimensions.height = held.height_cm
unit.dimensions.units = "CM"
unit.customerReferences = given "unit_references"

local documents = shipment.shippingDocumentSpecification
documents.shippingDocumentTypes = given "document_types"
documents.freightBillOfLadingDetail.format.docType = "PDF"
documents.freightBillOfLadingDetail.format.stockType = "PAPER_LETTER"
documents.commercialInvoiceDetail.documentFormat.docType = given "invoice_format"
documents.commercialInvoiceDetail.documentFormat.stockType = given "invoice_paper"
