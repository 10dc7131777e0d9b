zone = "Europe/Amsterdam"

connections = {
  shop = connection "fast_shop" { base_url = "@URL@", allow_loopback = true },
  books = connection "fast_books" { base_url = "@URL@", allow_loopback = true },
}

instances = {
  orders = use "fast_orders" { bind = { shop = "shop", books = "books" }, settings = { journal = "70" } },
}
