return { ["shop.order"] = { po_number = "string" } }
