-- The made-up business that both simulated systems are seeded with: a shop's products are the books' items.

local catalogue = {}

-- Prices as the shop writes them, without tax and in whole cents; tax in percent.
catalogue.products = {
  { sku = "MUG-1", name = "Mug", price = "20.0000", tax = 21 },
  { sku = "MUG-2", name = "Mug, blue", price = "22.5000", tax = 21 },
  { sku = "SHIRT-S", name = "T-shirt S", price = "17.3600", tax = 21 },
  { sku = "SHIRT-M", name = "T-shirt M", price = "17.3600", tax = 21 },
  { sku = "BOOK-1", name = "Kookboek Łódź", price = "27.4800", tax = 9 },
  { sku = "BOOK-2", name = "Straßenatlas", price = "18.3500", tax = 9 },
  { sku = "TEA-100", name = "Grüner Tee 100 g", price = "6.8800", tax = 9 },
  { sku = "CASE-12", name = "Wijn, doos van 12", price = "99.1700", tax = 21 },
  { sku = "LAMP-Ø", name = "Lampe Ørsted", price = "74.3800", tax = 21 },
  { sku = "PEN-東京", name = "万年筆 東京", price = "148.7600", tax = 21 },
  { sku = "STICKER", name = "Sticker", price = "0.8300", tax = 21 },
  { sku = "GIFT-WRAP", name = "Gift", price = "0.0000", tax = 21 },
}
for number = 1, 28 do
  catalogue.products[#catalogue.products + 1] = {
    sku = ("PART-%03d"):format(number), name = ("Part %d"):format(number),
    price = ("%d.%02d00"):format(number, 7 * number % 100), tax = number % 4 == 0 and 9 or 21,
  }
end


-- Numbers that the shop gives its products, their categories and brands.
local CATEGORIES = { MUG = { 18 }, SHIRT = { 19, 23 }, BOOK = { 20 }, TEA = { 21, 22 }, CASE = { 21 }, PART = { 30 } }
local BRANDS = { MUG = 7, SHIRT = 7, LAMP = 8 }
for position, product in ipairs(catalogue.products) do
  local kind = product.sku:match "^%a+"
  product.id, product.categories, product.brand = 1000 + position, CATEGORIES[kind], BRANDS[kind]
end

-- Products that the books do not know.
catalogue.unknown = {
  { sku = "NEW-2026", name = "Fresh from the fair", price = "12.4000", tax = 21, id = 1901 },
  { sku = "", name = "Without a SKU", price = "3.0000", tax = 21 },
}

-- A gift certificate has no SKU and no tax: that is due when it is spent.
catalogue.gift_certificate = { sku = "", name = "Gift certificate 25", price = "25.0000", tax = 0 }

-- Items of the books beside the products.
catalogue.service_items = {
  { code = "SHIPPING", description = "Shipping" }, { code = "HANDLING", description = "Handling" },
  { code = "WRAPPING", description = "Gift wrapping" }, { code = "FEE", description = "Fee" },
  { code = "DISCOUNT", description = "Discount" }, { code = "UNKNOWN", description = "Item unknown to the books" },
  { code = "ROUNDING", description = "Rounding" }, { code = "GIFTCARD", description = "Gift certificate" },
  { code = "REFUND", description = "Refund" },
}

catalogue.people = {
  { first = "An", last = "Smit", company = "", street = "Dam 1", city = "Amsterdam", zip = "1012JS", country = "NL" },
  { first = "Łukasz", last = "Wójcik", company = "Wójcik i Synowie", street = "ul. Piotrkowska 104",
    city = "Łódź", zip = "90-926", country = "PL" },
  { first = "Jürgen", last = "Groß", company = "", street = "Große Straße 7", city = "Köln", zip = "50667", country = "DE" },
  { first = "Søren", last = "Ørsted", company = "Ørsted Design ApS", street = "Åboulevard 3",
    city = "København", zip = "1635", country = "DK" },
  { first = "花子", last = "山田", company = "", street = "千代田1-1", city = "東京", zip = "100-0001", country = "JP" },
  { first = "Zoë", last = "D'Hondt", company = "O'Neill & Zonen", street = "Rue de l'Église 12",
    city = "Liège", zip = "4000", country = "BE" },
  { first = "José", last = "Núñez", company = "", street = "Calle Mayor 5", city = "A Coruña", zip = "15001", country = "ES" },
  { first = "Mary", last = "O'Brien", company = "", street = "1 O'Connell Street", city = "Dublin", zip = "D01 F5P2", country = "IE" },
}

-- Who buys only when the country is asked for, so that what is seeded without stays as it was.
catalogue.people_on_request = {
  { first = "Chloé", last = "Lefèvre", company = "", street = "12 rue de la Forêt", city = "Lyon", zip = "69002", country = "FR" },
}

catalogue.countries = {
  FR = "France", NL = "Netherlands", PL = "Poland", DE = "Germany", DK = "Denmark", JP = "Japan", BE = "Belgium", ES = "Spain", IE = "Ireland",
}

return catalogue
