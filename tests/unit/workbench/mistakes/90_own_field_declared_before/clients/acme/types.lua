return { ["shop.order"] = { note = "text", po_number = "text" } }
