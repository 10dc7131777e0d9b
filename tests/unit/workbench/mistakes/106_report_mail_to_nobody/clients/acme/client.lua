zone = "Europe/Amsterdam"

connections = {
  shop = connection "shop" { store = "s1" },
  books = connection "books" { division = 7 },
}

instances = {
  main = use "orders" {
    bind = { shop = "shop", books = "books" },
    settings = { journal = "70" },
    reconcile = { every = "month", at = "06:30", mail = "boss" },
  },
}
